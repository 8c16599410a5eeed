"""The right of reply from page to page: contact, branch, driver, company; and what the company is never told."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appeals.actions import consenting, driving, handling, hearing, replying, ticking
from appeals.models import Appeal, Consent, Hearing, Paraphrase
from portal.models import Post, Role
from portal.once import new_key
from tests import world
from tests.appeals.phone import main_text, page
from tests.appeals.reading import denied, fresh, kinds, last, refused, words

pytestmark = pytest.mark.django_db
LETTERS = {"from_date": "2026-01-05", "until_date": "2026-01-18", "fact_kinds": ["fares"], "cause": "none"}
QUESTION = "这段时间信息服务费怎么收？\n一单扣到 38% 按哪条规则？"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(world.NOW, tick=False):
        yield


class Case:
    """A case about a company in a contact's hand, with everybody who has a part in its hearing."""

    def __init__(self, **fields: Any) -> None:
        self.company = world.a_platform("蜀程出行")
        self.version = world.a_rule(self.company)
        self.line = world.a_line()
        self.contact, self.secretary = self.line["contact"], self.line["secretary"]
        self.liaison = world.a_post(Role.LIAISON, self.company)
        self.driver = world.a_driver(self.line["branch"], contact=self.contact)
        values = {"about": self.company, "category": "pay", "order_number": "DD20260112009", **fields}
        self.appeal = world.an_appeal("in_hand", by=self.driver, handler=self.contact, **values)

    @property
    def pk(self) -> int:
        return self.appeal.pk

    def desk(self, post: Post) -> Client:
        return world.signed_in(post.person, post)

    def write(self, question: str = QUESTION, **more: Any) -> Paraphrase:
        handling.hear_platform(self.pk, by=self.contact, question=question, now=world.NOW, **more)
        return Paraphrase.objects.get(appeal=self.pk, released_at=None, returned_at=None)

    def ask(self, **details: str) -> Consent:
        consenting.ask_consent(self.pk, by=self.contact, details=details, reason="平台要按单查。", now=world.NOW)
        return Consent.objects.get(appeal=self.pk, decided_at=None)

    def heard(self) -> Hearing:
        return hearing.release(self.write().pk, by=self.secretary, now=world.NOW)


def sent(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"key": new_key(), **values})


# -- the paraphrase and its release -----------------------------------------------------------------------------------


def test_a_contacts_question_is_seen_as_the_company_sees_it_released_and_replied_to() -> None:
    case = Case()
    phone, address = case.desk(case.contact), page("hear_platform", case.appeal)
    values = {**LETTERS, "cause": f"rule:{case.version.pk}", "question": QUESTION, "seen": fresh(case.appeal).position}
    before = fresh(case.appeal).due_at
    seen = main_text(sent(phone, address, preview="1", **values))
    assert "派单规则第 1 版" in seen
    assert "1月5日至1月18日" in seen
    assert sent(phone, address, **values).status_code == 302
    assert not Hearing.objects.exists()
    written = Paraphrase.objects.get()
    desk = case.desk(case.secretary)
    assert case.appeal.number in main_text(desk.get(reverse("appeals:release_list")))
    out = reverse("appeals:release", args=[written.code])
    assert "一单扣到 38% 按哪条规则？" in main_text(desk.get(out))
    assert sent(desk, out, choice="release").status_code == 302
    asked = Hearing.objects.get()
    assert (asked.asked_by, asked.paraphrase, fresh(case.appeal).due_at) == (case.contact, written, before)
    company = case.desk(case.liaison)
    shown = main_text(company.get(reverse("appeals:hearing", args=[asked.code])))
    assert "车费和扣款" in shown
    reply = {
        "rule": f"rule:{case.version.pk}", "point_1": "按流水 8%。", "point_2": "返还后为 21%。", "stance": "partly",
        "amount_fen": "183.5", "from_date": "2026-01-05", "until_date": "2026-01-18", "offer": "退回多收部分。",
        "offer_fen": "46", "offer_date": "2026-12-01", "contact": "司机服务部 028-80001000",
    }  # fmt: skip
    assert sent(company, reverse("appeals:hearing", args=[asked.code]), **reply).status_code == 302
    given = asked.replies.get()
    assert (given.stance, given.amount_fen, given.offer_fen, given.is_late) == ("partly", 18350, 4600, False)
    own = main_text(world.signed_in(case.driver).get(page("detail", case.appeal)))
    for word in ("蜀程出行", "1. 按流水 8%。", "183.50 元", "46 元", "部分认可"):
        assert word in own
    assert "司机服务部" not in own
    assert "司机服务部" in main_text(phone.get(page("case", case.appeal)))


def test_a_secretarys_own_question_goes_at_once() -> None:
    case = Case()
    handling.escalate(case.pk, by=case.contact, reason="要平台说明。", now=world.NOW)
    handling.take(case.pk, by=case.secretary, now=world.NOW)
    handling.hear_platform(case.pk, by=case.secretary, question=QUESTION, now=world.NOW)
    assert Hearing.objects.get().paraphrase.released_by == case.secretary


def test_the_branch_sends_it_back_and_the_contact_writes_anew() -> None:
    case = Case()
    written = case.write()
    hearing.send_back(written.pk, by=case.secretary, note="时间写宽一点。", now=world.NOW)
    assert not Hearing.objects.exists()
    assert words(last(case.appeal)) == {"note": "时间写宽一点。"}
    assert case.write("这段时间的服务费怎么收？").pk != written.pk


def test_nobody_but_the_branch_or_the_committee_above_releases() -> None:
    case = Case()
    written = case.write()
    other = world.a_line("LZ")
    barred = world.a_secretary(case.line["branch"])
    world.tie(barred.person, case.company)
    for post in (case.contact, other["secretary"], case.liaison, barred):
        with denied(case.appeal):
            hearing.release(written.pk, by=post, now=world.NOW)
    for post in (case.contact, other["secretary"], case.liaison, barred):
        assert case.desk(post).get(reverse("appeals:release", args=[written.code])).status_code == 404
    assert hearing.release(written.pk, by=case.line["committee"], now=world.NOW).company == case.company


def test_it_waits_in_the_branchs_list_and_the_clock_goes_on() -> None:
    case = Case()
    written = case.write()
    with refused("A question is written already and waits for the branch to release it.", case.appeal):
        case.write("再问一次？")
    handling.escalate(case.pk, by=case.contact, reason="等不到书记。", now=world.NOW)
    with refused("The case has moved on since this was written; whoever has it now asks anew."):
        hearing.release(written.pk, by=case.secretary, now=world.NOW)
    assert case.desk(case.secretary).get(reverse("appeals:release", args=[written.code])).status_code == 404


def test_a_day_alone_is_no_period() -> None:
    case = Case()
    about = hearing.About(from_date=case.appeal.happened_date, until_date=case.appeal.happened_date)
    with refused("The period has at least three days and at most three months: a day alone tells too much."):
        handling.hear_platform(case.pk, by=case.contact, question=QUESTION, about=about, now=world.NOW)


# -- consent ----------------------------------------------------------------------------------------------------------


def test_the_driver_sees_word_for_word_what_would_be_shown_and_agrees() -> None:
    case = Case()
    phone = case.desk(case.contact)
    values = {"order_number": "DD20260112009", "time": "1月12日 18:20", "reason": "平台要按单查。"}
    asked = sent(phone, page("ask_consent", case.appeal), seen=fresh(case.appeal).position, **values)
    assert asked.status_code == 302
    consent = Consent.objects.get()
    own = world.signed_in(case.driver)
    assert page("consent", case.appeal) in own.get(page("detail", case.appeal)).content.decode()
    shown = main_text(own.get(page("consent", case.appeal)))
    for word in ("DD20260112009", "1月12日 18:20", "平台要按单查。", "蜀程出行"):
        assert word in shown
    assert sent(own, page("consent", case.appeal), choice="yes", consent=consent.code).status_code == 302
    written = case.write(about=hearing.About(items=("order_number", "time")))
    heard = hearing.release(written.pk, by=case.secretary, now=world.NOW)
    company = main_text(case.desk(case.liaison).get(reverse("appeals:hearing", args=[heard.code])))
    assert "DD20260112009" in company
    assert "1月12日 18:20" in company
    assert case.driver.name not in company
    with refused("The company has seen it already, so it cannot be taken back. It sees nothing new."):
        consenting.withdraw_consent(consent.pk, by=case.driver, now=world.NOW)


def test_a_no_changes_nothing_and_a_consent_taken_back_holds_the_question() -> None:
    case = Case()
    before = fresh(case.appeal)
    consenting.decide_consent(case.ask(plate="川E D12345").pk, by=case.driver, agrees=False, now=world.NOW)
    after = fresh(case.appeal)
    assert (after.status, after.due_at, after.handler) == (before.status, before.due_at, before.handler)
    consent = case.ask(order_number="DD20260112009")
    consenting.decide_consent(consent.pk, by=case.driver, agrees=True, now=world.NOW)
    written = case.write(about=hearing.About(items=("order_number",)))
    consenting.withdraw_consent(consent.pk, by=case.driver, now=world.NOW)
    with pytest.raises(Exception, match="订单号"):
        hearing.release(written.pk, by=case.secretary, now=world.NOW)
    assert kinds(case.appeal)[-5:] == [
        "consent_refused", "consent_asked", "consent_given", "paraphrase_written", "consent_withdrawn",
    ]  # fmt: skip


def test_only_the_driver_decides_and_only_once() -> None:
    case = Case()
    consent = case.ask(order_number="DD20260112009")
    with denied(case.appeal):
        consenting.decide_consent(consent.pk, by=case.contact.person, agrees=True, now=world.NOW)
    with denied(case.appeal):
        consenting.ask_consent(case.pk, by=case.secretary, details={"plate": "川E"}, reason="要。", now=world.NOW)
    stranger = world.a_driver()
    assert world.signed_in(stranger).get(page("consent", case.appeal)).status_code == 404
    consenting.decide_consent(consent.pk, by=case.driver, agrees=True, now=world.NOW)
    with refused("You have decided about this already."):
        consenting.decide_consent(consent.pk, by=case.driver, agrees=False, now=world.NOW)


def test_open_means_the_name_only_and_sealed_never_the_name() -> None:
    case = Case(identity="open")
    assert hearing.allowed_details(case.appeal) == {"name"}
    heard = hearing.release(case.write(about=hearing.About(items=("name",))).pk, by=case.secretary, now=world.NOW)
    assert words(heard.asked_event)["name"] == case.driver.name
    sealed = Case(identity="sealed")
    with refused("This appeal is sealed: the company is never told the name."):
        sealed.ask(name="甲")


# -- the company ------------------------------------------------------------------------------------------------------


def test_what_the_company_never_reads() -> None:
    case = Case(title="标题金丝雀", story="故事金丝雀", identity="named")
    heard = case.heard()
    company = case.desk(case.liaison)
    secrets = [
        case.appeal.number, case.appeal.code, case.driver.name, case.driver.phone, "金丝雀", "DD20260112009",
        str(world.district().name), case.contact.person.name, case.secretary.person.name, case.line["branch"].name,
    ]  # fmt: skip
    for address in (
        reverse("appeals:hearings"),
        reverse("appeals:hearing", args=[heard.code]),
        reverse("portal:notices"),
    ):
        shown = company.get(address).content.decode()
        assert [word for word in secrets if word in shown] == []


def test_three_hundred_pages_come_back_whole_with_what_to_do() -> None:
    case = Case()
    heard = case.heard()
    many = "第一页的说明。" * 64_000
    values = {"rule": "none", "point_1": many, "point_2": "没有。", "stance": "reject", "contact": "司机服务部"}
    back = sent(case.desk(case.liaison), reverse("appeals:hearing", args=[heard.code]), **values)
    assert back.status_code == 422
    assert many in back.content.decode()
    assert "448000 个字" in main_text(back)
    assert not heard.replies.exists()


def test_silent_late_and_added_are_counted_and_nothing_waits_for_it() -> None:
    case = Case()
    heard = case.heard()
    late = world.at("2026-11-28 09:00")
    ticking.note_silence(now=late, most=10)
    assert kinds(case.appeal)[-1] == "platform_silent"
    handling_now = world.at("2026-11-26 09:00")
    with time_machine.travel(late, tick=False):
        company = case.desk(case.liaison)
        assert "收到 1 个问题，迟复 0 个，到期未复 1 个" in main_text(company.get(reverse("appeals:hearings")))
        replying.platform_reply(heard.pk, by=case.liaison, facts_given="晚到的说明。", now=late)
        replying.add_to_reply(heard.pk, by=case.liaison, facts_given="再补一张表。", now=late)
        listed = main_text(company.get(reverse("appeals:hearings") + "?show=replied"))
    assert "迟复" in listed
    assert [row.is_late for row in heard.replies.all()] == [True, True]
    assert [row.is_supplement for row in heard.replies.all()] == [False, True]
    handling.answer(case.pk, by=case.contact, finding="not_upheld", reasons="核过。", now=handling_now)
    with refused("The case has been decided, so nothing can be added any more."):
        replying.add_to_reply(heard.pk, by=case.liaison, facts_given="还有。", now=late)


def test_only_its_own_liaison_replies_and_once() -> None:
    case = Case()
    heard = case.heard()
    stranger = world.a_post(Role.LIAISON, world.a_platform())
    with denied(case.appeal):
        replying.platform_reply(heard.pk, by=stranger, facts_given="冒充。", now=world.NOW)
    assert case.desk(stranger).get(reverse("appeals:hearing", args=[heard.code])).status_code == 404
    foreign = world.a_rule(world.a_platform())
    with refused("Choose a rule of your own company."):
        figures = replying.Figures(rule_version=foreign)
        replying.platform_reply(heard.pk, by=case.liaison, facts_given="好。", figures=figures, now=world.NOW)
    with refused("Reply first; after that you can add to it."):
        replying.add_to_reply(heard.pk, by=case.liaison, facts_given="好。", now=world.NOW)
    driving.withdraw(case.pk, by=case.driver, reason="算了。", now=world.NOW)
    assert Appeal.objects.get(pk=case.pk).status == "withdrawn"
