"""Moves of a handler: what each does, when it is refused, who may not, and what the log keeps of it."""

import datetime
from typing import Any

import pytest
from django.utils.translation import gettext, pgettext

from appeals import permissions
from appeals.actions import driving, handling, ticking
from appeals.models import AlarmKind, Category, Hearing, Identity, RespondentKind
from appeals.reads import Reads
from portal.errors import Stale
from portal.models import Post, Role
from tests import world
from tests.appeals.reading import alarms, denied, fresh, kinds, last, log, refused, words
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday
LATER = at("2026-03-02 11:00")
NEXT = at("2026-03-03 09:00")


class Case:
    """A line of people, a driver with a contact of his own, and his appeal in hand at the contact."""

    def __init__(self, status: str = "in_hand", **fields: Any) -> None:
        self.line = world.a_line()
        self.contact, self.secretary = self.line["contact"], self.line["secretary"]
        self.driver = world.a_driver(self.line["branch"], contact=self.contact)
        handler = None if status == "waiting" else self.contact
        self.appeal = world.an_appeal(status, by=self.driver, handler=handler, now=NOW, **fields)

    @property
    def pk(self) -> int:
        return self.appeal.pk


# -- take -------------------------------------------------------------------------------------------------------------


def test_taking_names_the_handler_and_the_answer_clock_goes_on() -> None:
    case = Case("waiting")
    appeal = handling.take(case.pk, by=case.contact, now=LATER)
    assert (appeal.status, appeal.handler, appeal.due_kind) == ("in_hand", case.contact, "answer")
    assert appeal.due_date == datetime.date(2026, 3, 5)
    leg = appeal.legs.get()
    assert (leg.handler, leg.taken_at, leg.is_breached) == (case.contact, LATER, False)
    event = last(appeal, "taken")
    assert (event.by, event.post, event.facts) == (case.contact.person, case.contact, {"tier": 1})


def test_what_is_in_hand_is_not_taken_again() -> None:
    case = Case()
    with refused("This appeal is in hand.", case.appeal):
        handling.take(case.pk, by=case.contact, now=LATER)


def test_the_contact_it_is_meant_for_takes_it_and_no_colleague() -> None:
    case = Case("waiting")
    colleague = world.a_contact(case.line["branch"])
    with denied(case.appeal):
        handling.take(case.pk, by=colleague, now=LATER)
    assert not permissions.visible_appeals(colleague, LATER.date()).exists()


def test_meant_for_nobody_any_contact_of_the_branch_takes_it_and_then_only_he_has_it() -> None:
    line = world.a_line()
    colleague = world.a_contact(line["branch"])
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=NOW)
    assert permissions.may_handle(line["contact"], appeal, LATER)
    appeal = handling.take(appeal.pk, by=colleague, now=LATER)
    with denied(appeal):
        handling.ask(appeal.pk, by=line["contact"], question="有截图吗？", now=LATER)
    assert not permissions.visible_appeals(line["contact"], LATER.date()).exists()


# -- ask --------------------------------------------------------------------------------------------------------------


def test_asking_lets_the_clock_rest_for_five_working_days() -> None:
    case = Case()
    appeal = handling.ask(case.pk, by=case.contact, question="有当天的截图吗？", now=LATER)
    assert (appeal.status, appeal.due_kind) == ("asked", "rest")
    assert (appeal.due_date, appeal.due_at) == (datetime.date(2026, 3, 9), at("2026-03-10 00:00"))
    assert appeal.tick_at == appeal.due_at
    assert appeal.legs.get().rested_from == LATER
    event = last(appeal, "asked")
    assert (event.facts, words(event)) == ({"rest_until": "2026-03-09"}, {"question": "有当天的截图吗？"})


def test_a_question_that_was_asked_is_not_asked_twice() -> None:
    case = Case("asked")
    with refused("This appeal waits on the driver's answer.", case.appeal):
        handling.ask(case.pk, by=case.contact, question="还有吗？", now=LATER)


def test_what_nobody_has_taken_is_not_asked_about() -> None:
    case = Case("waiting")
    with refused("Nobody has taken this appeal yet.", case.appeal):
        handling.ask(case.pk, by=case.contact, question="有吗？", now=LATER)


# -- hear the company -------------------------------------------------------------------------------------------------


def test_asking_the_company_gives_it_three_days_and_the_tiers_clock_goes_on() -> None:
    company = world.a_platform()
    case = Case(about=company)
    before = case.appeal.due_at
    appeal = world.heard(case.pk, by=case.contact, question="三月初派单规则改了吗？", now=LATER)
    assert (appeal.status, appeal.due_at) == ("in_hand", before)
    hearing = Hearing.objects.get()
    assert (hearing.company, hearing.asked_by, hearing.asked_at) == (company, case.contact, LATER)
    assert (hearing.due_date, hearing.due_at) == (datetime.date(2026, 3, 5), at("2026-03-06 00:00"))
    event = last(appeal, "platform_asked")
    assert event == hearing.asked_event
    assert event.facts == {
        "company": company.code,
        "due": "2026-03-05",
        "rule_version": None,
        "deduction_kind": None,
        "from": "2026-01-12",
        "until": "2026-01-18",
        "fact_kinds": [],
        "items": [],
    }
    assert words(event) == {"question": "三月初派单规则改了吗？"}


def test_only_a_company_can_be_asked_and_not_twice_at_once() -> None:
    with_nobody, company = Case(), world.a_platform()
    with refused("This appeal names no company that could be asked.", with_nobody.appeal):
        world.heard(with_nobody.pk, by=with_nobody.contact, question="为什么？", now=LATER)
    case = Case(about=company)
    world.heard(case.pk, by=case.contact, question="为什么？", now=LATER)
    with refused("The company has been asked already and still has time to reply.", case.appeal):
        world.heard(case.pk, by=case.contact, question="为什么呢？", now=LATER)


def test_after_silence_the_company_may_be_asked_again() -> None:
    case = Case(about=world.a_platform())
    world.heard(case.pk, by=case.contact, question="为什么？", now=LATER)
    ticking.note_silence(now=at("2026-03-06 00:00"), most=10)
    world.heard(case.pk, by=case.contact, question="再问一次，为什么？", now=at("2026-03-06 09:00"))
    assert Hearing.objects.count() == 2


NAMES_SOMEBODY = [
    ("司机{name}的订单为什么少了？", "the driver's name"),
    ("{name_apart}的订单为什么少了？", "the driver's name"),
    ("{family}师傅的订单为什么少了？", "the driver's name"),
    ("电话 {phone} 的司机为什么少了？", "a phone number"),
    ("电话 {phone_dashed} 的司机为什么少了？", "a phone number"),
    ("乘客 13800001111 说了什么？", "a phone number"),
    ("订单 DD 2026-0112 是谁派的？", "an order number"),
    ("订单dd20260112是谁派的？", "an order number"),
    ("另一单 17655400012345678 是谁派的？", "an order number"),
    ("川ED12345 那天为什么没有派单？", "a plate"),
    ("川E·12345 那天为什么没有派单？", "a plate"),
    ("川Ｅ·Ｄ１２３４５ 那天为什么没有派单？", "a plate"),
    ("川e d12345f 那天为什么没有派单？", "a plate"),
    ("1月12日18:20 那一单为什么扣款？", "a day with its exact time"),
    ("1月12日晚上 18：20 为什么扣款？", "a day with its exact time"),
    ("2026-01-12 18时20分的派单记录", "a day with its exact time"),
    ("十点半，1月12日，为什么扣款？", "a day with its exact time"),
    ("证号 51052119880203001X 的司机为什么被封？", "a licence or identity number"),
]


def named(kind: str) -> str:
    sentence = gettext("The company may not see this without the driver's consent: %(found)s. Rewrite the question.")
    return sentence % {"found": pgettext("found in a text", kind)}


def spelled(text: str, case: Case) -> str:
    phone = case.driver.phone
    dashed = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
    return text.format(
        name=case.driver.name,
        family=case.driver.name[0],
        name_apart=" ".join(case.driver.name),
        phone=phone,
        phone_dashed=dashed,
    )


@pytest.mark.parametrize(("text", "kind"), NAMES_SOMEBODY)
def test_the_companys_question_names_nobody(text: str, kind: str) -> None:
    case = Case(about=world.a_platform(), order_number="DD20260112")
    with refused(named(kind), case.appeal):
        world.heard(case.pk, by=case.contact, question=spelled(text, case), now=LATER)
    assert not Hearing.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "上周晚高峰的派单规则改过没有？按 18.5% 还是 20% 抽成？",
        "在四川省 2026-01-12 起执行的第 3 版规则",
        "1月5日至1月18日，晚高峰 17:00–19:00 的派单规则改过没有？",
        "每天几点到几点算高峰时段？早 7 点至 9 点呢？",
        "2026-01-05 至 2026-01-18 的信息服务费怎么算？",
    ],
)
def test_a_paraphrase_goes_through(text: str) -> None:
    case = Case(about=world.a_platform(), order_number="DD20260112")
    assert world.heard(case.pk, by=case.contact, question=text, now=LATER).status == "in_hand"


def test_a_driver_without_a_name_or_an_order_does_not_forbid_every_question() -> None:
    line = world.a_line()
    driver = world.a_person()
    driver.name = ""
    driver.save()
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=NOW, about=world.a_platform())
    world.heard(appeal.pk, by=line["contact"], question="为什么？", now=LATER)
    assert Hearing.objects.exists()


@pytest.mark.parametrize(("identity", "is_free"), [("open", True), ("named", False), ("sealed", False)])
def test_only_an_open_appeal_is_asked_about_by_name(identity: str, is_free: bool) -> None:
    case = Case(about=world.a_platform(), identity=identity)
    question = f"{case.driver.name}的订单为什么少了？"
    if not is_free:
        with refused(named("the driver's name"), case.appeal):
            world.heard(case.pk, by=case.contact, question=question, now=LATER)
        return
    world.heard(case.pk, by=case.contact, question=question, now=LATER)
    assert Hearing.objects.exists()


# -- answer -----------------------------------------------------------------------------------------------------------

REMEDY = {"remedy": "退回多收的 38 元。", "carry_out_date": datetime.date(2026, 3, 10)}


@pytest.mark.parametrize("finding", ["upheld", "partly", "settled", "not_upheld"])
def test_an_answer_has_a_finding_reasons_and_a_promise_with_a_day(finding: str) -> None:
    case = Case()
    appeal = handling.answer(case.pk, by=case.contact, finding=finding, reasons="平台算错了。", now=LATER, **REMEDY)
    assert (appeal.status, appeal.tier, appeal.handler) == ("answered", 1, case.contact)
    assert (appeal.due_kind, appeal.due_at) == ("window", at("2026-03-18 00:00"))
    assert appeal.tick_at == at("2026-03-11 00:00")  # the promise falls due before the window ends
    leg, given = appeal.legs.get(), appeal.answers.get()
    assert (leg.left_at, leg.left_by) == (LATER, "answered")
    assert (given.finding, given.by, given.at, given.is_owed) == (finding, case.contact, LATER, True)
    assert given.carry_out_at == at("2026-03-11 00:00")
    event = last(appeal, "answered")
    assert event == given.event
    assert event.facts == {"tier": 1, "finding": finding, "carry_out": "2026-03-10"}
    assert words(event) == {"reasons": "平台算错了。", "remedy": "退回多收的 38 元。"}


def test_not_upheld_needs_no_remedy() -> None:
    case = Case()
    appeal = handling.answer(case.pk, by=case.contact, finding="not_upheld", reasons="规则没有改。", now=LATER)
    assert not appeal.answers.get().is_owed
    assert appeal.tick_at == appeal.due_at == at("2026-03-18 00:00")
    assert words(last(appeal)) == {"reasons": "规则没有改。"}


HALF = "A remedy needs the day by which it is carried out, and a day needs a remedy."
REACH = "The carry-out day must lie between today and 60 days from now."
BAD_PROMISES = [
    ({"finding": "upheld"}, "An appeal that is upheld or settled needs a remedy: say what will be done and by when."),
    ({"finding": "settled"}, "An appeal that is upheld or settled needs a remedy: say what will be done and by when."),
    ({"finding": "upheld", "remedy": "退款。"}, HALF),
    ({"finding": "not_upheld", "carry_out_date": datetime.date(2026, 3, 10)}, HALF),
    ({"finding": "upheld", "remedy": "退款。", "carry_out_date": datetime.date(2026, 3, 1)}, REACH),
    ({"finding": "upheld", "remedy": "退款。", "carry_out_date": datetime.date(2026, 5, 2)}, REACH),
]


@pytest.mark.parametrize(("fields", "sentence"), BAD_PROMISES)
def test_a_promise_is_whole_and_within_reach(fields: dict[str, Any], sentence: str) -> None:
    case = Case()
    with refused(sentence, case.appeal):
        handling.answer(case.pk, by=case.contact, reasons="平台算错了。", now=LATER, **fields)


@pytest.mark.parametrize("day", [datetime.date(2026, 3, 2), datetime.date(2026, 5, 1)])
def test_a_promise_may_be_kept_today_or_on_the_sixtieth_day(day: datetime.date) -> None:
    case = Case()
    fields = {"finding": "upheld", "remedy": "退款。", "carry_out_date": day}
    assert handling.answer(case.pk, by=case.contact, reasons="算错了。", now=LATER, **fields).status == "answered"


def test_a_question_to_the_company_does_not_hold_up_the_answer() -> None:
    """Example 10: the platform is silent, late, or answers with 300 pages; the decision goes on."""
    case = Case(about=world.a_platform())
    world.heard(case.pk, by=case.contact, question="为什么？", now=LATER)
    handling.answer(case.pk, by=case.contact, finding="not_upheld", reasons="规则没有改。", now=LATER)
    assert ticking.note_silence(now=at("2026-03-06 00:00"), most=10) == 1
    assert kinds(case.appeal)[-2:] == ["answered", "platform_silent"]


# -- escalate and return ----------------------------------------------------------------------------------------------


def test_passing_up_starts_the_next_tiers_clocks() -> None:
    case = Case()
    appeal = handling.escalate(case.pk, by=case.contact, reason="超出我的权限。", now=NEXT)
    assert (appeal.status, appeal.tier, appeal.handler) == ("waiting", 2, None)
    assert appeal.handling_org == case.line["branch"]
    first, second = appeal.legs.all()
    assert (first.left_at, first.left_by) == (NEXT, "escalate")
    assert (second.take_due_date, second.answer_due_date) == (datetime.date(2026, 3, 4), datetime.date(2026, 3, 10))
    event = last(appeal)
    assert event.facts["tier"] == 2
    assert words(event) == {"reason": "超出我的权限。"}


def test_nobody_who_had_it_below_has_it_above() -> None:
    """The contact is also deputy secretary: passed up by him, it passes him over."""
    case = Case()
    world.a_post(Role.DEPUTY_SECRETARY, case.line["branch"], case.contact.person)
    appeal = handling.escalate(case.pk, by=case.contact, reason="超出权限。", now=NEXT)
    acting = permissions.who_may_act_now(appeal, Reads(NEXT))
    assert acting == [case.secretary]


@pytest.mark.parametrize("how", ["escalate", "late"])
def test_where_he_is_the_only_one_above_it_goes_on_to_the_committee(how: str) -> None:
    case = Case()
    world.end(case.secretary)
    world.a_post(Role.SECRETARY, case.line["branch"], case.contact.person)
    if how == "escalate":
        handling.escalate(case.pk, by=case.contact, reason="超出权限。", now=NEXT)
    else:
        ticking.tick(now=at("2026-03-06 00:00"), most=10)
    assert (fresh(case.appeal).tier, fresh(case.appeal).handling_org) == (3, world.committee())
    assert alarms(case.appeal) == [(AlarmKind.SKIPPED, world.committee())]


def at_the_committee() -> tuple[Case, Post]:
    case = Case()
    handling.escalate(case.pk, by=case.contact, reason="超出权限。", now=LATER)
    handling.take(case.pk, by=case.secretary, now=LATER)
    handling.escalate(case.pk, by=case.secretary, reason="涉及全市。", now=LATER)
    handling.take(case.pk, by=case.line["committee"], now=LATER)
    return case, case.line["committee"]


def test_at_the_last_tier_there_is_nothing_above() -> None:
    case, staff = at_the_committee()
    with refused("This is the last tier: answer it, or transfer it to a named body.", case.appeal):
        handling.escalate(case.pk, by=staff, reason="再往上。", now=NEXT)


def test_sent_up_and_down_once_a_round_and_no_more() -> None:
    """Example 9: a case that is sent up and down three times to win time."""
    case, staff = at_the_committee()
    appeal = handling.return_down(case.pk, by=staff, reason="支部可以办。", now=NEXT)
    assert (appeal.tier, appeal.status, appeal.handling_org) == (2, "waiting", case.line["branch"])
    assert words(last(appeal, "returned")) == {"reason": "支部可以办。"}
    handling.take(case.pk, by=case.secretary, now=NEXT)
    handling.escalate(case.pk, by=case.secretary, reason="还是办不了。", now=NEXT)
    handling.take(case.pk, by=staff, now=NEXT)
    with refused(
        "It was returned once in this round already. Answer it, pass it up or transfer it.", fresh(case.appeal)
    ):
        handling.return_down(case.pk, by=staff, reason="再退一次。", now=NEXT)


def test_from_the_first_tier_there_is_nobody_below() -> None:
    case = Case()
    with refused("It did not come from the tier below, so it cannot be returned there.", case.appeal):
        handling.return_down(case.pk, by=case.contact, reason="不归我。", now=NEXT)


def test_what_began_at_the_branch_is_not_returned_to_a_contact() -> None:
    line = world.a_line()
    appeal = world.an_appeal(
        "in_hand", by=world.a_driver(line["branch"]), handler=line["secretary"], now=NOW, category=Category.SAFETY,
        skips_contact=True,
    )  # fmt: skip
    with refused("It did not come from the tier below, so it cannot be returned there.", appeal):
        handling.return_down(appeal.pk, by=line["secretary"], reason="联系人可以办。", now=NEXT)


def test_returning_to_where_nobody_is_would_only_restart_the_clock() -> None:
    case, staff = at_the_committee()
    world.end(case.secretary)
    with refused("Nobody may act at the tier below now, so it cannot be returned there.", fresh(case.appeal)):
        handling.return_down(case.pk, by=staff, reason="支部可以办。", now=NEXT)


def test_an_urgent_appeal_is_not_returned() -> None:
    case, staff = at_the_committee()
    handling.mark_urgent(case.pk, by=staff, reason="有人威胁他。", now=LATER)
    handling.take(case.pk, by=staff, now=LATER)
    with refused("An urgent appeal stays with the branch or the committee.", fresh(case.appeal)):
        handling.return_down(case.pk, by=staff, reason="支部可以办。", now=NEXT)


# -- transfer ---------------------------------------------------------------------------------------------------------


def test_another_bodys_fine_is_transferred_with_a_note_and_the_driver_keeps_his_receipt() -> None:
    """Example 14."""
    case = Case(category=Category.FINE, respondent_kind=RespondentKind.BODY)
    appeal = handling.transfer(case.pk, by=case.contact, target="traffic_police", note="罚单归交警管。", now=LATER)
    assert (appeal.status, appeal.transferred_to, appeal.closed_at) == ("transferred", "traffic_police", LATER)
    assert (appeal.due_at, appeal.tick_at) == (None, None)
    assert appeal.legs.get().left_by == "transfer"
    event = last(appeal)
    assert (event.kind, event.facts, words(event)) == (
        "appeals.transferred", {"target": "traffic_police"}, {"note": "罚单归交警管。"},
    )  # fmt: skip
    assert fresh(appeal).secret == case.appeal.secret


@pytest.mark.parametrize(("target", "note"), [("", "不归我们管。"), ("not_ours", "不归我们管。"), ("police", "  ")])
def test_not_ours_without_a_named_body_and_a_note_is_impossible(target: str, note: str) -> None:
    case = Case()
    with refused("Name the body that is responsible and say why; an appeal cannot be closed as not ours.", case.appeal):
        handling.transfer(case.pk, by=case.contact, target=target, note=note, now=LATER)


# -- urgent -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
def test_marking_as_urgent_goes_to_the_branch_at_once_with_two_hours(status: str) -> None:
    case = Case(status)
    appeal = handling.mark_urgent(case.pk, by=case.contact, reason="乘客威胁要打他。", now=LATER)
    assert (appeal.is_urgent, appeal.tier, appeal.status, appeal.handler) == (True, 2, "waiting", None)
    assert appeal.due_at == LATER + datetime.timedelta(hours=2)
    assert alarms(appeal) == [(AlarmKind.URGENT, world.committee()), (AlarmKind.NO_DUTY, world.province_committee())]
    assert words(last(appeal, "marked_urgent")) == {"reason": "乘客威胁要打他。"}
    with refused("It is marked as urgent already.", appeal):
        handling.mark_urgent(case.pk, by=case.secretary, reason="又一次。", now=LATER)


def test_an_urgent_case_with_nobody_at_the_branch_goes_to_the_committee_and_says_so() -> None:
    case = Case()
    world.end(case.secretary)
    appeal = handling.mark_urgent(case.pk, by=case.contact, reason="乘客威胁要打他。", now=LATER)
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    assert (AlarmKind.SKIPPED, world.committee()) in alarms(appeal)


def test_whoever_is_on_duty_may_take_an_urgent_appeal_of_the_city_and_no_other() -> None:
    case = Case()
    other = world.a_line("CD")
    duty = world.a_secretary(world.a_branch("LZ", of_district=world.district("CD")))
    world.on_duty(duty)
    with denied(case.appeal):
        handling.ask(case.pk, by=duty, question="在哪里？", now=LATER)
    handling.mark_urgent(case.pk, by=case.contact, reason="乘客威胁要打他。", now=LATER)
    world.on_duty(other["secretary"], "CD")
    with denied(fresh(case.appeal)):
        handling.take(case.pk, by=other["secretary"], now=LATER)
    assert handling.take(case.pk, by=duty, now=LATER).handler == duty


# -- carry out --------------------------------------------------------------------------------------------------------


def promised(**fields: Any) -> Case:
    case = Case(**fields)
    handling.answer(case.pk, by=case.contact, finding="upheld", reasons="平台算错了。", now=LATER, **REMEDY)
    return case


def test_carried_out_is_a_fact_of_its_own_and_the_drivers_days_run_on() -> None:
    case = promised()
    appeal = handling.carry_out(case.pk, by=case.contact, note="钱已到账。", now=NEXT)
    assert (appeal.status, appeal.answers.get().carried_out_at) == ("answered", NEXT)
    assert appeal.tick_at == at("2026-03-18 00:00")
    assert words(last(appeal)) == {"note": "钱已到账。"}


def test_an_accepted_appeal_closes_when_its_promise_is_kept() -> None:
    case = promised()
    driving.accept(case.pk, by=case.driver, now=NEXT)
    appeal = handling.carry_out(case.pk, by=case.contact, note="钱已到账。", now=NEXT)
    assert (appeal.status, appeal.closed_at) == ("closed", NEXT)
    assert kinds(appeal)[-2:] == ["carried_out", "closed"]


def test_nothing_is_carried_out_twice_or_without_a_promise() -> None:
    case, bare = promised(), Case("answered")
    handling.carry_out(case.pk, by=case.contact, note="钱已到账。", now=NEXT)
    sentence = "Nothing is promised that is not carried out already."
    with refused(sentence, fresh(case.appeal)):
        handling.carry_out(case.pk, by=case.contact, note="再来一次。", now=NEXT)
    with refused(sentence, bare.appeal):
        handling.carry_out(bare.pk, by=bare.contact, note="没有答应过。", now=NEXT)


# -- phone ------------------------------------------------------------------------------------------------------------


def test_looking_up_the_phone_is_a_link_in_the_log() -> None:
    case = Case()
    assert handling.reveal_phone(case.pk, by=case.contact, now=LATER) == case.driver.phone
    event = last(case.appeal)
    assert (event.kind, event.by, event.facts) == ("appeals.phone_revealed", case.contact.person, {})


def test_a_sealed_drivers_phone_stays_closed_also_to_the_handler() -> None:
    case = Case(identity=Identity.SEALED)
    with refused(
        "This appeal is sealed. Ask the driver through the portal, or ask the custodian with a reason.", case.appeal
    ):
        handling.reveal_phone(case.pk, by=case.contact, now=LATER)


# -- who may not ------------------------------------------------------------------------------------------------------

TO_TRY = {
    "waiting": {"take": {}, "mark_urgent": {"reason": "急。"}, "reveal_phone": {}},
    "in_hand": {
        "ask": {"question": "有吗？"},
        "hear_platform": {"question": "为什么？"},
        "answer": {"finding": "not_upheld", "reasons": "没有。"},
        "escalate": {"reason": "往上。"},
        "return_down": {"reason": "往下。"},
        "transfer": {"target": "police", "note": "归警察。"},
        "mark_urgent": {"reason": "急。"},
        "reveal_phone": {},
    },
    "answered": {"carry_out": {"note": "办好了。"}},
}
STRANGERS = [
    "nobody", "other branch", "other city", "committee above", "province", "contact below", "ended", "on leave",
    "custodian", "auditor", "analyst", "volunteer", "liaison", "system_admin", "named", "kin of the named",
    "kin of the driver", "staff", "fleet_lead", "captain", "kin of staff", "challenged", "own enterprise",
]  # fmt: skip


def a_stranger(who: str, line: dict[str, Any], driver: Any, company: Any) -> Post | None:
    """Somebody who must not act on the driver's appeal about the company, which lies at the branch.

    The barred hold a secretary's post at that very branch: nothing but the bar keeps them away.
    """
    branch, city = line["branch"], world.committee()
    match who:
        case "nobody":
            return None
        case "other branch":
            return world.a_secretary(world.a_branch("LZ", of_district=world.district("CD")))
        case "other city":
            return world.a_committee_staff(world.committee("CD"))
        case "committee above":
            return line["committee"]
        case "province":
            return line["province"]
        case "contact below":
            return line["contact"]
        case "custodian" | "auditor" | "system_admin":
            return world.a_post(who, city)
        case "analyst":
            return world.a_post(who, world.department())
        case "volunteer":
            return world.a_post(who, world.an_organisation("home", "司机之家", place=world.district()))
        case "liaison":
            return world.a_post(who, company)
        case "own enterprise":
            return world.a_secretary(world.an_enterprise(company))
    post = world.a_secretary(branch)
    if who == "ended":
        return world.end(post)
    if who == "on leave":
        return world.leave(post)
    if who == "kin of the driver":
        world.kin(driver, post.person)
    elif who in ("staff", "fleet_lead", "captain"):
        world.tie(post.person, company, who)
    elif who == "kin of staff":
        uncle = world.a_person()
        world.tie(uncle, company)
        world.kin(post.person, uncle)
    return post


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_makes_a_handlers_move(who: str) -> None:
    """Example 5 among them: whoever is complained of, near to it, or was challenged by the driver."""
    line, company = world.a_line(), world.a_platform()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    stranger = a_stranger(who, line, driver, company)
    fields: dict[str, Any] = {"about": company, "category": Category.SAFETY, "skips_contact": True}
    if who == "named":
        fields["person_about"] = stranger.person  # type: ignore[union-attr]
    elif who == "kin of the named":
        fields["person_about"] = world.a_person()
        world.kin(stranger.person, fields["person_about"])  # type: ignore[union-attr]
    for status, moves in TO_TRY.items():
        appeal = world.an_appeal(status, by=driver, handler=line["secretary"], now=NOW, **fields)
        if who == "challenged":
            appeal.bars.create(person=stranger.person, reason="challenged", at=NOW)  # type: ignore[union-attr]
        for move, values in moves.items():
            with denied(appeal):
                getattr(handling, move)(appeal.pk, by=stranger, now=LATER, **values)
        assert permissions.moves_for_post(stranger, appeal, LATER) in ([], ["reopen"])


def test_a_tie_that_ended_bars_no_more() -> None:
    line, company = world.a_line(), world.a_platform()
    world.tie(line["secretary"].person, company, until="2026-03-01")
    appeal = world.an_appeal(
        by=world.a_driver(line["branch"]), now=NOW, about=company, category=Category.SAFETY, skips_contact=True
    )
    assert handling.take(appeal.pk, by=line["secretary"], now=LATER).handler == line["secretary"]


def test_driving_for_a_platform_is_not_being_employed_by_it() -> None:
    line, company = world.a_line(), world.a_platform()
    colleague = world.a_driver(line["branch"])
    world.drives_for(colleague, company)
    secretary = world.a_post(Role.DEPUTY_SECRETARY, line["branch"], colleague)
    appeal = world.an_appeal(
        by=world.a_driver(line["branch"]), now=NOW, about=company, category=Category.SAFETY, skips_contact=True
    )
    assert handling.take(appeal.pk, by=secretary, now=LATER).handler == secretary


# -- decided from an old page -----------------------------------------------------------------------------------------


def test_from_an_old_page_the_second_gets_the_firsts_decision() -> None:
    case = Case()
    seen = fresh(case.appeal).position
    handling.answer(case.pk, by=case.contact, finding="not_upheld", reasons="没有。", now=LATER, seen=seen)
    before = len(kinds(case.appeal))
    with pytest.raises(Stale) as stale:
        handling.escalate(case.pk, by=case.contact, reason="往上。", now=NEXT, seen=seen)
    assert case.contact.person.name in stale.value.theirs
    assert "03-02 11:00" in stale.value.theirs
    assert len(kinds(case.appeal)) == before


def test_from_an_old_page_it_is_said_that_it_moved_on_and_nobody_else_learns_it() -> None:
    """Two secretaries: one passes it up, the other's answer meets a case that lies with the committee by now."""
    case = Case()
    second = world.a_post(Role.DEPUTY_SECRETARY, case.line["branch"])
    handling.escalate(case.pk, by=case.contact, reason="超出权限。", now=LATER)
    seen = handling.take(case.pk, by=case.secretary, now=LATER).position
    handling.escalate(case.pk, by=second, reason="涉及全市。", now=NEXT, seen=seen)
    values = {"finding": "not_upheld", "reasons": "没有。", "now": NEXT, "seen": seen}
    with pytest.raises(Stale) as stale:
        handling.answer(case.pk, by=case.secretary, **values)
    assert second.person.name in stale.value.theirs
    for stranger in (case.contact, case.line["province"], world.a_contact(case.line["branch"])):
        with denied(case.appeal):
            handling.answer(case.pk, by=stranger, **values)


def test_a_contact_who_was_too_late_is_told_that_the_portal_moved_it() -> None:
    case = Case()
    seen = fresh(case.appeal).position
    ticking.tick(now=at("2026-03-06 00:00"), most=10)
    with pytest.raises(Stale) as stale:
        handling.ask(case.pk, by=case.contact, question="有吗？", now=at("2026-03-06 00:01"), seen=seen)
    assert stale.value.theirs


def test_a_challenged_handler_is_told_nothing() -> None:
    case = Case()
    seen = fresh(case.appeal).position
    driving.challenge(case.pk, by=case.driver, reason="他在偏袒平台。", now=LATER)
    with denied(case.appeal):
        handling.ask(case.pk, by=case.contact, question="有吗？", now=LATER, seen=seen)


def test_two_contacts_take_at_once_and_the_second_learns_who_was_first() -> None:
    line = world.a_line()
    colleague = world.a_contact(line["branch"])
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=NOW)
    handling.take(appeal.pk, by=colleague, now=LATER, seen=1)
    with pytest.raises(Stale) as stale:
        handling.take(appeal.pk, by=line["contact"], now=LATER, seen=1)
    assert colleague.person.name in stale.value.theirs


def test_what_decides_nothing_makes_no_page_old() -> None:
    case = Case(about=world.a_platform())
    seen = fresh(case.appeal).position
    driving.add(case.pk, by=case.driver, words="还有一张截图。", now=LATER)
    handling.reveal_phone(case.pk, by=case.contact, now=LATER)
    world.heard(case.pk, by=case.contact, question="为什么？", now=LATER, seen=seen)
    appeal = handling.answer(case.pk, by=case.contact, finding="not_upheld", reasons="没有。", now=LATER, seen=seen)
    assert appeal.position == fresh(appeal).position == 7


def test_every_link_names_the_post_in_which_it_was_made() -> None:
    case = promised()
    handling.carry_out(case.pk, by=case.contact, note="钱已到账。", now=NEXT)
    links = log(case.appeal)
    assert [link.position for link in links] == [1, 2, 3, 4]
    assert {link.post for link in links[1:]} == {case.contact}
