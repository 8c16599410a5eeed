"""A handler's moves through their pages: the form, what it leads to, and the three ways it is turned down."""

import datetime

import pytest
from django.test import Client

from appeals.actions import driving, handling
from appeals.models import Appeal
from portal.models import OnceKey
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page, text
from tests.appeals.reading import fresh, kinds, last, words
from tests.journeys.walk import hidden_fields, send

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]

SOON = {"carry_out_date_year": "2026", "carry_out_date_month": "12", "carry_out_date_day": "1"}


def one_tap(client: Client, appeal: Appeal, name: str = "case") -> dict[str, str]:
    """The hidden fields of the form on the case itself."""
    return hidden_fields(client.get(page(name, appeal)))


def test_take_is_one_tap_on_the_case() -> None:
    line = a_line()
    appeal = line.appeal()
    client = line.browser("secretary")
    answer = client.post(page("take", appeal), one_tap(client, appeal))
    assert answer.status_code == 302
    assert answer["Location"] == page("case", appeal)
    assert fresh(appeal).handler == line.secretary
    assert "正在办" in text(client.get(page("case", appeal)))


def test_take_beside_the_list_leads_back_to_the_list() -> None:
    line = a_line()
    appeal = line.appeal()
    client = line.browser("secretary")
    beside = {
        "HX-Request": "true",
        "HX-Target": "list",
        "HX-Current-URL": f"http://testserver/desk/?open={appeal.code}",
    }
    answer = client.post(page("take", appeal), one_tap(client, appeal), headers=beside)
    assert answer["Location"] == f"/desk/?open={appeal.code}"


@pytest.mark.parametrize(
    ("verb", "values", "status", "kind"),
    [
        ("ask", {"question": "有当天的截图吗？"}, "asked", "asked"),
        ("escalate", {"reason": "要党委定。"}, "waiting", "escalated"),
        ("return_down", {"reason": "联系人能办。"}, "waiting", "returned"),
        (
            "transfer",
            {"target": "traffic_police", "note": "罚单归交警管，带上处罚决定书。"},
            "transferred",
            "transferred",
        ),
        ("mark_urgent", {"reason": "说要轻生。"}, "waiting", "marked_urgent"),
    ],
)
def test_each_move_has_its_form(verb: str, values: dict[str, str], status: str, kind: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    answer = send(client, page(verb, appeal), **values)
    assert answer.status_code == 302, text(answer)
    assert fresh(appeal).status == status
    assert kind in kinds(appeal)
    assert set(values.values()) - {"traffic_police"} <= {*words(last(appeal, kind)).values()}


def test_the_forms_say_what_comes_of_it() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    assert "答复期限停到司机补充为止，最晚到 11-30 周一" in text(client.get(page("ask", appeal)))
    assert "平台 11-26 周四 24:00 前说明" in text(client.get(page("hear_platform", appeal)))


def test_carry_out_closes_what_was_accepted() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    answer = {"finding": "upheld", "reasons": "属实。", "remedy": "退 300 元。", **SOON, "send": "1"}
    assert send(client, page("answer", appeal), **answer).status_code == 302
    driving.accept(appeal.pk, by=line.driver, now=world.NOW)
    assert send(client, page("carry_out", appeal), note="11月23日已退 300 元。").status_code == 302
    assert fresh(appeal).status == "closed"


def test_the_committee_reopens_what_is_closed() -> None:
    line = a_line()
    appeal = world.an_appeal("closed", by=line.driver, handler=line.contact)
    answer = send(line.browser("committee"), page("reopen", appeal), reason="有新证据。")
    new = Appeal.objects.get(reopened_from=appeal)
    assert answer["Location"] == page("case", new)
    shown = text(line.browser("committee").get(page("case", new)))
    assert appeal.number in shown
    assert "上周开始晚高峰派单少了三成" in shown, "the story stands in the log of the first series"
    assert page("reopen", appeal) not in line.browser("committee").get(page("case", appeal)).content.decode()


# -- the answer -------------------------------------------------------------------------------------------------------


def test_an_answer_is_seen_as_the_driver_reads_it_before_it_is_sent() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    typed = {"finding": "upheld", "reasons": "查过 11 月的单。", "remedy": "退 300 元。", **SOON}
    shown = send(client, page("answer", appeal), **typed, preview="1")
    assert shown.status_code == 200
    assert fresh(appeal).status == "in_hand"
    said = text(shown)
    for words_shown in ("查过 11 月的单。", "退 300 元。", "12月1日", line.secretary.person.name):
        assert words_shown in said
    back = client.post(page("answer", appeal), {**hidden_fields(shown), "edit": "1"})
    assert "查过 11 月的单。" in back.content.decode()
    assert fresh(appeal).status == "in_hand"
    sent = client.post(page("answer", appeal), {**hidden_fields(shown), "send": "1"})
    assert sent.status_code == 302
    given = fresh(appeal).answers.get()
    assert given.carry_out_date == datetime.date(2026, 12, 1)
    assert words(given.event) == {"reasons": "查过 11 月的单。", "remedy": "退 300 元。"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"finding": "", "reasons": "因"}, "选一个结论"),
        ({"finding": "upheld", "reasons": "因", "remedy": "退款"}, "写明哪天前办完"),
        ({"finding": "upheld", "reasons": "因", **SOON}, "写明到那天办什么"),
        ({"finding": "upheld", "reasons": "因"}, "怎么办"),
        ({"finding": "upheld", "reasons": "因", "remedy": "退款", **SOON, "carry_out_date_year": "2027"}, "60"),
        ({"finding": "upheld", "reasons": "因", "remedy": "退款", **SOON, "carry_out_date_day": "41"}, "核对日期"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_not_previewed(typed: dict[str, str], sentence: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    for button in ("preview", "send"):
        answer = send(client, page("answer", appeal), **typed, **{button: "1"})
        assert answer.status_code == 422
        assert sentence in text(answer)
        assert "因" in answer.content.decode(), "what was typed is still there"
    assert fresh(appeal).status == "in_hand"


# -- turned down ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["name", "phone", "order", "plate"])
def test_a_question_to_the_company_names_nobody(hidden: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand", order_number="SC2026111112345")
    named = {"name": "郑重山", "phone": line.driver.phone, "order": "SC2026111112345", "plate": "川E12345"}[hidden]
    answer = send(line.browser("secretary"), page("hear_platform", appeal), question=f"请核对 {named} 的派单。")
    assert answer.status_code == 422
    assert not fresh(appeal).hearings.exists()
    assert named in answer.context["form"]["question"].value(), "his text is kept for him to rewrite"


def test_who_was_slower_sees_the_others_decision_and_keeps_his_text() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    second = world.a_post("deputy_secretary", line.branch)
    slow, quick = world.signed_in(second.person, second), line.browser("secretary")
    mine = {"finding": "not_upheld", "reasons": "我看过平台的说明，认为不成立。", "send": "1"}
    loaded = {**hidden_fields(slow.get(page("answer", appeal))), **mine}
    theirs = {"finding": "not_upheld", "reasons": "已核对。", "send": "1"}
    assert send(quick, page("answer", appeal), **theirs).status_code == 302
    answer = slow.post(page("answer", appeal), loaded)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "我看过平台的说明，认为不成立。" in said
    assert line.secretary.person.name in said
    assert page("case", appeal) in said
    assert fresh(appeal).answers.count() == 1


def test_a_form_sent_twice_moves_once() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    values = {**hidden_fields(client.get(page("ask", appeal))), "question": "有截图吗？"}
    first, second = (client.post(page("ask", appeal), values) for _time in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert kinds(appeal).count("asked") == 1
    other = client.post(page("ask", appeal), {**values, "question": "别的问题"})
    assert other.status_code == 422
    assert OnceKey.objects.filter(key=values["key"]).count() == 1


@pytest.mark.parametrize("missing", ["key", "seen"])
def test_a_form_without_key_or_version_is_not_sent(missing: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    values = {**hidden_fields(client.get(page("ask", appeal))), "question": "有截图吗？"}
    del values[missing]
    answer = client.post(page("ask", appeal), values)
    assert answer.status_code == 422
    assert "重新打开这一页" in text(answer)
    assert fresh(appeal).status == "in_hand"


def test_a_contact_who_made_it_urgent_is_led_back_to_his_list() -> None:
    line = a_line()
    appeal = line.appeal(at="contact")
    answer = send(line.browser("contact"), page("mark_urgent", appeal), reason="说要轻生。")
    assert answer["Location"] == page("contact_inbox")
    assert fresh(appeal).tier == 2


def test_words_are_shown_as_words() -> None:
    line = a_line()
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    appeal = line.appeal("in_hand", title=evil[:60], story=evil)
    client = line.browser("secretary")
    for name in ("case", "answer", "inbox"):
        body = client.get(page(name, None if name == "inbox" else appeal), {"open": appeal.code}).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body


# -- the case ---------------------------------------------------------------------------------------------------------


def offered(line: Line, appeal: Appeal, who: str = "secretary") -> list[str]:
    return [offer.verb for offer in line.browser(who).get(page("case", appeal)).context["case"].offers]


def test_only_what_is_possible_is_offered() -> None:
    line = a_line()
    assert offered(line, line.appeal()) == ["take", "mark_urgent"]
    in_hand = line.appeal("in_hand")
    everything = ["answer", "ask", "hear_platform", "escalate", "transfer", "return_down", "mark_urgent"]
    assert offered(line, in_hand) == everything
    assert offered(line, in_hand, "committee") == []
    handling.hear_platform(in_hand.pk, by=line.secretary, question="规则怎么变的？", now=world.NOW)
    assert "hear_platform" not in offered(line, in_hand)
    assert "hear_platform" not in offered(line, line.appeal("in_hand", about=None))
    assert offered(line, line.appeal("asked")) == ["mark_urgent"]
    assert offered(line, line.appeal("answered")) == []
    urgent = world.an_appeal(by=line.driver, is_urgent=True, category="safety")
    assert offered(line, urgent) == ["take"]


def test_the_case_says_all_a_handler_may_know() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", order_number="SC2026111112345")
    handling.hear_platform(appeal.pk, by=line.secretary, question="规则怎么变的？", now=world.NOW)
    driving.add(appeal.pk, by=line.driver, words="11月20日又少了两单。", now=world.NOW)
    said = text(line.browser("secretary").get(page("case", appeal)))
    for piece in (
        appeal.number, "只给办理人看", "郑**", "上周开始晚高峰派单少了三成", "11月20日又少了两单。", "SC2026111112345",
        line.platform.name, "派单规则第 1 版", "规则怎么变的？", "等说明", "11-30 周一 24:00 前答复", "要看规则。",
    ):  # fmt: skip
        assert piece in said, piece
    assert "郑重山" not in said
    assert line.driver.phone not in said


def test_every_state_of_a_case_can_be_read() -> None:
    line = a_line()
    for status in ("waiting", "in_hand", "asked", "answered"):
        for at, who in (("branch", "secretary"), ("contact", "contact")):
            assert line.browser(who).get(page("case", line.appeal(status, at=at))).status_code == 200
    for status in ("closed", "withdrawn", "transferred"):
        appeal = world.an_appeal(status, by=line.driver, handler=line.contact)
        assert line.browser("committee").get(page("case", appeal)).status_code == 200
