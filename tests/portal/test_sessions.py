"""How long one stays signed in, what is left behind, and who is out at once."""

import datetime
import re

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver

from portal import session_clock, sign_in
from portal.actions import people, posts
from portal.models import Event, Post, Role, User
from portal.session_clock import Clock, End, Limits
from tests import world
from tests.portal.sms_door import KeepingDoor

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _world(settings, time_machine) -> None:
    settings.SMS_DOOR = "tests.portal.sms_door.KeepingDoor"
    KeepingDoor.sent.clear()
    time_machine.move_to(world.NOW, tick=False)


def with_code(phone: str, browser: Client | None = None, **fields: str) -> Client:
    browser = browser or Client()
    browser.post("/sign-in/", {"phone": phone, **fields})
    browser.post("/sign-in/code/", {"code": KeepingDoor.last_code()})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


# -- fixed cookies ----------------------------------------------------------------------------------------------------


def test_a_planted_cookie_is_worth_nothing_after_sign_in() -> None:
    """The attacker gives his victim a session; the victim signs in with it; the attacker's copy stays a stranger's."""
    attacker, victim = Client(), Client()
    attacker.post("/sign-in/", {"phone": "13700137000"})
    planted = attacker.cookies["portal_session"].value
    victim.cookies["portal_session"] = planted
    with_code(world.a_person().phone, victim)
    assert victim.cookies["portal_session"].value != planted
    assert is_in(victim)
    assert not is_in(attacker)


def test_the_cookie_is_for_the_browser_alone_and_closes_with_it_unless_he_chose_to_stay() -> None:
    short = with_code(world.a_person().phone).cookies["portal_session"]
    assert short["httponly"]
    assert short["samesite"] == "Lax"
    assert not short["max-age"]
    long = with_code(world.a_person().phone, stay="on").cookies["portal_session"]
    assert long["max-age"] == 90 * 86_400


# -- clocks -----------------------------------------------------------------------------------------------------------


def test_staff_are_out_after_a_quarter_of_an_hour_without_a_request(time_machine) -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = world.signed_in(secretary.person, secretary)
    assert is_in(browser)
    for minute in (14, 28, 42):
        time_machine.move_to(world.NOW + minute * MINUTE, tick=False)
        assert is_in(browser)
    time_machine.move_to(world.NOW + 57 * MINUTE, tick=False)
    assert browser.get("/me/")["Location"] == "/sign-in/?next=/me/"
    assert "15 分钟没有操作" in browser.get("/sign-in/").content.decode()


def test_staff_are_out_after_half_a_day_however_busy(time_machine) -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = world.signed_in(secretary.person, secretary)
    for minutes in range(0, 12 * 60, 14):
        time_machine.move_to(world.NOW + minutes * MINUTE, tick=False)
        assert is_in(browser)
    time_machine.move_to(world.NOW + 12 * 60 * MINUTE, tick=False)
    assert not is_in(browser)


def test_a_driver_who_chose_to_stay_is_in_for_thirty_idle_days_and_ninety_in_all(time_machine) -> None:
    browser = with_code(world.a_person().phone, stay="on")
    for days in (29, 58, 87):
        time_machine.move_to(world.NOW + days * DAY, tick=False)
        assert is_in(browser)
    time_machine.move_to(world.NOW + 90 * DAY, tick=False)
    assert not is_in(browser)
    other = with_code(world.a_person().phone, stay="on")
    time_machine.move_to(world.NOW + 120 * DAY, tick=False)
    assert not is_in(other)


def test_on_a_phone_that_is_not_his_he_is_out_after_an_hour(time_machine) -> None:
    browser = with_code(world.a_person().phone)
    time_machine.move_to(world.NOW + 59 * MINUTE, tick=False)
    assert is_in(browser)
    time_machine.move_to(world.NOW + 120 * MINUTE, tick=False)
    assert not is_in(browser)


def test_a_contact_on_his_own_phone_lays_the_post_down_and_takes_it_up_with_a_code(time_machine) -> None:
    contact = world.a_contact(world.a_branch())
    browser = with_code(contact.person.phone, stay="on")
    assert browser.session[sign_in.POST] == contact.code
    time_machine.move_to(world.NOW + 20 * MINUTE, tick=False)
    assert is_in(browser)
    assert sign_in.POST not in browser.session
    assert "已放下" in browser.get("/posts/").content.decode()
    assert browser.post("/posts/switch/", {"post": contact.code})["Location"] == "/sign-in/confirm/"
    assert sign_in.POST not in browser.session
    browser.get("/sign-in/confirm/")
    assert KeepingDoor.sent[-1][0] == contact.person.phone
    key = browser.cookies["portal_session"].value
    browser.post("/sign-in/confirm/", {"code": KeepingDoor.last_code()})
    assert browser.session[sign_in.POST] == contact.code
    assert browser.cookies["portal_session"].value != key


def test_a_post_laid_down_by_choice_wants_a_code_too_after_a_pause(time_machine) -> None:
    contact = world.a_contact(world.a_branch())
    browser = with_code(contact.person.phone, stay="on")
    browser.post("/posts/switch/", {"post": ""})
    assert browser.post("/posts/switch/", {"post": contact.code})["Location"] == "/"
    browser.post("/posts/switch/", {"post": ""})
    time_machine.move_to(world.NOW + 16 * MINUTE, tick=False)
    assert browser.post("/posts/switch/", {"post": contact.code})["Location"] == "/sign-in/confirm/"
    assert sign_in.POST not in browser.session


def test_a_desk_post_wants_a_new_sign_in_after_a_pause(time_machine) -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = with_code(secretary.person.phone, stay="on")
    time_machine.move_to(world.NOW + 16 * MINUTE, tick=False)
    assert browser.post("/posts/switch/", {"post": secretary.code})["Location"] == "/sign-in/again/"
    assert browser.get("/sign-in/again/")["Location"] == "/sign-in/"
    assert not is_in(browser)


def test_a_form_that_comes_too_late_is_not_carried_out_and_its_words_come_back(time_machine) -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = world.signed_in(secretary.person, secretary)
    browser.get("/me/")
    time_machine.move_to(world.NOW + 30 * MINUTE, tick=False)
    words = "核对过平台的规则版本，晚高峰确实少派了三成。"
    answer = browser.post("/me/name/", {"name": words, "key": "k" * 40, "csrfmiddlewaretoken": "t" * 64})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert words in page
    assert "k" * 40 not in page
    assert "t" * 64 not in page
    assert User.objects.get(pk=secretary.person_id).name != words
    assert not is_in(browser)


def test_a_fragment_asked_for_too_late_takes_the_whole_page_to_the_sign_in(time_machine) -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = world.signed_in(secretary.person, secretary)
    browser.get("/me/")
    time_machine.move_to(world.NOW + 30 * MINUTE, tick=False)
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/?kind=dispatch"}
    answer = browser.get("/desk/", headers=htmx)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=%2Fdesk%2F")


def test_clocks_are_written_at_most_once_a_minute(time_machine, django_assert_num_queries) -> None:
    browser = with_code(world.a_person().phone, stay="on")
    browser.get("/me/name/")
    before = browser.session[session_clock.KEY]
    time_machine.move_to(world.NOW + 30 * datetime.timedelta(seconds=1), tick=False)
    browser.get("/me/name/")
    assert browser.session[session_clock.KEY] == before


def test_the_clock_alone() -> None:
    limits = Limits(15 * MINUTE, datetime.timedelta(hours=12))
    clock = Clock.start(world.NOW, is_long=False)
    assert clock.ended(limits, world.NOW + 14 * MINUTE) is None
    assert clock.ended(limits, world.NOW + 15 * MINUTE) == End.IDLE
    late = world.NOW + datetime.timedelta(hours=12)
    assert clock.touched(late - MINUTE, limits).ended(limits, late) == End.ABSOLUTE
    assert clock.touched(late, limits).post_ended(limits, late) == End.ABSOLUTE
    fresh = clock.touched(late, limits).reconfirmed(late)
    assert fresh.post_ended(limits, late) is None
    assert fresh.ended(limits, late) == End.ABSOLUTE
    assert Clock.load(clock.stored()) == clock


# -- leaving ----------------------------------------------------------------------------------------------------------


def test_signing_out_takes_a_form_clears_the_browser_and_ends_the_session() -> None:
    person = world.a_person()
    browser = with_code(person.phone)
    copy = Client()
    copy.cookies["portal_session"] = browser.cookies["portal_session"].value
    assert browser.get("/sign-out/").status_code == 405
    answer = browser.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer["Cache-Control"] == "no-store, private"
    assert not is_in(browser)
    assert not is_in(copy)
    assert Event.objects.filter(by=person, kind="portal.signed_out").count() == 1


def test_rows_of_sessions_that_are_over_are_deleted(time_machine) -> None:
    with_code(world.a_person().phone)
    long = with_code(world.a_person().phone, stay="on")
    assert Session.objects.count() == 2
    assert people.clear_sessions(now=world.NOW + 30 * DAY) == 1
    assert is_in(long)


def test_signing_out_everywhere_ends_all_sessions() -> None:
    person = world.a_person()
    phone = with_code(person.phone, stay="on")
    lost = Client()
    lost.force_login(person, backend="portal.sign_in.PhoneBackend")
    assert is_in(lost)
    assert phone.post("/me/sessions/")["Location"] == "/sign-in/"
    assert not is_in(phone)
    assert not is_in(lost)


def test_a_leaver_is_out_with_the_next_request() -> None:
    secretary = world.a_secretary(world.a_branch())
    browser = world.signed_in(secretary.person, secretary)
    assert browser.get("/me/").wsgi_request.post == secretary
    posts.end_post(secretary.pk, last_date=(world.NOW - DAY).date(), by=None, now=world.NOW)
    answer = browser.get("/me/")
    assert answer.wsgi_request.post is None
    assert "任职已结束" in answer.content.decode()


def test_an_account_that_is_switched_off_is_out_with_the_next_request() -> None:
    browser = with_code(world.a_person().phone, stay="on")
    assert is_in(browser)
    User.objects.update(is_active=False)
    assert not is_in(browser)


def test_nobody_acts_in_another_ones_post() -> None:
    secretary, thief = world.a_secretary(world.a_branch()), world.a_person()
    browser = world.signed_in(thief, secretary)
    assert browser.get("/me/").wsgi_request.post is None
    assert browser.post("/posts/switch/", {"post": secretary.code})["Location"] == "/posts/"
    assert browser.get("/me/").wsgi_request.post is None


# -- what stays behind ------------------------------------------------------------------------------------------------


def test_no_signed_in_page_may_be_stored() -> None:
    """Every address without a parameter, whatever it answers."""
    administrator = world.a_post(Role.SECURITY_ADMIN, world.department())
    browser = world.signed_in(administrator.person, administrator)
    names = [key for key in get_resolver().reverse_dict if isinstance(key, str)]
    paths = {"/", "/me/", "/posts/", "/desk/posts/", "/me/second-factor/", "/about/", "/how/", "/nowhere/"}
    for path in sorted(paths):
        assert "no-store" in browser.get(path)["Cache-Control"], path
    assert names


def test_the_sign_in_pages_may_not_be_stored_either() -> None:
    browser = Client()
    browser.post("/sign-in/", {"phone": "13700137000"})
    for path in ("/sign-in/", "/sign-in/code/"):
        assert "no-store" in browser.get(path)["Cache-Control"]


def test_the_session_row_holds_neither_number_nor_code() -> None:
    browser = Client()
    browser.post("/sign-in/", {"phone": "13700137000"})
    row = str(Session.objects.get().get_decoded())
    assert "13700137000" not in row
    assert KeepingDoor.last_code() not in row


def test_every_answer_names_its_request() -> None:
    answer = Client().get("/nowhere/")
    reference = f"{answer['X-Request-ID'][:4]}-{answer['X-Request-ID'][4:6]}".upper()
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{2}", reference)
    assert reference in answer.content.decode()


def test_chinese_unless_chosen_otherwise() -> None:
    browser = Client(headers={"accept-language": "en"})
    assert 'lang="zh-CN"' in browser.get("/about/").content.decode()
    browser.post("/language/", {"language": "en"})
    assert 'lang="en"' in browser.get("/about/").content.decode()
    browser.post("/language/", {"language": "xx"})
    assert browser.cookies[configured.LANGUAGE_COOKIE_NAME].value == "en"


def test_own_data_comes_as_a_file() -> None:
    secretary = world.a_secretary(world.a_branch())
    answer = world.signed_in(secretary.person, secretary).post("/me/data/")
    held = answer.json()
    assert answer["Content-Disposition"].startswith("attachment")
    assert held["portal"]["phone"] == secretary.person.phone
    assert held["portal"]["posts"][0]["role"] == Role.SECRETARY.label


def test_a_person_names_himself() -> None:
    person = world.a_person()
    people.rename(person, name="欧阳锋", by=person, now=world.NOW)
    assert "欧阳师傅" in world.signed_in(person).get("/").content.decode()
    assert Event.objects.filter(kind="portal.person_renamed", by=person).count() == 1


def test_only_posts_in_force_today_can_be_chosen() -> None:
    secretary = world.a_secretary(world.a_branch())
    Post.objects.filter(pk=secretary.pk).update(from_date=(world.NOW + DAY).date())
    assert "没有" not in world.signed_in(secretary.person).get("/posts/").content.decode()
    assert secretary.code not in world.signed_in(secretary.person).get("/posts/").content.decode()
