"""A secretary clears twenty mixed cases without touching the mouse: every key counts."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from appeals.actions import handling
from appeals.models import Appeal
from tests import world
from tests.appeals.desk import Line, a_line
from tests.appeals.test_desk_in_a_browser import WIDE
from tests.journeys.test_in_a_browser import carry_session

# what is done with each kind of case, and how many of it there are
KINDS = {"答复": 5, "先接再答复": 4, "问司机": 4, "上报": 2, "转办": 2, "兑现": 3}


@pytest.fixture
def line(committed: str) -> Line:
    return a_line()


def lay_out(line: Line) -> None:
    """Twenty cases, the kinds mixed, at the secretary's desk."""
    waiting = [kind for kind, count in KINDS.items() for _time in range(count)]
    for place, kind in enumerate(sorted(waiting, key=lambda kind: waiting.index(kind) % 3)):
        appeal = line.appeal("waiting" if kind == "先接再答复" else "in_hand", title=f"{kind}，第{place + 1}件")
        if kind == "兑现":
            today = world.NOW.date()
            handling.answer(
                appeal.pk, by=line.secretary, finding="upheld", reasons="平台算错了。", remedy="退回 38 元。",
                carry_out_date=today, now=world.NOW,
            )  # fmt: skip


class Keys:
    """A keyboard that counts: keys that steer, and keys that write words."""

    def __init__(self, page: Page) -> None:
        self.page, self.steering, self.written = page, Counter[str](), 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.steering[key] += 1
            self.page.keyboard.press(key)

    def write(self, words: str) -> None:
        self.written += len(words)
        self.page.keyboard.insert_text(words)


@pytest.fixture
def page(chromium: Browser, served: str, line: Line) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, base_url=served, locale="zh-CN")  # type: ignore[arg-type]
    carry_session(context, line.browser("secretary"), served)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.add_init_script(
        "['mousedown', 'touchstart'].forEach((kind) => addEventListener(kind, () => { throw new Error('a mouse') }))"
    )
    yield page
    context.close()


def focused(page: Page, selector: str) -> None:
    expect(page.locator(f"{selector}:focus")).to_have_count(1)


def answer(page: Page, keys: Keys) -> None:
    keys.press("a")
    page.wait_for_url("**/answer/")
    focused(page, "input[name=finding]")
    keys.press("ArrowDown", "ArrowDown")
    expect(page.locator("input[value=not_upheld]")).to_be_checked()
    keys.press("Tab")
    focused(page, "textarea[name=reasons]")
    keys.write("核对过规则第七版，没有发现改动。")
    keys.press("Control+Enter")
    expect(page.get_by_text("核对过规则第七版，没有发现改动。")).to_be_visible()
    focused(page, "button[name=send]")
    keys.press("Enter")


def take_and_answer(page: Page, keys: Keys) -> None:
    keys.press("t")
    expect(page.locator("#panel [data-key=a]")).to_be_visible()
    focused(page, "#panel h2")
    answer(page, keys)


def ask(page: Page, keys: Keys) -> None:
    keys.press("m")
    focused(page, "textarea[name=question]")
    keys.write("有当天的截图吗？")
    keys.press("Control+Enter")


def escalate(page: Page, keys: Keys) -> None:
    keys.press("u")
    focused(page, "textarea[name=reason]")
    keys.write("要和平台总部谈，超出支部权限。")
    keys.press("Control+Enter")


def transfer(page: Page, keys: Keys) -> None:
    keys.press("r")
    focused(page, "select[name=target]")
    keys.press("ArrowDown", "Tab")
    focused(page, "textarea[name=note]")
    keys.write("罚单归那边管，带上行驶证。")
    keys.press("Control+Enter")


def carry_out(page: Page, keys: Keys) -> None:
    keys.press("c")
    focused(page, "textarea[name=note]")
    keys.write("今天已退回 38 元。")
    keys.press("Control+Enter")


DO: dict[str, Callable[[Page, Keys], None]] = {
    "答复": answer,
    "先接再答复": take_and_answer,
    "问司机": ask,
    "上报": escalate,
    "转办": transfer,
    "兑现": carry_out,
}


def test_twenty_mixed_cases_by_keyboard_alone(page: Page, line: Line) -> None:
    lay_out(line)
    keys = Keys(page)
    page.goto("/desk/")
    expect(page.locator("#list-chips")).to_contain_text("要我办 20")
    keys.press("j", "Enter")
    done = Counter[str]()
    while sum(done.values()) < sum(KINDS.values()):
        focused(page, "#panel h2")
        title = page.locator("#panel h2").inner_text()
        kind = title.partition("，")[0]
        DO[kind](page, keys)
        done[kind] += 1
        # the next case is open and has the focus; after the last one there is none
        expect(page.locator("#panel h2", has_text=title)).to_have_count(0)
        is_last = sum(done.values()) == sum(KINDS.values())
        page.wait_for_url(re.compile(r"/desk/(\?show=todo)?$" if is_last else r"/desk/\?.*open="))
    assert dict(done) == KINDS
    expect(page.get_by_text("没有要办的事")).to_be_visible()
    found = Counter(Appeal.objects.values_list("status", flat=True))
    assert found == {"answered": 12, "asked": 4, "waiting": 2, "transferred": 2}
    steered = sum(keys.steering.values())
    print(f"20 cases: {steered} keys to steer, {steered / 20:.1f} a case, {keys.written} characters written")
    assert steered <= 20 * 5


def test_several_are_ticked_and_asked_by_keyboard(page: Page, line: Line) -> None:
    for word in "甲乙丙":
        line.appeal("in_hand", title=word)
    page.goto("/desk/")
    keys = Keys(page)
    keys.press("j", "x", "j", "j", "x")
    expect(page.locator(".bulk")).to_contain_text("已选 2")
    keys.press("m")
    focused(page, "textarea[name=question]")
    keys.write("有当天的截图吗？")
    keys.press("Control+Enter")
    expect(page.get_by_role("heading", name="已问 2 位司机")).to_be_visible()
    keys.press("Escape")
    page.wait_for_url("**/desk/*")
    expect(page.locator("#list-chips")).to_contain_text("等司机 2")


def test_the_help_lists_what_is_on_the_page_and_nothing_else(page: Page, line: Line) -> None:
    line.appeal("in_hand", title="甲")
    keys = Keys(page)

    def listed() -> list[str]:
        keys.press("?")
        expect(page.locator("#keys")).to_be_visible()
        found = [one.inner_text().replace("\xa0", " ") for one in page.locator("#keys dt").all() if one.is_visible()]
        keys.press("Escape")
        return found

    page.goto("/desk/")
    on_list = listed()
    assert {"J K", "Enter", "X", "/", "G I"} <= set(on_list)
    assert not {"A", "T", "Ctrl Enter"} & set(on_list)
    keys.press("j", "Enter")
    focused(page, "#panel h2")
    assert {"A", "M", "P", "U", "R"} <= set(listed())
    keys.press("a")
    page.wait_for_url("**/answer/")
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    on_form = listed()
    assert "Ctrl Enter" in on_form
    assert not {"J K", "X", "A"} & set(on_form)
