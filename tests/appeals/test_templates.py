"""The library of answers: who reads and writes it, versions, blanks, and the answer that names what it used."""

import pytest
from django.core.exceptions import PermissionDenied

from appeals import libraries
from appeals.actions import handling, templating
from appeals.actions.templating import Body
from appeals.blanks import Blank, fill, labels, pieces, tidy
from appeals.models import AnswerTemplate, AnswerTemplateVersion
from portal import events
from portal.errors import Refused, Stale
from portal.models import Event, Post
from tests import world
from tests.appeals.desk import Line, a_line

pytestmark = pytest.mark.django_db
REFUND = Body(
    "upheld",
    "核对了{订单日期}的账单，平台多扣了{退款金额}。",
    "平台把{退款金额}退到您的账户。",
    5,
    (Blank("订单日期", "date"), Blank("退款金额", "money")),
)


@pytest.fixture
def line() -> Line:
    return a_line()


def a_template(
    by: Post, title: str = "抽成算错，退回差额", category: str = "dispatch", body: Body = REFUND
) -> AnswerTemplate:
    return templating.write(by=by, category=category, title=title, body=body, now=world.NOW)


def changed(**parts: object) -> Body:
    return Body(**{**REFUND.__dict__, **parts})  # type: ignore[arg-type]


# -- blanks -----------------------------------------------------------------------------------------------------------


def test_blanks_are_found_in_the_order_of_reading_each_once() -> None:
    assert labels("核对了{ 日期 }，退{金额}", "在｛日期｝前退{金额}") == ["日期", "金额"]
    assert labels("没有空") == []


def test_what_is_known_is_filled_in_and_the_rest_stays_a_blank() -> None:
    assert fill("退{金额}，{日期}前", {"金额": "38 元"}) == "退38 元，{日期}前"
    assert fill("退｛金额｝", {"金额": "38 元"}) == "退38 元"
    assert tidy(" 退｛ 金额 ｝ ") == "退{金额}"
    assert pieces("退{金额}给您") == [("退", False), ("金额", True), ("给您", False)]


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_template_stands_in_the_library_of_whoever_wrote_it(line: Line) -> None:
    template = a_template(line.secretary)
    version = template.versions.get()
    assert (template.organisation, version.number, version.by) == (line.branch, 1, line.secretary)
    assert version.fields == [{"label": "订单日期", "kind": "date"}, {"label": "退款金额", "kind": "money"}]
    event = Event.objects.get(subject=events.subject_of(template))
    assert (event.kind, event.facts["number"]) == ("appeals.template_written", 1)


@pytest.mark.parametrize(
    "body",
    [
        changed(fields=(Blank("退款金额", "money"),)),
        changed(fields=(*REFUND.fields, Blank("没有用到", "text"))),
        changed(fields=(*REFUND.fields, Blank("退款金额", "text"))),
        changed(fields=(Blank("订单日期", "date"), Blank("退款金额", "colour"))),
        changed(remedy="", carry_out_days=None),
        changed(carry_out_days=None),
        changed(carry_out_days=31),
        Body("not_upheld", "请打 13800000000 找他。"),
        Body("not_upheld", "川E12345 那次不算。"),
        Body("not_upheld", "{甲}{乙}{丙}{丁}{戊}{己}{庚}", "", None, tuple(Blank(x, "text") for x in "甲乙丙丁戊己庚")),
    ],
    ids=["unlisted", "unused", "twice", "kind", "no remedy", "no days", "too long", "phone", "plate", "seven blanks"],
)  # fmt: skip
def test_a_template_that_would_not_serve_is_refused(line: Line, body: Body) -> None:
    with pytest.raises(Refused):
        a_template(line.secretary, body=body)
    assert not AnswerTemplate.objects.exists()


def test_an_edit_is_a_new_version_and_the_old_one_stays(line: Line) -> None:
    template = a_template(line.secretary)
    new = changed(carry_out_days=3)
    templating.revise(template.pk, by=line.contact, category="pay", title="退差额", body=new, now=world.NOW, seen=1)
    template.refresh_from_db()
    assert (template.title, template.category) == ("退差额", "pay")
    assert list(template.versions.values_list("number", "carry_out_days")) == [(2, 3), (1, 5)]
    assert Event.objects.filter(subject=events.subject_of(template), kind="appeals.template_revised").count() == 1


def test_two_who_edit_the_same_version_do_not_overwrite_each_other(line: Line) -> None:
    template = a_template(line.secretary)
    words = {"category": "pay", "title": "退差额", "body": REFUND, "now": world.NOW, "seen": 1}
    templating.revise(template.pk, by=line.contact, **words)
    with pytest.raises(Stale) as stale:
        templating.revise(template.pk, by=line.secretary, **words)
    assert line.contact.person.name in stale.value.theirs
    assert template.versions.count() == 2


def test_only_the_organisations_own_handlers_edit(line: Line) -> None:
    template = a_template(line.committee)
    other = world.a_secretary(world.a_branch("CD"))
    for stranger in (line.secretary, line.contact, other, line.province):
        with pytest.raises(PermissionDenied):
            templating.retire(template.pk, by=stranger, now=world.NOW)
        with pytest.raises(PermissionDenied):
            templating.revise(template.pk, by=stranger, category="pay", title="x", body=REFUND, now=world.NOW, seen=1)
    liaison = world.a_post("liaison", line.platform)
    with pytest.raises(PermissionDenied):
        a_template(liaison)


def test_a_retired_template_is_offered_no_more_and_edited_no_more(line: Line) -> None:
    template = a_template(line.secretary)
    appeal = line.appeal("in_hand")
    assert libraries.offered(line.secretary, appeal, world.NOW.date()) == [template]
    templating.retire(template.pk, by=line.secretary, now=world.NOW)
    assert libraries.offered(line.secretary, appeal, world.NOW.date()) == []
    with pytest.raises(Refused):
        templating.retire(template.pk, by=line.secretary, now=world.NOW)


# -- reading and copying ----------------------------------------------------------------------------------------------


def test_those_from_above_are_read_and_copied_and_those_beside_do_not_exist(line: Line) -> None:
    above = a_template(line.committee, "市里的写法")
    beside = a_template(world.a_secretary(world.a_branch()), "隔壁支部的写法")
    readable = libraries.readable(line.secretary, world.NOW.date())
    assert list(readable) == [above]
    copy = templating.copy(above.pk, by=line.secretary, now=world.NOW)
    assert (copy.organisation, copy.copied_from, copy.versions.get().reasons) == (line.branch, above, REFUND.reasons)
    with pytest.raises(PermissionDenied):
        templating.copy(beside.pk, by=line.secretary, now=world.NOW)


def test_ours_come_first_then_what_is_used_most(line: Line) -> None:
    a_template(line.committee, "市里的", body=REFUND)
    seldom, often = a_template(line.secretary, "少用的"), a_template(line.secretary, "常用的")
    a_template(line.secretary, "别的类别", category="lease")
    AnswerTemplate.objects.filter(pk=often.pk).update(uses=7)
    found = libraries.offered(line.secretary, line.appeal("in_hand"), world.NOW.date())
    assert [one.title for one in found] == [often.title, seldom.title, "市里的"]


# -- using ------------------------------------------------------------------------------------------------------------


def used(template: AnswerTemplate) -> AnswerTemplateVersion:
    return template.versions.order_by("-number")[0]


def test_the_answer_names_the_version_it_used(line: Line) -> None:
    template = a_template(line.secretary)
    templating.revise(
        template.pk, by=line.secretary, category="dispatch", title="退差额", body=REFUND, now=world.NOW, seen=1
    )
    appeal = line.appeal("in_hand")
    handling.answer(
        appeal.pk, by=line.secretary, finding="not_upheld", reasons="核对过。", template=used(template), now=world.NOW
    )
    facts = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.answered").facts
    assert (facts["template"], facts["template_version"]) == (template.code, 2)
    template.refresh_from_db()
    assert template.uses == 1


def test_an_answer_written_freely_names_none(line: Line) -> None:
    appeal = line.appeal("answered")
    facts = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.answered").facts
    assert "template" not in facts


def test_a_blank_never_reaches_the_driver(line: Line) -> None:
    appeal = line.appeal("in_hand")
    with pytest.raises(Refused, match="退款金额"):
        handling.answer(appeal.pk, by=line.secretary, finding="not_upheld", reasons="退{退款金额}。", now=world.NOW)
    appeal.refresh_from_db()
    assert appeal.status == "in_hand"


def test_a_foreign_librarys_template_is_not_used(line: Line) -> None:
    foreign = a_template(world.a_secretary(world.a_branch()))
    appeal = line.appeal("in_hand")
    with pytest.raises(Refused):
        handling.answer(
            appeal.pk,
            by=line.secretary,
            finding="not_upheld",
            reasons="核对过。",
            template=used(foreign),
            now=world.NOW,
        )
