"""Two windows on one case (examples 3 and 4): exactly one of them decides, the other loses nothing he wrote."""

import datetime
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appeals.actions import ticking
from appeals.models import Answer, Appeal, Leg
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.desk import Line, a_line
from tests.appeals.test_desk_in_a_browser import NARROW, WIDE
from tests.journeys.test_in_a_browser import carry_session

REASONS = "核对过规则第七版，十一月没有改动，派单按距离。"


@pytest.fixture
def line(committed: str) -> Line:
    return a_line()


@pytest.fixture
def window(chromium: Browser, served: str) -> Iterator["Windows"]:
    windows = Windows(chromium, served)
    yield windows
    for context in windows.open:
        context.close()


class Windows:
    """A browser window for each person."""

    def __init__(self, chromium: Browser, served: str) -> None:
        self.chromium, self.served = chromium, served
        self.open: list[BrowserContext] = []

    def of(self, post: Post) -> Page:
        size = NARROW if post.role == Role.CONTACT else WIDE
        context = self.chromium.new_context(viewport=size, base_url=self.served, locale="zh-CN")  # type: ignore[arg-type]
        self.open.append(context)
        carry_session(context, world.signed_in(post.person, post), self.served)
        return context.new_page()


def write(page: Page, appeal: Appeal, finding: str = "not_upheld", reasons: str = REASONS) -> None:
    page.goto(f"/desk/appeals/{appeal.code}/answer/")
    page.locator(f"input[value={finding}]").check(force=True)
    page.get_by_label("理由").fill(reasons)


def tick(appeal: Appeal) -> None:
    """The portal's own move, when the appeal's deadline has passed."""
    due_at = Appeal.objects.get(pk=appeal.pk).due_at
    assert due_at is not None
    ticking.tick(now=due_at + datetime.timedelta(seconds=1), most=10)


def outcomes(appeal: Appeal) -> list[str]:
    kinds = ("appeals.answered", "appeals.passed_up")
    rows = Event.objects.filter(subject=f"appeals.appeal:{appeal.code}", kind__in=kinds).order_by("position")
    return list(rows.values_list("kind", flat=True))


def test_3_the_contact_answers_after_the_tick_and_keeps_what_he_wrote(window: Windows, line: Line) -> None:
    appeal = line.appeal("in_hand", at="contact", title="被停单三天")
    contact, secretary = window.of(line.contact), window.of(line.secretary)
    write(contact, appeal)
    tick(appeal)
    secretary.goto("/desk/")
    expect(secretary.get_by_role("link", name="被停单三天")).to_be_visible()
    with contact.expect_response(lambda response: response.request.method == "POST") as sent:
        contact.get_by_role("button", name="发出答复").click()
    assert sent.value.status == 409
    expect(contact.locator("h1")).to_contain_text("这件诉求有了变化")
    expect(contact.locator(".say")).to_contain_text("到期")
    expect(contact.get_by_label("理由")).to_have_value(REASONS)
    expect(contact.get_by_label("结论")).to_have_value("暂不成立")
    assert outcomes(appeal) == ["appeals.passed_up"]
    assert Leg.objects.filter(appeal=appeal, left_at=None).count() == 1
    secretary.get_by_role("link", name="被停单三天").click()
    expect(secretary.locator("#panel h2")).to_be_focused()
    secretary.keyboard.press("t")
    expect(secretary.locator("#panel")).to_contain_text(f"{line.secretary.person.name}正在办")


def test_3_the_tick_comes_after_the_answer_and_moves_nothing(window: Windows, line: Line) -> None:
    appeal = line.appeal("in_hand", at="contact", title="被停单三天")
    contact, secretary = window.of(line.contact), window.of(line.secretary)
    write(contact, appeal)
    due_at = appeal.due_at
    contact.get_by_role("button", name="发出答复").click()
    contact.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    assert due_at is not None
    ticking.tick(now=due_at + datetime.timedelta(seconds=1), most=10)
    assert outcomes(appeal) == ["appeals.answered"]
    secretary.goto("/desk/")
    expect(secretary.get_by_role("link", name="被停单三天")).to_have_count(0)


def test_3_both_at_the_same_moment_and_one_of_them_it_was(window: Windows, line: Line) -> None:
    contact, secretary = window.of(line.contact), window.of(line.secretary)
    for turn in range(4):
        appeal = line.appeal("in_hand", at="contact", title=f"同时第{turn}次")
        write(contact, appeal)
        moving = threading.Timer(0.02 * turn, tick, args=[appeal])
        moving.start()
        with contact.expect_response(lambda response: response.request.method == "POST") as sent:
            contact.get_by_role("button", name="发出答复").click()
        moving.join()
        found = outcomes(appeal)
        assert len(found) == 1
        if found == ["appeals.answered"]:
            assert sent.value.status == 302
        else:
            assert sent.value.status == 409
            expect(contact.get_by_label("理由")).to_have_value(REASONS)
        assert Leg.objects.filter(appeal=appeal, left_at=None).count() == (found == ["appeals.passed_up"])
        secretary.goto("/desk/")
        here = secretary.get_by_role("link", name=f"同时第{turn}次")
        expect(here).to_have_count(int(found == ["appeals.passed_up"]))


def test_4_two_secretaries_decide_from_the_same_page_and_the_second_reads_the_first(
    window: Windows, line: Line
) -> None:
    appeal = line.appeal("in_hand", title="被停单三天")
    deputy = world.a_post(Role.DEPUTY_SECRETARY, line.branch)
    one, other = window.of(line.secretary), window.of(deputy)
    write(one, appeal, "not_upheld", "甲：核对过，规则没有变。")
    write(other, appeal, "not_upheld", "乙：平台的流水对不上，要它补三单。")
    other.get_by_role("button", name="看司机读到的样子").click()
    one.get_by_role("button", name="看司机读到的样子").click()
    one.get_by_role("button", name="发出答复").click()
    one.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    with other.expect_response(lambda response: response.request.method == "POST") as sent:
        other.get_by_role("button", name="发出答复").click()
    assert sent.value.status == 409
    expect(other.locator(".say")).to_contain_text(line.secretary.person.name)
    expect(other.locator(".say")).to_contain_text("答复")
    expect(other.get_by_label("理由")).to_have_value("乙：平台的流水对不上，要它补三单。")
    assert [given.by for given in Answer.objects.filter(appeal=appeal)] == [line.secretary]
    other.get_by_role("link", name="看现在的进展").click()
    expect(other.get_by_text("甲：核对过，规则没有变。").first).to_be_visible()


def test_each_sees_that_the_other_has_it_open(window: Windows, line: Line) -> None:
    appeal = line.appeal("in_hand", title="被停单三天")
    deputy = world.a_post(Role.DEPUTY_SECRETARY, line.branch)
    one, other = window.of(line.secretary), window.of(deputy)
    write(other, appeal)
    one.goto(f"/desk/?open={appeal.code}")
    expect(one.locator("#others")).to_contain_text(f"{deputy.person.name} {line.branch.short_name} 正在写答复")
    expect(other.locator("#others")).to_contain_text(f"{line.secretary.person.name}", timeout=25_000)
