"""A driver's app: files once whatever the network does, reads what his page shows, moves on what he has read."""

import threading
from typing import Any

import pytest
from django.db import connections

from appeals.actions import filing as filing_action
from appeals.actions import handling
from appeals.models import Appeal, Draft
from portal import codes
from portal.models import Event, OnceKey
from tests import world
from tests.api.program import Program, filing, read

URL = "/api/appeals/"


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def line(db: None) -> dict[str, Any]:
    return world.a_line()


@pytest.fixture
def program(line: dict[str, Any]) -> Program:
    return Program(world.a_driver(line["branch"], contact=line["contact"]))


def test_he_files_reads_and_follows_his_appeal(program: Program) -> None:
    filed = program.post(URL, filing(amount_fen=12_345, category="pay", deduction_kind="commission"))
    assert filed.status_code == 201, filed.content
    case = read(filed)
    appeal = Appeal.objects.get(code=case["code"])
    assert (appeal.filer, appeal.title, appeal.amount_fen) == (program.token.person, case["title"], 12_345)
    assert (case["status"], case["due"]["kind"], case["due"]["due_at"][-6:]) == ("waiting", "take", "+08:00")
    assert case["moves"] == ["add", "challenge", "withdraw"]
    assert filed["ETag"] == f'"{case["position"]}"'
    again = program.get(f"{URL}{case['code']}/")
    assert read(again) == case
    assert [row["code"] for row in read(program.get(URL))["results"]] == [case["code"]]
    entries = read(program.get(f"{URL}{case['code']}/timeline/"))["entries"]
    assert [entry["kind"] for entry in entries] == ["appeals.filed"]
    receipt = read(program.get(f"{URL}{case['code']}/receipt/"))
    assert (receipt["number"], receipt["secret"]) == (appeal.number, appeal.secret)


def test_the_same_key_files_once_and_another_body_under_it_is_turned_away(program: Program) -> None:
    key = codes.new_code()
    first, second = program.post(URL, filing(), key=key), program.post(URL, filing(), key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    other = program.post(URL, filing(title="另一件事"), key=key)
    assert (other.status_code, read(other)["type"].rpartition("#")[2]) == (422, "key-used")
    assert Appeal.objects.count() == 1


def test_without_a_key_nothing_is_made(program: Program) -> None:
    for key in ("-", "short", "带中文的钥匙钥匙钥匙".encode().decode("latin-1")):
        answer = program.post(URL, filing(), key=key)
        assert answer.status_code == 400
        assert read(answer)["errors"][0]["field"] == "Idempotency-Key"
    assert not Appeal.objects.exists()


def test_two_people_may_choose_the_same_key(program: Program, line: dict[str, Any]) -> None:
    other = Program(world.a_driver(line["branch"]))
    answers = [one.post(URL, filing(), key="the-same-key") for one in (program, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Appeal.objects.count() == 2


def test_what_a_crash_left_half_done_is_done_by_the_next_try(program: Program, monkeypatch: Any) -> None:
    """The filing is written and the process dies before it commits: nothing is there, and the key is free."""
    file = filing_action.file

    def dies(*args: Any, **kwargs: Any) -> Appeal:
        file(*args, **kwargs)
        raise ConnectionError

    monkeypatch.setattr("appeals.api.driver.filing.file", dies)
    assert program.post(URL, filing(), key="after-a-crash").status_code == 500
    assert (Appeal.objects.count(), OnceKey.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert program.post(URL, filing(), key="after-a-crash").status_code == 201
    assert Appeal.objects.count() == 1


def test_eight_tries_at_the_same_moment_file_one_appeal(committed: str) -> None:
    program = Program(world.a_driver(world.a_line()["branch"]))
    answers: list[tuple[int, str]] = []

    def send() -> None:
        answer = program.post(URL, filing(), key="eight-at-once")
        answers.append((answer.status_code, read(answer)["code"]))
        connections.close_all()

    threads = [threading.Thread(target=send) for _time in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert Appeal.objects.count() == 1


def test_wrong_fields_are_named_in_the_language_asked_for(program: Program) -> None:
    sent = filing(place="999999", happened_date="2027-01-01", skips_contact=True)
    answer = program.post(URL, sent)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    wrong = {row["field"]: row["detail"] for row in read(answer)["errors"]}
    assert wrong.keys() == {"place", "happened_date", "skips_contact"}
    assert wrong["happened_date"] == "The day it happened lies in the future. Correct the date."
    program.language = "zh-CN"
    chinese = program.post(URL, sent)
    assert chinese["Content-Language"] == "zh-hans"
    assert {row["field"]: row["detail"] for row in read(chinese)["errors"]}[
        "happened_date"
    ] == "这个日子还没到，请改一下日期。"


def test_what_the_choices_offer_can_be_filed(program: Program) -> None:
    company = world.a_platform("川行约车")
    choices = read(program.get(f"{URL}choices/", happened_date="2026-11-20"))
    companies = [one for group in choices["respondents"] for one in group["choices"] if one["name"] == company.name]
    place = choices["places"][0]["choices"][0]["value"]
    filed = program.post(URL, filing(respondent=companies[0]["value"], place=place))
    assert filed.status_code == 201
    assert read(filed)["respondent"] == {
        "kind": "company",
        "organisation": {"code": company.code, "name": company.name},
    }


def test_a_filing_from_an_app_leaves_what_he_has_begun_on_his_phone(program: Program) -> None:
    filing_action.save_draft(program.token.person, body={"key": "k", "answers": {"title": "半句"}}, now=world.NOW)
    assert program.post(URL, filing()).status_code == 201
    assert Draft.objects.filter(person=program.token.person).exists()


def test_he_answers_goes_on_and_rates(program: Program, line: dict[str, Any]) -> None:
    contact = line["contact"]
    code = read(program.post(URL, filing()))["code"]
    appeal = Appeal.objects.get(code=code)
    handling.take(appeal.pk, by=contact, now=world.NOW)
    handling.ask(appeal.pk, by=contact, question="有截图吗？", now=world.NOW)
    assert read(program.get(f"{URL}{code}/"))["question"] == "有截图吗？"
    assert read(program.post(f"{URL}{code}/reply/", {"words": "有两张。"}))["status"] == "in_hand"
    handling.answer(appeal.pk, by=contact, finding="not_upheld", reasons="核对过规则。", now=world.NOW)
    rated = read(program.post(f"{URL}{code}/rate/", {"stars": 4}))
    assert [(one["rating"], one["reasons"]) for one in rated["answers"]] == [(4, "核对过规则。")]
    went_on = read(program.post(f"{URL}{code}/go-on/", {"reason": "没有看截图。"}))
    assert (went_on["status"], went_on["tier"], went_on["round_number"]) == ("waiting", 2, 2)


def test_a_rule_that_says_no_is_409_with_its_sentence(program: Program) -> None:
    code = read(program.post(URL, filing()))["code"]
    answer = program.post(f"{URL}{code}/accept/")
    assert (answer.status_code, read(answer)["detail"]) == (409, "Nobody has taken this appeal yet.")
    assert program.post(f"{URL}{code}/withdraw/", {"why": "solved"}).status_code == 200
    reason = Event.objects.get(kind="appeals.withdrawn").texts.get(name="reason")
    assert reason.text == "It is solved"


def test_a_move_on_an_old_reading_is_412_and_says_who_was_faster(program: Program, line: dict[str, Any]) -> None:
    filed = program.post(URL, filing())
    code, seen = read(filed)["code"], filed["ETag"]
    handling.take(Appeal.objects.get(code=code).pk, by=line["contact"], now=world.NOW)
    answer = program.post(f"{URL}{code}/withdraw/", {"why": "mistake"}, seen=seen)
    assert answer.status_code == 412
    assert line["contact"].person.name in read(answer)["theirs"]
    assert Appeal.objects.get(code=code).status == "in_hand"
    assert program.post(f"{URL}{code}/withdraw/", {"why": "mistake"}, seen="*").status_code == 400


def test_pages_follow_each_other_without_a_gap(program: Program) -> None:
    numbers = [world.an_appeal(by=program.token.person).number for _time in range(5)]
    first = read(program.get(URL, page_size=2))
    found = [row["number"] for row in first["results"]]
    while first["next"]:
        first = read(program.browser.get(first["next"], headers=program.headers()))
        found += [row["number"] for row in first["results"]]
    assert found == numbers[::-1]
    assert program.get(URL, cursor="made-up").status_code == 400


def test_another_drivers_case_is_the_404_of_none(program: Program, line: dict[str, Any]) -> None:
    theirs = world.an_appeal(by=world.a_driver(line["branch"]))
    for path in ("", "timeline/", "receipt/"):
        hidden, absent = (program.get(f"{URL}{code}/{path}") for code in (theirs.code, codes.new_code()))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert {**read(hidden), "reference": ""} == {**read(absent), "reference": ""}
    before = Event.objects.count()
    assert program.post(f"{URL}{theirs.code}/withdraw/", {"why": "mistake"}).status_code == 404
    assert Event.objects.count() == before
