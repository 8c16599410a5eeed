"""A clock that runs through the past: planned acts and the portal's own ticks between them, all in one order."""

import datetime
import heapq
from collections.abc import Callable
from itertools import count
from random import Random

from django.core.exceptions import PermissionDenied
from django.db import transaction

from portal.calendar import WorkCalendar, beijing
from portal.errors import Refused

TICK_AFTER = datetime.timedelta(seconds=20)  # beat looks every 30 seconds
Act = Callable[[datetime.datetime], None]


class Clockwork:
    """Acts are done in the order of their moments, as if they had been done then; nothing happens after `end`."""

    def __init__(self, *, end: datetime.datetime, calendar: WorkCalendar, random: Random) -> None:
        self.end = end
        self.calendar = calendar
        self.random = random
        self._plan: list[tuple[datetime.datetime, int, Act]] = []
        self._numbers = count()
        self.left_out = 0

    def at(self, moment: datetime.datetime, act: Act) -> None:
        if moment < self.end:
            heapq.heappush(self._plan, (moment, next(self._numbers), act))

    def run(self) -> None:
        """Act after act. What was planned long before may be too late by then, or he is on leave: he lets it be."""
        while self._plan:
            moment, _number, act = heapq.heappop(self._plan)
            try:
                with transaction.atomic():
                    act(moment)
            except (Refused, PermissionDenied):
                self.left_out += 1

    def in_office(self, moment: datetime.datetime) -> datetime.datetime:
        """The moment itself, or the next one at which an office works: working days, 8:40 to 17:50."""
        local = beijing(moment)
        opens = local.replace(hour=8, minute=40, second=0) + self._minutes(50)
        closes = local.replace(hour=17, minute=50, second=0)
        if self.calendar.is_working(local.date()) and local <= closes:
            return max(local, opens)
        next_day = self.calendar.first_working(local.date() + datetime.timedelta(days=1))
        return local.replace(
            year=next_day.year, month=next_day.month, day=next_day.day, hour=8, minute=40, second=0
        ) + self._minutes(150)

    def awake(self, moment: datetime.datetime) -> datetime.datetime:
        """The moment itself, or the next one at which a driver or contact looks at his phone: 7:00 to 23:00."""
        local = beijing(moment)
        if local.hour < 7:
            return local.replace(hour=7, minute=0) + self._minutes(100)
        if local.hour >= 23:
            return local.replace(hour=7, minute=0) + datetime.timedelta(days=1) + self._minutes(100)
        return local

    def before(
        self, due_at: datetime.datetime, *, after: datetime.datetime, hours: float, office: bool
    ) -> datetime.datetime:
        """About so many hours on, when people are at work, and in time for the due moment."""
        wait = datetime.timedelta(hours=min(self.random.expovariate(1 / hours), hours * 3))
        moment = (self.in_office if office else self.awake)(after + wait)
        return moment if moment < due_at else min(after + self._minutes(40), due_at - datetime.timedelta(minutes=1))

    def _minutes(self, most: int) -> datetime.timedelta:
        return datetime.timedelta(seconds=self.random.randrange(60, most * 60))
