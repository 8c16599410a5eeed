"""What an app does beside a case's moves: consents, group appeals, notes, giving a case on, a company's figures."""

import datetime
from typing import Any

import pytest

from appeals import grouping
from appeals.actions import consenting, gathering, handling, joining, noting
from appeals.models import Appeal, GroupMember, Hearing, Note
from portal import codes
from portal.models import Event, Role
from tests import world
from tests.api.program import Program, read
from tests.api.test_desk import program_of

OWN, DESK = "/api/appeals/", "/api/desk/appeals/"
HOUR = datetime.timedelta(hours=1)
PLATE = "川E·10086"


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def line(db: None) -> dict[str, Any]:
    return world.a_line()


@pytest.fixture
def driver(line: dict[str, Any]) -> Any:
    return world.a_driver(line["branch"], contact=line["contact"])


@pytest.fixture
def asked(line: dict[str, Any], driver: Any) -> Appeal:
    """A case in which the handler asks whether the company may see the plate."""
    case = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=world.a_platform("川行约车"))
    words = {"details": {"plate": PLATE}, "reason": "平台要查这辆车。"}
    return consenting.ask_consent(case.pk, by=line["contact"], now=world.NOW, **words)


def test_an_unchanged_case_is_not_sent_again(line: dict[str, Any], asked: Appeal) -> None:
    for program, url in ((Program(asked.filer), OWN), (program_of(line["contact"]), DESK)):
        seen = program.get(f"{url}{asked.code}/")["ETag"]
        same = program.browser.get(f"{url}{asked.code}/", headers=program.headers(**{"if-none-match": seen}))
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", seen)
    noting.note(asked.pk, by=line["contact"], text="客服口头承认了。", now=world.NOW)
    newer = program.browser.get(f"{url}{asked.code}/", headers=program.headers(**{"if-none-match": seen}))
    assert (newer.status_code, newer["ETag"] == seen) == (200, False)


def test_he_agrees_and_takes_it_back_until_it_was_shown(asked: Appeal) -> None:
    program = Program(asked.filer)
    consent = read(program.get(f"{OWN}{asked.code}/consents/"))["consents"][0]
    assert (consent["state"], consent["details"], consent["reason"]) == (
        "asked",
        [{"name": "Plate", "words": PLATE}],
        "平台要查这辆车。",
    )
    url = f"/api/consents/{consent['code']}/"
    stale = program.post(f"{url}give/", seen='"1"', key="with-an-old-version")
    assert stale.status_code == 412  # it was taken in hand since
    given = [program.post(f"{url}give/", key="i-agree-to-it") for _time in range(2)]
    assert [answer.status_code for answer in given] == [200, 200]
    assert read(given[0])["code"] == asked.code
    assert program.post(f"{url}refuse/").status_code == 409
    assert program.post(f"{url}withdraw/").status_code == 200
    assert read(program.get(f"{OWN}{asked.code}/consents/"))["consents"][0]["state"] == "withdrawn"
    assert Event.objects.filter(kind="appeals.consent_given").count() == 1


def test_consents_of_another_driver_are_the_404_of_none(line: dict[str, Any], asked: Appeal) -> None:
    code = asked.consents.get().code
    for program in (Program(world.a_driver(line["branch"])), program_of(line["contact"])):
        assert program.get(f"{OWN}{asked.code}/consents/").status_code == 404
        for verb in ("give", "refuse", "withdraw"):
            assert program.post(f"/api/consents/{code}/{verb}/").status_code == 404
    asked.consents.get(decided_at=None)


# -- group appeals ----------------------------------------------------------------------------------------------------


@pytest.fixture
def group(line: dict[str, Any], driver: Any) -> Any:
    """Five drivers of one penalty, each asked to join."""
    company = world.a_platform("川行约车")
    for person in (driver, *(world.a_driver(line["branch"], contact=line["contact"]) for _number in range(4))):
        world.an_appeal(
            by=person, about=company, category="pay", deduction_kind="penalty", amount_fen=3800, now=world.NOW - HOUR
        )
    found = grouping.candidates(line["secretary"], world.NOW)[0]
    return gathering.make_group(found.cause.key, by=line["secretary"], now=world.NOW)


def test_he_joins_takes_the_answer_on_offer_or_leaves(line: dict[str, Any], driver: Any, group: Any) -> None:
    program = Program(driver)
    invitation = read(program.get("/api/invitations/"))["results"][0]
    own = GroupMember.objects.get(code=invitation["code"])
    assert (own.appeal.filer, invitation["state"], invitation["moves"]) == (driver, "invited", ["join", "decline"])
    assert invitation["company"]["name"] == "川行约车"
    url = f"/api/invitations/{invitation['code']}/"
    assert program.post(f"{url}join/").status_code == 200
    lead = group.members.exclude(pk=own.pk).select_related("appeal").first()
    joining.join(lead.pk, by=lead.appeal.filer, now=world.NOW)
    gathering.choose_lead(group.pk, by=line["secretary"], case=lead.appeal.code, now=world.NOW)
    handling.take(lead.appeal_id, by=line["contact"], now=world.NOW)
    handling.answer(lead.appeal_id, by=line["contact"], finding="not_upheld", reasons="规则没有改。", now=world.NOW)
    gathering.offer_answer(group.pk, by=line["secretary"], reasons="规则没有改。", remedy="", now=world.NOW)
    offered = read(program.get("/api/invitations/"))["results"][0]
    assert (offered["offer"]["reasons"], offered["moves"]) == ("规则没有改。", ["leave", "take_answer", "keep_own"])
    assert lead.appeal.filer.name not in program.get("/api/invitations/").content.decode()
    taken = program.post(f"{url}take-answer/")
    assert (taken.status_code, read(taken)["status"]) == (200, "answered")
    assert program.post(f"{url}leave/").status_code == 200
    assert program.post(f"{url}keep-own/").status_code == 409


def test_an_invitation_is_his_alone(line: dict[str, Any], driver: Any, group: Any) -> None:
    code = GroupMember.objects.get(appeal__filer=driver).code
    for program in (Program(world.a_driver(line["branch"])), program_of(line["secretary"])):
        assert [program.post(f"/api/invitations/{code}/{verb}/").status_code for verb in ("join", "leave")] == [404] * 2
    assert program_of(line["secretary"]).get("/api/invitations/").status_code == 404
    assert Program(driver).post(f"/api/invitations/{code}/decline/").status_code == 200


def test_its_keepers_read_a_group_and_what_it_comes_to(line: dict[str, Any], group: Any) -> None:
    program = program_of(line["secretary"])
    assert [row["code"] for row in read(program.get("/api/desk/groups/"))["results"]] == [group.code]
    shown = read(program.get(f"/api/desk/groups/{group.code}/"))
    assert shown["members"] == {"invited": 5, "joined": 0, "declined": 0, "opted_out": 0}
    assert (shown["before"]["appeals"], shown["before"]["money_fen"], shown["after"]) == (5, 5 * 3800, None)
    for post in (line["contact"], world.a_secretary(world.a_branch("CD"))):
        assert program_of(post).get(f"/api/desk/groups/{group.code}/").status_code == 404


# -- at the desk ------------------------------------------------------------------------------------------------------


def test_handlers_note_and_take_back_and_nobody_else_reads_it(line: dict[str, Any], asked: Appeal) -> None:
    program, url = program_of(line["contact"]), f"{DESK}{asked.code}/notes/"
    made = [program.post(url, {"text": "客服口头承认了。"}, key="one-note-only") for _time in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    note = read(made[0])
    assert [row["text"] for row in read(program_of(line["secretary"]).get(url))["results"]] == ["客服口头承认了。"]
    back = f"/api/desk/notes/{note['code']}/withdraw/"
    assert program_of(line["secretary"]).post(back).status_code == 404
    strangers = (world.a_secretary(world.a_branch("CD")), world.a_post(Role.LIAISON, asked.respondent_at_event))
    for stranger in (Program(asked.filer), *map(program_of, strangers)):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, {"text": "看看。"}).status_code == 404
    assert read(program.post(back))["text"] == ""
    assert Note.objects.get().text == ""


def test_a_case_is_given_to_one_of_its_colleagues_on_what_was_read(line: dict[str, Any], driver: Any) -> None:
    colleague = world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    case = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.escalate(case.pk, by=line["contact"], reason="超出权限。", now=world.NOW)
    program = program_of(line["secretary"])
    seen = program.get(f"{DESK}{case.code}/")["ETag"]
    assert read(program_of(line["contact"]).get(f"{DESK}{case.code}/colleagues/"))["colleagues"] == []
    found = read(program.get(f"{DESK}{case.code}/colleagues/"))["colleagues"]
    assert colleague.code in [one["code"] for one in found]
    assert program.post(f"{DESK}{case.code}/assign/", {"to": colleague.code}).status_code == 428
    assert program.post(f"{DESK}{case.code}/assign/", {"to": codes.new_code()}, seen=seen).status_code == 409
    given = program.post(f"{DESK}{case.code}/assign/", {"to": colleague.code}, seen=seen)
    assert given.status_code == 200
    assert case.legs.latest("number").designated == colleague
    assert program.post(f"{DESK}{case.code}/assign/", {"to": colleague.code}, seen=seen).status_code == 412


# -- a company --------------------------------------------------------------------------------------------------------


def test_a_companys_figures_come_back_as_figures(line: dict[str, Any], driver: Any) -> None:
    company = world.a_platform("川行约车")
    version = world.a_rule(company)
    world.a_rule(world.a_platform("天府快驾"))
    case = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=company, now=world.NOW - HOUR)
    url = f"/api/hearings/{Hearing.objects.get(appeal=world.heard(case.pk, by=line['contact'])).code}/"
    program = program_of(world.a_post(Role.LIAISON, company))
    rules = read(program.get("/api/hearings/rules/"))["rules"]
    assert [rule["code"] for rule in rules] == [f"{version.rule.code}/{version.number}"]
    figures = {
        "stance": "partly", "rule_version": rules[0]["code"], "amount_fen": 3800, "from_date": "2026-11-02",
        "until_date": "2026-11-08", "offer_fen": 1900, "offer_date": "2026-11-30", "contact": "客服部",
    }  # fmt: skip
    wrong = program.post(f"{url}reply/", {"facts_given": "核对过。", "offer_fen": 1, "from_date": "2026-11-02"})
    assert {row["field"] for row in read(wrong)["errors"]} == {"until_date", "offer_date"}
    elsewhere = program.post(f"{url}reply/", {"facts_given": "核对过。", "rule_version": f"{codes.new_code()}/1"})
    assert elsewhere.status_code == 400
    assert program.post(f"{url}add/", {"facts_given": "还有一点。"}).status_code == 409
    assert program.post(f"{url}reply/", {"facts_given": "核对过。", **figures}).status_code == 200
    replied = read(program.post(f"{url}add/", {"facts_given": "还有一点。"}))["reply"]
    assert {name: replied[name] for name in figures if name != "rule_version"} == {
        name: value for name, value in figures.items() if name != "rule_version"
    }
    assert replied["rule_version"] == {name: rules[0][name] for name in ("code", "title", "number")}
    assert [one["facts"] for one in replied["added"]] == ["还有一点。"]
    heard = read(program_of(line["contact"]).get(f"{DESK}{case.code}/"))["hearings"][0]
    assert heard["reply"] == replied
