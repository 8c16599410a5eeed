"""Giving a case at one's own desk to a colleague: who may, to whom, what stays and who is told."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appeals import leading, notices, permissions
from appeals.actions import assigning, driving, handling
from appeals.casefile import CaseFile
from appeals.models import Appeal
from appeals.reads import Reads
from portal.errors import Refused, Stale
from portal.events import subject_of
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.desk import Line, a_line
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return a_line()


@pytest.fixture
def deputy(line: Line) -> Post:
    return world.a_post(Role.DEPUTY_SECRETARY, line.branch)


def give(appeal: Appeal, to: Post, by: Post, **more: Any) -> Appeal:
    return assigning.assign(appeal.pk, by=by, to=to.code, now=NOW, **more)


def clocks(appeal: Appeal) -> dict[str, Any]:
    names = ("due_kind", "due_date", "due_at", "tick_at", "limit_at", "status", "tier")
    return {name: getattr(Appeal.objects.get(pk=appeal.pk), name) for name in names}


def last(appeal: Appeal) -> Event:
    return Event.objects.filter(subject=subject_of(appeal)).order_by("-position").first()  # type: ignore[return-value]


def told(event: Event) -> dict[int, str]:
    return {telling.person.pk: str(telling.text) for telling in notices.assigned(event)}


def test_a_waiting_case_is_meant_for_the_colleague_and_still_has_to_be_taken(line: Line, deputy: Post) -> None:
    appeal = line.appeal()
    before = clocks(appeal)
    give(appeal, deputy, line.secretary)
    leg = appeal.legs.get(left_at=None)
    assert (leg.designated, leg.handler, leg.taken_at, leg.assigned_at) == (deputy, None, None, NOW)
    assert clocks(appeal) == before
    assert last(appeal).facts == {"tier": 2, "to": deputy.code, "from": None, "in_hand": False}
    assert list(told(last(appeal))) == [deputy.person_id]


def test_a_case_in_hand_changes_its_handler_and_no_clock(line: Line, deputy: Post) -> None:
    appeal = line.appeal("in_hand")
    before = clocks(appeal)
    taken_at = appeal.legs.get(left_at=None).taken_at
    give(appeal, deputy, line.secretary)
    leg = appeal.legs.get(left_at=None)
    assert (leg.handler, leg.taken_at, leg.handed_on_by) == (deputy, taken_at, [line.secretary.person_id])
    assert Appeal.objects.get(pk=appeal.pk).handler == deputy
    assert clocks(appeal) == before
    heard = told(last(appeal))
    assert set(heard) == {line.driver.pk, deputy.person_id}
    assert deputy.person.name in heard[line.driver.pk]


def test_a_resting_case_keeps_its_rest(line: Line, deputy: Post) -> None:
    appeal = line.appeal("asked")
    before = clocks(appeal)
    give(appeal, deputy, line.secretary)
    assert clocks(appeal) == before
    driving.reply(appeal.pk, by=line.driver, words="有截图。", now=NOW)
    assert Appeal.objects.get(pk=appeal.pk).handler == deputy


def test_whoever_had_it_is_told_and_handles_it_at_no_tier_above(line: Line, deputy: Post) -> None:
    """Nobody who handled it below handles it above, also when it was given on in between."""
    appeal = line.appeal("in_hand")
    staff = world.a_committee_staff(world.committee())
    above = world.a_post(Role.COMMITTEE_STAFF, world.committee(), line.secretary.person)
    give(appeal, deputy, line.secretary)
    give(appeal, line.secretary, deputy)
    give(appeal, deputy, deputy)
    assert line.secretary.person_id in told(last(appeal))
    appeal = handling.escalate(appeal.pk, by=deputy, reason="超出权限。", now=NOW)
    acting = permissions.who_may_act(appeal, appeal.handling_org, 3, Reads(NOW))
    assert staff in acting
    assert above not in acting


def test_nobody_else_gives_it_away(line: Line, deputy: Post) -> None:
    appeal = line.appeal()
    strangers = [line.contact, line.committee, line.province, world.a_secretary(world.a_branch("CD"))]
    for post in strangers:
        with pytest.raises(PermissionDenied):
            give(appeal, deputy, post)
        assert leading.moves(post, appeal, NOW) == []
    assert last(appeal).kind == "appeals.escalated"


def test_enterprise_staff_handle_and_do_not_give_away(line: Line) -> None:
    company = world.a_platform()
    enterprise = world.an_enterprise(company)
    secretary, staff = world.a_secretary(enterprise), world.a_post(Role.ENTERPRISE_STAFF, enterprise)
    appeal = line.appeal(about=company, wants_enterprise=True)
    with pytest.raises(PermissionDenied):
        give(appeal, secretary, staff)
    give(appeal, staff, secretary)
    assert appeal.legs.get(left_at=None).designated == staff


def test_a_barred_colleague_is_not_among_those_to_choose(line: Line, deputy: Post) -> None:
    world.tie(deputy.person, line.platform)
    third = world.a_post(Role.DEPUTY_SECRETARY, line.branch)
    appeal = line.appeal()
    leg = appeal.legs.get(left_at=None)
    assert leading.colleagues(appeal, leg, line.secretary, NOW) == [third]
    with pytest.raises(Refused):
        give(appeal, deputy, line.secretary)
    with pytest.raises(PermissionDenied):
        give(appeal, third, deputy)


def test_nor_one_who_is_on_leave_nor_one_of_another_desk(line: Line, deputy: Post) -> None:
    world.leave(deputy)
    appeal = line.appeal()
    for post in (deputy, line.committee, line.contact, line.secretary):
        with pytest.raises(Refused):
            give(appeal, post, line.secretary)
    assert leading.moves(line.secretary, appeal, NOW) == []


def test_who_stands_in_for_the_secretary_gives_cases_too(line: Line, deputy: Post) -> None:
    world.leave(line.secretary, line.committee)
    appeal = line.appeal("waiting")
    give(appeal, deputy, line.committee)
    assert appeal.legs.get(left_at=None).designated == deputy


def test_the_drivers_own_contact_is_not_passed_by_while_he_is_there(line: Line) -> None:
    other = world.a_contact(line.branch)
    for status in ("waiting", "in_hand"):
        appeal = line.appeal(status, at="contact")
        with pytest.raises(Refused):
            give(appeal, other, line.secretary)
        assert leading.moves(line.secretary, appeal, NOW) == []
    world.leave(line.contact, other)
    give(appeal, other, line.secretary)
    assert Appeal.objects.get(pk=appeal.pk).handler == other


def test_a_case_that_came_to_all_contacts_can_be_named_to_one(line: Line) -> None:
    one, other = world.a_contact(line.branch), world.a_contact(line.branch)
    appeal = line.appeal(at="contact", by=world.a_driver(line.branch))
    assert leading.moves(line.secretary, appeal, NOW) == ["assign"]
    give(appeal, one, line.secretary)
    appeal = Appeal.objects.get(pk=appeal.pk)
    assert permissions.who_may_act_now(appeal, Reads(NOW)) == [one]
    with pytest.raises(Refused):
        give(appeal, other, line.secretary)
    assert not permissions.visible_appeals(other, NOW.date()).filter(pk=appeal.pk).exists()


def test_a_case_that_moved_meanwhile_is_not_given_away(line: Line, deputy: Post) -> None:
    appeal = line.appeal()
    seen = appeal.position
    handling.take(appeal.pk, by=deputy, now=NOW)
    with pytest.raises(Stale) as stale:
        give(appeal, world.a_post(Role.DEPUTY_SECRETARY, line.branch), line.secretary, seen=seen)
    assert deputy.person.name in stale.value.theirs


def test_it_stands_in_the_timeline_for_both_sides(line: Line, deputy: Post) -> None:
    appeal = line.appeal("in_hand")
    give(appeal, deputy, line.secretary)
    appeal = Appeal.objects.get(pk=appeal.pk)
    entry = CaseFile(appeal, line.secretary, NOW).timeline.entries[0]
    assert (entry.title, entry.text) == ("转给同事", f"现由{deputy.person.name}办理，期限不变。")
    page = world.signed_in(line.driver).get(f"/appeals/{appeal.code}/").content.decode()
    assert f"现由{deputy.person.name}办理，期限不变。" in page


@pytest.mark.parametrize("status", ["answered", "closed", "withdrawn", "transferred"])
def test_a_case_that_is_over_is_given_to_nobody(line: Line, deputy: Post, status: str) -> None:
    appeal = world.an_appeal(status, by=line.driver, handler=line.contact)
    appeal.legs.update(organisation=line.branch)
    with pytest.raises((Refused, PermissionDenied)):
        give(appeal, world.a_contact(line.branch), line.secretary)
