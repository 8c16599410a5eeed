"""When somebody is reminded of a clock: at half of its working days, and one working day before the last. Pure.

Both days are counted back from the due date, so that a rest, which moves that date, moves them along. They are working
days, so nobody is reminded on a closed day; and the day a clock starts on needs no reminder.
"""

import datetime

from portal.calendar import WorkCalendar

HALF, EVE = "half", "eve"
_DAY = datetime.timedelta(days=1)


def working_day_before(calendar: WorkCalendar, day: datetime.date, count: int) -> datetime.date:
    """The day `count` working days before a date, which may itself be closed; with 0 the date itself."""
    while count:
        day -= _DAY
        count -= calendar.is_working(day)
    return day


def reminder_due(
    calendar: WorkCalendar, *, today: datetime.date, day_zero: datetime.date, due_date: datetime.date, days: int
) -> str:
    """One of: half, eve, or empty where today asks for no reminder.

    `days` is how many working days the clock began with. Whoever was not reminded on the very day, because nothing ran
    then, is reminded on the next working day, the last one included.
    """
    if not calendar.is_working(today) or today > due_date:
        return ""
    eve = working_day_before(calendar, due_date, 1)
    if today >= eve:
        return EVE if eve > day_zero else ""
    half = working_day_before(calendar, due_date, days // 2)
    return HALF if day_zero < half <= today else ""
