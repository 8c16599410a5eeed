"""Due dates follow the work calendar: recomputed when a notice is loaded, never earlier than one already promised."""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet

from appeals import chain
from appeals.actions import moving
from appeals.models import Appeal, Hearing, Leg
from portal.calendar import Due, WorkCalendar
from portal.front import DueRow
from portal.models import Event


def renewed(leg: Leg, calendar: WorkCalendar) -> tuple[Due, Due]:
    """The leg's take and answer dates under a calendar. Days a clock rested are kept by counting from the old date."""
    take = calendar.due(leg.entered_at, leg.take_days)
    answer = calendar.due(leg.entered_at, leg.answer_days)
    return calendar.keep_promise(take, leg.take_due_date), calendar.keep_promise(answer, leg.answer_due_date)


def provisional_legs() -> Iterator[Leg]:
    """Running legs of open appeals whose due date lies beyond the published notices, in the order of their ids."""
    rows = Leg.objects.filter(left_at=None, is_provisional=True, appeal__status__in=chain.OPEN)
    yield from rows.select_related("appeal").order_by("pk").iterator(chunk_size=500)


def renewed_rest(leg: Leg, calendar: WorkCalendar) -> Due:
    """Until when a question rests the clock, under a calendar."""
    assert leg.rested_from is not None
    assert leg.appeal.due_date is not None
    return calendar.keep_promise(calendar.due(leg.rested_from, chain.REST_DAYS), leg.appeal.due_date)


def renewed_reply(hearing: Hearing, calendar: WorkCalendar) -> Due:
    """By when a company is to reply, under a calendar."""
    return calendar.keep_promise(calendar.due(hearing.asked_at, hearing.leg.reply_days), hearing.due_date)


def provisional_rests() -> QuerySet[Leg]:
    """Running legs whose rest ends beyond the published notices."""
    rows = Leg.objects.filter(left_at=None, appeal__status=chain.ASKED, appeal__is_provisional=True)
    return rows.select_related("appeal").order_by("pk")


def provisional_hearings() -> QuerySet[Hearing]:
    """Companies' replies that are due beyond the published notices."""
    rows = Hearing.objects.filter(is_provisional=True, replied_at=None, silent_at=None)
    return rows.select_related("leg", "appeal").order_by("pk")


def due_rows(calendar: WorkCalendar) -> list[DueRow]:
    """For the preview of a notice: the running appeals whose dates it would move."""
    moved = [
        (leg.appeal, leg.answer_due_date, answer.due_date)
        for leg in provisional_legs()
        for _take, answer in [renewed(leg, calendar)]
    ]
    moved += [
        (leg.appeal, leg.appeal.due_date, renewed_rest(leg, calendar).due_date)
        for leg in provisional_rests()
        if leg.appeal.due_date
    ]
    moved += [(one.appeal, one.due_date, renewed_reply(one, calendar).due_date) for one in provisional_hearings()]
    return [DueRow(appeal.number, old, new) for appeal, old, new in moved if old != new]


def renew_all(event: Event, now: datetime.datetime) -> None:
    """Reaction to a loaded notice: each running appeal's dates again, each in a transaction of its own."""
    for leg_id in [leg.pk for leg in provisional_legs()]:
        renew(leg_id, now=now)
    for leg_id in [leg.pk for leg in provisional_rests()]:
        renew_rest(leg_id, now=now)
    for hearing_id in [hearing.pk for hearing in provisional_hearings()]:
        renew_reply(hearing_id)


@transaction.atomic
def renew(leg_id: int, *, now: datetime.datetime) -> bool:
    """Recompute one running leg's dates with the calendar in force; an event where the promised date moved."""
    appeal = Appeal.objects.for_update(Leg.objects.values_list("appeal_id", flat=True).get(pk=leg_id))
    leg = Leg.objects.select_for_update(no_key=True).get(pk=leg_id)
    if leg.left_at is not None or not appeal.is_open or not leg.is_provisional:
        return False
    old = leg.answer_due_date
    take, answer = renewed(leg, moving.work_calendar())
    leg.answer_due_date, leg.answer_due_at, leg.is_provisional = answer.due_date, answer.due_at, answer.is_provisional
    if not appeal.is_urgent:
        leg.take_due_date, leg.take_due_at = take.due_date, take.due_at
    leg.save()
    if appeal.status != chain.ASKED:
        moving.set_due(appeal, leg)
    if old != answer.due_date:
        facts = {"old": old.isoformat(), "new": answer.due_date.isoformat()}
        moving.log(appeal, "due_recomputed", by=None, now=now, facts=facts)
    appeal.save()
    return old != answer.due_date


@transaction.atomic
def renew_rest(leg_id: int, *, now: datetime.datetime) -> bool:
    """Recompute until when a question rests the clock; the driver never loses a day he was told."""
    appeal = Appeal.objects.for_update(Leg.objects.values_list("appeal_id", flat=True).get(pk=leg_id))
    leg = Leg.objects.select_related("appeal").get(pk=leg_id)
    if leg.left_at is not None or appeal.status != chain.ASKED or appeal.due_date is None:
        return False
    old, rest = appeal.due_date, renewed_rest(leg, moving.work_calendar())
    appeal.due_date, appeal.due_at, appeal.is_provisional = rest.due_date, rest.due_at, rest.is_provisional
    moving.set_tick(appeal, rest.due_at)
    if old != rest.due_date:
        facts = {"old": old.isoformat(), "new": rest.due_date.isoformat()}
        moving.log(appeal, "due_recomputed", by=None, now=now, facts=facts)
    appeal.save()
    return old != rest.due_date


@transaction.atomic
def renew_reply(hearing_id: int) -> bool:
    """Recompute by when a company is to reply."""
    hearing = Hearing.objects.select_for_update(of=("self",)).select_related("leg").get(pk=hearing_id)
    if hearing.replied_at or hearing.silent_at:
        return False
    old, due = hearing.due_date, renewed_reply(hearing, moving.work_calendar())
    hearing.due_date, hearing.due_at, hearing.is_provisional = due.due_date, due.due_at, due.is_provisional
    hearing.save(update_fields=["due_date", "due_at", "is_provisional"])
    return old != due.due_date
