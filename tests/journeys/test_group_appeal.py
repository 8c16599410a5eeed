"""Try 12: 87 drivers, one rule, six days: asked, joined by consent, one reply, one answer offered, own clocks."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appeals import grouping, rollup
from appeals.actions import filing, handling, joining, replying
from appeals.models import Answer, Appeal, Group, GroupMember, Hearing
from portal.models import Role, User
from portal.once import new_key
from tests import world
from tests.appeals.phone import main_text, page
from tests.appeals.reading import kinds

pytestmark = pytest.mark.django_db
FIRST = world.at("2026-11-02 09:00")  # a Monday
MADE = world.at("2026-11-09 09:00")
QUESTION = "这一版规则里晚高峰的派单权重改了哪几处？\n改之前有没有公示？"


class Town:
    """A city with one platform, one rule, and 87 drivers who complain of it within six days."""

    def __init__(self, drivers: int = 87) -> None:
        self.platform = world.a_platform("蜀程出行")
        self.version = world.a_rule(self.platform, from_date=datetime.date(2026, 10, 20), number=7)
        self.line = world.a_line()
        self.liaison = world.a_post(Role.LIAISON, self.platform)
        self.drivers: list[User] = []
        self.cases: list[Appeal] = []
        for number in range(drivers):
            driver = world.a_driver(self.line["branch"], contact=self.line["contact"])
            amount = None if number % 3 else 10_000 + number
            what = world.a_filing(
                about=self.platform,
                happened_date=datetime.date(2026, 11, 1),
                amount_fen=amount,
                title=f"派单少了{number}",
            )
            at = FIRST + datetime.timedelta(days=number % 6, minutes=number)
            self.drivers.append(driver)
            self.cases.append(filing.file(what, by=driver, now=at))

    def desk(self) -> Any:
        post = self.line["secretary"]
        return world.signed_in(post.person, post)

    @property
    def group(self) -> Group:
        return Group.objects.get()

    def members(self) -> list[GroupMember]:
        return list(GroupMember.objects.filter(group=self.group).select_related("appeal__filer").order_by("appeal_id"))

    def made(self) -> Group:
        key = grouping.candidates(self.line["secretary"], MADE)[0].cause.key
        assert sent(self.desk(), reverse("appeals:make_group", args=[key])).status_code == 302
        return self.group


def sent(client: Any, address: str, **values: Any) -> Any:
    return client.post(address, {"key": new_key(), **values})


def test_eighty_seven_drivers_one_rule_six_days() -> None:
    town = Town()
    due = dict(Appeal.objects.values_list("pk", "due_at"))
    with time_machine.travel(MADE, tick=False):
        desk = town.desk()
        listed = main_text(desk.get(reverse("appeals:groups")))
        assert "87 位司机说的是同一件事，可以并案办" in listed
        assert [driver.name for driver in town.drivers if driver.name in listed] == []
        group = town.made()
        members = town.members()
        assert [len(members), {member.state for member in members}] == [87, {"invited"}]
        assert dict(Appeal.objects.values_list("pk", "due_at")) == due
        own = world.signed_in(members[0].appeal.filer)
        asked = main_text(own.get(page("group", members[0].appeal)))
        assert "您自己的期限不变" in asked
        assert "87" not in asked
        assert sent(own, page("group", members[0].appeal), choice="join").status_code == 302
        for member in members[1:80]:
            joining.join(member.pk, by=member.appeal.filer, now=MADE)
        for member in members[80:84]:
            joining.decline(member.pk, by=member.appeal.filer, now=MADE)
        for member in members[77:80]:
            joining.leave(member.pk, by=member.appeal.filer, now=MADE)
        assert dict(Appeal.objects.values_list("pk", "due_at")) == due
        shown = main_text(desk.get(reverse("appeals:desk_group", args=[group.code])))
        assert "已加入 77 不加入 4 已退出 3" in shown
        _ask_and_reply(town, members)
        _offer_and_take(town, members)


def _ask_and_reply(town: Town, members: list[GroupMember]) -> None:
    """One question for all who joined; its one reply stands in each of their cases and in nobody else's."""
    desk, group = town.desk(), town.group
    lead = members[0].appeal
    assert sent(desk, reverse("appeals:choose_lead", args=[group.code]), case=lead.code).status_code == 302
    address = reverse("appeals:ask_company", args=[group.code])
    values = {"cause": f"rule:{town.version.pk}", "from_date": "2026-11-01", "until_date": "2026-11-08",
              "fact_kinds": ["allocation"], "question": QUESTION, "seen": 99}  # fmt: skip
    seen = main_text(sent(desk, address, preview="1", **values))
    assert "5 位以上司机问的是同一件事" in seen
    assert sent(desk, address, **values).status_code == 302
    asked = Hearing.objects.get()
    assert asked.cases.count() == 76
    company = world.signed_in(town.liaison.person, town.liaison)
    shown = main_text(company.get(reverse("appeals:hearing", args=[asked.code])))
    assert [word for word in (lead.number, lead.title, "77", "87", lead.filer.name) if word in shown] == []
    replying.platform_reply(asked.pk, by=town.liaison, facts_given="10月20日起改了权重，没有公示。", now=MADE)
    assert kinds(members[40].appeal)[-2:] == ["group_asked", "group_replied"]
    assert "没有公示" in main_text(world.signed_in(members[40].appeal.filer).get(page("detail", members[40].appeal)))
    assert "group_replied" not in kinds(members[78].appeal) + kinds(members[82].appeal) + kinds(members[86].appeal)


def _offer_and_take(town: Town, members: list[GroupMember]) -> None:
    """The lead's answer in words for all; some take it, some wait; each has his own days."""
    group, contact = town.group, town.line["contact"]
    lead = handling.take(members[0].appeal.pk, by=contact, now=MADE)
    promised = datetime.date(2026, 11, 20)
    handling.answer(
        lead.pk, by=contact, finding="upheld", reasons=f"{lead.filer.name}说得对。", remedy="补发奖励。",
        carry_out_date=promised, now=MADE,
    )  # fmt: skip
    desk, address = town.desk(), reverse("appeals:offer_answer", args=[group.code])
    assert sent(desk, address, reasons=f"{lead.filer.name}说得对。", remedy="补发奖励。").status_code == 422
    assert sent(desk, address, reasons="规则改动没有公示，成立。", remedy="补发奖励。").status_code == 302
    later = world.at("2026-11-11 10:00")
    taker, keeper = members[1].appeal, members[2].appeal
    with time_machine.travel(later, tick=False):
        own = world.signed_in(taker.filer)
        assert "规则改动没有公示，成立。" in main_text(own.get(page("group", taker)))
        assert sent(own, page("group", taker), choice="take").status_code == 302
        joining.keep_own(GroupMember.objects.get(appeal=keeper).pk, by=keeper.filer, now=later)
    given = Answer.objects.get(appeal=taker)
    assert (given.finding, given.at, given.carry_out_date) == ("upheld", later, promised)
    answered = Appeal.objects.get(pk=taker.pk)
    assert (answered.status, answered.due_date) == ("answered", datetime.date(2026, 11, 26))
    before = Appeal.objects.get(pk=keeper.pk)
    assert (before.status, before.due_at) == ("waiting", keeper.due_at)
    detail = main_text(world.signed_in(taker.filer).get(page("detail", taker)))
    assert "规则改动没有公示，成立。" in detail
    assert lead.filer.name not in detail


def test_pages_ask_as_often_for_many_as_for_few() -> None:
    counts = []
    with time_machine.travel(MADE, tick=False):
        town = Town(6)
        group = town.made()
        for more in (0, 12):
            for number in range(more):
                driver = world.a_driver(town.line["branch"], contact=town.line["contact"])
                appeal = world.an_appeal(by=driver, now=MADE - datetime.timedelta(hours=number), about=town.platform,
                                         happened_date=datetime.date(2026, 11, 1))  # fmt: skip
                GroupMember.objects.create(group=group, appeal=appeal, invited_at=MADE, state="joined")
            desk = town.desk()
            found = {}
            for name, address in (
                ("groups", reverse("appeals:groups")),
                ("group", reverse("appeals:desk_group", args=[group.code])),
                ("cases", reverse("appeals:group_cases", args=[group.code]) + "?state=joined"),
            ):
                desk.get(address)
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    assert desk.get(address).status_code == 200
                found[name] = len(queries)
            counts.append(found)
    assert counts[1]["group"] <= counts[0]["group"]
    assert counts[1]["groups"] <= counts[0]["groups"]


def test_the_same_is_measured_again_after_the_change() -> None:
    town = Town(6)
    with time_machine.travel(MADE, tick=False):
        group = town.made()
    for case, finding in zip(town.cases[:3], ("upheld", "partly", "not_upheld"), strict=True):
        taken = handling.take(case.pk, by=town.line["contact"], now=MADE)
        promise = {} if finding == "not_upheld" else {"remedy": "补。", "carry_out_date": datetime.date(2026, 11, 20)}
        handling.answer(taken.pk, by=town.line["contact"], finding=finding, reasons="核过。", now=MADE, **promise)
    world.a_rule(town.platform, from_date=datetime.date(2026, 11, 16), number=8)
    driver = world.a_driver(town.line["branch"])
    filing.file(
        world.a_filing(about=town.platform, happened_date=datetime.date(2026, 11, 17)),
        by=driver,
        now=world.at("2026-11-18 09:00"),
    )
    now = world.at("2026-11-20 09:00")
    found = rollup.measure([group], town.line["secretary"], now)[0]
    assert (found.before.appeals, found.before.answered, found.before.upheld) == (6, 3, 2)
    assert found.before.money_fen == sum(case.amount_fen or 0 for case in town.cases)
    assert (found.before.unstated, found.before.median_days) == (4, 6)
    assert found.after is not None
    assert (found.after.appeals, found.changed_date, found.is_over) == (1, datetime.date(2026, 11, 16), False)
    with time_machine.travel(now, tick=False):
        shown = main_text(town.desk().get(reverse("appeals:desk_group", args=[group.code])))
        assert "30 天里过了 4 天：这些数还不是最后的数" in shown
        opened = town.desk().get(reverse("appeals:group_cases", args=[group.code]) + "?span=before&only=upheld")
        assert main_text(opened).count("LZ-2611") == 2
    assert rollup.measure([group], town.line["secretary"], world.at("2026-12-20 09:00"))[0].is_over
