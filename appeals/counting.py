"""How a due date was counted, day by day: which days count, which do not, and why. Pure but for what it is given."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from appeals import chain
from appeals.models import Appeal, Leg
from portal import events
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarDay, Event
from portal.wording import day_and_weekday

MOST_DAYS = 200
PAUSE_STARTS = {"appeals.asked": "asked", "appeals.withdrawn": "withdrawn"}
PAUSE_ENDS = frozenset({"appeals.replied", "appeals.rest_ended", "appeals.came_back"})


@dataclass(frozen=True)
class Pause:
    """Days on which a clock rested: those after `after` up to and including `until`, `most` working days of them."""

    why: str
    after: datetime.date
    until: datetime.date
    most: int
    goes_on: bool = False


@dataclass(frozen=True)
class Day:
    """One day between the start and the due date."""

    day: datetime.date
    words: str
    number: int = 0
    why: str = ""
    note: str = ""

    @property
    def counts(self) -> bool:
        return self.number > 0


@dataclass(frozen=True)
class Counted:
    """One stay at one tier: from when, how many days, the days themselves."""

    leg: Leg
    day_zero: datetime.date
    is_next_day: bool
    days: list[Day]

    @property
    def is_promise_kept(self) -> bool:
        """The date shown is later than the bare count: a promised date is never moved forward."""
        return any(day.why == "promised" for day in self.days)


def pauses_of(rows: Iterable[Event], calendar: WorkCalendar, now: datetime.datetime) -> list[Pause]:
    """The rests of a case, from its events in their order; one that still goes on lasts until now."""
    found: list[Pause] = []
    began: Event | None = None
    for row in [*rows, None]:
        if row is None or row.kind in PAUSE_ENDS:
            if began is not None:
                why = PAUSE_STARTS[began.kind]
                most = chain.REST_DAYS if why == "asked" else MOST_DAYS
                until = calendar.day_zero(row.at if row else now)
                found.append(Pause(why, calendar.day_zero(began.at), until, most, goes_on=row is None))
            began = None
        elif row.kind in PAUSE_STARTS:
            began = row
    return found


def count(
    leg: Leg,
    pauses: Iterable[Pause],
    calendar: WorkCalendar,
    names: Mapping[datetime.date, str],
    *,
    today: datetime.date,
) -> Counted:
    """Walk from the day after day zero to the due date and say of each day whether it counts, and if not, why."""
    zero = calendar.day_zero(leg.entered_at)
    left = {pause: pause.most for pause in pauses}
    resting_now = next((pause for pause in left if pause.goes_on and leg.left_at is None), None)
    days: list[Day] = []
    day, number = zero, 0
    while (number < leg.answer_days or day < leg.answer_due_date) and len(days) < MOST_DAYS:
        day += datetime.timedelta(days=1)
        why = ""
        if not calendar.is_working(day):
            why = names.get(day) or "weekend"
        else:
            resting = next((pause for pause in left if pause.after < day <= pause.until and left[pause] > 0), None)
            if resting:
                left[resting] -= 1
                why = resting.why
            elif number >= leg.answer_days:
                why = "promised"
            else:
                number += 1
        note = _note(day, leg, calendar, names, is_resting=resting_now is not None)
        days.append(Day(day, day_and_weekday(day, today=today), 0 if why else number, why, note))
    if resting_now and days:
        days[-1] = replace(days[-1], note=_if_today(resting_now.why))
    return Counted(leg, zero, zero != beijing_day(leg.entered_at), days)


def _if_today(why: str) -> str:
    """While a clock rests its last day still moves: what it would be if the rest ended today."""
    if why == "asked":
        return _("last day to answer, if you reply today")
    return _("last day to answer, if you take it up again today")


def _note(
    day: datetime.date, leg: Leg, calendar: WorkCalendar, names: Mapping[datetime.date, str], *, is_resting: bool
) -> str:
    notes = []
    if day in names and calendar.is_working(day):
        notes.append(_("a make-up working day"))
    if day == leg.take_due_date:
        notes.append(_("last day to take it"))
    if day == leg.answer_due_date and not is_resting:
        notes.append(_("last day to answer"))
    return _(", ").join(notes)


def of(appeal: Appeal, legs: list[Leg], calendar: WorkCalendar, *, now: datetime.datetime) -> list[Counted]:
    """Every stay of a case, the newest first."""
    rows = Event.objects.filter(subject=events.subject_of(appeal), kind__in=[*PAUSE_STARTS, *PAUSE_ENDS]).order_by(
        "position"
    )
    pauses = pauses_of(rows, calendar, now)
    first, last = beijing_day(legs[0].entered_at), max(leg.answer_due_date for leg in legs)
    named = CalendarDay.objects.filter(date__range=(first, last + datetime.timedelta(days=30)))
    names = dict(named.values_list("date", "name"))
    today = beijing_day(now)
    return [
        count(leg, [pause for pause in pauses if _touches(pause, leg)], calendar, names, today=today)
        for leg in reversed(legs)
    ]


def _touches(pause: Pause, leg: Leg) -> bool:
    left = beijing_day(leg.left_at) if leg.left_at else datetime.date.max
    return beijing_day(leg.entered_at) <= pause.until and pause.after <= left
