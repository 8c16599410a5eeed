"""Events reach their consumers once, each in a transaction of its own; a failing one is counted, put off, given up."""

import datetime
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from portal import events
from portal.actions import deliveries
from portal.errors import Refused
from portal.models import Delivery, Event, JobRun, OnceKey, Role
from tests import world

NOW = world.NOW
KIND = "tests.happened"


class Consumer:
    """Writes down what it was given, in the database, and fails as often as it is told."""

    def __init__(self) -> None:
        self.failures = 0
        self.error: Exception = ConnectionError("周建平 13800001234")

    def __call__(self, event: Event, now: datetime.datetime) -> None:
        OnceKey.objects.create(key=f"got-{event.pk}", verb="test", body_hash="", at=now)
        if self.failures:
            self.failures -= 1
            raise self.error

    @property
    def got(self) -> int:
        return OnceKey.objects.filter(verb="test").count()


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    made = Consumer()
    events.consume("tests", [KIND], made)
    yield made
    del events._consumers["tests"]


@transaction.atomic
def an_event(at: datetime.datetime = NOW, kind: str = KIND) -> Event:
    return events.record(kind, world.department(), by=None, at=at)


def owed() -> Delivery:
    return Delivery.objects.get(consumer="tests")


@pytest.fixture(autouse=True)
def _nothing_else_is_owed(request: pytest.FixtureRequest) -> None:
    """The database begins with an event or two of its own making."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")
    Delivery.objects.all().delete()


def test_a_delivery_is_made_with_its_event_and_ends_with_the_consumers_work(consumer: Consumer) -> None:
    event = an_event()
    assert owed().consumer == "tests"
    assert deliveries.deliver_event(event.pk, now=NOW) == {"done": 1}
    assert (consumer.got, Delivery.objects.count()) == (1, 0)


def test_delivering_again_does_nothing(consumer: Consumer) -> None:
    event = an_event()
    deliveries.deliver_event(event.pk, now=NOW)
    assert deliveries.deliver_event(event.pk, now=NOW) == {}
    assert deliveries.sweep(now=NOW) == {}
    assert consumer.got == 1


def test_a_consumer_gets_only_the_kinds_it_asked_for(consumer: Consumer) -> None:
    an_event(kind="tests.other")
    assert not Delivery.objects.exists()


def test_a_failing_consumer_leaves_no_half_work_and_is_tried_later(consumer: Consumer) -> None:
    consumer.failures = 1
    event = an_event()
    assert deliveries.deliver_event(event.pk, now=NOW) == {"failed": 1}
    row = owed()
    assert (consumer.got, row.tries, row.next_at) == (0, 1, NOW + datetime.timedelta(seconds=20))
    assert deliveries.sweep(now=NOW + datetime.timedelta(seconds=19)) == {}
    assert deliveries.sweep(now=NOW + datetime.timedelta(seconds=20)) == {"done": 1}
    assert consumer.got == 1


def test_only_the_kind_of_an_error_is_kept(consumer: Consumer) -> None:
    consumer.failures = 1
    deliveries.deliver_event(an_event().pk, now=NOW)
    assert owed().last_error == "ConnectionError"


def test_one_failing_consumer_does_not_hold_up_the_other(consumer: Consumer) -> None:
    other = Consumer()
    other.failures = 1
    events.consume("tests-before", [KIND], other)
    try:
        event = an_event()
        assert deliveries.deliver_event(event.pk, now=NOW) == {"failed": 1, "done": 1}
    finally:
        del events._consumers["tests-before"]


def test_after_ten_tries_it_is_given_up(consumer: Consumer) -> None:
    consumer.failures = 99
    an_event()
    now, pauses = NOW, []
    for _try in range(deliveries.MAX_TRIES):
        assert deliveries.sweep(now=now) == {"failed": 1}
        row = owed()
        pauses.append(row.next_at - now)
        now = row.next_at
    assert (row.tries, row.failed_at) == (10, now - pauses[-1])
    assert pauses == sorted(pauses)
    assert pauses[-1] == deliveries.LONGEST_PAUSE
    assert deliveries.sweep(now=now) == {}


def test_an_event_that_kills_its_worker_is_given_up_too(consumer: Consumer) -> None:
    """A worker that dies comes back to say nothing: what counts is that the try was counted before."""
    an_event()
    now = NOW
    for _try in range(deliveries.MAX_TRIES):
        assert deliveries._count_try(owed().pk, now)
        now = owed().next_at
    assert deliveries.sweep(now=now) == {"left": 1}
    row = owed()
    assert (row.failed_at, row.last_error, consumer.got) == (now, "WorkerLost", 0)


def test_a_sweep_is_bounded_and_takes_the_longest_waiting_first(consumer: Consumer) -> None:
    for minutes in (1, 3, 2):
        an_event(NOW - datetime.timedelta(minutes=minutes))
    assert deliveries.sweep(now=NOW, limit=2) == {"done": 2}
    assert owed().event.at == NOW - datetime.timedelta(minutes=1)


def test_a_consumer_that_is_no_longer_there_fails_like_any_other(consumer: Consumer) -> None:
    an_event()
    Delivery.objects.update(consumer="gone")
    assert deliveries.sweep(now=NOW) == {"failed": 1}
    assert Delivery.objects.get().last_error == "KeyError"


def test_a_system_administrator_has_a_given_up_delivery_tried_again(consumer: Consumer) -> None:
    an_event()
    Delivery.objects.filter(consumer="tests").update(failed_at=NOW, tries=10, last_error="KeyError")
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    row = deliveries.retry(owed().pk, by=admin.person, post=admin, now=NOW)
    assert (row.tries, row.failed_at) == (0, None)
    event = Event.objects.get(kind="portal.delivery_retried")
    assert (event.by, event.facts["consumer"], event.facts["kind"]) == (admin.person, "tests", KIND)
    assert deliveries.deliver(row.pk, now=NOW) == "done"


def test_what_is_not_given_up_is_not_retried(consumer: Consumer) -> None:
    an_event()
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    with pytest.raises(Refused):
        deliveries.retry(owed().pk, by=admin.person, post=admin, now=NOW)
    with pytest.raises(Refused):
        deliveries.retry(0, by=admin.person, post=admin, now=NOW)


@pytest.mark.parametrize("role", [Role.AUDIT_ADMIN, Role.SECURITY_ADMIN, Role.ANALYST])
def test_nobody_else_retries(consumer: Consumer, role: str) -> None:
    an_event()
    Delivery.objects.filter(consumer="tests").update(failed_at=NOW)
    post = world.a_post(role, world.department())
    with pytest.raises(PermissionDenied):
        deliveries.retry(owed().pk, by=post.person, post=post, now=NOW)
    assert owed().failed_at is not None


def test_two_workers_deliver_each_event_once(committed: str, consumer: Consumer) -> None:
    for _number in range(40):
        an_event()
    counts: list[Any] = []

    def work() -> None:
        counts.append(deliveries.sweep(now=NOW))
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(count["done"] for count in counts) == 40
    assert (consumer.got, Delivery.objects.count(), JobRun.objects.count()) == (40, 0, 0)
