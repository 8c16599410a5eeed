"""Reading the table of a holiday notice: one line per day that departs from Monday-to-Friday. No database, no clock.

Columns date, is_working, name. What spreadsheets make of such a table is understood too: 2027/10/1, GB 18030, a byte
order mark, tabs or semicolons, 是 and 否. Every line that cannot be right is named with a sentence on what to do.
"""

import csv
import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from portal.wording import weekday

COLUMNS = {
    "date": {"date", "日期"},
    "is_working": {"is_working", "working", "是否上班", "上班"},
    "name": {"name", "名称", "节日", "节假日"},
}
WORKING = {"1", "true", "yes", "y", "是", "班", "上班", "调休上班"}
CLOSED = {"0", "false", "no", "n", "否", "休", "放假"}
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
NAME_LENGTH = 30
MOST_BYTES = 100_000
MOST_LINES = 400
SATURDAY = 5
SHIPPED_DIR = Path(__file__).resolve().parent / "data" / "calendar"
# What the State Council's rules on public holidays (全国年节及纪念日放假办法) close by the date itself.
ALWAYS_CLOSED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


@dataclass(frozen=True, order=True)
class Departure:
    date: datetime.date
    is_working: bool
    name: str


@dataclass(frozen=True)
class Draft:
    """A notice as somebody wants to load it. `seen` is the state of that year's notice on the page he decided from."""

    year: int
    number: str
    published_date: datetime.date
    days: tuple[Departure, ...]
    seen: str = ""


@dataclass
class Reading:
    """What a file held: the days, and the sentences about lines that are wrong."""

    days: list[Departure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Holiday:
    """One holiday as people speak of it: its stretches of days off, first and last, and the weekends worked for it."""

    name: str
    stretches: tuple[tuple[datetime.date, datetime.date], ...]
    days_off: int
    worked: tuple[datetime.date, ...]


def fault(day: Departure, year: int) -> str:
    """Why this day cannot stand in the notice for this year; empty where it can."""
    shown = {"date": day.date.isoformat(), "year": year, "weekday": weekday(day.date)}
    # New Year may reach back: the notice for 2019 moved a working day to 29 December 2018
    if day.date.year != year and not datetime.date(year - 1, 12, 25) <= day.date < datetime.date(year, 1, 1):
        return _("%(date)s does not belong to the notice for %(year)s. Correct the date or the year.") % shown
    if day.is_working and day.date.weekday() < SATURDAY:
        return _("%(date)s is a %(weekday)s and worked anyway. Mark it as a day off, or take the line out.") % shown
    return ""


def faults(days: Iterable[Departure], year: int) -> Iterator[str]:
    seen: set[datetime.date] = set()
    for day in days:
        sentence = fault(day, year)
        if sentence:
            yield sentence
        if day.date in seen:
            yield _("%(date)s stands in the table twice.") % {"date": day.date.isoformat()}
        seen.add(day.date)


def read(content: bytes, year: int) -> Reading:
    """The days of an uploaded table, and a sentence for each line that is wrong."""
    if len(content) > MOST_BYTES:
        return Reading(problems=[_("The file is too large for a year of holidays. Choose the CSV file of one notice.")])
    text = _decoded(content)
    if text is None:
        return Reading(problems=[_("The file cannot be read as text. Save it as CSV, UTF-8, and choose it again.")])
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" ,;\t")]
    if not lines:
        return Reading(problems=[_("The file is empty.")])
    if len(lines) > MOST_LINES:
        return Reading(problems=[_("The file has more lines than a year has days. Choose the table of one notice.")])
    delimiter = max(",;\t", key=lines[0][1].count)
    places = _places(_cells(lines[0][1], delimiter))
    if set(places) != set(COLUMNS):
        return Reading(problems=[_("The first line must name the columns date, is_working and name.")])
    reading, first_seen = Reading(), dict[datetime.date, int]()
    for number, line in lines[1:]:
        cells = _cells(line, delimiter)
        found = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
        _read_line(number, found, year, reading, first_seen)
    if not reading.days and not reading.problems:
        reading.problems.append(_("The file names the columns and no day."))
    reading.days.sort()
    return reading


def shipped() -> list[Draft]:
    """The notices that come with the portal, oldest first."""
    drafts = []
    with (SHIPPED_DIR / "notices.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            year = int(row["year"])
            days = read((SHIPPED_DIR / f"{year}.csv").read_bytes(), year).days
            published_date = datetime.date.fromisoformat(row["published_date"])
            drafts.append(Draft(year, row["number"], published_date, tuple(days)))
    return drafts


def holidays(days: Iterable[Departure]) -> list[Holiday]:
    """The table of a notice by holiday, in the order of their first days off."""
    by_name: dict[str, list[Departure]] = {}
    for day in sorted(days):
        by_name.setdefault(day.name, []).append(day)
    found = []
    for name, named in by_name.items():
        stretches = _stretches([day.date for day in named if not day.is_working])
        days_off = sum((last - first).days + 1 for first, last in stretches)
        worked = tuple(day.date for day in named if day.is_working)
        found.append(Holiday(name, stretches, days_off, worked))
    return sorted(found, key=lambda holiday: holiday.stretches[0][0] if holiday.stretches else holiday.worked[0])


def _stretches(days: list[datetime.date]) -> tuple[tuple[datetime.date, datetime.date], ...]:
    """First and last day of each stretch; a weekend that the table leaves out does not part what lies around it."""
    runs: list[list[datetime.date]] = []
    for day in days:
        if runs and _is_next(runs[-1][-1], day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple((run[0], run[-1]) for run in runs)


def _is_next(day: datetime.date, other: datetime.date) -> bool:
    between = range(day.toordinal() + 1, other.toordinal())
    return all(datetime.date.fromordinal(number).weekday() >= SATURDAY for number in between)


def _decoded(content: bytes) -> str | None:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    return None


def _places(header: list[str]) -> dict[str, int]:
    words = [cell.lower() for cell in header]
    return {key: words.index(word) for key, names in COLUMNS.items() for word in names if word in words}


def _cells(line: str, delimiter: str) -> list[str]:
    # line by line: a quote left open must not swallow the days below it
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _read_line(
    line: int, cells: dict[str, str], year: int, reading: Reading, first_seen: dict[datetime.date, int]
) -> None:
    def wrong(sentence: str) -> None:
        reading.problems.append(_("Line %(line)d: %(sentence)s") % {"line": line, "sentence": sentence})

    date, is_working = _date(cells["date"]), _is_working(cells["is_working"])
    if date is None:
        wrong(
            _("“%(text)s” is not a date. Write it as %(example)s.")
            % {"text": cells["date"], "example": f"{year}-10-01"}
        )
        return
    if is_working is None:
        wrong(_("“%(text)s” says neither worked nor off. Write 1 or 0.") % {"text": cells["is_working"]})
        return
    if not cells["name"] or len(cells["name"]) > NAME_LENGTH:
        wrong(_("The name of the holiday is missing or longer than %(most)d characters.") % {"most": NAME_LENGTH})
        return
    if date in first_seen:
        wrong(_("%(date)s stands in line %(other)d already.") % {"date": date.isoformat(), "other": first_seen[date]})
        return
    first_seen[date] = line
    day = Departure(date, is_working, cells["name"])
    sentence = fault(day, year)
    if sentence:
        wrong(sentence)
    else:
        reading.days.append(day)


def _date(text: str) -> datetime.date | None:
    match = DATE.fullmatch(text)
    if not match:
        return None
    try:
        return datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _is_working(text: str) -> bool | None:
    word = text.lower()
    return True if word in WORKING else False if word in CLOSED else None
