"""Due dates follow the work calendar: recomputed when a notice is loaded, never earlier than one already promised."""

import datetime
from collections.abc import Iterator

from django.db import transaction

from appeals import chain
from appeals.actions import moving
from appeals.models import Appeal, Leg
from portal.calendar import Due, WorkCalendar
from portal.front import DueRow
from portal.models import Event


def renewed(leg: Leg, calendar: WorkCalendar) -> tuple[Due, Due]:
    """The leg's take and answer dates under a calendar. Days a clock rested are kept by counting from the old date."""
    take = calendar.due(leg.entered_at, leg.take_days)
    answer = calendar.due(leg.entered_at, leg.answer_days)
    return calendar.keep_promise(take, leg.take_due_date), calendar.keep_promise(answer, leg.answer_due_date)


def provisional_legs(after: datetime.date | None = None) -> Iterator[Leg]:
    """Running legs of open appeals whose due date lies beyond the published notices, in the order of their ids."""
    rows = Leg.objects.filter(left_at=None, is_provisional=True, appeal__status__in=chain.OPEN)
    yield from rows.select_related("appeal").order_by("pk").iterator(chunk_size=500)


def due_rows(calendar: WorkCalendar) -> list[DueRow]:
    """For the preview of a notice: the running appeals whose due date it would move."""
    return [
        DueRow(label=leg.appeal.number, old_due_date=leg.answer_due_date, new_due_date=answer.due_date)
        for leg in provisional_legs()
        for _take, answer in [renewed(leg, calendar)]
        if answer.due_date != leg.answer_due_date
    ]


def renew_all(event: Event, now: datetime.datetime) -> None:
    """Reaction to a loaded notice: each running appeal's dates again, each in a transaction of its own."""
    for leg_id in [leg.pk for leg in provisional_legs()]:
        renew(leg_id, now=now)


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
