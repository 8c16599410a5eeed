"""The desk at work through its pages: many cases at once, who else has one open, who has how much, the next case."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appeals import load, presence
from appeals.actions import driving, handling
from appeals.models import Appeal
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, numbers, page, text
from tests.world import NOW

__all__ = ["at_ten"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return a_line()


@pytest.fixture
def deputy(line: Line) -> Post:
    return world.a_post(Role.DEPUTY_SECRETARY, line.branch)


def ticked(*appeals: Appeal) -> list[str]:
    return [f"{appeal.code}.{Appeal.objects.get(pk=appeal.pk).position}" for appeal in appeals]


def send(browser: Client, verb: str, cases: list[str], key: str = "k" * 20, **form: str) -> Any:
    sent = {"verb": verb, "case": cases, "key": key, **form}
    return browser.post(reverse("appeals:bulk"), sent)


def status(*appeals: Appeal) -> list[str]:
    return [Appeal.objects.get(pk=appeal.pk).status for appeal in appeals]


# -- many at once -----------------------------------------------------------------------------------------------------


def test_several_are_taken_at_once_and_twice_is_once(line: Line) -> None:
    cases = [line.appeal() for _time in range(3)]
    chosen = ticked(*cases)
    browser = line.browser("secretary")
    for _time in range(2):
        answer = send(browser, "take", chosen)
        assert answer.status_code == 200
        assert "已接下 3 件" in text(answer)
    assert status(*cases) == ["in_hand"] * 3
    assert Event.objects.filter(kind="appeals.taken", post=line.secretary).count() == 3


def test_each_case_says_what_became_of_it_and_nobody_is_offered_what_is_not_his(line: Line, deputy: Post) -> None:
    free, moved, over, elsewhere = line.appeal(), line.appeal(), line.appeal("answered"), line.appeal(at="contact")
    chosen = ticked(free, moved, over, elsewhere)
    handling.take(moved.pk, by=deputy, now=NOW)
    answer = send(line.browser("secretary"), "take", chosen)
    said = text(answer)
    assert "已接下 1 件，3 件没有办成" in said
    assert status(free, moved) == ["in_hand", "in_hand"]
    assert deputy.person.name in said
    assert "这件现在不归你办" in said
    # what is not his is not offered to him again
    assert answer.context["again"] == []


def test_one_question_goes_to_several_drivers_each_in_his_own_case(line: Line) -> None:
    other = world.a_driver(line.branch, contact=line.contact)
    cases = [line.appeal("in_hand"), line.appeal("in_hand", by=other)]
    browser = line.browser("secretary")
    first = send(browser, "ask", ticked(*cases))
    assert "向几位司机问同一件事" in text(first)
    key = first.context["form"]["key"]
    assert status(*cases) == ["in_hand", "in_hand"]
    answer = send(browser, "ask", ticked(*cases), go="1", question="有当天的截图吗？")
    assert "已问 2 位司机" in text(answer), key
    asked = Event.objects.filter(kind="appeals.asked")
    assert [event.texts.get(name="question").text for event in asked] == ["有当天的截图吗？"] * 2


def test_what_was_typed_is_kept_where_it_did_not_go_through(line: Line) -> None:
    moved, good, replied = line.appeal("in_hand"), line.appeal("in_hand"), line.appeal("in_hand")
    chosen = ticked(moved, good, replied)
    handling.ask(moved.pk, by=line.secretary, question="先问这个。", now=NOW)
    handling.ask(replied.pk, by=line.secretary, question="哪一天的？", now=NOW)
    driving.reply(replied.pk, by=line.driver, words="十九号的。", now=NOW)
    answer = send(line.browser("secretary"), "ask", chosen, go="1", question="有当天的截图吗？")
    assert "已问 1 位司机，2 件没有办成" in text(answer)
    assert [one.appeal for one in answer.context["again"]] == [replied]
    assert "有当天的截图吗？" in answer.content.decode()
    empty = send(line.browser("secretary"), "ask", ticked(good), key="m" * 20, go="1", question="")
    assert empty.status_code == 422


def test_several_are_given_to_a_colleague(line: Line, deputy: Post) -> None:
    cases = [line.appeal(), line.appeal("in_hand")]
    browser = line.browser("secretary")
    assert deputy.person.name in text(send(browser, "assign", ticked(*cases)))
    answer = send(browser, "assign", ticked(*cases), go="1", to=deputy.code)
    assert "已转交 2 件" in text(answer)
    assert [Appeal.objects.get(pk=case.pk).handler for case in cases] == [None, deputy]


def test_what_one_may_not_see_is_not_there(line: Line) -> None:
    stranger = world.a_secretary(world.a_branch("CD"))
    case = line.appeal()
    answer = send(world.signed_in(stranger.person, stranger), "take", ticked(case))
    assert answer.status_code == 409
    assert case.number not in text(answer)
    assert status(case) == ["waiting"]


def test_no_more_than_fifty_and_nothing_unknown(line: Line) -> None:
    case = line.appeal()
    browser = line.browser("secretary")
    many = [f"{index:016d}.1" for index in range(50)]
    answer = send(browser, "take", [*ticked(case), *many])
    assert (answer.status_code, status(case)) == (422, ["waiting"])
    assert "一次最多 50 件" in text(answer)
    assert send(browser, "answer", ticked(case)).status_code == 404
    assert send(browser, "take", ["nonsense", f"{case.code}.x"]).status_code == 409


def test_the_way_back_is_the_list_as_it_was_and_nowhere_else(line: Line) -> None:
    case = line.appeal()
    for asked, back in (("show=all&category=pay", "/desk/?show=all&category=pay"), ("//example.org/", "/desk/")):
        answer = send(line.browser("secretary"), "ask", ticked(case), list=asked)
        assert answer.context["list_url"] == back


# -- who else ---------------------------------------------------------------------------------------------------------


def test_a_colleague_who_has_it_open_is_named_and_forgotten(line: Line, deputy: Post) -> None:
    case = line.appeal("in_hand")
    world.signed_in(deputy.person, deputy).get(page("case", case))
    line.browser("secretary").get(page("answer", case))
    shown = text(line.browser("committee").get(page("case", case)))
    assert f"{deputy.person.name} {line.branch.short_name} 正在看" in shown
    assert f"{line.secretary.person.name} {line.branch.short_name} 正在写答复" in shown
    later = NOW + datetime.timedelta(seconds=presence.LIFE_SECONDS + 1)
    assert presence.others(case, line.contact, later) == []


def test_nobody_sees_himself_and_no_driver_sees_anybody(line: Line) -> None:
    case = line.appeal("in_hand")
    browser = line.browser("secretary")
    browser.get(page("case", case))
    assert presence.others(case, line.secretary, NOW) == []
    shown = text(world.signed_in(line.driver).get(f"/appeals/{case.code}/"))
    assert "正在看" not in shown
    assert world.signed_in(line.driver).get(page("others", case)).status_code == 404


def test_the_page_asks_again_and_gets_only_what_changed(line: Line, deputy: Post) -> None:
    case = line.appeal()
    browser = line.browser("secretary")
    browser.get(page("case", case))
    address = page("others", case)
    assert browser.get(address, {"doing": "looks", "was": ""}, headers={"x-background": "1"}).status_code == 204
    presence.note(case, deputy, presence.ANSWERS, NOW)
    answer = browser.get(address, {"doing": "looks", "was": ""}, headers={"x-background": "1"})
    assert "正在写答复" in text(answer)
    was = re.search(r"was=([^\"]*)\"", answer.content.decode()).group(1)  # type: ignore[union-attr]
    again = browser.get(f"{address}?doing=looks&was={was}", headers={"x-background": "1"})
    assert again.status_code == 204


def test_asking_in_the_background_neither_keeps_a_session_nor_ends_it(line: Line, settings: Any) -> None:
    case = line.appeal("in_hand")
    browser = line.browser("secretary")
    answer_page = browser.get(page("answer", case))
    key = re.search(r'name="key" value="([^"]+)"', answer_page.content.decode()).group(1)  # type: ignore[union-attr]
    idle = datetime.timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    for moment in (idle / 2, idle + datetime.timedelta(minutes=1)):
        with time_machine.travel(NOW + moment, tick=False):
            assert browser.get(page("others", case), headers={"x-background": "1"}).status_code == 204
    with time_machine.travel(NOW + idle + datetime.timedelta(minutes=2), tick=False):
        form = {"key": key, "finding": "not_upheld", "reasons": "核对过规则第七版，没有发现改动。"}
        late = browser.post(page("answer", case), form)
    assert late.status_code == 403
    assert "核对过规则第七版，没有发现改动。" in late.content.decode()


def test_a_broker_that_is_down_takes_nothing_else_away(line: Line, settings: Any) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}
    case = line.appeal()
    assert presence.words(case, line.secretary, presence.LOOKS, NOW)["others"] == []


# -- who has how much -------------------------------------------------------------------------------------------------


def test_every_number_opens_the_list_it_counts(line: Line, deputy: Post) -> None:
    for state in ("waiting", "in_hand", "asked", "in_hand"):
        line.appeal(state)
    given = line.appeal()
    handling.take(given.pk, by=deputy, now=NOW)
    browser = line.browser("secretary")
    found = load.of(line.secretary, NOW)
    by_post = {one.post: one for one in found.hands}
    assert by_post[line.secretary].amounts["in_hand"].count == 2
    assert by_post[line.secretary].amounts["resting"].count == 1
    assert by_post[deputy].amounts["in_hand"].count == 1
    assert found.untaken.count == 1
    asked = [amount for one in found.hands for amount in one.amounts.values()] + [found.untaken]
    for amount in asked:
        assert len(numbers(browser.get(f"/desk/?{amount.query}"))) == amount.count
    assert "各人手上的诉求" in text(browser.get(page("hands")))


def test_who_is_away_is_marked_and_what_one_may_not_see_is_not_counted(line: Line, deputy: Post) -> None:
    line.appeal()
    handling.take(line.appeal().pk, by=deputy, now=NOW)
    world.leave(deputy, line.secretary)
    shown = text(line.browser("secretary").get(page("hands")))
    assert "不在岗" in shown
    world.tie(line.secretary.person, line.platform)
    found = load.of(line.secretary, NOW)
    assert sum(amount.count for one in found.hands for amount in one.amounts.values()) == 0
    assert line.browser("contact").get(page("hands")).status_code == 404


# -- case after case --------------------------------------------------------------------------------------------------


def test_after_a_move_that_was_begun_beside_the_list_the_next_case_is_open(line: Line) -> None:
    first, second = line.appeal("in_hand", title="甲"), line.appeal("in_hand", title="乙")
    browser = line.browser("secretary")
    browser.get(f"/desk/?show=all&open={first.code}")
    sent = {"key": "n" * 20, "seen": Appeal.objects.get(pk=first.pk).position, "question": "有截图吗？"}
    answer = browser.post(page("ask", first), sent)
    assert answer["Location"] == f"/desk/?show=all&open={second.code}"
    listed = browser.get(answer["Location"])
    assert f"{first.number} 已办：问司机" in text(listed)
    assert listed.context["case"].appeal == second
    alone = {"key": "o" * 20, "seen": Appeal.objects.get(pk=first.pk).position, "reason": "超出权限。"}
    assert browser.post(page("escalate", second), {**alone, "seen": str(second.position)})["Location"].startswith(
        "/desk/?"
    )


def test_a_list_that_was_not_ours_is_not_followed(line: Line) -> None:
    case = line.appeal("in_hand")
    for kept in (f'["{case.code}", "https://example.org/"]', f'["{case.code}", "/desk/x"]', "nonsense", "[1]"):
        browser = line.browser("secretary")
        browser.cookies["portal_list"] = kept
        position = Appeal.objects.get(pk=case.pk).position
        sent = {"key": f"key-{hash(kept)}", "seen": position, "reason": "有人受伤。"}
        answer = browser.post(page("mark_urgent", case), sent)
        assert answer.status_code in (302, 422)
        assert "example" not in answer.get("Location", "")


def test_a_case_is_given_to_a_colleague_on_its_own_page(line: Line, deputy: Post) -> None:
    case = line.appeal("in_hand")
    browser = line.browser("secretary")
    assert deputy.person.name in text(browser.get(page("assign", case)))
    form = {"key": "p" * 20, "seen": case.position, "to": deputy.code}
    assert browser.post(page("assign", case), form).status_code == 302
    assert Appeal.objects.get(pk=case.pk).handler == deputy
    own = line.appeal("in_hand", at="contact")
    assert browser.get(page("assign", own)).status_code == 409
    assert line.browser("contact").get(page("assign", own)).status_code == 403
