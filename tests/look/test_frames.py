"""The three frames and the error pages in a browser: no fault for assistive tools, no overflow, on every width."""

import datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from playwright.sync_api import Page

from portal import kit
from portal.errors import Stale
from portal.models import Role, User
from portal.views import errors
from tests import world
from tests.look.conftest import Site

TODAY = datetime.date(2026, 11, 23)
WIDTHS = [320, 390, 720, 1024, 1440]


def a_request(path: str, user: User | AnonymousUser, post: Any = None) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    request.post = post  # type: ignore[attr-defined]
    request.reference = "7F3A-22"  # type: ignore[attr-defined]
    return request


def the_kit(base: str, request: HttpRequest) -> str:
    return render_to_string("portal/kit.html", {**kit.samples(today=TODAY), "base": base}, request=request)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


def overflow(page: Page) -> dict[int, int]:
    wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide[width] = over
    return wide


@pytest.fixture
def pages(db: None) -> dict[str, str]:
    """The component page as a driver, a secretary and the public see it."""
    secretary = world.a_post(Role.SECRETARY, world.a_branch())
    return {
        "driver": the_kit("driver.html", a_request("/", world.a_person("周建平"))),
        "staff": the_kit("staff.html", a_request("/desk/appeals/", secretary.person, secretary)),
        "public": the_kit("public.html", a_request("/how/", AnonymousUser())),
    }


@pytest.mark.parametrize("frame", ["driver", "staff", "public"])
def test_a_frame_with_every_component(frame: str, pages: dict[str, str], page: Page, site: Site) -> None:
    site["/"] = pages[frame]
    page.goto("/")
    assert faults(page) == []
    assert overflow(page) == {}
    assert faults(page) == []


def test_text_of_twice_the_size_overflows_nowhere(pages: dict[str, str], page: Page, site: Site) -> None:
    wide = {}
    for frame, text in pages.items():
        site["/"] = text
        page.goto("/")
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate("document.documentElement.setAttribute('data-big', '')")
        page.evaluate(
            "new CSSStyleSheet().replace('html{font-size:200%}').then(s => document.adoptedStyleSheets = [s])"
        )
        page.wait_for_timeout(50)
        wide[frame] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == {"driver": 0, "staff": 0, "public": 0}


def test_the_desk_has_a_menu_on_a_phone(pages: dict[str, str], page: Page, site: Site) -> None:
    site["/"] = pages["staff"]
    page.goto("/")
    assert not page.locator(".side").is_visible()
    page.locator(".menu > summary").click()
    assert page.locator(".menu nav").is_visible()
    assert faults(page) == []


def test_the_first_tab_skips_to_the_text(pages: dict[str, str], page: Page, site: Site) -> None:
    for text in pages.values():
        site["/"] = text.replace('id="errors"', "")
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_it_says_that_it_is_a_demonstration(pages: dict[str, str], settings: Any) -> None:
    settings.DEMO = True
    shown = {
        base: the_kit(base, a_request("/", AnonymousUser())) for base in ("driver.html", "staff.html", "public.html")
    }
    settings.DEMO = False
    hidden = the_kit("public.html", a_request("/", AnonymousUser()))
    assert all("演示：人物、公司和诉求都是编的" in text for text in shown.values())
    assert "演示：" not in hidden


def test_targets_of_a_driver_are_large(pages: dict[str, str], page: Page, site: Site) -> None:
    site["/"] = pages["driver"]
    page.goto("/")
    small = page.evaluate(
        """[...document.querySelectorAll(
            '.tabbar a, .appbar a, .kit .btn, .rows a, .tile, .phone .field > input, .phone .field > select')]
        .filter(node => node.getClientRects().length && node.getBoundingClientRect().height < 44)
        .map(node => node.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize(
    "view",
    [
        errors.bad_request,
        errors.denied,
        errors.csrf_failure,
        errors.not_found,
        errors.too_many,
        errors.broken,
        errors.unavailable,
        lambda request: errors.refused(request, Stale("李秀兰已经答复", "成立。"), [("答复", "我的话" * 80)]),
    ],
    ids=["400", "403", "csrf", "404", "429", "500", "503", "409"],
)
def test_error_pages(view: Any, page: Page, site: Site) -> None:
    site["/"] = view(a_request("/", AnonymousUser())).content.decode()
    page.goto("/")
    assert faults(page) == []
    assert overflow(page) == {}


def test_the_component_page_is_for_demonstrations(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    assert "组件" in client.get("/kit/").content.decode()
    settings.DEMO = False
    assert client.get("/kit/").status_code == 404


def test_an_unknown_address_gets_the_page_and_the_number_of_the_log(client: Client, db: None) -> None:
    response = client.get("/nowhere/", headers={"X-Request-ID": "7f3a22c1-1111-4222-8333-444455556666"})
    page = response.content.decode()
    assert response.status_code == 404
    assert "没有找到，或您无权查看" in page
    assert response.wsgi_request.reference in page
    assert (
        response["X-Request-ID"].replace("-", "").upper().startswith(response.wsgi_request.reference.replace("-", ""))
    )
