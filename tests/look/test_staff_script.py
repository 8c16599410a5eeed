"""staff.js in a browser: keys press what is on the page, and rest while someone types."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.look.conftest import Site, from_string

DESK = """{% extends "staff.html" %}{% block main %}<div class="head"><h1>诉求办理</h1></div>
<input type="search" aria-label="搜索诉求" data-key="/">
<table class="table"><tbody>{% for word in "甲乙丙" %}
<tr><td><input type="checkbox" aria-label="选中{{ word }}"></td>
<td><a href="/case/{{ forloop.counter }}/">诉求{{ word }}</a></td></tr>{% endfor %}</tbody></table>
<aside class="panel"><a class="btn" href="/answer/" data-key="a">写答复 <kbd>A</kbd></a>
<a href="/list/" data-key="escape" aria-label="关闭"></a>
<button class="btn" data-key="u" disabled>上报</button>
<a href="/board/" data-key="g b">总览</a></aside>{% endblock %}"""
LINK = """{% extends "staff.html" %}{% block main %}
<a href="/part/" hx-get="/part/" hx-target="#main">看</a>{% endblock %}"""
PLAIN = "<!doctype html><title>there</title>"


@pytest.fixture
def desk(page: Page, site: Site) -> Page:
    site["/"] = from_string(DESK)
    for path in ("/answer/", "/list/", "/board/", "/case/1/", "/case/2/"):
        site[path] = PLAIN
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    return page


def test_j_and_k_walk_the_rows(desk: Page) -> None:
    for keys, word in [("j", "甲"), ("jj", "丙"), ("j", "丙"), ("kk", "甲"), ("k", "甲")]:
        desk.keyboard.type(keys)
        expect(desk.get_by_role("link", name=f"诉求{word}")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/case/1/")


def test_x_selects_the_row(desk: Page) -> None:
    desk.keyboard.type("jjx")
    expect(desk.get_by_label("选中乙")).to_be_checked()
    expect(desk.get_by_label("选中甲")).not_to_be_checked()


def test_a_key_presses_what_is_there(desk: Page) -> None:
    desk.keyboard.press("a")
    desk.wait_for_url("**/answer/")


def test_two_keys_in_a_row(desk: Page) -> None:
    desk.keyboard.type("gb")
    desk.wait_for_url("**/board/")


def test_escape_closes_the_panel(desk: Page) -> None:
    desk.keyboard.press("Escape")
    desk.wait_for_url("**/list/")


def test_a_disabled_button_stays_unpressed(desk: Page) -> None:
    desk.keyboard.type("ut")
    assert desk.url.endswith("/")


def test_keys_rest_while_typing(desk: Page) -> None:
    desk.keyboard.press("/")
    search = desk.get_by_label("搜索诉求")
    expect(search).to_be_focused()
    desk.keyboard.type("ajx?")
    expect(search).to_have_value("ajx?")
    expect(desk.locator("#keys")).to_be_hidden()
    desk.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    assert desk.url.endswith("/")


def test_help_lists_the_keys_of_this_page(desk: Page) -> None:
    desk.keyboard.press("?")
    helped = desk.locator("#keys")
    expect(helped).to_be_visible()
    lines = helped.locator("dd").all_inner_texts()
    assert lines[-3:] == ["搜索诉求", "写答复", "总览"]
    assert "上报" not in lines
    desk.keyboard.press("a")
    expect(helped).to_be_visible()
    desk.keyboard.press("Escape")
    expect(helped).to_be_hidden()
    assert desk.url.endswith("/")


def test_a_silent_server_is_named(page: Page, site: Site) -> None:
    def fail(route: Route) -> None:
        route.abort("failed")

    site["/part/"] = fail
    site["/"] = from_string(LINK)
    page.goto("/")
    page.get_by_role("link", name="看", exact=True).click()
    expect(page.locator(".toasts")).to_contain_text("没有连上，什么都没改")
