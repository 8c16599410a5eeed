"""Posts at a desk open with a second factor only: an authenticator app, a key, or a recovery code."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from portal import sign_in
from portal.actions import posts
from portal.errors import Refused
from portal.models import Event, Post, Role
from tests import world
from tests.portal.sms_door import KeepingDoor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings, time_machine) -> None:
    settings.SMS_DOOR = "tests.portal.sms_door.KeepingDoor"
    KeepingDoor.sent.clear()
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def secretary() -> Post:
    return world.a_secretary(world.a_branch())


def with_code(phone: str) -> tuple[Client, Any]:
    browser = Client()
    browser.post("/sign-in/", {"phone": phone})
    return browser, browser.post("/sign-in/code/", {"code": KeepingDoor.last_code()})


def app_shows(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enrol(browser: Client) -> str:
    page = browser.get("/me/second-factor/app/").content.decode()
    secret = re.search(r"[A-Z2-7]{32}", page).group()  # type: ignore[union-attr]
    browser.post("/me/second-factor/app/", {"code": app_shows(secret)})
    return secret


def active(browser: Client) -> str | None:
    browser.get("/me/")
    return browser.session.get(sign_in.POST)


def test_without_a_second_factor_the_post_stays_closed(secretary: Post) -> None:
    browser, answer = with_code(secretary.person.phone)
    assert answer["Location"] == "/me/second-factor/begin/"
    assert "再加一道锁" in browser.get("/me/second-factor/begin/").content.decode()
    assert browser.post("/posts/switch/", {"post": secretary.code})["Location"] == "/me/second-factor/begin/"
    assert active(browser) is None


def test_a_forged_session_value_opens_nothing(secretary: Post) -> None:
    browser, _answer = with_code(secretary.person.phone)
    session = browser.session
    session[sign_in.POST] = secretary.code
    session.save()
    assert active(browser) is None


def test_setting_up_the_app_opens_the_post_at_once(secretary: Post) -> None:
    browser, _answer = with_code(secretary.person.phone)
    enrol(browser)
    assert "备用码" in browser.get("/me/second-factor/recovery/").content.decode()
    assert browser.post("/posts/go-on/")["Location"] == "/"
    assert active(browser) == secretary.code


def test_at_the_next_sign_in_the_app_is_asked_for(secretary: Post, time_machine) -> None:
    first, _answer = with_code(secretary.person.phone)
    secret = enrol(first)
    time_machine.move_to(world.NOW.replace(minute=5), tick=False)
    browser, answer = with_code(secretary.person.phone)
    assert answer["Location"] == "/me/second-factor/sign-in/"
    assert browser.get("/me/").status_code == 302
    assert "数字不对" in browser.post("/me/second-factor/sign-in/", {"code": "000000"}).content.decode()
    code = app_shows(secret)
    assert browser.post("/me/second-factor/sign-in/", {"code": code})["Location"] == "/"
    assert active(browser) == secretary.code
    other, _answer = with_code(secretary.person.phone)
    assert "数字不对" in other.post("/me/second-factor/sign-in/", {"code": code}).content.decode()


def test_the_secret_is_stored_encrypted(secretary: Post) -> None:
    browser, _answer = with_code(secretary.person.phone)
    secret = enrol(browser)
    stored = Authenticator.objects.get(user=secretary.person, type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert secretary.person.phone not in browser.get("/me/second-factor/").content.decode()


def test_a_recovery_code_works_once(secretary: Post, time_machine) -> None:
    first, _answer = with_code(secretary.person.phone)
    enrol(first)
    code = re.search(r"\b\d{8}\b", first.get("/me/second-factor/recovery/codes.txt").content.decode()).group()  # type: ignore[union-attr]
    time_machine.move_to(world.NOW.replace(minute=5), tick=False)
    browser, _answer = with_code(secretary.person.phone)
    browser.post("/me/second-factor/sign-in/", {"code": code})
    assert active(browser) == secretary.code
    time_machine.move_to(world.NOW.replace(minute=10), tick=False)
    again, _answer = with_code(secretary.person.phone)
    again.post("/me/second-factor/sign-in/", {"code": code})
    assert active(again) is None


def test_a_session_from_before_the_factor_was_set_up_does_not_count_as_having_given_it(
    secretary: Post, time_machine
) -> None:
    stranger, _answer = with_code(secretary.person.phone)
    time_machine.move_to(world.NOW.replace(minute=5), tick=False)
    owner, _answer = with_code(secretary.person.phone)
    enrol(owner)
    assert stranger.post("/posts/switch/", {"post": secretary.code})["Location"].startswith("/me/second-factor/give/")
    assert active(stranger) is None
    assert stranger.post("/me/second-factor/app/remove/").status_code == 302
    assert sign_in.has_factor(secretary.person)


@pytest.mark.parametrize("role", [Role.CONTACT, Role.VOLUNTEER])
def test_contacts_and_volunteers_act_with_the_code_alone(role: str) -> None:
    where = world.a_branch() if role == Role.CONTACT else world.an_organisation("home", "城西之家", place=world.city())
    post = world.a_post(role, where)
    browser, answer = with_code(post.person.phone)
    assert answer["Location"] == "/"
    assert active(browser) == post.code


def test_switched_off_by_setting_the_code_is_enough(secretary: Post, settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    browser, _answer = with_code(secretary.person.phone)
    assert active(browser) == secretary.code


def test_a_security_administrator_takes_a_lost_factor_away_and_all_sessions_end(secretary: Post) -> None:
    browser, _answer = with_code(secretary.person.phone)
    enrol(browser)
    administrator = world.a_post(Role.SECURITY_ADMIN, world.department())
    desk = world.signed_in(administrator.person, administrator)
    assert "当面见过" in desk.get(f"/desk/posts/{secretary.code}/reset-factor/").content.decode()
    assert sign_in.has_factor(secretary.person)
    desk.post(f"/desk/posts/{secretary.code}/reset-factor/")
    assert not Authenticator.objects.filter(user=secretary.person).exists()
    assert browser.get("/me/").status_code == 302
    event = Event.objects.get(kind="portal.factor_reset")
    assert (event.by, event.post) == (administrator.person, administrator)
    with pytest.raises(Refused):
        posts.reset_factor(
            secretary.person, organisation=secretary.organisation, by=administrator.person, now=world.NOW
        )
