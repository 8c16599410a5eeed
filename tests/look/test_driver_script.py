"""driver.js in a browser: what he typed is kept on the phone, one tap is one post, a lost network loses nothing."""

from playwright.sync_api import BrowserContext, Page, Route, expect

from portal.kit import KitForm
from tests.look.conftest import Site, from_string

FORM = """{% extends "driver_inner.html" %}{% block main %}{% include "parts/draft.html" only %}
<form method="post" action="/sent/" novalidate data-draft="appeal-4"
  {% if saved %} data-draft-at="{{ saved }}"{% endif %}{% if off %} data-draft-off{% endif %}>
{% include "parts/form.html" with form=form only %}
<input type="password" name="pin"><input name="secret" data-draft-skip>
{% include "parts/offline.html" only %}
<div class="actbar"><button class="btn btn-main">提交</button></div></form>{% endblock %}"""
DONE = """{% extends "driver_inner.html" %}{% block main %}<p data-draft-clear="appeal">已收到</p>{% endblock %}"""


class Person:
    is_authenticated = True

    def __init__(self, code: str) -> None:
        self.code = code


def a_form(saved: str = "", person: str = "ZHOU", off: bool = False) -> str:
    return from_string(FORM, form=KitForm(), saved=saved, off=off, user=Person(person))


def kept(page: Page) -> dict[str, str]:
    return page.evaluate("Object.fromEntries(Object.entries(localStorage))")  # type: ignore[no-any-return]


def write(page: Page) -> None:
    page.get_by_label("说说经过").fill("派单少了三成")
    page.get_by_label("抽成与结算").check()
    page.locator("[name=day_year]").fill("2026")
    page.locator("[name=pin]").fill("0000")
    page.locator("[name=secret]").fill("13800000000")
    page.wait_for_timeout(400)


def test_what_he_typed_comes_back(page: Page, site: Site) -> None:
    site["/"] = a_form()
    page.goto("/")
    note = page.locator("[data-draft-note]")
    expect(note).to_be_hidden()
    write(page)
    page.reload()
    expect(page.get_by_label("说说经过")).to_have_value("派单少了三成")
    expect(page.get_by_label("抽成与结算")).to_be_checked()
    expect(page.locator("[name=day_year]")).to_have_value("2026")
    expect(note).to_contain_text("从这台手机恢复")


def test_secrets_are_not_kept(page: Page, site: Site) -> None:
    site["/"] = a_form()
    page.goto("/")
    write(page)
    words = "".join(kept(page).values())
    assert "派单少了三成" in words
    assert "0000" not in words
    assert "13800000000" not in words
    assert '"key"' not in words


def test_a_form_may_refuse_to_be_kept(page: Page, site: Site) -> None:
    site["/"] = a_form(off=True)
    page.goto("/")
    write(page)
    assert kept(page) == {}


def test_a_newer_copy_of_the_server_wins(page: Page, site: Site) -> None:
    site["/"] = a_form(saved="2026-11-23T10:00+08:00")
    page.goto("/")
    write(page)
    page.reload()
    expect(page.get_by_label("说说经过")).to_have_value("派单少了三成")
    site["/"] = a_form(saved="2026-11-23T10:05+08:00")
    page.reload()
    expect(page.get_by_label("说说经过")).to_have_value("")
    assert kept(page) == {}


def test_the_receipt_clears_every_step(page: Page, site: Site) -> None:
    site["/"], site["/done/"] = a_form(), from_string(DONE, user=Person("ZHOU"))
    page.goto("/")
    write(page)
    page.evaluate("localStorage.setItem('other', 'stays')")
    page.goto("/done/")
    assert kept(page) == {"other": "stays"}


def test_the_next_person_on_this_phone_finds_nothing(page: Page, site: Site) -> None:
    site["/"] = a_form(person="ZHOU")
    page.goto("/")
    write(page)
    site["/"] = a_form(person="LIU")
    page.reload()
    expect(page.get_by_label("说说经过")).to_have_value("")
    assert kept(page) == {}


def test_two_taps_are_one_post(page: Page, site: Site) -> None:
    posted: list[str] = []

    def take(route: Route) -> None:
        posted.append(route.request.post_data or "")
        page.wait_for_timeout(300)
        route.fulfill(body=from_string(DONE, user=Person("ZHOU")), content_type="text/html; charset=utf-8")

    site["/"], site["/sent/"] = a_form(), take
    page.goto("/")
    page.get_by_role("button", name="提交").dblclick(no_wait_after=True)
    expect(page.get_by_text("已收到")).to_be_visible()
    assert len(posted) == 1


def test_back_from_the_next_page_it_can_be_sent_again(page: Page, site: Site) -> None:
    site["/"], site["/sent/"] = a_form(), from_string(DONE, user=Person("ZHOU"))
    page.goto("/")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已收到")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="提交")).to_be_enabled()


def test_without_network_nothing_is_sent_and_nothing_lost(page: Page, context: BrowserContext, site: Site) -> None:
    site["/"], site["/sent/"] = a_form(), from_string(DONE, user=Person("ZHOU"))
    page.goto("/")
    write(page)
    note = page.locator("[data-offline]")
    expect(note).to_be_hidden()
    context.set_offline(True)
    expect(note).to_be_visible()
    page.get_by_role("button", name="联网后再提交").click()
    expect(page.get_by_label("说说经过")).to_have_value("派单少了三成")
    context.set_offline(False)
    expect(note).to_be_hidden()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已收到")).to_be_visible()


def test_a_form_that_came_back_is_read_from_its_errors(page: Page, site: Site) -> None:
    form = KitForm({"phone": "1380000"})
    site["/"] = from_string(FORM, form=form, user=Person("ZHOU"))
    page.goto("/")
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="手机号").click()
    expect(page.get_by_label("手机号")).to_be_in_viewport()
