"""The desk's programs: the list as the page shows it, moves on what was read, and nothing a page hides."""

import datetime
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from appeals import inbox
from appeals.actions import handling
from appeals.models import Appeal, Hearing, Identity
from portal.models import Event, Role
from tests import world
from tests.api.program import Program, read

URL = "/api/desk/appeals/"
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def line(db: None) -> dict[str, Any]:
    return world.a_line()


@pytest.fixture
def driver(line: dict[str, Any]) -> Any:
    return world.a_driver(line["branch"], contact=line["contact"])


def program_of(post: Any) -> Program:
    return Program(post.person, post)


def test_the_list_is_the_desks_own_list(line: dict[str, Any], driver: Any) -> None:
    for status in ("waiting", "in_hand", "asked", "answered"):
        world.an_appeal(status, by=driver, handler=line["contact"])
    secretary = line["secretary"]
    program = program_of(secretary)
    for asked in ({"show": "all"}, {"show": "todo"}, {"show": "all", "sort": "entry"}, {"show": "all", "q": "派单"}):
        rows = inbox.found(secretary, inbox.Wanted.of(asked), world.NOW)
        given = read(program.get(URL, **asked))
        assert [row["code"] for row in given["results"]] == [row.code for row in rows]
    assert len(read(program.get(URL, show="all"))["results"]) == 4
    assert read(program.get(URL, show="all", state="asked"))["results"][0]["status"] == "asked"


def test_it_pages_and_asks_the_database_no_more_for_many(line: dict[str, Any], driver: Any) -> None:
    program = program_of(line["secretary"])
    counts = []
    for _time in range(2):
        for _case in range(3):
            world.an_appeal(by=driver)
        program.get(URL, show="all")
        with CaptureQueriesContext(connection) as captured:
            program.get(URL, show="all")
        counts.append(len(captured))
    assert counts[0] == counts[1]
    first = read(program.get(URL, show="all", page_size=4))
    second = read(program.browser.get(first["next"], headers=program.headers()))
    codes = [row["code"] for row in (*first["results"], *second["results"])]
    assert (len(set(codes)), second["next"]) == (6, None)


@pytest.mark.parametrize("asked", [{"show": "no"}, {"page_size": 0}, {"cursor": "x"}, {"company": "x"}])
def test_a_filter_that_makes_no_sense_is_400(line: dict[str, Any], asked: dict[str, Any]) -> None:
    answer = program_of(line["secretary"]).get(URL, **asked)
    assert answer.status_code == 400
    assert [row["field"] for row in read(answer)["errors"]] == list(asked)


def test_a_contact_takes_asks_and_answers(line: dict[str, Any], driver: Any) -> None:
    appeal = world.an_appeal(by=driver)
    program = program_of(line["contact"])
    seen = program.get(f"{URL}{appeal.code}/")
    assert "take" in read(seen)["moves"]
    taken = program.post(f"{URL}{appeal.code}/take/", seen=seen["ETag"])
    assert (taken.status_code, read(taken)["status"]) == (200, "in_hand")
    body = {"finding": "upheld", "reasons": "平台算错了。", "remedy": "退回 38 元。", "carry_out_date": "2026-11-30"}
    answered = program.post(f"{URL}{appeal.code}/answer/", body, seen=taken["ETag"])
    assert read(answered)["answers"][0]["remedy"] == "退回 38 元。"
    done = program.post(f"{URL}{appeal.code}/carry-out/", {"note": "钱已到账。"}, seen=answered["ETag"])
    assert read(done)["answers"][0]["carried_out_at"] is not None
    kinds = [entry["kind"] for entry in read(program.get(f"{URL}{appeal.code}/timeline/"))["entries"]]
    assert kinds == ["appeals.carried_out", "appeals.answered", "appeals.taken", "appeals.filed"]


def test_nobody_decides_on_what_he_has_not_read(line: dict[str, Any], driver: Any) -> None:
    appeal = world.an_appeal(by=driver)
    program = program_of(line["contact"])
    answer = program.post(f"{URL}{appeal.code}/take/")
    assert (answer.status_code, read(answer)["type"].rpartition("#")[2]) == (428, "not-read")
    assert Appeal.objects.get(pk=appeal.pk).status == "waiting"


def test_who_was_slower_reads_who_was_faster_and_nothing_is_done(line: dict[str, Any], driver: Any) -> None:
    second = world.a_secretary(line["branch"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.escalate(appeal.pk, by=line["contact"], reason="超出权限。", now=world.NOW)
    one, other = program_of(line["secretary"]), program_of(second)
    seen = one.get(f"{URL}{appeal.code}/")["ETag"]
    assert one.post(f"{URL}{appeal.code}/take/", seen=seen).status_code == 200
    late = other.post(f"{URL}{appeal.code}/take/", seen=seen)
    assert late.status_code == 412
    assert line["secretary"].person.name in read(late)["theirs"]
    assert Appeal.objects.get(pk=appeal.pk).handler == line["secretary"]


def test_two_takes_at_the_same_moment_take_once(committed: str) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.escalate(appeal.pk, by=line["contact"], reason="超出权限。", now=world.NOW)
    programs = [program_of(post) for post in (line["secretary"], world.a_secretary(line["branch"]))]
    seen = programs[0].get(f"{URL}{appeal.code}/")["ETag"]
    answers: list[int] = []

    def take(program: Program) -> None:
        answers.append(program.post(f"{URL}{appeal.code}/take/", seen=seen).status_code)
        connections.close_all()

    threads = [threading.Thread(target=take, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412]
    assert Event.objects.filter(kind="appeals.taken", subject=f"appeals.appeal:{appeal.code}").count() == 2


def test_the_same_key_gives_the_same_answer_after_the_case_went_on(line: dict[str, Any], driver: Any) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    program = program_of(line["contact"])
    seen = program.get(f"{URL}{appeal.code}/")["ETag"]
    sent = {"body": {"reason": "超出权限。"}, "key": "pass-it-up", "seen": seen}
    first = program.post(f"{URL}{appeal.code}/escalate/", **sent)
    again = program.post(f"{URL}{appeal.code}/escalate/", **sent)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert Event.objects.filter(kind="appeals.escalated").count() == 1
    other = program.post(f"{URL}{appeal.code}/escalate/", {"reason": "别的理由。"}, key="pass-it-up", seen=seen)
    assert other.status_code == 422


def test_seeing_is_not_deciding(line: dict[str, Any], driver: Any) -> None:
    """The committee sees the contact's case, and the move is not its to make; a stranger sees nothing at all."""
    appeal = world.an_appeal(by=driver)
    staff, stranger = program_of(line["committee"]), program_of(world.a_secretary(world.a_branch("CD")))
    seen = staff.get(f"{URL}{appeal.code}/")["ETag"]
    assert staff.post(f"{URL}{appeal.code}/take/", seen=seen).status_code == 403
    assert stranger.get(f"{URL}{appeal.code}/").status_code == 404
    assert stranger.post(f"{URL}{appeal.code}/take/", seen=seen).status_code == 404
    assert read(stranger.get(URL, show="all"))["results"] == []


def test_a_committee_reopens_under_a_new_number(line: dict[str, Any], driver: Any) -> None:
    appeal = world.an_appeal("closed", by=driver, handler=line["contact"])
    answer = program_of(line["committee"]).post(f"{URL}{appeal.code}/reopen/", {"reason": "有新证据。"})
    assert answer.status_code == 201
    assert read(answer)["reopened_from"] == appeal.number


def test_what_pages_mask_is_masked_here_too(line: dict[str, Any]) -> None:
    """Phone, licence, whole name and account of driver and contact in no answer; of a sealed case not even the mask."""
    driver = world.a_driver(line["branch"], contact=line["contact"])
    driver.name = "欧阳金丝雀"
    driver.save()
    sealed = world.an_appeal("in_hand", by=driver, handler=line["contact"], identity=Identity.SEALED)
    named = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    canaries = [driver.name, driver.phone, driver.driver.licence, driver.code, driver.phone_hash, named.secret]
    for post in (line["contact"], line["secretary"], line["committee"]):
        program = program_of(post)
        answers = [program.get(URL, show="all")]
        for appeal in (sealed, named):
            answers += [program.get(f"{URL}{appeal.code}/{path}") for path in ("", "timeline/", "evidence/")]
        texts = [answer.content.decode() for answer in answers]
        assert [answer.status_code for answer in answers] == [200] * 7
        assert [canary for canary in canaries for text in texts if canary in text] == []
        shown = read(program.get(f"{URL}{sealed.code}/"))
        assert driver.name[:1] not in shown["name"]
        assert shown["is_sealed"]


def test_a_company_reads_its_question_and_no_more(line: dict[str, Any], driver: Any) -> None:
    company = world.a_platform("川行约车")
    liaison, rival = (world.a_post(Role.LIAISON, one) for one in (company, world.a_platform()))
    appeal = world.an_appeal(
        "in_hand", by=driver, handler=line["contact"], about=company, now=world.NOW - HOUR, order_number="DD9988776655"
    )
    handling.escalate(appeal.pk, by=line["contact"], reason="要问平台。", now=world.NOW)
    handling.take(appeal.pk, by=line["secretary"], now=world.NOW)
    handling.hear_platform(appeal.pk, by=line["secretary"], question="三月初规则改了吗？", now=world.NOW)
    asked = Hearing.objects.get()
    program, other = program_of(liaison), program_of(rival)
    listed = program.get("/api/hearings/", state="waits")
    one = program.get(f"/api/hearings/{asked.code}/")
    assert [row["code"] for row in read(listed)["results"]] == [asked.code]
    assert read(one)["question"] == "三月初规则改了吗？"
    canaries = [
        appeal.code, appeal.number, appeal.title, driver.name, driver.masked_name, driver.phone, "DD9988776655",
        "晚高峰", appeal.filed_at.isoformat(), world.district().name,
    ]  # fmt: skip
    replied = program.post(f"/api/hearings/{asked.code}/reply/", {"facts_given": "没有改。"})
    assert (replied.status_code, read(replied)["reply"]["facts"]) == (200, "没有改。")
    texts = [answer.content.decode() for answer in (listed, one, replied)]
    assert [canary for canary in canaries for text in texts if canary in text] == []
    assert program.post(f"/api/hearings/{asked.code}/reply/", {"facts_given": "再说。"}).status_code == 409
    assert other.get(f"/api/hearings/{asked.code}/").status_code == 404
    assert read(other.get("/api/hearings/"))["results"] == []
    assert program.get(URL).status_code == 404


def test_a_browsers_session_needs_its_csrf_token(line: dict[str, Any], driver: Any) -> None:
    appeal = world.an_appeal(by=driver)
    browser = world.signed_in(line["contact"].person, line["contact"])
    browser.handler.enforce_csrf_checks = True
    seen = browser.get(f"{URL}{appeal.code}/")
    headers = {"idempotency-key": "from-a-page", "if-match": seen["ETag"]}
    url = f"{URL}{appeal.code}/take/"
    refused = browser.post(url, "{}", content_type="application/json", headers=headers)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    browser.get("/me/")
    headers["x-csrftoken"] = browser.cookies["portal_csrf"].value
    assert browser.post(url, "{}", content_type="application/json", headers=headers).status_code == 200


def test_whatever_goes_wrong_is_a_problem(line: dict[str, Any]) -> None:
    program = program_of(line["secretary"])
    answers = {
        404: program.get("/api/nowhere/"),
        405: program.browser.delete(URL, headers=program.headers()),
        415: program.browser.post("/api/appeals/", "<a/>", content_type="text/xml", headers=program.headers()),
        400: program.browser.post("/api/hearings/", "{", content_type="application/json", headers=program.headers()),
    }
    answers[400] = Program(world.a_driver()).browser.post(
        "/api/appeals/", "{", content_type="application/json", headers=Program(world.a_driver()).headers()
    )
    for status, answer in answers.items():
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        said = read(answer)
        assert said["status"] == status
        assert said["title"]
        assert said["reference"]


def test_a_program_copies_no_more_records_a_day_than_a_person(line: dict[str, Any], driver: Any, settings: Any) -> None:
    settings.DESK_RECORDS_A_DAY = 5
    appeals = [world.an_appeal(by=driver) for _time in range(3)]
    program = program_of(line["secretary"])
    assert [program.get(URL, show="all").status_code for _time in range(2)] == [200, 429]
    answers = [program.get(f"{URL}{appeal.code}/") for appeal in appeals]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    # until midnight in Beijing
    assert answers[-1]["Retry-After"] == str(14 * 3600)
    assert Event.objects.filter(kind="portal.budget_reached").count() == 1
