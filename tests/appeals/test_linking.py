"""Cases of one driver beside each other: suggested, linked both ways, never closed, never shown to who may not see."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appeals import likeness, timeline
from appeals.actions import linking
from appeals.beside import Beside
from appeals.models import Appeal, Identity, Link
from portal import events
from portal.errors import Refused
from portal.models import Event, Post
from tests import world
from tests.appeals.desk import Line, a_line, at_ten

__all__ = ["at_ten"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return a_line()


def beside(line: Line, appeal: Appeal, post: Post | None = None) -> Beside:
    return Beside(Appeal.objects.select_related("filer").get(pk=appeal.pk), post or line.secretary, world.NOW)


def link(line: Line, one: Appeal, other: Appeal, by: Post | None = None) -> Link:
    return linking.link(one.pk, other.pk, by=by or line.secretary, kind="duplicate", now=world.NOW)


def test_titles_are_alike_by_the_pairs_they_share() -> None:
    assert likeness.is_like("派单少了三成，想知道原因", "派单少了三成 想知道是什么原因")
    assert not likeness.is_like("派单少了三成，想知道原因", "押金半年没退")
    assert likeness.likeness("单", "单") == 0.0


def test_the_same_kind_within_thirty_days_is_suggested(line: Line) -> None:
    old = line.appeal(now=world.NOW - datetime.timedelta(days=31), title="押金半年没有退")
    near = line.appeal(title="晚高峰一单都没有")
    alike = line.appeal(
        now=world.NOW - datetime.timedelta(days=31), title="派单少了三成想知道原因", category="other", about=None,
    )  # fmt: skip
    appeal = line.appeal()
    found = beside(line, appeal)
    assert {other.appeal.pk for other in found.suggested} == {near.pk, alike.pk}
    assert [other.appeal.pk for other in found.history] == [old.pk]


def test_three_are_suggested_and_the_next_comes_up_once_one_is_linked(line: Line) -> None:
    others = [line.appeal() for _more in range(4)]
    appeal = line.appeal()
    found = beside(line, appeal)
    assert [other.appeal.pk for other in found.suggested] == [one.pk for one in reversed(others[1:])]
    assert [other.appeal.pk for other in found.history] == [others[0].pk]
    link(line, appeal, others[3])
    assert others[0].pk in {other.appeal.pk for other in beside(line, appeal).suggested}


def test_another_drivers_case_is_not_among_them(line: Line) -> None:
    line.appeal(by=world.a_driver(line.branch, contact=line.contact))
    found = beside(line, line.appeal())
    assert found.others == []


def test_what_the_post_may_not_see_is_neither_shown_nor_counted(line: Line) -> None:
    far = world.a_branch("LZ", of_district=world.Place.objects.filter(parent=world.city()).order_by("code")[2])
    appeal = line.appeal("in_hand")
    other = world.an_appeal(by=line.driver, about=line.platform)
    Appeal.objects.filter(pk=other.pk).update(handling_org=far, handling_path=far.path)
    other.legs.update(organisation=far, organisation_path=far.path)
    assert beside(line, appeal).others == []
    with pytest.raises(PermissionDenied):
        link(line, appeal, other)
    assert [one.appeal.pk for one in beside(line, appeal, line.committee).others] == [other.pk]


def test_a_link_stands_on_both_and_closes_neither(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    before = [(row.status, row.due_at) for row in (one, other)]
    made = link(line, one, other)
    for row, far in ((one, other), (other, one)):
        found = beside(line, row)
        assert [(shown.appeal.pk, shown.link) for shown in found.linked] == [(far.pk, made)]
        assert found.suggested == []
        event = Event.objects.get(subject=events.subject_of(row), kind="appeals.linked")
        assert event.facts == {"link": made.code, "kind": "duplicate", "other": far.number}
    for row in (one, other):
        row.refresh_from_db()
    assert [(row.status, row.due_at) for row in (one, other)] == before


def test_a_link_is_made_once_whichever_way_round(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    link(line, one, other)
    with pytest.raises(Refused):
        link(line, other, one)
    with pytest.raises(Refused):
        link(line, one, one)


def test_two_drivers_cases_and_sealed_ones_are_refused_in_the_same_words(line: Line) -> None:
    mine = line.appeal("in_hand")
    sealed = line.appeal("in_hand", identity=Identity.SEALED)
    strangers = line.appeal("in_hand", by=world.a_driver(line.branch, contact=line.contact))
    said = []
    for other in (sealed, strangers):
        with pytest.raises(Refused) as refused:
            link(line, mine, other)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_sealed_case_stands_alone(line: Line) -> None:
    plain, sealed = line.appeal("in_hand"), line.appeal("in_hand", identity=Identity.SEALED)
    assert beside(line, plain).others == []
    assert beside(line, sealed).others == []


def test_the_driver_reads_of_the_link_and_the_desk_only_where_it_may_see_both(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    link(line, one, other)
    today = world.NOW.date()
    told = [entry for entry in timeline.of(one, is_driver=True, today=today).entries if entry.kind == "appeals.linked"]
    assert [other.number in entry.text for entry in told] == [True]
    assert "appeals.linked" not in {entry.kind for entry in timeline.of(one, is_driver=False, today=today).entries}


def test_two_cases_are_taken_apart_with_a_reason_that_stands_in_both_logs(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    made = link(line, one, other)
    browser = line.browser("secretary")
    url = reverse("appeals:unlink", args=[one.code, other.code])
    assert url in browser.get(reverse("appeals:case", args=[one.code])).content.decode()
    assert browser.post(url, {"key": "no-reason", "reason": " "}).status_code == 422
    sent = {"key": "apart", "reason": "一件是押金，一件是派单。"}
    assert [browser.post(url, sent).status_code for _time in range(2)] == [302, 302]
    assert not Link.objects.exists()
    for row, far in ((one, other), (other, one)):
        event = Event.objects.get(subject=events.subject_of(row), kind="appeals.unlinked")
        assert event.facts == {"link": made.code, "kind": "duplicate", "other": far.number}
        told = timeline.of(row, is_driver=True, today=world.NOW.date()).entries[0]
        assert (told.say, far.number in told.text) == ("一件是押金，一件是派单。", True)
        assert "appeals.unlinked" not in {
            entry.kind for entry in timeline.of(row, is_driver=False, today=world.NOW.date()).entries
        }
    assert browser.get(url).status_code == 404
    link(line, other, one)


def test_who_does_not_see_both_takes_nothing_apart(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    made = link(line, one, other)
    strangers = [world.a_secretary(world.a_branch()), world.a_post("custodian", world.committee())]
    for post in strangers:
        with pytest.raises(PermissionDenied):
            linking.unlink(made.pk, by=post, reason="看错了。", now=world.NOW)
    assert world.signed_in(line.driver).get(reverse("appeals:unlink", args=[one.code, other.code])).status_code == 404
    assert Link.objects.exists()


# -- similar cases ----------------------------------------------------------------------------------------------------


def test_similar_answers_are_of_the_same_kind_company_and_version_and_name_nobody(line: Line) -> None:
    someone = world.a_driver(line.branch, contact=line.contact)
    similar = line.appeal("answered", by=someone)
    line.appeal("answered", by=someone, category="account")
    line.appeal("answered", by=someone, about=world.a_platform())
    line.appeal("answered")
    found = beside(line, line.appeal("in_hand")).similar
    assert [one.answer.appeal_id for one in found] == [similar.pk]
    assert found[0].reasons == "核对过规则。"


def test_a_name_in_the_reasons_is_left_out(line: Line) -> None:
    someone = world.a_driver(line.branch, contact=line.contact)
    appeal = line.appeal("in_hand", by=someone, identity=Identity.SEALED)
    world.handling.answer(
        appeal.pk, by=line.secretary, finding="not_upheld", reasons=f"{someone.name}的账单核对过。", now=world.NOW
    )
    found = beside(line, line.appeal("in_hand")).similar
    assert someone.name not in found[0].reasons
    assert "的账单核对过" in found[0].reasons


def test_similar_answers_of_other_lines_are_not_shown(line: Line) -> None:
    far = a_line()
    far.appeal("answered", about=line.platform)
    assert beside(line, line.appeal("in_hand")).similar == []
