"""A holiday notice is loaded: the due dates beyond the published years are counted anew, and never made earlier."""

import datetime
from typing import Any

import pytest

from appeals.actions import driving, handling, renewing, ticking
from appeals.models import Appeal, Hearing
from portal.actions import calendar, deliveries
from portal.departures import Draft
from portal.front import DueRow
from portal.models import CalendarNotice, Delivery, Event, Notice, Role
from tests import world
from tests.appeals.reading import fresh, kinds, last
from tests.portal.calendar_years import draft_2027
from tests.world import at

pytestmark = pytest.mark.django_db
# a Wednesday: without a notice for 2027 the third working day after it is Monday 4 January
FILED = at("2026-12-30 10:00")
LOADED = at("2026-12-30 15:00")
# with this notice the Monday after New Year is closed as well
CLOSED_MONDAY = """\
date,is_working,name
2027-01-01,0,元旦
2027-01-04,0,元旦
"""


def load(draft: Draft | None = None) -> CalendarNotice:
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())
    return calendar.load(draft or draft_2027(), by=post.person, post=post, now=LOADED)


def deliver() -> None:
    """What the worker does after the notice is in force."""
    for event in Event.objects.filter(kind="portal.calendar_loaded"):
        deliveries.deliver_event(event.pk, now=LOADED)
    assert not Delivery.objects.filter(event__kind="portal.calendar_loaded", consumer="appeals.calendar").exists()


def filed(status: str = "in_hand", **fields: Any) -> Appeal:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    return world.an_appeal(status, by=driver, handler=line["contact"], now=FILED, **fields)


def test_past_the_last_published_year_a_due_date_is_provisional() -> None:
    appeal = filed()
    assert (appeal.due_date, appeal.is_provisional) == (datetime.date(2027, 1, 4), True)


def test_a_loaded_notice_moves_it_later_says_so_and_makes_it_certain() -> None:
    appeal = filed()
    assert renewing.due_rows(CalendarNotice.objects.calendar()) == []
    preview = calendar.preview(draft_2027(), now=LOADED)
    promised, new = datetime.date(2027, 1, 4), datetime.date(2027, 1, 5)
    assert [row for row in preview.due_rows if row.label == appeal.number] == [DueRow(appeal.number, promised, new)]
    load()
    deliver()
    after = fresh(appeal)
    assert (after.due_date, after.is_provisional) == (new, False)
    assert after.due_at == after.tick_at == at("2027-01-06 00:00")
    assert after.legs.get().answer_due_date == new
    event = last(appeal)
    assert (event.kind, event.by) == ("appeals.due_recomputed", None)
    assert event.facts == {"old": "2027-01-04", "new": "2027-01-05"}
    assert after.position == event.position


def test_the_driver_and_the_handler_are_told_of_the_new_day() -> None:
    appeal = filed()
    load()
    deliver()
    deliveries.deliver_event(last(appeal).pk, now=LOADED)
    told = set(Notice.objects.filter(kind="appeals.due_recomputed").values_list("person", flat=True))
    assert told == {appeal.filer_id, appeal.handler.person_id}  # type: ignore[union-attr]


def test_a_day_already_promised_is_never_made_earlier() -> None:
    load(draft_2027(CLOSED_MONDAY))
    appeal = filed()
    assert appeal.due_date == datetime.date(2027, 1, 6)
    appeal.legs.update(is_provisional=True)
    draft = draft_2027(seen=calendar.state_of(2027))
    load(draft)
    deliver()
    after = fresh(appeal)
    assert after.due_date == datetime.date(2027, 1, 6)
    assert not after.is_provisional
    assert "due_recomputed" not in kinds(appeal)


def test_a_promised_day_that_turns_out_closed_moves_to_the_next_working_day() -> None:
    appeal = filed()
    load(draft_2027(CLOSED_MONDAY))
    deliver()
    assert fresh(appeal).due_date == datetime.date(2027, 1, 6)


def test_loading_the_same_notice_again_moves_nothing() -> None:
    appeal = filed()
    load()
    deliver()
    links = kinds(appeal)
    load()
    renewing.renew_all(Event.objects.filter(kind="portal.calendar_loaded").latest("pk"), LOADED)
    assert kinds(appeal) == links


@pytest.mark.parametrize("status", ["answered", "withdrawn", "closed", "transferred"])
def test_what_is_not_running_is_left_alone(status: str) -> None:
    appeal = filed(status)
    before = fresh(appeal)
    load()
    deliver()
    after = fresh(appeal)
    assert (after.due_date, after.position) == (before.due_date, before.position)


def test_a_question_rests_until_the_new_day_and_the_days_left_follow_the_notice() -> None:
    appeal = filed("asked")
    assert (appeal.due_date, appeal.is_provisional) == (datetime.date(2027, 1, 6), True)
    load()
    deliver()
    after = fresh(appeal)
    assert (after.status, after.due_date, after.is_provisional) == ("asked", datetime.date(2027, 1, 7), False)
    assert after.due_at == after.tick_at == at("2027-01-08 00:00")
    assert last(appeal).facts == {"old": "2027-01-06", "new": "2027-01-07"}
    back = driving.reply(appeal.pk, by=appeal.filer, words="有。", now=at("2026-12-31 09:00"))
    # due on the 5th by the notice, one working day rested
    assert back.due_date == datetime.date(2027, 1, 6)


def test_a_company_has_until_the_new_day() -> None:
    appeal = filed(about=world.a_platform())
    world.heard(appeal.pk, by=appeal.handler, question="为什么？", now=FILED)
    load()
    deliver()
    hearing = Hearing.objects.get()
    assert (hearing.due_date, hearing.due_at) == (datetime.date(2027, 1, 5), at("2027-01-06 00:00"))
    assert not hearing.is_provisional
    assert ticking.note_silence(now=at("2027-01-05 12:00"), most=10) == 0


def test_the_preview_names_rests_and_replies_too() -> None:
    asked, heard = filed("asked"), filed(about=world.a_platform())
    world.heard(heard.pk, by=heard.handler, question="为什么？", now=FILED)
    moved = sorted(
        (row.label, row.new_due_date.isoformat()) for row in calendar.preview(draft_2027(), now=LOADED).due_rows
    )
    assert moved == sorted(
        [
            (asked.number, "2027-01-05"),
            (asked.number, "2027-01-07"),
            (heard.number, "2027-01-05"),
            (heard.number, "2027-01-05"),
        ]
    )


def test_an_urgent_appeal_keeps_its_two_hours() -> None:
    appeal = filed("waiting")
    handling.mark_urgent(appeal.pk, by=appeal.legs.get().designated, reason="有人威胁他。", now=FILED)
    before = fresh(appeal).due_at
    load()
    deliver()
    assert fresh(appeal).due_at == before


def test_dates_within_the_published_years_do_not_move() -> None:
    line = world.a_line()
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=at("2026-12-01 09:00"))
    before = fresh(appeal)
    assert not before.is_provisional
    load()
    deliver()
    assert fresh(appeal).due_at == before.due_at


def test_the_clock_runs_out_on_the_new_day_and_not_on_the_old() -> None:
    appeal = filed()
    load()
    deliver()
    assert ticking.tick(now=at("2027-01-05 00:00"), most=10) == 0
    assert ticking.tick(now=at("2027-01-06 00:00"), most=10) == 1
    assert fresh(appeal).tier == 2
