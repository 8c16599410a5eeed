"""Days, due dates, money and people in the words of PAGES: sections 4 and 5."""

import datetime
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import wording
from portal.calendar import BEIJING

TODAY = date(2026, 11, 23)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def test_a_drivers_due_date_ends_at_24() -> None:
    assert wording.driver_date(date(2026, 11, 25), today=TODAY) == "11月25日 周三 24:00 前"


def test_another_years_due_date_carries_the_year() -> None:
    assert wording.driver_date(date(2027, 1, 4), today=TODAY) == "2027年1月4日 24:00 前"


def test_a_provisional_date_says_so() -> None:
    assert wording.driver_date(date(2026, 12, 2), today=TODAY, provisional=True) == "12月2日 周三 24:00 前（暂定）"


def test_staff_days_and_times_are_short() -> None:
    assert wording.staff_date(date(2026, 11, 25), today=TODAY) == "11-25 周三"
    assert wording.staff_date(date(2025, 11, 25), today=TODAY) == "2025-11-25 周二"
    assert wording.staff_time(at("2026-11-20T09:40"), today=TODAY) == "11-20 09:40"
    assert wording.staff_time(at("2025-11-20T09:40"), today=TODAY) == "2025-11-20 09:40"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-23T09:12", "今天 09:12"),
        ("2026-11-22T18:05", "昨天 18:05"),
        ("2026-11-20T16:40", "11月20日 周五 16:40"),
        ("2025-12-31T23:59", "2025年12月31日 23:59"),
    ],
)
def test_a_moment_in_words(moment: str, words: str) -> None:
    assert wording.day_words(at(moment), today=TODAY) == words


def test_a_moment_is_told_in_beijing_days() -> None:
    late_in_utc = datetime.datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert wording.day_words(late_in_utc, today=TODAY) == "今天 00:30"


def test_a_span_ends_at_24_not_at_0() -> None:
    assert wording.span(at("2026-11-23T09:30"), at("2026-11-23T11:30")) == "09:30–11:30"
    assert wording.span(at("2026-11-23T20:00"), at("2026-11-24T00:00")) == "20:00–24:00"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=1, minutes=20), "还有 1 小时 20 分"),
        (timedelta(hours=2), "还有 2 小时"),
        (timedelta(minutes=45, seconds=59), "还有 45 分"),
        (timedelta(minutes=-5), "还有 0 分"),
    ],
)
def test_urgent_cases_count_hours(left: timedelta, words: str) -> None:
    assert wording.hours_left(left) == words


@pytest.mark.parametrize(
    ("days", "facts", "state", "driver", "staff", "css"),
    [
        (8, {"days_left": 6}, "far", "还有 6 天", "12-01 周二", "due due-far"),
        (3, {}, "far", "还有 3 天", "11-26 周四", "due due-far"),
        (4, {"days_left": 2}, "soon", "还有 2 天", "11-27 周五", "due due-soon"),
        (1, {"days_left": 1}, "soon", "还有 1 天", "11-24 周二", "due due-soon"),
        (3, {"days_left": 0}, "soon", "还有 1 天", "11-26 周四", "due due-soon"),
        (0, {"days_left": 0}, "today", "今天 24:00 前", "今天 24:00", "due due-today"),
        (-1, {}, "overdue", "超时 1 天，已报上级", "超时 1 天", "due due-over"),
        (-1, {"clock": "carry_out"}, "overdue", "兑现超时 1 天", "兑现超时 1 天", "due due-over"),
        (-2, {"clock": "platform"}, "overdue", "平台超时 2 天", "平台超时 2 天", "due due-over"),
        (-4, {"resting": True}, "resting", "等您补充，期限暂停", "等司机补充", "due"),
        (-4, {"done": True}, "done", "按期办结", "按期", "due t-green"),
        (7, {"provisional": True}, "far", "还有 7 天（暂定）", "11-30 周一（暂定）", "due due-far"),
    ],
)
def test_a_clock_in_colour_and_words(
    days: int, facts: dict[str, object], state: str, driver: str, staff: str, css: str
) -> None:
    due = wording.due_state(TODAY + timedelta(days=days), today=TODAY, **facts)  # type: ignore[arg-type]
    assert due is not None
    assert (due.state, due.driver, due.staff, due.css) == (state, driver, staff, css)


def test_no_due_date_is_no_badge() -> None:
    assert wording.due_state(None, today=TODAY) is None


def test_an_urgent_clock_runs_by_the_wall() -> None:
    due_at = at("2026-11-23T03:20")
    assert wording.urgent_due(due_at, now=at("2026-11-23T02:00")).driver == "还有 1 小时 20 分"
    assert wording.urgent_due(due_at, now=due_at).driver == "已到期，转上级"


@pytest.mark.parametrize(
    ("fen", "words"),
    [(124_000, "1,240 元"), (18_350, "183.50 元"), (0, "0 元"), (-5, "−0.05 元"), (-124_000, "−1,240 元")],
)
def test_money_shows_fen_where_there_are_some(fen: int, words: str) -> None:
    assert wording.money(fen) == words


def test_a_column_of_money_has_one_precision() -> None:
    assert wording.money(124_000, exact=True) == "1,240.00 元"


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_money_loses_no_fen(fen: int) -> None:
    digits = wording.money(fen).split()[0].replace(",", "").replace(wording.MINUS, "-")
    whole, _, rest = digits.partition(".")
    assert abs(int(whole)) * 100 + int(rest or 0) == abs(fen)
    assert digits.startswith("-") == (fen < 0)


def test_the_minus_is_a_minus() -> None:
    assert wording.percent(-0.012) == "−1.2%"
    assert wording.number(-3.5, 1) == "−3.5"
    assert wording.number(0.04, 1) == "0.0"


@pytest.mark.parametrize(
    ("count", "words"),
    [(9_640, "9,640"), (196_840, "19.7 万"), (10_000, "1 万"), (99_999, "10 万"), (-196_840, "−19.7 万")],
)
def test_large_counts_in_tiles(count: int, words: str) -> None:
    assert wording.count_words(count) == words


def test_a_dot_has_two_digits() -> None:
    assert [wording.dot_count(n) for n in (2, 99, 100)] == ["2", "99", "99+"]


@pytest.mark.parametrize(
    ("name", "masked"), [("周建军", "周**"), ("李明", "李*"), ("阿木尔古楞", "阿**"), ("周", "周*"), ("", "")]
)
def test_a_name_keeps_its_family_name(name: str, masked: str) -> None:
    assert wording.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800000000", "138****0000"), ("+86 138 0000 0000", "138****0000"), ("12345", "*****"), ("", "")],
)
def test_a_phone_keeps_seven_digits(phone: str, masked: str) -> None:
    assert wording.mask_phone(phone) == masked


def test_the_chain_knows_done_now_and_ahead() -> None:
    steps = wording.chain_steps(2)
    assert [step.state for step in steps] == ["done", "done", "now", "ahead"]
    assert [step.word for step in steps] == ["本人", "流动党员", "流动党支部", "行业党委"]
    assert [step.note for step in steps] == ["（已办）", "（已办）", "（正在办）", "（未到）"]


def test_a_tier_never_asked_is_not_done() -> None:
    assert [step.state for step in wording.chain_steps(2, passed_over=[1])] == ["done", "pass", "now", "ahead"]


def test_a_closed_chain_has_no_now() -> None:
    steps = wording.chain_steps(2, second="enterprise", closed=True)
    assert [step.state for step in steps] == ["done", "done", "done", "ahead"]
    assert steps[2].word == "企业党组织"
