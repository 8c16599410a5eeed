"""Arithmetic of working days: the examples of the rules, the edges of a day, and what holds for every start."""

import csv
import datetime
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar import BEIJING, Due, WorkCalendar, beijing_day, calendar_days, end_of

FOLDER = Path(__file__).parents[2] / "portal" / "data" / "calendar"


def table(*years: int) -> dict[datetime.date, bool]:
    days = {}
    for year in years:
        with (FOLDER / f"{year}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                days[datetime.date.fromisoformat(row["date"])] = row["is_working"] == "1"
    return days


CALENDAR = WorkCalendar(table(2025, 2026), last_year=2026)
DAY = datetime.timedelta(days=1)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


dates = st.dates(day("2024-12-01"), day("2028-03-01"))
starts = st.builds(datetime.datetime.combine, dates, st.times(), tzinfo=st.sampled_from([BEIJING, datetime.UTC]))
counts = st.integers(0, 40)


# -- our table ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2025, 2026])
def test_our_table_agrees_with_the_seed_library_on_every_day(year: int) -> None:
    days = [datetime.date(year, 1, 1) + DAY * number for number in range(365)]
    ours = [CALENDAR.is_working(one) for one in days]
    assert ours == [chinese_calendar.is_workday(one) for one in days]


def test_the_seed_library_knows_no_2027_so_our_table_is_the_truth_there() -> None:
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(day("2027-01-04"))
    assert CALENDAR.is_working(day("2027-01-04"))


# -- the examples of the rules ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-02-13T16:30", 5, "2026-02-27"),
        ("2026-02-13T16:30", 10, "2026-03-05"),
        ("2026-09-18T09:00", 10, "2026-10-09"),
        ("2026-09-30T09:00", 3, "2026-10-10"),
    ],
)
def test_examples_of_the_rules(start: str, days: int, expected: str) -> None:
    due = CALENDAR.due(at(start), days)
    assert (due.due_date, due.is_provisional) == (day(expected), False)


def test_the_worked_saturday_before_spring_festival_counts_and_the_nine_days_off_do_not() -> None:
    due = CALENDAR.due(at("2026-02-13T16:30"), 5)
    assert [one.isoformat() for one in due.counted_days] == [
        "2026-02-14",
        "2026-02-24",
        "2026-02-25",
        "2026-02-26",
        "2026-02-27",
    ]
    assert due.due_at == at("2026-02-28T00:00")


# -- day zero -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "zero"),
    [
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-23T17:30:00", "2026-11-23"),
        ("2026-11-23T17:30:00.000001", "2026-11-24"),
        ("2026-11-23T23:59:59", "2026-11-24"),
        ("2026-11-27T17:31:00", "2026-11-30"),
        ("2026-11-28T10:00:00", "2026-11-30"),
        ("2026-02-13T18:00:00", "2026-02-14"),
        ("2026-02-14T18:00:00", "2026-02-24"),
        ("2026-10-03T12:00:00", "2026-10-08"),
    ],
)
def test_day_zero(start: str, zero: str) -> None:
    assert CALENDAR.day_zero(at(start)) == day(zero)


def test_day_zero_is_a_beijing_day_whatever_zone_the_time_comes_in() -> None:
    late_in_utc = datetime.datetime(2026, 11, 23, 9, 31, tzinfo=datetime.UTC)
    evening_before = datetime.datetime(2026, 11, 22, 16, 0, tzinfo=datetime.UTC)
    assert CALENDAR.day_zero(late_in_utc) == day("2026-11-24")
    assert CALENDAR.day_zero(evening_before) == day("2026-11-23")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.due(datetime.datetime(2026, 11, 23, 9, 0), 1)  # noqa: DTZ001


def test_days_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="before its start"):
        CALENDAR.due(at("2026-11-23T09:00"), -1)
    with pytest.raises(ValueError, match="before its start"):
        calendar_days(at("2026-11-23T09:00"), -1)


# -- past the last published year ---------------------------------------------------------------------------------


def test_a_date_past_the_last_published_year_is_provisional_and_knows_weekends_only() -> None:
    due = CALENDAR.due(at("2026-12-30T10:00"), 2)
    assert (due.due_date, due.is_provisional) == (day("2027-01-01"), True)
    assert not CALENDAR.due(at("2026-12-30T10:00"), 1).is_provisional


def test_without_any_notice_everything_is_provisional() -> None:
    due = WorkCalendar({}, last_year=0).due(at("2026-09-30T09:00"), 3)
    assert (due.due_date, due.is_provisional) == (day("2026-10-05"), True)


def test_a_loaded_notice_moves_a_provisional_date_later() -> None:
    loaded = WorkCalendar(CALENDAR.departures | {day("2027-01-01"): False}, last_year=2027)
    promised = CALENDAR.due(at("2026-12-30T10:00"), 2).due_date
    renewed = loaded.keep_promise(loaded.due(at("2026-12-30T10:00"), 2), promised)
    assert (renewed.due_date, renewed.is_provisional) == (day("2027-01-04"), False)


def test_a_loaded_notice_never_makes_a_promised_date_earlier() -> None:
    loaded = WorkCalendar(CALENDAR.departures | {day("2027-01-09"): True}, last_year=2027)
    promised = CALENDAR.due(at("2027-01-07T10:00"), 2).due_date
    fresh = loaded.due(at("2027-01-07T10:00"), 2)
    kept = loaded.keep_promise(fresh, promised)
    assert (fresh.due_date, promised) == (day("2027-01-09"), day("2027-01-11"))
    assert kept == Due(promised, end_of(promised), (day("2027-01-08"), day("2027-01-09"), promised), False)


def test_a_promise_on_a_day_that_is_closed_now_moves_to_the_next_working_day() -> None:
    corrected = WorkCalendar(table(2026) | {day("2026-10-10"): False, day("2026-10-11"): True}, last_year=2026)
    fresh = corrected.due(at("2026-09-30T09:00"), 2)
    assert corrected.keep_promise(fresh, day("2026-10-10")).due_date == day("2026-10-11")


def test_differences_are_days_that_change_not_days_that_are_named() -> None:
    loaded = WorkCalendar(
        CALENDAR.departures | {day("2027-01-01"): False, day("2027-01-02"): False, day("2027-02-07"): True}, 2027
    )
    assert loaded.differences(CALENDAR) == [day("2027-01-01"), day("2027-02-07")]


# -- left, late, saved --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "due_date", "left"),
    [
        ("2026-11-23", "2026-11-25", 2),
        ("2026-11-25", "2026-11-25", 0),
        ("2026-11-26", "2026-11-25", 0),
        ("2026-11-27", "2026-11-30", 1),
        ("2026-02-13", "2026-02-27", 5),
    ],
)
def test_working_days_left(today: str, due_date: str, left: int) -> None:
    assert CALENDAR.working_days_left(day(today), day(due_date)) == left


def test_calendar_days_count_every_day_from_the_beijing_day_of_the_move() -> None:
    window = calendar_days(at("2026-11-23T22:00"), 15)
    assert (window.due_date, window.due_at) == (day("2026-12-08"), at("2026-12-09T00:00"))
    assert (len(window.counted_days), window.is_provisional) == (15, False)


# -- what holds for every start -----------------------------------------------------------------------------------


@given(starts, starts, counts)
def test_a_later_start_is_never_due_earlier(one: datetime.datetime, other: datetime.datetime, days: int) -> None:
    earlier, later = sorted([one, other])
    assert CALENDAR.due(earlier, days).due_date <= CALENDAR.due(later, days).due_date


@given(starts, counts)
def test_one_day_more_is_due_later(start: datetime.datetime, days: int) -> None:
    assert CALENDAR.due(start, days).due_date < CALENDAR.due(start, days + 1).due_date


@given(starts, counts)
def test_never_on_a_closed_day_and_never_before_the_start(start: datetime.datetime, days: int) -> None:
    due = CALENDAR.due(start, days)
    assert CALENDAR.is_working(due.due_date)
    assert all(CALENDAR.is_working(one) for one in due.counted_days)
    assert due.due_date >= beijing_day(start)
    assert due.due_at > start


@given(starts, counts, counts)
def test_n_then_m_days_are_n_plus_m_days(start: datetime.datetime, first: int, then: int) -> None:
    halfway = CALENDAR.due(start, first)
    chained = CALENDAR.due_after(halfway.due_date, then)
    whole = CALENDAR.due(start, first + then)
    assert chained.due_date == whole.due_date
    assert halfway.counted_days + chained.counted_days == whole.counted_days


@given(starts, counts)
def test_as_many_days_are_counted_as_asked_each_once_in_order(start: datetime.datetime, days: int) -> None:
    counted = CALENDAR.due(start, days).counted_days
    assert len(counted) == days
    assert list(counted) == sorted(set(counted))
    assert CALENDAR.working_days_between(CALENDAR.day_zero(start), CALENDAR.due(start, days).due_date) == days


@given(starts, st.integers(1, 40))
def test_provisional_exactly_when_a_counted_day_lies_past_the_last_published_year(
    start: datetime.datetime, days: int
) -> None:
    due = CALENDAR.due(start, days)
    assert due.is_provisional == any(one.year > 2026 for one in due.counted_days)


@given(starts, counts)
def test_due_at_is_midnight_in_beijing_after_the_due_date(start: datetime.datetime, days: int) -> None:
    due = CALENDAR.due(start, days)
    local = due.due_at.astimezone(BEIJING)
    assert (local.date(), local.time()) == (due.due_date + DAY, datetime.time.min)
    assert beijing_day(due.due_at - datetime.timedelta(microseconds=1)) == due.due_date


@given(starts, counts, st.integers(0, 60))
def test_a_clock_that_stops_and_starts_at_once_is_due_as_before(
    start: datetime.datetime, days: int, hours: int
) -> None:
    due = CALENDAR.due(start, days)
    stopped = start + datetime.timedelta(hours=hours)
    if CALENDAR.day_zero(stopped) <= due.due_date:
        assert CALENDAR.due(stopped, CALENDAR.days_saved(stopped, due.due_date)).due_date == due.due_date
    else:
        assert CALENDAR.days_saved(stopped, due.due_date) == 0


@given(starts, counts, dates)
def test_a_kept_promise_is_never_earlier_and_never_on_a_closed_day(
    start: datetime.datetime, days: int, promised: datetime.date
) -> None:
    fresh = CALENDAR.due(start, days)
    kept = CALENDAR.keep_promise(fresh, promised)
    assert kept.due_date >= max(promised, fresh.due_date)
    assert CALENDAR.is_working(kept.due_date)
    assert kept.is_provisional == (kept.due_date.year > 2026)
