"""Reading the table of a notice: what spreadsheets make of it, and a sentence for every line that is wrong."""

import datetime

import pytest
from django.utils import translation

from portal import departures
from portal.departures import Departure, Holiday
from tests.portal.calendar_years import TABLE_2027

HEAD = "date,is_working,name\n"


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def problems(lines: str) -> list[str]:
    return departures.read((HEAD + lines).encode(), 2027).problems


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_a_plain_table_is_read_in_order() -> None:
    reading = departures.read(b"date,is_working,name\n2027-10-09,1,National\n2027-10-01,0,National\n", 2027)
    assert reading.problems == []
    assert reading.days == [
        Departure(day("2027-10-01"), False, "National"),
        Departure(day("2027-10-09"), True, "National"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        TABLE_2027.encode(),
        TABLE_2027.encode("utf-8-sig"),
        TABLE_2027.encode("gbk"),
        TABLE_2027.encode("utf-16"),
        TABLE_2027.replace("\n", "\r\n").encode(),
        TABLE_2027.replace(",", ";").encode(),
        TABLE_2027.replace(",", "\t").encode(),
        TABLE_2027.replace("2027-0", "2027/").encode("gbk"),
        TABLE_2027.replace("date,is_working,name", "日期,是否上班,名称")
        .replace(",0,", ",否,")
        .replace(",1,", ",是,")
        .encode(),
        ("\n" + TABLE_2027 + "\n,,\n").encode(),
    ],
    ids=["utf-8", "bom", "gbk", "utf-16", "crlf", "semicolons", "tabs", "slashes", "chinese", "blank lines"],
)
def test_what_spreadsheets_save_is_understood(content: bytes) -> None:
    reading = departures.read(content, 2027)
    assert reading.problems == []
    assert reading.days == departures.read(TABLE_2027.encode(), 2027).days
    assert len(reading.days) == 14


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2027-02-30,0,a", "Line 2: “2027-02-30” is not a date. Write it as 2027-10-01."),
        ("1 Oct,0,a", "Line 2: “1 Oct” is not a date. Write it as 2027-10-01."),
        ("2026-10-01,0,a", "Line 2: 2026-10-01 does not belong to the notice for 2027. Correct the date or the year."),
        ("2028-01-01,0,a", "Line 2: 2028-01-01 does not belong to the notice for 2027. Correct the date or the year."),
        ("2027-10-01,maybe,a", "Line 2: “maybe” says neither worked nor off. Write 1 or 0."),
        ("2027-10-01,0,", "Line 2: The name of the holiday is missing or longer than 30 characters."),
        ("2027-10-01,0," + "x" * 31, "Line 2: The name of the holiday is missing or longer than 30 characters."),
        ("2027-10-01", "Line 2: “” says neither worked nor off. Write 1 or 0."),
        (
            "2027-03-03,1,a",
            "Line 2: 2027-03-03 is a Wed and worked anyway. Mark it as a day off, or take the line out.",
        ),
    ],
)
def test_a_line_that_cannot_be_right_is_named(line: str, sentence: str) -> None:
    assert problems(line) == [sentence]


def test_every_wrong_line_is_named_and_a_day_given_twice_names_both() -> None:
    assert problems("2027-10-01,0,a\nx,0,a\n2027-10-01,1,a\n") == [
        "Line 3: “x” is not a date. Write it as 2027-10-01.",
        "Line 4: 2027-10-01 stands in line 2 already.",
    ]


def test_new_year_may_reach_back_into_december() -> None:
    assert problems("2026-12-31,0,a") == []
    assert problems("2026-12-26,1,a") == []
    assert len(problems("2026-12-24,0,a")) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"day,what\n2027-01-01,0\n", "The first line must name the columns date, is_working and name."),
        (HEAD.encode(), "The file names the columns and no day."),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "The file cannot be read as text. Save it as CSV, UTF-8, and choose it again.",
        ),
        (b"x" * 100_001, "The file is too large for a year of holidays. Choose the CSV file of one notice."),
        (b"a,b,c\n" * 500, "The file has more lines than a year has days. Choose the table of one notice."),
    ],
    ids=["nothing", "blank", "no columns", "no day", "a picture", "too large", "too long"],
)
def test_a_file_that_is_no_table_is_told_so(content: bytes, sentence: str) -> None:
    assert departures.read(content, 2027).problems == [sentence]


def test_a_quote_left_open_swallows_no_day() -> None:
    reading = departures.read((HEAD + '2027-10-01,0,"National\n2027-10-04,0,x\n').encode(), 2027)
    assert [(one.date, one.name) for one in reading.days] == [(day("2027-10-01"), "National"), (day("2027-10-04"), "x")]


def test_holidays_are_told_by_stretches_and_weekends_worked() -> None:
    new_year, spring, labour, _national = departures.holidays(departures.read(TABLE_2027.encode(), 2027).days)
    assert new_year == Holiday("元旦", ((day("2027-01-01"), day("2027-01-03")),), 3, ())
    # the table leaves the weekend of 6 and 7 February out: it is off all the same
    assert spring == Holiday("春节", ((day("2027-02-05"), day("2027-02-11")),), 7, (day("2027-02-14"),))
    assert labour.stretches == ((day("2027-05-03"), day("2027-05-03")),)


def test_holidays_come_in_the_order_of_their_days_off_not_of_the_weekends_worked_for_them() -> None:
    names = [holiday.name for holiday in departures.holidays(departures.shipped()[1].days)]
    assert names == ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]


def test_a_holiday_in_two_stretches_stays_in_two() -> None:
    days = [Departure(day("2027-10-01"), False, "x"), Departure(day("2027-10-06"), False, "x")]
    assert [holiday.stretches for holiday in departures.holidays(days)] == [
        ((day("2027-10-01"), day("2027-10-01")), (day("2027-10-06"), day("2027-10-06")))
    ]


def test_the_shipped_notices_are_2025_and_2026_with_their_numbers() -> None:
    shipped = [
        (draft.year, draft.number, draft.published_date.isoformat(), len(draft.days)) for draft in departures.shipped()
    ]
    assert shipped == [
        (2025, "国办发明电〔2024〕12号", "2024-11-12", 33),
        (2026, "国办发明电〔2025〕7号", "2025-11-04", 39),
    ]
