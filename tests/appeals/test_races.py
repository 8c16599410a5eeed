"""Races on PostgreSQL with real threads: 200 rounds each (--full), and exactly one outcome in every one.

One database and one cast of people for each test; the threads wait for each other before every round.
"""

import datetime
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections

from appeals.actions import filing, handling, ticking
from appeals.models import Appeal, Leg
from portal import caselog, events
from portal.actions import deliveries
from portal.errors import Refused, Stale
from portal.models import Delivery, Event, Notice, OnceKey, Role, SmsMessage, User
from portal.once import once
from tests import world
from tests.amount import often
from tests.world import at

ROUNDS = often(200, 15)
FILED = at("2026-03-02 09:00")
IN_TIME, DUE = at("2026-03-05 23:59"), at("2026-03-06 00:00")
KEY = "the-key-of-this-draft"
ANSWER = {"finding": "not_upheld", "reasons": "核对过规则。"}


@contextmanager
def together(count: int) -> Iterator[Callable[..., list[Any]]]:
    """Run `count` functions at the same moment, again and again; each gives back its answer or its error."""
    gate = threading.Barrier(count)

    def one(do: Callable[[], Any]) -> Any:
        gate.wait(30)
        try:
            return do()
        except (Refused, PermissionDenied) as error:
            return error

    def end() -> None:
        gate.wait(30)
        connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        try:
            yield lambda *dos: [started.result(60) for started in [threads.submit(one, do) for do in dos]]
        finally:
            for ended in [threads.submit(end) for _thread in range(count)]:
                ended.result(60)


def log(appeal: Appeal) -> Counter[str]:
    kinds = Event.objects.filter(subject=events.subject_of(appeal)).values_list("kind", flat=True)
    return Counter(kind.removeprefix("appeals.") for kind in kinds)


def soon(most_milliseconds: int) -> None:
    """Neither side always comes first."""
    time.sleep(random.uniform(0, most_milliseconds) / 1000)


def all_delivered(now: datetime.datetime) -> None:
    """Two workers sweep what is owed, at once, until nothing is."""
    with together(2) as run:
        for _time in range(50):
            if not Delivery.objects.exists():
                return
            # a delivery that both reached for is left for a later sweep
            now += datetime.timedelta(minutes=1)
            run(*[lambda now=now: deliveries.sweep(now=now, limit=500)] * 2)
    pytest.fail(f"Not delivered: {Delivery.objects.values_list('consumer', 'last_error', 'event__kind')[:3]}")


def test_a_contact_answers_while_two_ticks_pass_the_case_up(committed: str) -> None:
    """Example 3: exactly one outcome each, never two open tiers, one notice per person and event."""
    line = world.a_line()
    contact, driver = line["contact"], world.a_driver(line["branch"], contact=line["contact"])
    Delivery.objects.all().delete()
    outcomes: Counter[str] = Counter()
    with together(3) as run:
        for _round in range(ROUNDS):
            appeal = world.an_appeal("in_hand", by=driver, handler=contact, now=FILED)
            seen = appeal.position

            def answer(pk: int = appeal.pk, seen: int = seen) -> Appeal:
                soon(6)
                return handling.answer(pk, by=contact, now=IN_TIME, seen=seen, **ANSWER)

            def tick() -> int:
                soon(6)
                return ticking.tick(now=DUE, most=10)

            answered, first, second = run(answer, tick, tick)
            found, moves = Appeal.objects.get(pk=appeal.pk), log(appeal)
            if isinstance(answered, Appeal):
                outcomes["answered"] += 1
                assert (found.status, found.tier, first + second) == ("answered", 1, 0)
                assert moves == {"filed": 1, "taken": 1, "answered": 1}
            else:
                outcomes["passed up"] += 1
                assert isinstance(answered, Stale), answered
                assert (found.status, found.tier, first + second) == ("waiting", 2, 1)
                assert moves == {"filed": 1, "taken": 1, "passed_up": 1}
            assert Leg.objects.filter(appeal=appeal, left_at=None).count() == (found.status == "waiting")
    assert min(outcomes["answered"], outcomes["passed up"]) > 0, f"this was no race: {outcomes}"
    all_delivered(DUE)
    each = Counter(Notice.objects.values_list("event__kind", "person"))
    people = {"driver": driver.pk, "secretary": line["secretary"].person_id}
    assert each["appeals.answered", people["driver"]] == outcomes["answered"]
    assert each["appeals.passed_up", people["driver"]] == outcomes["passed up"]
    assert each["appeals.passed_up", people["secretary"]] == outcomes["passed up"]
    assert not [found for found in Counter(Notice.objects.values_list("event", "person")).values() if found > 1]
    assert not [found for found in Counter(SmsMessage.objects.values_list("event", "person")).values() if found > 1]
    assert caselog.verify_stored(events.subject_of(appeal), now=DUE).ok


def test_two_secretaries_decide_from_the_same_page(committed: str) -> None:
    """Example 4: one decides, the other is told by whom and how, and nothing of his is done."""
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    one, two = line["secretary"], world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    decisions: list[Callable[..., Appeal]] = [
        lambda pk, by, seen: handling.answer(pk, by=by, now=IN_TIME, seen=seen, **ANSWER),
        lambda pk, by, seen: handling.escalate(pk, by=by, reason="涉及全市。", now=IN_TIME, seen=seen),
        lambda pk, by, seen: handling.transfer(pk, by=by, target="police", note="归警察。", now=IN_TIME, seen=seen),
        lambda pk, by, seen: handling.ask(pk, by=by, question="还有吗？", now=IN_TIME, seen=seen),
    ]
    first: Counter[str] = Counter()
    with together(2) as run:
        for number in range(ROUNDS):
            appeal = world.an_appeal(
                "in_hand", by=driver, handler=one, now=FILED, category="safety", skips_contact=True
            )
            pk, seen = appeal.pk, appeal.position
            mine, theirs = decisions[number % 4], decisions[number // 4 % 4]
            results = run(lambda: mine(pk, one, seen), lambda: theirs(pk, two, seen))  # noqa: B023 - run at once
            done = [result for result in results if isinstance(result, Appeal)]
            stale = [result for result in results if isinstance(result, Stale)]
            assert (len(done), len(stale)) == (1, 1), results
            winner = one if isinstance(results[0], Appeal) else two
            assert winner.person.name in stale[0].theirs
            assert sum(log(appeal).values()) == 3
            assert Appeal.objects.get(pk=pk).position == 3
            first[winner.code] += 1
    assert set(first) == {one.code, two.code}, f"this was no race: {first}"


def test_one_form_sent_twenty_times_at_once_files_one_appeal(committed: str) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])

    def send() -> str:
        words = world.a_filing()
        person = User.objects.get(pk=driver.pk)
        body = {"title": words.title}

        def do() -> str:
            return filing.file(words, by=person, now=FILED).code

        return once(KEY, by=person, verb="appeals.file", body=body, now=FILED, do=do)

    with together(20) as run:
        answers = run(*[send] * 20)
    assert answers == [Appeal.objects.get().code] * 20
    assert OnceKey.objects.get(key=KEY).answer == answers[0]
    assert log(Appeal.objects.get()) == {"filed": 1}


def test_fifty_filings_at_once_are_fifty_appeals_with_fifty_numbers(committed: str) -> None:
    line = world.a_line()
    drivers = [world.a_driver(line["branch"]) for _time in range(50)]

    def file(pk: int) -> Callable[[], str]:
        return lambda: filing.file(world.a_filing(), by=User.objects.get(pk=pk), now=FILED).number

    with together(50) as run:
        numbers = run(*[file(driver.pk) for driver in drivers])
    assert len(set(numbers)) == 50
    assert Appeal.objects.count() == 50
    assert set(Appeal.objects.values_list("filer", flat=True)) == {driver.pk for driver in drivers}
    assert Leg.objects.filter(left_at=None).count() == 50
    assert not [appeal for appeal in Appeal.objects.all() if log(appeal) != {"filed": 1}]
