"""Group appeals action by action: who may, who may not, what a group never tells."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from appeals import grouping
from appeals.actions import gathering, handling, hearing, joining
from appeals.models import Appeal, Group, GroupMember
from portal.errors import Refused
from portal.models import Post
from portal.once import new_key
from tests import world
from tests.appeals.phone import page
from tests.appeals.reading import denied, kinds, refused
from tests.world import NOW

pytestmark = pytest.mark.django_db


class Five:
    """Five drivers and one kind of deduction."""

    def __init__(self, count: int = 5, **fields: Any) -> None:
        self.platform = world.a_platform()
        self.line = world.a_line()
        self.secretary: Post = self.line["secretary"]
        self.fields = {"about": self.platform, "category": "pay", "deduction_kind": "service_fee", **fields}
        self.cases = [self.file() for _number in range(count)]

    def file(self, now: datetime.datetime = NOW) -> Appeal:
        driver = world.a_driver(self.line["branch"], contact=self.line["contact"])
        return world.an_appeal(by=driver, now=now, **self.fields)

    def found(self, post: Post | None = None, now: datetime.datetime = NOW) -> list[int]:
        return [one.drivers for one in grouping.candidates(post or self.secretary, now)]

    def group(self) -> Group:
        key = grouping.candidates(self.secretary, NOW)[0].cause.key
        return gathering.make_group(key, by=self.secretary, now=NOW)

    def joined(self, group: Group, count: int = 5) -> list[GroupMember]:
        members = list(group.members.select_related("appeal__filer").order_by("appeal_id"))[:count]
        for member in members:
            joining.join(member.pk, by=member.appeal.filer, now=NOW)
        return list(group.members.select_related("appeal__filer").order_by("appeal_id"))

    def answered(self, group: Group, **more: Any) -> Group:
        """Everybody joined, the first leads and has its answer."""
        lead = self.joined(group)[0].appeal
        gathering.choose_lead(group.pk, by=self.secretary, case=lead.code, now=NOW)
        handling.take(lead.pk, by=self.line["contact"], now=NOW)
        values = {"finding": "not_upheld", "reasons": "按规则收取。", **more}
        handling.answer(lead.pk, by=self.line["contact"], now=NOW, **values)
        return Group.objects.get(pk=group.pk)


def test_five_drivers_are_a_suggestion_and_four_are_none() -> None:
    five = Five(4)
    assert five.found() == []
    five.file()
    assert five.found() == [5]
    assert grouping.candidate_ids(five.secretary, NOW).count() == 5


def test_one_driver_five_times_is_one_driver() -> None:
    five = Five(4)
    again = world.an_appeal(by=five.cases[0].filer, now=NOW, **five.fields)
    assert five.found() == []
    five.file()
    assert five.found() == [5]
    group = five.group()
    assert group.members.count() == 5
    assert group.members.filter(appeal=again).exists()


def test_older_than_thirty_days_and_closed_do_not_count() -> None:
    five = Five(4)
    five.file(now=NOW - datetime.timedelta(days=31))
    assert five.found() == []


def test_only_what_the_post_may_see_counts_and_a_barred_person_sees_nothing() -> None:
    five = Five()
    elsewhere = world.a_line("CD")
    tied = world.a_secretary(five.line["branch"])
    world.tie(tied.person, five.platform)
    own = world.a_secretary(world.an_enterprise(five.platform))
    for post in (elsewhere["secretary"], tied, own, five.line["contact"]):
        assert five.found(post) == []
        assert grouping.candidate_ids(post, NOW).count() == 0
    assert five.found(five.line["committee"]) == [5]
    kin = world.a_secretary(five.line["branch"])
    world.kin(kin.person, five.cases[0].filer)
    assert five.found(kin) == []


@pytest.mark.parametrize("who", ["contact", "elsewhere", "tied"])
def test_who_may_not_make_a_group_or_see_one(who: str) -> None:
    five = Five()
    tied = world.a_secretary(five.line["branch"])
    world.tie(tied.person, five.platform)
    post = {"contact": five.line["contact"], "elsewhere": world.a_line("CD")["secretary"], "tied": tied}[who]
    key = grouping.candidates(five.secretary, NOW)[0].cause.key
    # a secretary elsewhere or one with a tie may make groups, but this one he cannot even name
    with pytest.raises(PermissionDenied if who == "contact" else Refused):
        gathering.make_group(key, by=post, now=NOW)
    group = five.group()
    client = world.signed_in(post.person, post)
    for name in (
        "desk_group",
        "group_cases",
        "choose_lead",
        "invite_more",
        "ask_company",
        "offer_answer",
        "mark_change",
    ):
        assert client.get(reverse(f"appeals:{name}", args=[group.code])).status_code == 404
    with pytest.raises(PermissionDenied):
        gathering.invite_more(group.pk, by=post, now=NOW)
    with pytest.raises(PermissionDenied):
        gathering.mark_change(group.pk, by=post, changed_date=NOW.date(), now=NOW)


def test_a_member_the_reader_may_not_see_is_neither_shown_nor_counted() -> None:
    five = Five()
    group = five.group()
    five.joined(group)
    kin = world.a_secretary(five.line["branch"])
    world.kin(kin.person, five.cases[0].filer)
    assert grouping.seen_members(group, kin, NOW).count() == 4
    with time_machine.travel(NOW, tick=False):
        shown = world.signed_in(kin.person, kin).get(reverse("appeals:group_cases", args=[group.code])).content.decode()
    assert five.cases[0].number not in shown
    assert five.cases[1].number in shown


def test_only_the_driver_decides_for_his_case() -> None:
    five = Five()
    member = five.group().members.select_related("appeal").first()
    assert member is not None
    stranger = world.a_driver()
    for do in (joining.join, joining.decline, joining.leave, joining.take_answer, joining.keep_own):
        with denied(member.appeal):
            do(member.pk, by=stranger, now=NOW)
    with time_machine.travel(NOW, tick=False):
        assert world.signed_in(stranger).get(page("group", member.appeal)).status_code == 404


def test_each_decision_is_made_once_and_leaving_takes_the_lead_away() -> None:
    five = Five()
    group = five.group()
    first, second, *_rest = five.joined(group)
    with refused("You have decided about this already.", first.appeal):
        joining.join(first.pk, by=first.appeal.filer, now=NOW)
    with refused("You have decided about this already.", first.appeal):
        joining.decline(first.pk, by=first.appeal.filer, now=NOW)
    gathering.choose_lead(group.pk, by=five.secretary, case=first.appeal.code, now=NOW)
    joining.leave(first.pk, by=first.appeal.filer, now=NOW)
    assert Group.objects.get(pk=group.pk).lead is None
    with refused("You are not in this group."):
        joining.leave(first.pk, by=first.appeal.filer, now=NOW)
    with refused("Choose a case whose driver joined."):
        gathering.choose_lead(group.pk, by=five.secretary, case=first.appeal.code, now=NOW)
    with refused("There is no answer on offer for you to decide about."):
        joining.take_answer(second.pk, by=second.appeal.filer, now=NOW)


def test_whoever_came_later_is_asked_too() -> None:
    five = Five()
    group = five.group()
    with refused("There is nobody new to ask."):
        gathering.invite_more(group.pk, by=five.secretary, now=NOW)
    five.file()
    assert gathering.invite_more(group.pk, by=five.secretary, now=NOW) == 1


def test_the_company_is_asked_once_for_all_and_not_by_each() -> None:
    five = Five()
    group = five.group()
    ask = {"by": five.secretary, "question": "服务费怎么收？", "about": hearing.About(), "now": NOW}
    with refused("Choose the lead case first."):
        gathering.ask_company(group.pk, **ask)
    members = five.joined(group)
    gathering.choose_lead(group.pk, by=five.secretary, case=members[0].appeal.code, now=NOW)
    gathering.ask_company(group.pk, **ask)
    with refused("The company has been asked for this group; one reply goes to all."):
        gathering.ask_company(group.pk, **ask)
    taken = handling.take(members[1].appeal.pk, by=five.line["contact"], now=NOW)
    with refused("The company has been asked for the whole group and still has time to reply."):
        handling.hear_platform(taken.pk, by=five.line["contact"], question="服务费怎么收？", now=NOW)


def test_an_offer_tells_nothing_of_the_lead_and_goes_to_whoever_still_waits() -> None:
    five = Five()
    group = five.answered(five.group())
    assert group.lead is not None
    with refused("The lead's answer promises something by a day, or nothing: say the same here."):
        gathering.offer_answer(group.pk, by=five.secretary, reasons="按规则。", remedy="退钱。", now=NOW)
    with pytest.raises(Exception, match="司机姓名"):
        gathering.offer_answer(group.pk, by=five.secretary, reasons=f"{group.lead.filer.name}说得对。", now=NOW)
    assert gathering.offer_answer(group.pk, by=five.secretary, reasons="按规则收取。", now=NOW) == 4
    with refused("Everybody who joined has an answer or has been offered this one."):
        gathering.offer_answer(group.pk, by=five.secretary, reasons="按规则收取。", now=NOW)
    member = group.members.exclude(appeal=group.lead).select_related("appeal__filer").first()
    assert member is not None
    joining.take_answer(member.pk, by=member.appeal.filer, now=NOW)
    assert kinds(member.appeal)[-2:] == ["group_answer_offered", "group_answer_taken"]
    with refused("There is no answer on offer for you to decide about."):
        joining.keep_own(member.pk, by=member.appeal.filer, now=NOW)


def test_a_promise_that_has_passed_becomes_as_many_days_of_ones_own() -> None:
    five = Five()
    promised = NOW.date() + datetime.timedelta(days=4)
    group = five.answered(five.group(), finding="upheld", remedy="退。", carry_out_date=promised)
    assert group.lead is not None
    given = group.lead.answers.get()
    assert joining.own_promise(given, NOW) == promised
    later = NOW + datetime.timedelta(days=10)
    assert joining.own_promise(given, later) == later.date() + datetime.timedelta(days=4)


def test_who_answered_for_all_does_not_judge_it_above() -> None:
    five = Five()
    group = five.answered(five.group())
    gathering.offer_answer(group.pk, by=five.secretary, reasons="按规则收取。", now=NOW)
    member = group.members.exclude(appeal=group.lead).select_related("appeal__filer").first()
    assert member is not None
    joining.take_answer(member.pk, by=member.appeal.filer, now=NOW)
    leg = member.appeal.legs.get()
    assert (leg.handler, leg.left_by) == (five.line["contact"], "answered")


def test_a_change_lies_after_the_first_case_and_not_far_ahead() -> None:
    five = Five()
    group = five.group()
    for wrong in (group.first_date, NOW.date() + datetime.timedelta(days=31)):
        with refused("The change lies after the first case and at most 30 days ahead."):
            gathering.mark_change(group.pk, by=five.secretary, changed_date=wrong, now=NOW)
    day = NOW.date() + datetime.timedelta(days=7)
    assert gathering.mark_change(group.pk, by=five.secretary, changed_date=day, now=NOW).changed_date == day


def test_a_case_belongs_to_one_group_only() -> None:
    five = Five()
    five.group()
    assert five.found() == five.found(five.line["committee"]) == []


@pytest.mark.parametrize("name", ["group", "consent"])
def test_a_button_nobody_drew_is_nothing(name: str) -> None:
    five = Five()
    member = five.group().members.select_related("appeal__filer").first()
    assert member is not None
    with time_machine.travel(NOW, tick=False):
        client = world.signed_in(member.appeal.filer)
        sent = client.post(
            page(name, member.appeal), {"key": new_key(), "choice": "yes" if name == "group" else "join"}
        )
    assert sent.status_code == 404
