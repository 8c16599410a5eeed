"""Handing events to their consumers: each delivery in a transaction of its own, counted before it is tried."""

import datetime
from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, jobs, permissions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Delivery, Post, User

MAX_TRIES = 10
FIRST_PAUSE = datetime.timedelta(seconds=20)
LONGEST_PAUSE = datetime.timedelta(hours=1)
SWEEP_SIZE = 1000


def deliver_event(event_id: int, *, now: datetime.datetime) -> Counter[str]:
    """Deliver one event to all consumers it is owed to."""
    owed = Delivery.objects.filter(event_id=event_id, failed_at__isnull=True, next_at__lte=now)
    return Counter(deliver(pk, now=now) for pk in owed.order_by("pk").values_list("pk", flat=True))


def sweep(*, now: datetime.datetime, limit: int = SWEEP_SIZE) -> Counter[str]:
    """Deliver what a crash or a broken broker left, the longest waiting first, and no more than `limit` at a time."""
    owed = Delivery.objects.filter(failed_at__isnull=True, next_at__lte=now).order_by("next_at", "pk")
    return Counter(deliver(pk, now=now) for pk in list(owed.values_list("pk", flat=True)[:limit]))


def deliver(delivery_id: int, *, now: datetime.datetime) -> str:
    """Deliver one event to one consumer: "done", "failed", or "left" to whoever holds it or to a later try.

    The try is counted and the next one put off in a transaction before, so that an event whose consumer kills the
    worker is not tried for ever. The consumer's work and the end of the debt commit together, or not at all.
    """
    if not _count_try(delivery_id, now):
        return "left"
    is_done, error = jobs.attempt("delivery", _hand_over, delivery_id, now)
    if error:
        _note_failure(delivery_id, type(error).__name__, now)
        return "failed"
    return "done" if is_done else "left"


def pause_after(tries: int) -> datetime.timedelta:
    """20 s, 40 s, 80 s ... an hour."""
    return min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)


@transaction.atomic
def _count_try(delivery_id: int, now: datetime.datetime) -> bool:
    due = Delivery.objects.select_for_update(skip_locked=True).filter(failed_at__isnull=True, next_at__lte=now)
    row = due.filter(pk=delivery_id).first()
    if row is None:
        return False
    if row.tries >= MAX_TRIES:
        # the last try did not come back to say how it ended
        row.failed_at, row.last_error = now, row.last_error or "WorkerLost"
        row.save(update_fields=["failed_at", "last_error"])
        return False
    row.tries += 1
    row.next_at = now + pause_after(row.tries)
    row.save(update_fields=["tries", "next_at"])
    return True


@transaction.atomic
def _hand_over(delivery_id: int, now: datetime.datetime) -> bool:
    # waits, unlike the count: a sweep that looks at the row as it stops being due locks it for a moment, and who has
    # counted his try may not take that for another's work
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("event__by")
    row = rows.filter(pk=delivery_id).first()
    if row is None:
        return False
    events.consumer_named(row.consumer)(row.event, now)
    row.delete()
    return True


@transaction.atomic
def _note_failure(delivery_id: int, error: str, now: datetime.datetime) -> None:
    row = Delivery.objects.select_for_update().get(pk=delivery_id)
    row.last_error = error
    if row.tries >= MAX_TRIES:
        row.failed_at = now
    row.save(update_fields=["last_error", "failed_at"])


@transaction.atomic
def retry(delivery_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> Delivery:
    """A system administrator has a delivery that was given up tried again, after the fault has been mended."""
    permissions.require_system_administrator(by, post, beijing_day(now))
    row = Delivery.objects.select_for_update(of=("self",)).select_related("event").filter(pk=delivery_id).first()
    if row is None or row.failed_at is None:
        raise Refused(_("This delivery is no longer waiting for you: it was done or is being tried again."))
    row.tries, row.failed_at, row.next_at = 0, None, now
    row.save(update_fields=["tries", "failed_at", "next_at"])
    facts = {"consumer": row.consumer, "event": row.event_id, "kind": row.event.kind}
    events.record("portal.delivery_retried", row, by=by, post=post, at=now, facts=facts)
    return row
