"""Filing in a real browser: what the page keeps by itself, and what the keyboard does."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appeals.models import Draft
from portal.models import User
from tests import world

WAIT = 15_000


@pytest.fixture
def driver(served: str) -> User:
    return world.a_driver(world.a_line()["branch"])


@pytest.fixture
def phone(chromium: Browser, served: str, driver: User) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=served, locale="zh-CN")
    cookie = world.signed_in(driver).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": served}])
    yield context
    context.close()


def at_the_story(phone: BrowserContext) -> Page:
    """Pages one to three filled in."""
    page = phone.new_page()
    page.goto("/appeals/new/1/")
    page.locator('input[value="no"]').check()
    page.get_by_role("button", name="下一步").click()
    page.locator('input[value="pay"]').check()
    page.get_by_role("button", name="下一步").click()
    for part, value in (("year", "2026"), ("month", "11"), ("day", "10")):
        page.locator(f'input[name="happened_date_{part}"]').fill(value)
    page.locator('select[name="where"]').select_option(world.district().code)
    page.locator('select[name="about"]').select_option("none")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/4/")
    return page


def kept(driver: User) -> dict[str, str]:
    answers: dict[str, str] = json.loads(Draft.objects.get(person=driver).body)["answers"]
    return answers


def test_what_he_types_is_saved_by_itself_and_is_there_on_another_phone(
    phone: BrowserContext, driver: User, chromium: Browser, served: str
) -> None:
    page = at_the_story(phone)
    with page.expect_response("**/appeals/draft/", timeout=WAIT) as saved:
        page.locator('textarea[name="story"]').fill("乘客付 118 元，到手 73 元。")
    assert saved.value.status == 200
    assert kept(driver)["story"] == "乘客付 118 元，到手 73 元。"
    other = chromium.new_context(base_url=served, locale="zh-CN")
    other.add_cookies(phone.cookies())
    there = other.new_page()
    there.goto("/appeals/new/4/")
    expect(there.locator('textarea[name="story"]')).to_have_value("乘客付 118 元，到手 73 元。")
    other.close()


def test_typed_and_closed_before_it_was_saved_it_is_still_on_this_phone(phone: BrowserContext, driver: User) -> None:
    page = at_the_story(phone)
    page.locator('textarea[name="story"]').press_sequentially("还没存就关了")
    page.wait_for_timeout(600)
    page.close()
    assert not kept(driver).get("story")
    again = phone.new_page()
    again.goto("/appeals/new/4/")
    expect(again.locator('textarea[name="story"]')).to_have_value("还没存就关了")
    expect(again.locator("[data-draft-note]")).to_be_visible()


def test_enter_goes_on_and_does_not_press_save_or_back(phone: BrowserContext, driver: User) -> None:
    page = at_the_story(phone)
    page.locator('textarea[name="story"]').fill("乘客付 118 元，到手 73 元。")
    page.locator('input[name="title"]').fill("一单抽了 38%")
    page.locator('input[name="title"]').press("Enter")
    page.wait_for_url("**/new/5/")
    assert kept(driver)["title"] == "一单抽了 38%"


def test_the_receipt_empties_the_phone(phone: BrowserContext, driver: User) -> None:
    page = at_the_story(phone)
    page.locator('textarea[name="story"]').fill("乘客付 118 元，到手 73 元。")
    page.locator('input[name="title"]').fill("一单抽了 38%")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/receipt/")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.indexOf('draft:') === 0)") == []
    page.go_back()
    page.wait_for_url("**/appeals/")
    assert not Draft.objects.filter(person=driver).exists()
