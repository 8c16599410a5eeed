"""Answering at the desk: from the list to a good answer, the library's pages, notes and other cases beside the case."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from appeals.actions import handling, linking, noting, templating
from appeals.actions.templating import Body
from appeals.blanks import Blank
from appeals.models import AnswerTemplate, Appeal, Link, Note
from portal import events
from portal.models import Event, Post
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page, text
from tests.journeys.walk import hidden_fields, send

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]
REFUND = Body(
    "upheld",
    "核对了{账单日期}的账单，平台多扣了{退款金额}，共{几单}单。",
    "{公司}把{退款金额}退到您的账户。",
    5,
    (Blank("账单日期", "date"), Blank("退款金额", "money"), Blank("几单", "number"), Blank("公司", "text")),
)
GIVEN = {
    "blank_0_year": "2026", "blank_0_month": "11", "blank_0_day": "12",
    "blank_1": "38.5", "blank_2": "3", "blank_3": "川行约车",
}  # fmt: skip


@pytest.fixture
def line() -> Line:
    return a_line()


def a_template(by: Post, title: str = "多扣的退回来", body: Body = REFUND) -> AnswerTemplate:
    return templating.write(by=by, category="dispatch", title=title, body=body, now=world.NOW)


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)


def filled(shown: object) -> dict[str, str]:
    """The parts of the form as a page shows them, as the browser would send them back."""
    form = shown.context["form"]  # type: ignore[attr-defined]
    values = {name: form[name].value() for name in ("finding", "reasons", "remedy")}
    day = form["carry_out_date"].value()
    return {name: value or "" for name, value in values.items()} | {"carry_out_date": str(day or "")}


# -- the answer -------------------------------------------------------------------------------------------------------


def test_two_clicks_from_the_list_lead_to_a_good_answer(line: Line) -> None:
    template = a_template(line.secretary)
    a_template(line.committee, "市里的写法")
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    panel = client.get(page("inbox", open=appeal.code)).content.decode()
    assert f'href="{page("answer", appeal)}"' in panel
    offered = client.get(page("answer", appeal))
    first = offered.context["templates"][0]
    assert (first["template"], first["is_own"]) == (template, True)
    chosen = client.get(first["url"])
    assert chosen.context["form"]["reasons"].value() == REFUND.reasons
    assert "11月30日" not in text(chosen)
    assert str(chosen.context["form"]["carry_out_date"].value()) == "2026-11-30"
    for label in ("账单日期", "退款金额", "几单", "公司"):
        assert label in text(chosen)


def test_what_is_filled_in_is_seen_as_the_driver_reads_it_and_sent(line: Line) -> None:
    template = a_template(line.secretary)
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    chosen = client.get(page("answer", appeal, template=template.code))
    typed = {**hidden_fields(chosen), **filled(chosen), **GIVEN}
    shown = client.post(page("answer", appeal), {**typed, "preview": "1"})
    assert shown.status_code == 200, text(shown)
    said = "核对了11月12日的账单，平台多扣了38.50 元，共3单。"
    assert said in text(shown)
    assert "appeals/_answer.html" in [one.name for one in shown.templates]
    sent = client.post(page("answer", appeal), {**hidden_fields(shown), "send": "1"})
    assert sent.status_code == 302
    assert said in text(world.signed_in(line.driver).get(page("detail", appeal)))
    facts = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.answered").facts
    assert (facts["template"], facts["template_version"], facts["carry_out"]) == (template.code, 1, "2026-11-30")


def test_blanks_go_into_the_words_which_stay_the_writers_own(line: Line) -> None:
    template = a_template(line.secretary)
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    chosen = client.get(page("answer", appeal, template=template.code))
    typed = {**hidden_fields(chosen), **filled(chosen), **GIVEN}
    worked = client.post(page("answer", appeal), {**typed, "fill": "1"})
    assert worked.status_code == 200
    form = worked.context["form"]
    assert form["remedy"].value() == "川行约车把38.50 元退到您的账户。"
    assert form.blank_fields == []
    mine = {**hidden_fields(worked), **filled(worked), "reasons": "改成我自己的话。"}
    shown = client.post(page("answer", appeal), {**mine, "preview": "1"})
    assert "改成我自己的话。" in text(shown)
    back = client.post(page("answer", appeal), {**hidden_fields(shown), "edit": "1"})
    assert back.context["form"]["reasons"].value() == "改成我自己的话。"


@pytest.mark.parametrize("button", ["fill", "preview", "send"])
def test_a_blank_that_was_left_empty_is_named_and_nothing_is_lost(line: Line, button: str) -> None:
    template = a_template(line.secretary)
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    chosen = client.get(page("answer", appeal, template=template.code))
    typed = {**hidden_fields(chosen), **filled(chosen), **GIVEN, "blank_1": "", button: "1"}
    answer = client.post(page("answer", appeal), typed)
    assert answer.status_code == 422
    assert "还没有填：退款金额" in text(answer)
    assert answer.context["form"]["blank_3"].value() == "川行约车"
    assert fresh(appeal).status == "in_hand"


def test_braces_typed_by_hand_are_refused_where_they_stand(line: Line) -> None:
    appeal = line.appeal("in_hand")
    typed = {"finding": "not_upheld", "reasons": "退｛金额｝给您。", "preview": "1"}
    answer = send(line.browser("secretary"), page("answer", appeal), **typed)
    assert answer.status_code == 422
    assert "还没有填：金额" in text(answer)


def test_an_amount_that_is_none_says_so_at_its_field(line: Line) -> None:
    template = a_template(line.secretary)
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    chosen = client.get(page("answer", appeal, template=template.code))
    typed = {**hidden_fields(chosen), **filled(chosen), **GIVEN, "blank_1": "很多", "preview": "1"}
    answer = client.post(page("answer", appeal), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["blank_1"]


def test_a_foreign_template_in_the_address_fills_nothing_in(line: Line) -> None:
    foreign = a_template(world.a_secretary(world.a_branch()))
    appeal = line.appeal("in_hand")
    shown = line.browser("secretary").get(page("answer", appeal, template=foreign.code))
    assert shown.status_code == 200
    assert not shown.context["form"]["reasons"].value()
    assert foreign.title not in text(shown)


def test_a_contact_on_his_phone_sends_at_once(line: Line) -> None:
    template = a_template(line.contact)
    appeal = line.appeal("in_hand", at="contact")
    client = line.browser("contact")
    chosen = client.get(page("answer", appeal, template=template.code))
    sent = client.post(page("answer", appeal), {**hidden_fields(chosen), **filled(chosen), **GIVEN})
    assert sent.status_code == 302
    assert fresh(appeal).answers.get().finding == "upheld"


# -- the library ------------------------------------------------------------------------------------------------------

TYPED = {
    "title": "核对后不成立", "category": "pay", "finding": "not_upheld",
    "reasons": "核对了{账单月份}的账单，{结果}。", "remedy": "", "carry_out_days": "",
    "label_1": "账单月份", "kind_1": "text", "label_2": "{结果}", "kind_2": "text",
}  # fmt: skip


def test_a_template_is_written_read_changed_and_retired(line: Line) -> None:
    client = line.browser("secretary")
    made = send(client, page("new_template"), **TYPED)
    template = AnswerTemplate.objects.get()
    assert made["Location"] == reverse("appeals:template", args=[template.code])
    assert "核对后不成立" in text(client.get(page("templates")))
    changed = TYPED | {"reasons": "核对了{账单月份}的每一单，{结果}。"}
    assert send(client, reverse("appeals:edit_template", args=[template.code]), **changed).status_code == 302
    history = client.get(reverse("appeals:template", args=[template.code]))
    assert "<ins>" in history.content.decode()
    assert "第 2 版" in text(history)
    old = client.get(reverse("appeals:template", args=[template.code]) + "?version=1")
    assert "这是旧版" in text(old)
    assert send(client, reverse("appeals:retire_template", args=[template.code])).status_code == 302
    assert "本单位还没有模板" in text(client.get(page("templates")))
    assert "核对后不成立" in text(client.get(page("templates", show="retired")))


def test_what_the_words_use_and_no_row_names_is_put_into_a_row(line: Line) -> None:
    typed = {name: value for name, value in TYPED.items() if not name.endswith("_2")}
    answer = send(line.browser("secretary"), page("new_template"), **typed)
    assert answer.status_code == 422
    assert "文字里用到了 结果" in text(answer)
    assert answer.context["form"]["label_2"].value() == "结果"
    assert not AnswerTemplate.objects.exists()


def test_a_refused_template_keeps_what_was_typed(line: Line) -> None:
    answer = send(line.browser("secretary"), page("new_template"), **TYPED | {"finding": "upheld"})
    assert answer.status_code == 422
    assert "这个结论要写怎么处理" in text(answer)
    assert "核对了{账单月份}的账单" in answer.content.decode()


def test_two_who_edit_at_once_the_second_gets_his_text_back(line: Line) -> None:
    template = a_template(line.secretary)
    slow = line.browser("secretary")
    address = reverse("appeals:edit_template", args=[template.code])
    loaded = hidden_fields(slow.get(address))
    assert send(line.browser("contact"), address, **TYPED).status_code == 302
    answer = slow.post(address, {**loaded, **TYPED, "title": "我写的名字"})
    assert answer.status_code == 409
    assert "我写的名字" in answer.content.decode()
    assert template.versions.count() == 2


def test_those_from_above_are_shown_and_copied_and_not_edited(line: Line) -> None:
    above = a_template(line.committee, "市里的写法")
    client = line.browser("secretary")
    assert "市里的写法" in text(client.get(page("templates", show="above")))
    shown = client.get(reverse("appeals:template", args=[above.code]))
    assert "复制到本单位" in text(shown)
    for verb in ("edit_template", "retire_template"):
        assert client.get(reverse(f"appeals:{verb}", args=[above.code])).status_code == 404
    copied = client.post(reverse("appeals:copy_template", args=[above.code]), hidden_fields(shown))
    mine = AnswerTemplate.objects.get(organisation=line.branch)
    assert copied["Location"] == reverse("appeals:edit_template", args=[mine.code])


def test_a_library_beside_ours_does_not_exist(line: Line) -> None:
    foreign = a_template(world.a_secretary(world.a_branch()))
    client = line.browser("secretary")
    for verb in ("template", "edit_template", "retire_template", "copy_template"):
        assert client.get(reverse(f"appeals:{verb}", args=[foreign.code])).status_code == 404


# -- notes and other cases --------------------------------------------------------------------------------------------


def test_a_note_is_written_on_the_case_and_stands_apart(line: Line) -> None:
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    shown = client.get(page("case", appeal))
    assert "司机和公司看不到" in text(shown)
    kept = client.post(page("note", appeal), {**hidden_fields(shown), "text": "先等客服回话"})
    assert kept["Location"].startswith(page("case", appeal))
    for who in ("secretary", "committee", "contact"):
        assert "先等客服回话" in text(line.browser(who).get(page("case", appeal)))


def test_an_empty_note_comes_back_as_a_page_with_a_sentence(line: Line) -> None:
    appeal = line.appeal("in_hand")
    answer = send(line.browser("secretary"), page("note", appeal), text=" ")
    assert answer.status_code == 422
    assert not Note.objects.exists()


def test_the_preview_shows_no_note(line: Line) -> None:
    appeal = line.appeal("in_hand")
    noting.note(appeal.pk, by=line.secretary, text="先等客服回话", now=world.NOW)
    client = line.browser("secretary")
    typed = {"finding": "not_upheld", "reasons": "核对过。"}
    assert "先等客服回话" in text(client.get(page("answer", appeal)))
    shown = send(client, page("answer", appeal), **typed, preview="1")
    assert "核对过。" in text(shown)
    assert "先等客服回话" not in text(shown)


def test_a_suggested_case_is_put_beside_this_one(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    client = line.browser("secretary")
    address = reverse("appeals:link", args=[one.code, other.code])
    shown = client.get(page("case", one))
    assert address in shown.content.decode()
    assert other.number in text(client.get(address))
    assert send(client, address, kind="duplicate").status_code == 302
    assert Link.objects.count() == 1
    for case, far in ((one, other), (other, one)):
        assert far.number in text(client.get(page("case", case)))
        assert far.number in text(world.signed_in(line.driver).get(page("detail", case)))


def test_a_case_one_may_not_see_cannot_be_linked_or_found(line: Line) -> None:
    one, strangers = line.appeal("in_hand"), a_line().appeal("in_hand")
    client = line.browser("secretary")
    for first, second in ((one, strangers), (strangers, one), (one, one)):
        assert client.get(reverse("appeals:link", args=[first.code, second.code])).status_code == 404


# -- promises ---------------------------------------------------------------------------------------------------------


def promised(line: Line, day: str, *, at: datetime.datetime = world.NOW, remedy: str = "退回 38 元。") -> Appeal:
    appeal = line.appeal("in_hand", now=at)
    return handling.answer(
        appeal.pk, by=line.secretary, finding="upheld", reasons="平台算错了。", remedy=remedy,
        carry_out_date=datetime.date.fromisoformat(day), now=at,
    )  # fmt: skip


def chips(client: Client) -> dict[str, int]:
    return {str(one["word"]): one["count"] for one in client.get(page("promises")).context["chips"]}


def test_promises_are_counted_as_they_are_listed(line: Line) -> None:
    early = world.NOW - datetime.timedelta(days=10)
    promised(line, "2026-12-01", remedy="补发奖励。")
    promised(line, "2026-11-20", at=early, remedy="退回押金。")
    kept = promised(line, "2026-11-30", remedy="恢复账号。")
    handling.carry_out(kept.pk, by=line.secretary, note="已恢复。", now=world.NOW)
    client = line.browser("secretary")
    assert chips(client) == {"待兑现": 2, "已超期": 1, "已兑现": 1}
    rows = [row.remedy for row in client.get(page("promises")).context["promises"].rows]
    assert rows == ["退回押金。", "补发奖励。"], "the late one first"
    assert [row.remedy for row in client.get(page("promises", show="kept")).context["promises"].rows] == ["恢复账号。"]
    assert [row.remedy for row in client.get(page("promises", show="late")).context["promises"].rows] == ["退回押金。"]


def test_a_promise_is_marked_from_the_list_and_back_to_it(line: Line) -> None:
    appeal = promised(line, "2026-12-01")
    client = line.browser("secretary")
    address = reverse("appeals:keep_promise", args=[appeal.code])
    assert address in client.get(page("promises")).content.decode()
    assert send(client, address, note="11月23日已到账。")["Location"] == page("promises")
    assert chips(client) == {"待兑现": 0, "已超期": 0, "已兑现": 1}
    assert "没有待兑现的" in text(client.get(page("promises")))


def test_who_oversees_reads_the_line_by_organisation_and_marks_nothing(line: Line) -> None:
    appeal = promised(line, "2026-12-01")
    other = world.a_line("LZ")
    far = world.an_appeal(
        "in_hand", by=world.a_driver(other["branch"], contact=other["contact"]), handler=other["contact"]
    )
    handling.answer(
        far.pk, by=other["contact"], finding="upheld", reasons="属实。", remedy="道歉。",
        carry_out_date=datetime.date(2026, 12, 2), now=world.NOW,
    )  # fmt: skip
    client = line.browser("committee")
    listed = client.get(page("promises"))
    assert {one["whose"] for one in listed.context["promises"].organisations} == {
        line.branch.short_name, other["branch"].short_name,
    }  # fmt: skip
    assert reverse("appeals:keep_promise", args=[appeal.code]) not in listed.content.decode()
    assert client.get(reverse("appeals:keep_promise", args=[appeal.code])).status_code == 403
    narrowed = client.get(page("promises", organisation=line.branch.code)).context["promises"]
    assert [row.answer.appeal_id for row in narrowed.rows] == [appeal.pk]
    assert chips(line.browser("secretary")) == {"待兑现": 1, "已超期": 0, "已兑现": 0}


def test_what_an_earlier_answer_promised_is_owed_no_more(line: Line) -> None:
    appeal = promised(line, "2026-12-01")
    world.driving.go_on(appeal.pk, by=line.driver, reason="不服。", now=world.NOW)
    assert chips(line.browser("secretary")) == {"待兑现": 0, "已超期": 0, "已兑现": 0}


def test_links_are_not_made_by_looking(line: Line) -> None:
    one, other = line.appeal("in_hand"), line.appeal("in_hand")
    linking.link(one.pk, other.pk, by=line.secretary, kind="related", now=world.NOW)
    assert "有关联" in text(line.browser("committee").get(page("case", one)))
