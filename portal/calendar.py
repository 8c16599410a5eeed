"""Working days and due dates: pure arithmetic over a table of departures. No database, no clock.

Day zero is the Beijing day of a move, or the next working day when that day is closed or the move came after 17:30.
A due date is the n-th working day after day zero and counts to its end: `due_at` is 00:00 Beijing of the day after,
exclusive. Counting holds on dates: n days and then m days are n + m days. Past the last published year only weekends
are known to be closed, so a date there is provisional.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
CLOSING = datetime.time(17, 30)
_DAY = datetime.timedelta(days=1)
_SATURDAY = 5


def beijing(at: datetime.datetime) -> datetime.datetime:
    if at.tzinfo is None:
        raise ValueError("A time without its zone belongs to no Beijing day.")
    return at.astimezone(BEIJING)


def beijing_day(at: datetime.datetime) -> datetime.date:
    return beijing(at).date()


def end_of(day: datetime.date) -> datetime.datetime:
    """24:00 of a Beijing day, which is 00:00 of the day after: the first instant that is too late."""
    return datetime.datetime.combine(day + _DAY, datetime.time.min, BEIJING)


@dataclass(frozen=True)
class Due:
    """The last day that counts, the first instant after it, and the days counted on the way."""

    due_date: datetime.date
    due_at: datetime.datetime
    counted_days: tuple[datetime.date, ...]
    is_provisional: bool


def calendar_days(start: datetime.datetime, days: int) -> Due:
    """A window in calendar days ("15 days"): from the Beijing day of the move, whatever its hour; every day counts."""
    _require_not_negative(days)
    first = beijing_day(start)
    counted = tuple(first + _DAY * number for number in range(1, days + 1))
    last = first + _DAY * days
    return Due(last, end_of(last), counted, is_provisional=False)


@dataclass(frozen=True)
class WorkCalendar:
    """Monday to Friday, except where a notice of the State Council departs from it.

    `departures` gives the days a published notice names: False for a holiday, True for a weekend that is worked
    (调休). `last_year` is the last year whose notice is out; 0 when none is.
    """

    departures: Mapping[datetime.date, bool]
    last_year: int

    def is_working(self, day: datetime.date) -> bool:
        departure = self.departures.get(day)
        return day.weekday() < _SATURDAY if departure is None else departure

    def first_working(self, day: datetime.date) -> datetime.date:
        """The day itself, or the next working day when it is closed."""
        while not self.is_working(day):
            day += _DAY
        return day

    def day_zero(self, start: datetime.datetime) -> datetime.date:
        """The day from which a move made at this instant counts. 17:30:00 sharp still belongs to its day."""
        local = beijing(start)
        is_late = local.time() > CLOSING
        return self.first_working(local.date() + _DAY if is_late else local.date())

    def due(self, start: datetime.datetime, days: int) -> Due:
        return self.due_after(self.day_zero(start), days)

    def due_after(self, day: datetime.date, days: int) -> Due:
        """The due date `days` working days after a date: how one deadline is chained to another."""
        _require_not_negative(days)
        day = self.first_working(day)
        counted: list[datetime.date] = []
        while len(counted) < days:
            day += _DAY
            if self.is_working(day):
                counted.append(day)
        return self._due(day, tuple(counted))

    def keep_promise(self, fresh: Due, promised_date: datetime.date) -> Due:
        """A recomputed due date, never earlier than the date already promised and never on a closed day."""
        if fresh.due_date >= promised_date:
            return fresh
        later = self.first_working(promised_date)
        return self._due(later, fresh.counted_days + tuple(self._working_days(fresh.due_date, later)))

    def working_days_between(self, after: datetime.date, until: datetime.date) -> int:
        """Working days after the first date, up to and including the second; none when it does not lie later."""
        return sum(1 for _day in self._working_days(after, until))

    def working_days_left(self, today: datetime.date, due_date: datetime.date) -> int:
        """For a reader: how many working days are still to come, the last one included; 0 on the last day and after."""
        return self.working_days_between(today, due_date)

    def days_saved(self, at: datetime.datetime, due_date: datetime.date) -> int:
        """What a clock that stops now keeps: started again with these days at the same instant, it is due as before."""
        return self.working_days_between(self.day_zero(at), due_date)

    def differences(self, other: "WorkCalendar") -> list[datetime.date]:
        """The days on which one of two calendars works and the other does not."""
        named = sorted({*self.departures, *other.departures})
        return [day for day in named if self.is_working(day) != other.is_working(day)]

    def _working_days(self, after: datetime.date, until: datetime.date) -> Iterator[datetime.date]:
        day = after
        while day < until:
            day += _DAY
            if self.is_working(day):
                yield day

    def _due(self, day: datetime.date, counted: tuple[datetime.date, ...]) -> Due:
        return Due(day, end_of(day), counted, is_provisional=day.year > self.last_year)


def _require_not_negative(days: int) -> None:
    if days < 0:
        raise ValueError("A deadline does not lie before its start.")
