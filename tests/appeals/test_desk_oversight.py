"""The committee's pages, a company's pages, the contact's phone, the letter, the department's figures."""

import datetime
import re

import pytest
from django.test import Client

from appeals import figures
from appeals.actions import handling, replying
from appeals.joins_desk import staff_cards, waiting
from appeals.models import Alarm, Appeal, ClockSetting, DutyPost, Hearing, Leg
from portal.models import Post, Role
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page, text
from tests.appeals.reading import fresh, last, words
from tests.journeys.walk import hidden_fields, send

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]


def an_urgent(line: Line) -> Appeal:
    return world.an_appeal(by=line.driver, is_urgent=True, category="safety", title="夜里被威胁")


# -- alarms -----------------------------------------------------------------------------------------------------------


def test_an_alarm_is_seen_once_and_stays_below() -> None:
    line = a_line()
    appeal = an_urgent(line)
    client = line.browser("committee")
    first = client.get(page("alarms"))
    assert "1 条还没看" in text(first)
    assert waiting(line.committee)["appeals:alarms"] == 1
    alarm = Alarm.objects.get(organisation=line.committee.organisation)
    assert client.post(page("alarms"), {"alarm": alarm.pk}).status_code == 302
    alarm.refresh_from_db()
    assert alarm.seen_by == line.committee
    assert "都看过了" in text(client.get(page("alarms")))
    assert last(appeal).kind == "appeals.alarm_seen"
    assert waiting(line.committee)["appeals:alarms"] == 0


def test_alarms_of_others_and_of_barred_cases_do_not_exist() -> None:
    line = a_line()
    appeal = an_urgent(line)
    alarm = Alarm.objects.get(organisation=line.committee.organisation)
    other = world.a_committee_staff(world.committee("YB"))
    client = world.signed_in(other.person, other)
    assert appeal.number not in client.get(page("alarms")).content.decode()
    assert client.post(page("alarms"), {"alarm": alarm.pk}).status_code == 404
    world.kin(line.committee.person, line.driver)
    barred = line.browser("committee")
    assert appeal.number not in barred.get(page("alarms")).content.decode()
    assert barred.post(page("alarms"), {"alarm": alarm.pk}).status_code == 404
    assert barred.post(page("alarms"), {"alarm": "x"}).status_code == 404
    assert waiting(line.committee)["appeals:alarms"] == 0


# -- clocks and duty --------------------------------------------------------------------------------------------------

CLOCK = {
    "category": "all", "tier": "2", "take_days": "1", "answer_days": "4", "reply_days": "2",
    "from_date_year": "2026", "from_date_month": "12", "from_date_day": "1",
}  # fmt: skip


def test_new_clocks_are_shown_beside_what_holds_before_they_are_set() -> None:
    line = a_line()
    client = line.browser("committee")
    shown = send(client, page("set_clock"), where=world.city().code, **CLOCK, preview="1")
    assert shown.status_code == 200
    assert re.search(r"答复 5 4 ", text(shown)), text(shown)
    assert not ClockSetting.objects.exists()
    assert client.post(page("set_clock"), {**hidden_fields(shown), "send": "1"})["Location"] == page("clocks")
    row = ClockSetting.objects.get()
    assert (row.place, row.category, row.tier, row.answer_days) == (world.city(), "", 2, 4)
    listed = text(client.get(page("clocks")))
    assert "2026-12-01" in listed
    assert "还没到" in listed


def test_of_several_settings_one_holds() -> None:
    line = a_line()
    for day in (1, 10, 30):
        ClockSetting.objects.create(
            place=world.city(), category="", tier=1, take_days=1, answer_days=2, from_date=datetime.date(2026, 11, day)
        )
    answer = line.browser("committee").get(page("clocks"))
    assert [state for _row, state, _kind in answer.context["shown"]] == ["ahead", "holds", "past"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"from_date_month": "11", "from_date_day": "23"}, "明天"),
        ({"take_days": "5"}, "接"),
        ({"answer_days": "61"}, "60"),
        ({"where": "all"}, "选"),
    ],
)
def test_clocks_that_cannot_be(wrong: dict[str, str], sentence: str) -> None:
    line = a_line()
    client = line.browser("committee")
    for button in ("preview", "send"):
        values = {"where": world.city().code, **CLOCK, **wrong, button: "1"}
        answer = send(client, page("set_clock"), **values)
        assert answer.status_code == 422
        assert sentence in text(answer)
    assert not ClockSetting.objects.exists()


def test_the_province_sets_the_clocks_of_all_cities() -> None:
    line = a_line()
    answer = send(line.browser("province"), page("set_clock"), where="all", **CLOCK, send="1")
    assert answer.status_code == 302
    assert ClockSetting.objects.get().place is None


def test_a_post_of_the_line_is_put_on_duty() -> None:
    line = a_line()
    client = line.browser("committee")
    assert "现在没有人值班：泸州市" in text(client.get(page("duty")))
    values = {"where": world.city().code, "from_at": "2026-11-23T09:00", "until_at": "2026-11-24T09:00"}
    elsewhere = world.a_secretary(world.a_branch("YB"))
    assert send(client, page("set_duty"), who=elsewhere.code, **values).status_code == 422
    backwards = {**values, "until_at": "2026-11-22T09:00"}
    assert send(client, page("set_duty"), who=line.secretary.code, **backwards).status_code == 422
    assert send(client, page("set_duty"), who=line.secretary.code, **values)["Location"] == page("duty")
    duty = DutyPost.objects.get()
    assert (duty.post, duty.place, duty.from_at) == (line.secretary, world.city(), world.at("2026-11-23 09:00"))
    said = text(client.get(page("duty")))
    assert "正在值班" in said
    assert "现在没有人值班" not in said


# -- the company ------------------------------------------------------------------------------------------------------


def a_hearing(line: Line, **fields: str) -> Hearing:
    appeal = line.appeal("in_hand", order_number="SC2026111112345", **fields)
    return handling.hear_platform(
        appeal.pk, by=line.secretary, question="十一月以来派单规则怎么变的？", now=world.NOW
    ).hearings.get()  # fmt: skip


def a_liaison(line: Line) -> Client:
    post = world.a_post(Role.LIAISON, line.platform)
    return world.signed_in(post.person, post)


@pytest.mark.parametrize("identity", ["open", "named", "sealed"])
def test_a_company_reads_the_question_and_nobodys_name(identity: str) -> None:
    line = a_line()
    hearing = a_hearing(line, identity=identity)
    client = a_liaison(line)
    address = f"/desk/hearings/{hearing.code}/"
    for answer in (client.get(page("hearings")), client.get(address)):
        said = answer.content.decode()
        assert "十一月以来派单规则怎么变的？" in said
        hidden = (
            line.driver.name, "郑**", line.driver.phone, "SC2026111112345", hearing.appeal.number, hearing.appeal.code,
            "上周开始", "派单少了三成", line.branch.name, line.secretary.person.name,
        )  # fmt: skip
        assert not [word for word in hidden if word in said]


def test_a_company_replies_once() -> None:
    line = a_line()
    hearing = a_hearing(line)
    client = a_liaison(line)
    address = f"/desk/hearings/{hearing.code}/"
    reply = {
        "rule": "none", "stance": "partly", "point_1": "服务分低于 90 的靠后。", "offer": "补一次说明。",
        "contact": "司机服务部",
    }  # fmt: skip
    assert send(client, address, point_1="").status_code == 422
    values = {**hidden_fields(client.get(address)), **reply}
    assert client.post(address, values)["Location"] == address
    assert client.post(address, values)["Location"] == address
    given = words(last(hearing.appeal, "platform_replied"))
    assert (given["facts"], given["offer"]) == ("服务分低于 90 的靠后。", "补一次说明。")
    assert "按期说明" in text(client.get(page("hearings", show="replied")))
    assert client.post(address, {**reply, "key": "n" * 30}).status_code == 422
    assert "服务分低于 90 的靠后。" in text(line.browser("secretary").get(page("case", hearing.appeal)))


def test_late_is_said_and_still_taken() -> None:
    line = a_line()
    hearing = a_hearing(line)
    yesterday = world.NOW - datetime.timedelta(days=1)
    Hearing.objects.filter(pk=hearing.pk).update(due_at=yesterday, due_date=yesterday.date(), silent_at=world.NOW)
    client = a_liaison(line)
    assert "平台超时 1 天" in text(client.get(page("hearings", show="late")))
    assert "平台超时 1 天" in text(line.browser("secretary").get(page("inbox", show="company")))
    post = Post.objects.get(role=Role.LIAISON, organisation=line.platform)
    replying.platform_reply(hearing.pk, by=post, facts_given="补交。", now=world.NOW)
    assert "超时说明" in text(client.get(page("hearings", show="replied")))


# -- the contact's phone ----------------------------------------------------------------------------------------------


def test_a_contact_works_in_the_frame_of_his_phone() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", at="contact")
    client = line.browser("contact")
    for name in ("contact_inbox", "case", "ask", "answer", "escalate", "transfer"):
        body = client.get(page(name, None if name == "contact_inbox" else appeal)).content.decode()
        assert '<body class="phone"' in body
    assert appeal.title in client.get(page("contact_inbox")).content.decode()
    assert '<body class="desk"' in client.get(page("inbox")).content.decode()
    answer = send(client, page("answer", appeal), finding="not_upheld", reasons="核对过了。")
    assert answer.status_code == 302, "on the phone it is sent without the page between"
    assert fresh(appeal).status == "answered"


def test_a_secretary_is_led_from_the_phone_list_to_the_desk() -> None:
    assert a_line().browser("secretary").get(page("contact_inbox"))["Location"] == page("inbox")


def test_a_contacts_card_and_the_others() -> None:
    line = a_line()
    appeal = line.appeal(at="contact")
    [card] = staff_cards(line.contact.person, line.contact)
    assert card.context["count"] == 1
    assert card.context["rows"][0].appeal == appeal
    assert staff_cards(line.driver, None) == []
    [counted] = staff_cards(line.committee.person, line.committee)
    assert {"appeals:inbox", "appeals:alarms"} <= set(counted.context["counts"])
    assert set(counted.context["counts"].values()) == {0}


# -- the letter -------------------------------------------------------------------------------------------------------


def test_the_letter_says_what_was_decided_and_where_else_to_turn() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    handling.answer(
        appeal.pk,
        by=line.secretary,
        finding="upheld",
        reasons="服务费没有依据。",
        remedy="退 300 元。",
        carry_out_date=datetime.date(2026, 12, 1),
        now=world.NOW,
    )
    at_desk = line.browser("secretary").get(page("desk_print", appeal))
    own = world.signed_in(line.driver).get(page("print", appeal))
    for answer in (at_desk, own):
        said = text(answer)
        for piece in (
            appeal.number, "协调性答复，不是行政决定", "成立", "服务费没有依据。", "退 300 元。", "12月1日",
            line.secretary.person.name, "12345", "12333", "12月8日", "/verify/",
        ):  # fmt: skip
            assert piece in said, piece
        assert "data:image/svg+xml" in answer.content.decode()
    assert line.driver.name in text(own)
    assert line.driver.name not in text(at_desk)


def test_no_letter_without_an_answer_and_none_for_others() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    assert line.browser("secretary").get(page("desk_print", appeal)).status_code == 409
    assert world.signed_in(line.driver).get(page("print", appeal)).status_code == 409
    assert world.signed_in(world.a_driver(line.branch)).get(page("print", appeal)).status_code == 404
    assert line.browser("secretary").get(page("print", appeal)).status_code == 404


# -- the department ---------------------------------------------------------------------------------------------------


def test_counts_are_rounded_down_so_that_one_to_four_are_none() -> None:
    assert [figures.rounded(count) for count in (0, 1, 4, 5, 9, 10)] == [0, 0, 0, 5, 5, 10]


def test_the_department_reads_figures_and_no_case() -> None:
    line = a_line()
    appeals = [line.appeal() for _number in range(6)]
    late = line.appeal("in_hand")
    Appeal.objects.filter(pk=late.pk).update(due_at=world.NOW - datetime.timedelta(days=1))
    world.an_appeal(by=world.a_driver(), is_urgent=True)
    found = figures.of_today(world.NOW)
    [city] = [row for row in found.rows if row.city == "泸州市"]
    assert city.tiers == [(0, 0), (5, 0), (0, 0)]
    assert found.share is None, "too few stays have ended"
    post = world.a_post(Role.ANALYST, world.department())
    [card] = staff_cards(post.person, post)
    assert card.context["figures"] == found
    assert not [word for word in (appeals[0].number, "郑", line.driver.phone) if word in str(card.context)]


def test_figures_stand_still_for_the_day() -> None:
    line = a_line()
    for _number in range(5):
        line.appeal()
    morning = figures.of_today(world.NOW)
    for _number in range(5):
        line.appeal()
    assert figures.of_today(world.NOW + datetime.timedelta(hours=8)) == morning
    tomorrow = figures.of_today(world.NOW + datetime.timedelta(days=1))
    assert tomorrow.rows[0].tiers[1][0] == 10


def test_the_share_of_clocks_met_is_rounded() -> None:
    line = a_line()
    for _number in range(figures.ENOUGH):
        line.appeal()
    Leg.objects.filter(pk__in=Leg.objects.filter(tier=1).values("pk")[:7]).update(is_breached=True)
    assert figures.of_today(world.NOW).share == 65
