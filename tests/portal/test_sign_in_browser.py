"""What only a browser can show: Back after signing out, keys, and pages without scripts."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, BrowserContext, Page

from portal import sign_in
from portal.models import Post, User
from tests import world


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 390, "height": 844})
    yield made
    made.close()


def page_of(context: BrowserContext, address: str, person: User, post: Post | None = None) -> Page:
    """A page in which this person is signed in."""
    session = world.signed_in(person, post).cookies["portal_session"].value
    context.add_cookies([{"name": "portal_session", "value": session, "url": address}])
    return context.new_page()


def test_back_after_signing_out_shows_nothing(context: BrowserContext, served: str) -> None:
    driver = world.a_driver(world.a_branch())
    page = page_of(context, served, driver)
    page.goto(f"{served}/me/")
    assert driver.name in page.content()
    page.goto(f"{served}/me/name/")
    page.goto(f"{served}/me/")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(f"{served}/")
    for _step in range(3):
        page.go_back()
        assert driver.name not in page.content()
        assert driver.masked_phone not in page.content()


def test_a_key_is_added_and_given(context: BrowserContext, served: str) -> None:
    """With a virtual authenticator, through the page's own scripts, under the page's own policy."""
    address = served.replace("127.0.0.1", "localhost")
    secretary = world.a_secretary(world.a_branch())
    page = page_of(context, address, secretary.person)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto(f"{address}/me/second-factor/keys/add/")
    page.get_by_role("button", name="添加这把密钥").click()
    page.wait_for_url(f"{address}/me/second-factor/recovery/")
    assert Authenticator.objects.filter(user=secretary.person, type=Authenticator.Type.WEBAUTHN).count() == 1

    context.clear_cookies()
    again = world.signed_in(secretary.person).cookies["portal_session"].value
    context.add_cookies([{"name": "portal_session", "value": again, "url": address}])
    page.goto(f"{address}/posts/")
    page.get_by_role("button", name="书记").click()
    page.wait_for_url(f"{address}/me/second-factor/give**")
    page.get_by_role("button", name="用通行密钥或安全密钥").click()
    page.wait_for_url(f"{address}/desk/**")
    assert secretary.organisation.short_name in page.content()
    assert complaints == []


def test_signing_in_works_without_scripts_and_on_a_narrow_phone(chromium: Browser, served: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{served}/sign-in/")
    page.get_by_label("手机号码").fill("1380013")
    page.get_by_role("button", name="发验证码给我").click()
    assert "少了 4 位，请核对手机号" in page.content()
    page.get_by_label("手机号码").fill("138 0013 8001")
    page.get_by_role("button", name="发验证码给我").click()
    page.wait_for_url(f"{served}/sign-in/code/")
    page.get_by_label("短信验证码").fill("000000")
    page.get_by_role("button", name="登录", exact=True).last.click()
    assert "验证码不对，还可以试 4 次" in page.content()
    assert page.locator("body").evaluate("b => b.scrollWidth") <= 320
    context.close()


def test_the_desk_says_which_post_is_active(context: BrowserContext, served: str) -> None:
    secretary = world.a_secretary(world.a_branch())
    page = page_of(context, served, secretary.person, secretary)
    page.goto(f"{served}/")
    assert f"{secretary.organisation.short_name} · 书记" in page.content()
    assert sign_in.POST in world.signed_in(secretary.person, secretary).session
