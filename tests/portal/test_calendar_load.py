"""Loading a notice: who may, what is refused, what changes, what is recorded; and the calendar everyone reads."""

import dataclasses
import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from portal.actions import calendar as actions
from portal.departures import Departure
from portal.errors import Refused, Stale
from portal.models import CalendarDay, CalendarNotice, Event, Post, Role
from tests import world
from tests.portal.calendar_years import FILED_AT, TABLE_2027, draft_2027
from tests.world import NOW, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english_and_one_room(settings) -> object:
    settings.JOINS = ["tests.portal.calendar_years"]
    with translation.override("en"):
        yield


def an_administrator() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def load(draft, post=None, now=NOW):
    post = post or an_administrator()
    return actions.load(draft, by=post.person, post=post, now=now)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


# -- the happy path -----------------------------------------------------------------------------------------------


def test_loading_makes_the_year_certain_and_every_reader_counts_with_it_at_once() -> None:
    before = CalendarNotice.objects.calendar().due(FILED_AT, 2)
    notice = load(draft_2027())
    after = CalendarNotice.objects.calendar().due(FILED_AT, 2)
    assert (before.due_date, before.is_provisional) == (day("2027-01-01"), True)
    assert (after.due_date, after.is_provisional) == (day("2027-01-04"), False)
    assert (notice.year, notice.number, notice.days.count()) == (2027, "国办发明电〔2026〕9号", 14)


def test_the_event_holds_the_whole_table_and_the_days_that_change() -> None:
    post = an_administrator()
    notice = load(draft_2027(), post)
    event = Event.objects.get(kind="portal.calendar_loaded", subject=f"portal.calendarnotice:{notice.pk}")
    assert (event.by, event.post, event.at) == (post.person, post, NOW)
    assert event.facts["year"] == 2027
    assert event.facts["published"] == "2026-11-10"
    assert event.facts["days"]["2027-02-14"] == 1
    assert len(event.facts["days"]) == 14
    # the weekend of New Year was closed before: only days whose working changes are named
    assert event.facts["changed"][:2] == ["2027-01-01", "2027-02-05"]
    assert len(event.facts["changed"]) == 12


def test_the_same_notice_twice_changes_nothing() -> None:
    post = an_administrator()
    first = load(draft_2027(), post)
    again = load(draft_2027(), post, now=at("2026-11-23 12:00"))
    assert again == first
    assert again.loaded_at == NOW
    assert Event.objects.filter(kind="portal.calendar_loaded", facts__year=2027).count() == 1


def test_a_correction_replaces_the_days_as_a_whole() -> None:
    post = an_administrator()
    notice = load(draft_2027(), post)
    corrected = TABLE_2027.replace("2027-02-14,1", "2027-02-13,1")
    load(
        draft_2027(corrected, number="国办发明电〔2027〕1号", seen=actions.state_of(2027)),
        post,
        now=at("2026-11-24 09:00"),
    )
    calendar = CalendarNotice.objects.calendar()
    assert calendar.is_working(day("2027-02-13"))
    assert not calendar.is_working(day("2027-02-14"))
    assert CalendarNotice.objects.get(year=2027).number == "国办发明电〔2027〕1号"
    event = Event.objects.filter(subject=f"portal.calendarnotice:{notice.pk}").latest("position")
    assert event.facts["changed"] == ["2027-02-13", "2027-02-14"]


# -- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMMITTEE_STAFF, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_other_posts_may_not(role: str) -> None:
    with pytest.raises(PermissionDenied):
        load(draft_2027(), world.a_post(role, world.committee()))
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_nobody_loads_without_a_post_or_in_the_post_of_another() -> None:
    post = an_administrator()
    with pytest.raises(PermissionDenied):
        actions.load(draft_2027(), by=post.person, post=None, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.load(draft_2027(), by=world.a_person(), post=post, now=NOW)


# -- what is refused ----------------------------------------------------------------------------------------------


def changed(**fields):
    return dataclasses.replace(draft_2027(), **fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"days": ()}, "The notice names no day."),
        ({"published_date": day("2026-11-24")}, "The notice cannot have been published after today."),
        (
            {"published_date": day("2025-11-10")},
            "The notice for 2027 is published in the year before, or corrected in the year itself.",
        ),
        ({"days": (Departure(day("2027-03-03"), True, "x"),)}, "2027-03-03 is a Wed and worked anyway."),
        ({"days": (Departure(day("2025-03-08"), True, "x"),)}, "2025-03-08 does not belong to the notice for 2027."),
        ({"days": (Departure(day("2027-10-01"), False, "x"),) * 2}, "2027-10-01 stands in the table twice."),
    ],
)
def test_refused(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        load(changed(**fields))
    with pytest.raises(Refused, match=sentence):
        actions.preview(changed(**fields), now=NOW)
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_year_is_not_skipped() -> None:
    CalendarNotice.objects.filter(year=2026).delete()
    with pytest.raises(Refused, match="Load the notice for 2026 first"):
        load(draft_2027())


def test_a_day_another_notice_has_set_is_not_set_again() -> None:
    december = TABLE_2027 + "2026-12-31,0,元旦\n"
    CalendarDay.objects.create(
        notice=CalendarNotice.objects.get(year=2026), date=day("2026-12-31"), is_working=False, name="元旦"
    )
    with pytest.raises(Refused, match="2026-12-31 is already set by the notice for 2026"):
        load(draft_2027(december))


def test_a_preview_that_someone_overtook_is_stale_and_says_by_whom() -> None:
    first, second = an_administrator(), an_administrator()
    load(draft_2027(), first)
    with pytest.raises(Stale) as caught:
        load(draft_2027(TABLE_2027.replace("2027-02-14,1", "2027-02-13,1")), second)
    assert first.person.name in caught.value.theirs
    assert CalendarNotice.objects.calendar().is_working(day("2027-02-14"))


# -- the preview --------------------------------------------------------------------------------------------------


def test_the_preview_shows_what_moves_and_writes_nothing() -> None:
    preview = actions.preview(draft_2027(), now=NOW)
    assert [(row.label, row.new_due_date) for row in preview.due_rows] == [("LZ-261230-7KQ2MX", day("2027-01-04"))]
    assert [change for _day, change in preview.changes] == ["new"] * 14
    assert preview.forgotten == []
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_the_preview_of_a_correction_names_changed_and_removed_lines() -> None:
    load(draft_2027())
    corrected = TABLE_2027.replace("2027-10-01,0,国庆节\n", "").replace("2027-05-03,0,劳动节", "2027-05-03,0,五一")
    preview = actions.preview(draft_2027(corrected), now=NOW)
    assert [(one.date, change) for one, change in preview.changes] == [
        (day("2027-05-03"), "changed"),
        (day("2027-10-01"), "removed"),
    ]
    assert preview.forgotten == [day("2027-10-01")]


# -- set-up, the calendar, the horizon ----------------------------------------------------------------------------


def test_setting_up_twice_loads_nothing_more_and_never_over_a_correction() -> None:
    CalendarNotice.objects.filter(year=2026).update(number="corrected")
    assert actions.load_shipped(now=NOW) == []
    assert CalendarNotice.objects.get(year=2026).number == "corrected"


def test_an_empty_table_knows_weekends_only_and_says_provisional() -> None:
    CalendarNotice.objects.all().delete()
    due = CalendarNotice.objects.calendar().due(at("2026-09-30 09:00"), 3)
    assert (due.due_date, due.is_provisional) == (day("2026-10-05"), True)
    assert actions.load_shipped(now=NOW)[-1].year == 2026
    assert CalendarNotice.objects.calendar().due(at("2026-09-30 09:00"), 3).due_date == day("2026-10-10")


def test_the_calendar_costs_one_small_query_and_is_built_once(django_assert_num_queries) -> None:
    first = CalendarNotice.objects.calendar()
    # the lock that a load waits for, and the table's fingerprint
    with django_assert_num_queries(2):
        assert CalendarNotice.objects.calendar() is first


@pytest.mark.parametrize(
    ("now", "level", "days_left"),
    [
        ("2026-11-01 09:00", "green", 60),
        ("2026-11-02 09:00", "yellow", 59),
        ("2026-12-30 09:00", "yellow", 1),
        ("2026-12-31 09:00", "red", 0),
        ("2027-03-01 09:00", "red", 0),
    ],
)
def test_the_horizon_turns_yellow_in_november_and_red_when_the_year_ends(now: str, level: str, days_left: int) -> None:
    assert actions.horizon(at(now)) == {"level": level, "last_year": 2026, "days_left": days_left}


def test_without_a_notice_the_horizon_is_red() -> None:
    CalendarNotice.objects.all().delete()
    assert actions.horizon(NOW)["level"] == "red"
