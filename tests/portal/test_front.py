"""The front door asks every room that has an offer, and leaves the others out."""

import datetime

import pytest

from portal import front
from portal.calendar import WorkCalendar
from tests.world import NOW


@pytest.fixture(autouse=True)
def _one_room(settings) -> None:
    settings.JOINS = ["tests.portal.calendar_years", "tests.portal"]


def test_rooms_without_the_offer_are_left_out() -> None:
    assert front.personal_data(None) == {"tests": {"appeals": 2}}
    assert list(front.ask("company_desk", None)) == []


def test_cards_come_in_their_order() -> None:
    assert [card.template for card in front.cards(None, None)] == ["early.html", "late.html"]


def test_health_is_told_room_by_room_and_knows_three_levels() -> None:
    assert front.health(NOW)["tests"][0].level == "yellow"
    with pytest.raises(ValueError, match="not a level"):
        front.Check("x", "orange")


def test_due_rows_are_those_that_move() -> None:
    notice = {datetime.date(2027, 1, 1): False}
    assert front.due_rows(WorkCalendar({}, last_year=2026)) == []
    assert [row.label for row in front.due_rows(WorkCalendar(notice, last_year=2027))] == ["LZ-261230-7KQ2MX"]
