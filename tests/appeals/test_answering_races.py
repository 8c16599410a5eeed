"""The same thing done at the same moment: digests, links, watches and new versions of a template, with real threads."""

import datetime
from typing import Any

from appeals.actions import linking, reminding, templating
from appeals.actions.templating import Body
from appeals.actions.watching import attach_watch
from appeals.models import Digest, Link, Reminder, Watch
from portal.errors import Refused
from portal.models import Event
from tests import world
from tests.amount import often
from tests.appeals.desk import a_line
from tests.appeals.test_races import together

ROUNDS = often(20, 5)
BODY = Body("not_upheld", "核对过规则。")


def test_beats_at_the_same_moment_make_one_digest_each(committed: str) -> None:
    line = a_line()
    for _number in range(4):
        line.appeal("in_hand")
    now = world.at("2026-11-26 08:30")
    with together(4) as race:
        made = race(*[lambda: reminding.remind(now=now)] * 4)
    assert sum(one["digests"] for one in made) == 1
    assert (Digest.objects.count(), Reminder.objects.count()) == (1, 4)
    assert Event.objects.filter(kind="appeals.digest_made").count() == 1


def test_two_who_link_the_same_cases_from_both_ends_make_one_link(committed: str) -> None:
    line = a_line()
    pairs = [(line.appeal("in_hand"), line.appeal("in_hand")) for _round in range(ROUNDS)]
    with together(2) as race:
        for one, other in pairs:

            def link(first: int, second: int) -> Any:
                return linking.link(first, second, by=line.secretary, kind="duplicate", now=world.NOW)

            made = race(lambda a=one.pk, b=other.pk: link(a, b), lambda a=other.pk, b=one.pk: link(a, b))
            assert sorted(type(result).__name__ for result in made) == ["Link", "Refused"]
    assert Link.objects.count() == ROUNDS
    assert Event.objects.filter(kind="appeals.linked").count() == 2 * ROUNDS


def test_a_window_sent_twice_at_once_is_attached_once(committed: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand", now=world.at("2026-10-12 10:00"))

    def attach() -> Watch:
        return attach_watch(
            appeal.pk, low=-10, high=10, measure="orders_per_hour", from_date=datetime.date(2026, 10, 12),
            until_date=datetime.date(2026, 11, 8), by_source="monitoring", now=world.NOW,
        )  # fmt: skip

    with together(4) as race:
        made = race(*[attach] * 4)
    assert len({row.pk for row in made}) == 1
    assert Event.objects.filter(kind="appeals.watch_attached").count() == 1


def test_of_two_new_versions_at_once_one_is_told_of_the_other(committed: str) -> None:
    line = a_line()
    template = templating.write(by=line.secretary, category="pay", title="核对", body=BODY, now=world.NOW)
    with together(2) as race:
        for number in range(1, ROUNDS + 1):

            def revise(seen: int) -> Any:
                return templating.revise(
                    template.pk, by=line.secretary, category="pay", title="核对", body=BODY, now=world.NOW, seen=seen
                )

            made = race(*[lambda seen=number: revise(seen)] * 2)
            assert sum(isinstance(result, Refused) for result in made) == 1
    assert template.versions.count() == ROUNDS + 1
