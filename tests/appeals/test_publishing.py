"""Publishing an answer without names: who proposes, who decides, the driver's days, and what never comes out."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from appeals import publications
from appeals.actions import driving, handling, overseeing, publishing
from appeals.actions.publishing import Wording
from appeals.models import Appeal, Identity, PublishedAnswer, Publishing
from portal.errors import Refused
from portal.models import Notice, Post
from tests import world
from tests.appeals.reading import denied, fresh, kinds, last, refused
from tests.world import at

pytestmark = pytest.mark.django_db
FILED = at("2026-03-02 10:00")
PROPOSED = at("2026-03-10 10:00")
AGREED = at("2026-03-12 10:00")
OUT = at("2026-03-20 00:20")
WORDING = Wording(
    "晚高峰派单突然少了三成，平台说不出原因，怎么办？",
    "平台应当说明派单规则和它改动的日子。规则没有改，少的单是附近运力多了。",
    "平台把规则发给了司机，并在群里讲了一遍。",
)


def a_case(line: dict[str, Any], *, status: str = "closed", **fields: Any) -> Appeal:
    driver = world.a_driver(line["branch"], contact=line["contact"])
    return world.an_appeal(status, by=driver, handler=line["contact"], now=FILED, **fields)


def proposed(
    line: dict[str, Any], appeal: Appeal | None = None, *, by: Post | None = None, wording: Wording = WORDING
) -> PublishedAnswer:
    case = appeal or a_case(line)
    return publishing.propose(case.pk, by=by or line["secretary"], wording=wording, now=PROPOSED)


def announced(line: dict[str, Any], appeal: Appeal | None = None, **more: Any) -> PublishedAnswer:
    made = proposed(line, appeal, **more)
    return publishing.announce(made.pk, by=line["committee"], names_company=False, now=AGREED)


def released(line: dict[str, Any], appeal: Appeal | None = None, **more: Any) -> PublishedAnswer:
    made = announced(line, appeal, **more)
    publishing.release_due(now=OUT)
    made.refresh_from_db()
    return made


# -- proposing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["contact", "secretary", "committee", "province"])
def test_whoever_sees_an_answered_case_may_propose_its_answer(who: str) -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case, by=line[who])
    assert (made.state, made.asked, made.category) == (Publishing.PROPOSED, WORDING.asked, "dispatch")
    assert (made.answer, made.company, made.released_at, made.pairs) == (case.answers.get(), None, None, [])
    event = last(case)
    assert (event.kind, event.post, event.facts) == (
        "appeals.publication_proposed", line[who], {"publication": made.code},
    )  # fmt: skip
    assert event.commitments == {}


@pytest.mark.parametrize("who", ["other branch", "other city", "liaison", "kin of the driver", "ended"])
def test_nobody_else_proposes(who: str) -> None:
    line = world.a_line()
    company = world.a_platform()
    case = a_case(line, about=company)
    post = {
        "other branch": lambda: world.a_secretary(world.a_branch(of_district=world.district("CD"))),
        "other city": lambda: world.a_committee_staff(world.committee("CD")),
        "liaison": lambda: world.a_post("liaison", company),
        "kin of the driver": lambda: line["secretary"],
        "ended": lambda: world.end(line["secretary"]),
    }[who]()
    if who == "kin of the driver":
        world.kin(post.person, case.filer)
    with denied(case):
        publishing.propose(case.pk, by=post, wording=WORDING, now=PROPOSED)


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked", "withdrawn", "transferred"])
def test_only_an_answer_that_stands_is_published(status: str) -> None:
    line = world.a_line()
    case = a_case(line, status=status)
    with refused("Only an answer that was given and stands can be published.", case):
        proposed(line, case)


def test_nothing_of_a_sealed_case_is_ever_published() -> None:
    line = world.a_line()
    case = a_case(line, identity=Identity.SEALED)
    with refused("The driver sealed his name: nothing of this case is published.", case):
        proposed(line, case)


def test_a_case_has_one_publication_at_a_time() -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case)
    with refused("An answer from this case has been proposed or published already.", case):
        proposed(line, case)
    publishing.decline(made.pk, by=line["committee"], reason="再写短些。", now=AGREED)
    assert proposed(line, case).pk != made.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedAnswer.objects.filter(pk=made.pk).update(state=Publishing.RELEASED)


@pytest.mark.parametrize("field", ["asked", "answered", "done"])
def test_words_that_give_the_driver_away_are_refused(field: str) -> None:
    line = world.a_line()
    case = a_case(line, order_number="CX20260112345678")
    giving = {
        "name": case.filer.name,
        "title": f"{case.filer.name[0]}师傅",
        "handler": line["contact"].person.name,
        "phone": case.filer.phone,
        "order": "cx2026 0112 3456 78",
        "licence": case.driver.licence,
        "number": case.number,
        "plate": "川E·12345",
        "date": "1月12日",
        "clock": "17:42",
    }
    for word in giving.values():
        values = {"asked": "怎么办？", "answered": "已经办了。", "done": "", field: f"说的是{word}的事"}
        with pytest.raises(Refused, match=r"Everybody will read this|大家都会看到"):
            publishing.propose(case.pk, by=line["secretary"], wording=Wording(**values), now=PROPOSED)
    assert not case.publications.exists()


def test_a_name_is_not_made_by_two_fields_meeting() -> None:
    line = world.a_line()
    case = a_case(line)
    name = case.filer.name
    wording = Wording(f"问题出在{name[0]}", f"{name[1:]}之后的规则里写明了。")
    assert proposed(line, case, wording=wording).state == Publishing.PROPOSED


@pytest.mark.parametrize(("asked", "answered"), [("", "有答复"), ("有问题", " ")])
def test_question_and_answer_are_needed(asked: str, answered: str) -> None:
    line = world.a_line()
    case = a_case(line)
    with refused("A question and an answer are needed.", case):
        proposed(line, case, wording=Wording(asked, answered))


# -- the second person ------------------------------------------------------------------------------------------------


def test_a_second_person_agrees_and_the_driver_is_told() -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case)
    assert (made.state, made.released_by, made.committee) == (
        Publishing.ANNOUNCED, line["committee"], line["committee"].organisation,
    )  # fmt: skip
    assert made.appears_at == at("2026-03-20 00:00")
    event = last(case)
    assert event.kind == "appeals.publication_announced"
    assert event.facts == {"publication": made.code, "appears": "2026-03-20"}
    assert list(event.commitments) == ["published"]
    assert not publications.released().exists()


def test_it_never_appears_within_14_days_of_the_answer() -> None:
    line = world.a_line()
    case = a_case(line)
    made = publishing.propose(case.pk, by=line["secretary"], wording=WORDING, now=FILED)
    publishing.announce(made.pk, by=line["committee"], names_company=False, now=FILED)
    made.refresh_from_db()
    assert made.appears_at == at("2026-03-17 00:00")
    assert publishing.release_due(now=at("2026-03-16 23:59")) == {"released": 0, "held_back": 0}
    assert publishing.release_due(now=at("2026-03-17 00:00")) == {"released": 1, "held_back": 0}


@pytest.mark.parametrize("verb", ["announce", "decline"])
def test_who_proposed_it_does_not_decide(verb: str) -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case, by=line["committee"])
    again = world.a_post("committee_staff", world.province_committee(), line["committee"].person)
    for post in (line["committee"], again):
        with refused("A second person has to decide: not the one who proposed it.", case):
            decide(verb, made, post)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedAnswer.objects.filter(pk=made.pk).update(released_by=line["committee"])


def decide(verb: str, made: PublishedAnswer, post: Post) -> PublishedAnswer:
    match verb:
        case "announce":
            return publishing.announce(made.pk, by=post, names_company=False, now=AGREED)
        case "decline":
            return publishing.decline(made.pk, by=post, reason="再写短些。", now=AGREED)
    return publishing.withdraw(made.pk, by=post, reason="规则改了。", now=OUT)


@pytest.mark.parametrize("verb", ["announce", "decline", "withdraw"])
@pytest.mark.parametrize("who", ["contact", "committee secretary", "other city", "custodian", "barred"])
def test_nobody_but_the_staff_of_the_line_decides(verb: str, who: str) -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case) if verb == "withdraw" else proposed(line, case)
    post = {
        "contact": lambda: line["contact"],
        "committee secretary": lambda: world.a_secretary(world.committee()),
        "other city": lambda: world.a_committee_staff(world.committee("CD")),
        "custodian": lambda: world.a_post("custodian", world.committee()),
        "barred": lambda: world.a_committee_staff(),
    }[who]()
    if who == "barred":
        world.kin(post.person, case.filer)
    with denied(case):
        decide(verb, made, post)


def test_sent_back_it_says_why_and_is_proposed_anew() -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case)
    with refused("Say what is to be written differently, or why it is not published.", case):
        publishing.decline(made.pk, by=line["committee"], reason=" ", now=AGREED)
    made = publishing.decline(made.pk, by=line["committee"], reason="再写短些。", now=AGREED)
    assert (made.state, made.reason, made.ended_by) == (Publishing.DECLINED, "再写短些。", line["committee"])
    assert last(case).commitments == {}
    with pytest.raises(Refused, match=r"Sent back|已退回"):
        publishing.announce(made.pk, by=line["committee"], names_company=False, now=AGREED)


# -- the company ------------------------------------------------------------------------------------------------------


def test_a_company_is_named_only_where_several_drivers_filed_about_it() -> None:
    line = world.a_line()
    company = world.a_platform("川行约车")
    rule = world.a_rule(company)
    case = a_case(line, about=company)
    world.an_appeal(by=case.filer, now=FILED, about=company)
    world.an_appeal(by=world.a_driver(line["branch"]), now=FILED, about=company)
    made = proposed(line, case, wording=Wording("川行约车派单少了怎么办？", "规则里写明了。"))
    with pytest.raises(Refused, match=r"Too few drivers|太少"):
        publishing.announce(made.pk, by=line["committee"], names_company=True, now=AGREED)
    with pytest.raises(Refused, match=r"the name of a company|公司"):
        publishing.announce(made.pk, by=line["committee"], names_company=False, now=AGREED)
    world.an_appeal(by=world.a_driver(line["branch"]), now=FILED, about=company)
    made = publishing.announce(made.pk, by=line["committee"], names_company=True, now=AGREED)
    assert (made.company, made.rule_version, made.company_kind) == (company, rule, "platform")


def test_without_the_company_its_rule_is_not_named_either() -> None:
    line = world.a_line()
    company = world.a_platform()
    world.a_rule(company)
    case = a_case(line, about=company)
    assert case.rule_version is not None
    made = announced(line, case)
    assert (made.company, made.rule_version, made.company_kind) == (None, None, "platform")


def test_a_case_about_nobody_names_nobody() -> None:
    line = world.a_line()
    made = proposed(line)
    with refused("This case is about no company that could be named."):
        publishing.announce(made.pk, by=line["committee"], names_company=True, now=AGREED)


# -- the driver -------------------------------------------------------------------------------------------------------


def test_the_driver_keeps_it_back_and_it_stays_so() -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case)
    made = publishing.object_to(made.pk, by=case.filer, now=at("2026-03-15 09:00"))
    assert made.state == Publishing.OBJECTED
    assert publishing.release_due(now=OUT) == {"released": 0, "held_back": 0}
    assert (last(case).kind, last(case).by) == ("appeals.publication_objected", case.filer)
    with refused("The driver does not want this case to be published. That stays so.", case):
        proposed(line, case)


def test_the_driver_takes_it_down_later_too() -> None:
    line = world.a_line()
    case = a_case(line)
    made = released(line, case)
    made = publishing.object_to(made.pk, by=case.filer, now=at("2026-05-01 09:00"))
    assert (made.state, made.pairs) == (Publishing.OBJECTED, [])
    assert not publications.released().exists()


def test_nobody_objects_for_him() -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case)
    for person in (world.a_driver(line["branch"]), line["contact"].person):
        with denied(case):
            publishing.object_to(made.pk, by=person, now=AGREED)


# -- out, and down ----------------------------------------------------------------------------------------------------


def test_after_his_days_it_is_out_and_found_by_its_words() -> None:
    line = world.a_line()
    case = a_case(line)
    made = released(line, case)
    assert (made.state, made.released_at) == (Publishing.RELEASED, OUT)
    assert kinds(case)[-3:] == ["publication_proposed", "publication_announced", "publication_released"]
    assert [row.pk for row in publications.found("晚高峰 规则", "")] == [made.pk]
    assert [row.pk for row in publications.found("派单", "dispatch")] == [made.pk]
    assert not publications.found("押金", "").exists()
    assert not publications.found("派单", "lease").exists()
    assert publishing.release_due(now=OUT) == {"released": 0, "held_back": 0}
    assert fresh(case).status == "closed"


@pytest.mark.parametrize("how", ["went on", "reopened"])
def test_a_case_that_goes_on_is_not_told_as_if_it_were_settled(how: str) -> None:
    line = world.a_line()
    case = a_case(line, status="answered" if how == "went on" else "closed")
    made = announced(line, case)
    if how == "went on":
        driving.go_on(case.pk, by=case.filer, reason="没有说明白。", now=AGREED)
    else:
        overseeing.reopen(case.pk, by=line["committee"], reason="有新证据。", now=AGREED)
    assert publishing.release_due(now=OUT) == {"released": 0, "held_back": 1}
    made.refresh_from_db()
    assert (made.state, last(case).facts["why"]) == (Publishing.WITHDRAWN, "went_on")


def test_the_committee_takes_it_down_with_a_reason() -> None:
    line = world.a_line()
    case = a_case(line)
    made = released(line, case)
    with refused("Say why it is taken down.", case):
        publishing.withdraw(made.pk, by=line["province"], reason="", now=OUT)
    made = publishing.withdraw(made.pk, by=line["province"], reason="规则改了。", now=OUT)
    assert (made.state, made.ended_by, made.pairs) == (Publishing.WITHDRAWN, line["province"], [])
    assert not publications.found("派单", "").exists()
    with pytest.raises(Refused, match=r"Taken down|已撤下"):
        publishing.withdraw(made.pk, by=line["province"], reason="规则改了。", now=OUT)


# -- what is offered before filing ------------------------------------------------------------------------------------


def test_before_filing_the_nearest_of_the_kind_are_offered() -> None:
    line = world.a_line()
    texts = ["高峰奖励没有到账怎么办", "押金退得晚怎么办", "抽成超过上限怎么办", "退回多扣的抽成要几天"]
    made = [
        released(line, a_case(line, category="pay"), wording=Wording(text, "公司应当在五个工作日内说明并退回。"))
        for text in texts
    ]
    other = released(line, a_case(line))
    assert next(row.asked for row in publications.offered("pay", "一单被抽成 38%，超过上限")) == texts[2]
    assert len(publications.offered("pay")) == publications.OFFERED
    assert [row.pk for row in publications.offered("dispatch", "")] == [other.pk]
    assert publications.offered("home", "热水") == []
    publishing.object_to(made[2].pk, by=made[2].appeal.filer, now=OUT)
    assert texts[2] not in [row.asked for row in publications.offered("pay", "抽成 上限")]


def test_only_the_driver_of_the_case_is_told() -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case)
    assert made.state == Publishing.ANNOUNCED
    assert {notice.person for notice in Notice.objects.filter(kind__startswith="appeals.publication")} <= {case.filer}


def test_a_driver_cannot_propose(django_user_model: Any) -> None:
    """Whoever acts as himself has no post to propose with."""
    line = world.a_line()
    case = a_case(line)
    volunteer = world.a_post("volunteer", world.an_organisation("home", "江阳司机之家", place=world.district()))
    with pytest.raises(PermissionDenied):
        publishing.propose(case.pk, by=volunteer, wording=WORDING, now=PROPOSED)


def test_answering_anew_keeps_the_old_answer_back() -> None:
    line = world.a_line()
    case = a_case(line, status="answered")
    made = announced(line, case)
    driving.go_on(case.pk, by=case.filer, reason="没有说明白。", now=AGREED)
    handling.take(case.pk, by=line["secretary"], now=AGREED)
    later = AGREED + datetime.timedelta(hours=1)
    handling.answer(case.pk, by=line["secretary"], finding="not_upheld", reasons="又核对了一遍。", now=later)
    assert publishing.release_due(now=OUT) == {"released": 0, "held_back": 1}
    made.refresh_from_db()
    assert made.state == Publishing.WITHDRAWN
