"""Invented notices for 2027 and a room with one due date, for the tests of the work calendar."""

import datetime
from collections.abc import Iterator

from portal import departures
from portal.calendar import WorkCalendar
from portal.departures import Draft
from portal.front import Card, Check, DueRow
from tests.world import at

# 30 December 2026 plus two working days: without a notice Friday 1 January 2027
FILED_AT = at("2026-12-30 10:00")
PROMISED_DATE = datetime.date(2027, 1, 1)

TABLE_2027 = """\
date,is_working,name
2027-01-01,0,元旦
2027-01-02,0,元旦
2027-01-03,0,元旦
2027-02-05,0,春节
2027-02-08,0,春节
2027-02-09,0,春节
2027-02-10,0,春节
2027-02-11,0,春节
2027-02-14,1,春节
2027-05-03,0,劳动节
2027-10-01,0,国庆节
2027-10-04,0,国庆节
2027-10-05,0,国庆节
2027-10-09,1,国庆节
"""


def draft_2027(table: str = TABLE_2027, *, number: str = "国办发明电〔2026〕9号", seen: str = "") -> Draft:
    reading = departures.read(table.encode(), 2027)
    assert not reading.problems
    return Draft(2027, number, datetime.date(2026, 11, 10), tuple(reading.days), seen)


# -- what a room's joins.py would offer ---------------------------------------------------------------------------


def due_rows(calendar: WorkCalendar) -> Iterator[DueRow]:
    fresh = calendar.keep_promise(calendar.due(FILED_AT, 2), PROMISED_DATE)
    yield DueRow("LZ-261230-7KQ2MX", PROMISED_DATE, fresh.due_date)
    yield DueRow("LZ-261123-0000AA", datetime.date(2026, 11, 25), datetime.date(2026, 11, 25))


def health(now: datetime.datetime) -> list[Check]:
    return [Check("open cases", "yellow", {"at": now.isoformat()})]


def cards(user: object, post: object) -> list[Card]:
    return [Card("late.html", order=90), Card("early.html", order=10)]


def personal_data(person: object) -> dict[str, object]:
    return {"appeals": 2}
