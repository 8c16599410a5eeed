"""Try 1 in a real browser: three photos, the network drops at 80 % of them, it goes on, and the reply is lost too."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from appeals.models import Appeal, Evidence
from portal.models import Event, Role, User
from tests import world
from tests.appeals import files
from tests.appeals.test_driver_browser import at_the_story

WAIT = 30_000
CHUNK = 2**20


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


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three of some 2.4 MB: each goes up in three parts."""
    made = []
    for number in range(3):
        path = tmp_path / f"IMG_203{number}.png"
        path.write_bytes(files.picture("PNG", (1000 + number, 800), compress_level=0))
        made.append(path)
    return made


class Tunnel:
    """Counts the parts that go up, and lets the net break when 80 % of the bytes have gone."""

    def __init__(self, phone: BrowserContext, photos: list[Path]) -> None:
        self.phone, self.sent, self.is_broken = phone, 0, False
        self.limit = sum(path.stat().st_size for path in photos) * 8 // 10

    def pass_on(self, route: Route) -> None:
        size = len(route.request.post_data_buffer or b"")
        if not self.is_broken and self.sent + size > self.limit:
            self.is_broken = True
            self.phone.set_offline(True)
            route.abort("internetdisconnected")
            return
        self.sent += size
        route.continue_()


def choose(page: Page, photos: list[Path]) -> None:
    page.locator("input[type=file]").set_input_files([str(path) for path in photos])


def test_three_photos_through_a_tunnel(phone: BrowserContext, photos: list[Path], driver: User) -> None:
    page = at_the_story(phone)
    tunnel = Tunnel(phone, photos)
    phone.route(
        "**/files/*/part/",
        lambda route: tunnel.pass_on(route) if route.request.method == "PATCH" else route.continue_(),
    )
    page.locator('input[name="title"]').fill("一单抽了 38%")
    page.locator('textarea[name="story"]').fill("乘客付 118 元，到手 73 元。")
    choose(page, photos)
    expect(page.locator("[data-files-say]")).to_contain_text("未传", timeout=WAIT)
    assert tunnel.is_broken
    # what he presses now waits, and says so
    page.evaluate("document.querySelector('.btn-main').form.requestSubmit()")
    assert page.url.endswith("/new/4/")
    phone.set_offline(False)
    expect(page.locator(".up label", has_text="已传")).to_have_count(3, timeout=WAIT)
    # nothing that had arrived went up again
    assert tunnel.sent <= sum(path.stat().st_size for path in photos) + CHUNK
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/new/5/")
    expect(page.locator("main")).to_contain_text("3 个")
    page.locator('input[value="named"]').check()
    lose_the_reply(page)
    page.goto("/appeals/")
    expect(page.locator("main")).to_contain_text("一单抽了 38%")
    appeal = Appeal.objects.get()
    wanted = {hashlib.sha256(path.read_bytes()).hexdigest() for path in photos}
    assert {row.sha256 for row in appeal.evidence.all()} == wanted
    assert Event.objects.filter(kind="appeals.filed").count() == 1
    assert Evidence.objects.count() == 3


def lose_the_reply(page: Page) -> None:
    """The filing reaches the portal, its answer finds nobody, and he sends it once more."""

    def swallow(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/new/5/", swallow, times=1)
    page.get_by_role("button", name="提交").click()
    page.wait_for_timeout(1500)
    page.unroute("**/new/5/")
    page.goto("/appeals/new/5/")


def test_a_file_that_is_turned_away_says_why_and_the_rest_goes_on(
    phone: BrowserContext, photos: list[Path], tmp_path: Path
) -> None:
    page = at_the_story(phone)
    bad = tmp_path / "脚本.png"
    bad.write_bytes(b"<html><script>alert(1)</script>")
    choose(page, [bad, photos[0]])
    expect(page.locator(".up-bad")).to_contain_text("只能传照片", timeout=WAIT)
    expect(page.locator(".up label", has_text="已传")).to_have_count(1, timeout=WAIT)
    page.locator(".up-bad button").click()
    expect(page.locator(".up-bad")).to_have_count(0)
    assert Axe().run(page).response["violations"] == []
    choose(page, [photos[0]])
    expect(page.locator("[data-files-say]")).to_contain_text("已经传过了", timeout=WAIT)
    page.reload()
    expect(page.locator('input[name="evidence"]')).to_have_count(1)


def test_on_a_narrow_phone_nothing_sticks_out_and_the_client_comes_only_when_it_is_needed(
    phone: BrowserContext, photos: list[Path]
) -> None:
    page = at_the_story(phone)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("typeof window.tus") == "undefined"
    choose(page, photos[:1])
    expect(page.locator(".up label", has_text="已传")).to_have_count(1, timeout=WAIT)
    assert page.evaluate("typeof window.tus") == "object"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_volunteers_long_page_fetches_the_script_of_files_when_he_comes_near_them(
    chromium: Browser, served: str
) -> None:
    home = world.an_organisation("home", "江阳司机之家", place=world.district())
    volunteer = world.a_post(Role.VOLUNTEER, home)
    cookie = world.signed_in(volunteer.person, volunteer).cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(viewport={"width": 390, "height": 600}, base_url=served, locale="zh-CN")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": served}])
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
    page.goto("/desk/file-for/", wait_until="networkidle")
    assert "files.js" not in fetched
    expect(page.locator(".up-add")).to_be_hidden()
    page.locator("[data-files]").scroll_into_view_if_needed()
    expect(page.locator(".up-add")).to_be_visible()
    assert "files.js" in fetched
    context.close()
