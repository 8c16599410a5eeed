"""Journeys in a real browser against the real server: bad network, no scripts, keyboard, narrow screens."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from appeals.models import Appeal
from tests import world

PHONE = {"width": 390, "height": 844}


def carry_session(context: BrowserContext, client: Client, address: str) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])


@pytest.fixture
def phone(chromium: Browser, served: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, base_url=served, locale="zh-CN")
    yield context
    context.close()


def _fill_in(page: Page) -> None:
    """Pages one to four, by what a person reads on them."""
    page.get_by_text("否", exact=True).or_(page.locator('input[name="is_urgent"][value="no"]')).last.click()
    page.get_by_role("button", name="下一步").click()
    page.locator('input[name="category"][value="dispatch"]').check(force=True)
    page.get_by_role("button", name="下一步").click()
    for part, value in (("year", "2026"), ("month", "11"), ("day", "20")):
        page.locator(f'input[name="happened_date_{part}"]').fill(value)
    page.locator('select[name="where"]').select_option(world.district().code)
    page.locator('select[name="about"]').select_option("none")
    page.get_by_role("button", name="下一步").click()
    page.locator('input[name="title"]').fill("派单少了三成，想知道原因")
    page.locator('textarea[name="story"]').fill("上周开始晚高峰派单少了三成，客服只说是系统派的。")
    page.get_by_role("button", name="下一步").click()


def test_1_the_network_drops_while_sending_and_one_appeal_with_one_receipt_comes_of_it(
    phone: BrowserContext, served: str
) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    carry_session(phone, world.signed_in(driver), served)
    page = phone.new_page()
    page.goto("/appeals/new/1/")
    _fill_in(page)
    page.wait_for_url("**/appeals/new/5/")

    def drop_the_reply(route) -> None:  # type: ignore[no-untyped-def]
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/appeals/new/5/", drop_the_reply)
    page.locator(".actbar button").last.click()
    page.wait_for_timeout(500)
    assert Appeal.objects.filter(filer=driver).count() == 1
    page.unroute("**/appeals/new/5/")
    page.goto("/appeals/new/")
    again = page.url
    page.goto("/appeals/")
    assert page.get_by_text("派单少了三成，想知道原因").count() == 1
    assert Appeal.objects.filter(filer=driver).count() == 1
    assert again.endswith(("/appeals/new/1/", "/appeals/"))


def test_1_the_same_page_sent_again_leads_to_the_same_receipt(phone: BrowserContext, served: str) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    carry_session(phone, world.signed_in(driver), served)
    page = phone.new_page()
    page.goto("/appeals/new/1/")
    _fill_in(page)
    form = page.locator("form").filter(has=page.locator('input[name="identity"]'))
    body = form.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": served}
    receipts = {phone.request.post(f"{served}/appeals/new/5/", data=body, headers=headers).url for _time in range(3)}
    assert len(receipts) == 1
    assert re.search(r"/appeals/[0-9A-Z]{16}/receipt/$", receipts.pop())
    assert Appeal.objects.filter(filer=driver).count() == 1


@pytest.mark.parametrize("width", [320, 390])
def test_13_without_scripts_on_a_narrow_screen_he_files_reads_the_date_withdraws_and_comes_back(
    chromium: Browser, served: str, width: int
) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    context = chromium.new_context(
        viewport={"width": width, "height": 640}, base_url=served, locale="zh-CN", java_script_enabled=False
    )
    carry_session(context, world.signed_in(driver), served)
    page = context.new_page()
    page.goto("/appeals/new/1/")
    _fill_in(page)
    page.locator(".actbar button").last.click()
    page.wait_for_url("**/receipt/")
    appeal = Appeal.objects.get(filer=driver)
    said = page.locator("main").inner_text()
    assert appeal.number in said
    assert re.search(r"\d+月\d+日 周. 24:00 前", said)
    page.goto(f"/appeals/{appeal.code}/withdraw/")
    page.locator('input[name="why"][value="solved"]').check(force=True)
    page.locator("textarea").first.fill("平台已经处理了。")
    page.locator("button.btn-main").click()
    page.wait_for_url(f"**/appeals/{appeal.code}/")
    appeal.refresh_from_db()
    assert appeal.status == "withdrawn"
    page.goto(f"/appeals/{appeal.code}/come-back/")
    page.locator("button.btn-main").click()
    page.wait_for_url(f"**/appeals/{appeal.code}/")
    appeal.refresh_from_db()
    assert appeal.status == "waiting"
    context.close()


def test_13_by_keyboard_alone(phone: BrowserContext, served: str) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    carry_session(phone, world.signed_in(driver), served)
    page = phone.new_page()
    page.goto(f"/appeals/{appeal.code}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    target = f"/appeals/{appeal.code}/go-on/"
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == target:
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
    page.locator("textarea").first.focus()
    page.keyboard.type("没说清楚原因。")
    for _press in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/appeals/{appeal.code}/")
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.status) == (2, "waiting")
