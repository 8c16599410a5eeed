"""The desk in a real browser: the case beside the list, keys, narrow screens, and everything again without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appeals.models import Appeal
from tests.appeals.desk import Line, a_line
from tests.journeys.test_in_a_browser import carry_session

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


@pytest.fixture
def line(committed: str) -> Line:
    return a_line()


@pytest.fixture
def desk(chromium: Browser, served: str, line: Line) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=WIDE, base_url=served, locale="zh-CN")
    carry_session(context, line.browser("secretary"), served)
    yield context
    context.close()


def opened(desk: BrowserContext, address: str = "/desk/") -> Page:
    page = desk.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.problems = problems  # type: ignore[attr-defined]
    return page


def test_a_row_opens_beside_the_list_is_taken_by_a_key_and_closed_again(desk: BrowserContext, line: Line) -> None:
    appeal = line.appeal(title="被停单三天")
    line.appeal(title="派单少了三成")
    page = opened(desk)
    page.get_by_role("link", name="被停单三天").click()
    panel = page.get_by_role("complementary", name=f"诉求 {appeal.number}")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading", name="被停单三天")).to_be_focused()
    assert page.url.endswith(f"/desk/?open={appeal.code}")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("t")
    expect(panel).to_contain_text(f"{line.secretary.person.name}正在办")
    assert Appeal.objects.get(pk=appeal.pk).status == "in_hand"
    assert page.url.endswith(f"/desk/?open={appeal.code}")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("link", name="被停单三天")).to_be_focused()
    assert page.url.endswith("/desk/")
    page.go_back()
    expect(panel).to_be_visible()
    page.reload()
    expect(panel).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]


def test_keys_walk_the_rows_and_open_the_answer(desk: BrowserContext, line: Line) -> None:
    line.appeal("in_hand", title="甲")
    line.appeal("in_hand", title="乙")
    page = opened(desk)
    page.keyboard.type("jj")
    expect(page.get_by_role("link", name="乙", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("乙")
    # the opened case takes the focus once it has settled; a key before that would be lost to it
    expect(page.locator("#panel h2")).to_be_focused()
    page.keyboard.type("k")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("甲")
    page.keyboard.press("?")
    for words in ("写答复", "问司机", "上报"):
        expect(page.locator("#keys")).to_contain_text(words)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_url("**/answer/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/desk/appeals/*/")


def test_counts_follow_when_a_case_leaves_the_list(desk: BrowserContext, line: Line) -> None:
    line.appeal("in_hand", title="要问司机的")
    page = opened(desk)
    chips = page.locator("#list-chips")
    expect(chips).to_contain_text("要我办 1")
    page.get_by_role("link", name="要问司机的").click()
    page.locator("#panel").get_by_role("link", name="问司机").click()
    page.get_by_label("问题").fill("有当天的截图吗？")
    page.get_by_role("button", name="发给司机").click()
    page.wait_for_url(re.compile(r"/desk/(\?show=todo)?$"))
    expect(page.get_by_text("已办：问司机")).to_be_visible()
    expect(chips).to_contain_text("要我办 0")
    expect(chips).to_contain_text("等司机 1")


def test_typing_searches_and_keeps_what_is_typed(desk: BrowserContext, line: Line) -> None:
    line.appeal(title="押金没退")
    line.appeal(title="派单少了")
    page = opened(desk)
    search = page.get_by_role("searchbox")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("押金", delay=60)
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list-chips")).to_contain_text("要我办 1")
    expect(search).to_be_focused()
    page.keyboard.type("和t")
    expect(search).to_have_value("押金和t")
    expect(page.get_by_text("没有符合条件的诉求")).to_be_visible()
    page.get_by_role("link", name="清除筛选").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)


def test_a_new_tab_stays_a_new_tab(desk: BrowserContext, line: Line) -> None:
    appeal = line.appeal(title="被停单三天")
    page = opened(desk)
    with desk.expect_page() as tab:
        page.get_by_role("link", name="被停单三天").click(modifiers=["ControlOrMeta"])
    tab.value.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    expect(page.locator("#panel")).to_have_count(0)


def test_on_a_narrow_screen_the_case_is_its_own_page(desk: BrowserContext, line: Line) -> None:
    appeal = line.appeal(title="被停单三天")
    page = opened(desk)
    page.set_viewport_size(NARROW)
    page.get_by_role("link", name="被停单三天").click()
    page.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_was_slower_reads_it_on_the_whole_page(desk: BrowserContext, line: Line) -> None:
    appeal = line.appeal(title="被停单三天")
    page = opened(desk, f"/desk/?open={appeal.code}")
    other = desk.new_page()
    other.goto(f"/desk/appeals/{appeal.code}/")
    other.get_by_role("button", name="接下").click()
    other.wait_for_url("**/desk/appeals/*/")
    page.locator("#panel").get_by_role("button", name="接下").click()
    expect(page.locator("#main h1")).to_contain_text("这件诉求有了变化")
    expect(page.locator("#panel")).to_have_count(0)


def test_without_scripts_everything_works(chromium: Browser, served: str, line: Line) -> None:
    appeal = line.appeal(title="被停单三天")
    line.appeal(title="派单少了")
    context = chromium.new_context(viewport=WIDE, base_url=served, locale="zh-CN", java_script_enabled=False)
    carry_session(context, line.browser("secretary"), served)
    page = context.new_page()
    page.goto("/desk/")
    page.get_by_role("searchbox").fill("停单")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="被停单三天").click()
    page.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    page.get_by_role("button", name="接下").click()
    page.get_by_role("link", name="写答复").click()
    page.locator("input[value=not_upheld]").check(force=True)
    page.get_by_label("理由").fill("核对过规则第七版。")
    page.get_by_role("button", name="看司机读到的样子").click()
    expect(page.get_by_text("核对过规则第七版。")).to_be_visible()
    page.get_by_role("button", name="发出答复").click()
    page.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    assert Appeal.objects.get(pk=appeal.pk).status == "answered"
    context.close()


def test_a_contact_answers_from_his_phone_in_few_taps(chromium: Browser, served: str, line: Line) -> None:
    appeal = line.appeal(at="contact", title="一单抽成四成")
    context = chromium.new_context(viewport=NARROW, base_url=served, locale="zh-CN", has_touch=True)
    carry_session(context, line.browser("contact"), served)
    page = context.new_page()
    page.goto("/desk/mine/")
    page.get_by_role("link", name="一单抽成四成").tap()
    page.get_by_role("button", name="接下").tap()
    page.get_by_role("link", name="问司机").tap()
    page.get_by_label("问题").fill("有结算截图吗？")
    page.get_by_role("button", name="发给司机").tap()
    page.wait_for_url(f"**/desk/appeals/{appeal.code}/")
    assert Appeal.objects.get(pk=appeal.pk).status == "asked"
    page.get_by_role("button", name="看电话").tap()
    expect(page.get_by_role("link", name="打电话")).to_have_attribute("href", f"tel:{line.driver.phone}")
    assert line.driver.phone not in page.url
    context.close()
