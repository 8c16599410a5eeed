"""The due date of a deadline, as the portal counts it: ./run manage due --from 2026-02-13T16:30 --days 5 --json"""

import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.calendar import BEIJING
from portal.models import CalendarNotice
from portal.wording import weekday

MOST_DAYS = 2000


def moment(text: str) -> datetime.datetime:
    """An instant; Beijing time where it names no zone."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a time. Write it as 2026-02-13T16:30, in Beijing time.") from error
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


class Command(BaseCommand):
    help = "Print the due date so many working days after a moment, with the days counted."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--from", dest="start", required=True, help="the move, in Beijing time: 2026-02-13T16:30")
        parser.add_argument("--days", type=int, required=True, help="working days")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days is a number from 0 to {MOST_DAYS}.")
        calendar = CalendarNotice.objects.calendar()
        start = moment(options["start"])
        due = calendar.due(start, options["days"])
        if options["json"]:
            answer = {
                "due_date": due.due_date.isoformat(),
                "due_at": due.due_at.isoformat(),
                "counted_days": [day.isoformat() for day in due.counted_days],
                "provisional": due.is_provisional,
            }
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(f"day zero  {calendar.day_zero(start)} {weekday(calendar.day_zero(start))}")
        for number, day in enumerate(due.counted_days, 1):
            self.stdout.write(f"{number:>8}  {day} {weekday(day)}")
        self.stdout.write(f"due       {due.due_date} 24:00{' (provisional)' if due.is_provisional else ''}")
