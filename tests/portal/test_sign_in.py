"""Signing in by number and code, as a person would and as an attacker would."""

import datetime
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from portal import challenge, sms
from portal.models import Event, Role, User
from portal.phone import tidy_phone
from tests import world
from tests.portal.sms_door import KeepingDoor

NEW, OTHER = "13800138001", "13900139002"


@pytest.fixture(autouse=True)
def _door(settings) -> Iterator[None]:
    settings.SMS_DOOR = "tests.portal.sms_door.KeepingDoor"
    KeepingDoor.sent.clear()
    yield
    KeepingDoor.sent.clear()


def ask(browser: Client, phone: str = NEW, **fields: str):
    return browser.post("/sign-in/", {"phone": phone, **fields})


def enter(browser: Client, code: str | None = None):
    return browser.post("/sign-in/code/", {"code": code or KeepingDoor.last_code()})


def is_in(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))


# -- the number -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "13800138001",
        "138 0013 8001",
        "138-0013-8001",
        "+86 13800138001",
        "0086 138 0013 8001",
        "8613800138001",
        "１３８００１３８００１",
        "　138 0013 8001 ",
        "+86-138-0013-8001",
        "（138）00138001",
    ],
)
def test_a_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert tidy_phone(typed) == NEW


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1380013", "少了 4 位，请核对手机号"),
        ("138001380011", "多了 1 位，请核对手机号"),
        ("12800138001", "这不是手机号，请核对开头几位"),
        ("02885551234", "这不是手机号，请核对开头几位"),
        ("一三八〇〇", "手机号只有数字，请核对"),
        ("1380013800a", "手机号只有数字，请核对"),
        ("  ", "填上手机号，验证码发到那里"),
        ("٠١٣٨٠٠١٣٨٠٠", "手机号只有数字，请核对"),
    ],
)
def test_a_slip_is_named(typed: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        tidy_phone(typed)
    assert refused.value.messages == [says]


# -- the code ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_number_gets_its_account_with_the_code(client: Client) -> None:
    assert ask(client)["Location"] == "/sign-in/code/"
    assert not User.objects.filter(phone_hash=world.phone_hash(NEW)).exists()
    assert enter(client)["Location"] == "/me/name/"
    person = User.objects.with_phone(NEW)
    assert person is not None
    assert person.phone == NEW
    assert not person.has_usable_password()
    kinds = Event.objects.filter(by=person).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["portal.person_registered", "portal.signed_in"]
    assert client.post("/me/name/", {"name": "周"})["Location"] == "/"
    assert "周师傅" in client.get("/").content.decode()


@pytest.mark.django_db
def test_the_answer_is_the_same_for_a_known_number() -> None:
    known = world.a_person()
    pages = []
    for phone in (known.phone, NEW):
        browser = Client()
        answer = ask(browser, phone)
        page = browser.get("/sign-in/code/").content.decode()
        pages.append((answer.status_code, answer["Location"], re.sub(r'value="\w{64}"|\d{3}\*{4}\d{4}', "", page)))
    assert pages[0] == pages[1]
    assert len(KeepingDoor.sent) == 2


@pytest.mark.django_db
def test_the_code_has_six_digits_and_fits_an_sms(client: Client) -> None:
    ask(client)
    phone, text = KeepingDoor.sent[-1]
    assert phone == NEW
    assert len(KeepingDoor.last_code()) == 6
    assert len(text) <= 70


@pytest.mark.django_db
def test_five_wrong_codes_and_the_right_one_is_over_too(client: Client) -> None:
    ask(client)
    code = KeepingDoor.last_code()
    for left in (4, 3, 2, 1):
        assert f"还可以试 {left} 次" in enter(client, wrong(code)).content.decode()
    assert "第五次" in enter(client, wrong(code)).content.decode()
    assert "已经失效" in enter(client, code).content.decode()
    assert not is_in(client)


@pytest.mark.django_db
def test_a_code_is_over_after_five_minutes(client: Client, time_machine) -> None:
    time_machine.move_to(world.NOW)
    ask(client)
    code = KeepingDoor.last_code()
    time_machine.move_to(world.NOW + datetime.timedelta(minutes=5, seconds=1))
    assert "已经失效" in enter(client, code).content.decode()
    assert not is_in(client)


@pytest.mark.django_db
def test_a_code_works_once(client: Client) -> None:
    ask(client)
    code, stolen = KeepingDoor.last_code(), Client()
    stolen.cookies["portal_session"] = client.cookies["portal_session"].value
    enter(client)
    assert is_in(client)
    enter(stolen, code)
    assert not is_in(stolen)


@pytest.mark.django_db
def test_a_code_is_bound_to_the_session_that_asked() -> None:
    owner, stranger = Client(), Client()
    ask(owner)
    code = KeepingDoor.last_code()
    ask(stranger, OTHER)
    enter(stranger, code)
    assert not is_in(stranger)
    enter(owner, code)
    assert is_in(owner)


@pytest.mark.django_db
def test_a_code_may_be_pasted_with_blanks_and_full_width_digits(client: Client) -> None:
    ask(client)
    wide = KeepingDoor.last_code().translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    enter(client, f" {wide[:3]} {wide[3:]} ")
    assert is_in(client)


@pytest.mark.django_db
def test_a_slip_in_the_code_costs_no_try(client: Client) -> None:
    ask(client)
    code = KeepingDoor.last_code()
    for _ in range(9):
        assert "少了 2 位" in enter(client, code[:4]).content.decode()
    enter(client, code)
    assert is_in(client)


@pytest.mark.django_db
def test_a_second_code_replaces_the_first_after_a_minute(client: Client, time_machine) -> None:
    time_machine.move_to(world.NOW)
    ask(client)
    first = KeepingDoor.last_code()
    assert client.post("/sign-in/code/again/").status_code == 429
    time_machine.move_to(world.NOW + datetime.timedelta(seconds=61))
    assert client.post("/sign-in/code/again/").status_code == 302
    second = KeepingDoor.last_code()
    if first != second:
        enter(client, first)
        assert not is_in(client)
    enter(client, second)
    assert is_in(client)


@pytest.mark.django_db
def test_where_he_wanted_to_go_is_kept_if_it_is_ours() -> None:
    person = world.a_person()
    for wanted, lands in (("/me/", "/me/"), ("https://evil.example/", "/"), ("//evil.example/", "/")):
        browser = Client()
        ask(browser, person.phone, next=wanted)
        assert enter(browser)["Location"] == lands


@pytest.mark.django_db
def test_an_account_that_was_switched_off_stays_out(client: Client) -> None:
    person = world.a_person(is_active=False)
    ask(client, person.phone)
    assert enter(client).status_code == 403
    assert not is_in(client)


# -- a number given to somebody else ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_after_half_a_year_the_number_alone_does_not_open_the_account(client: Client, time_machine) -> None:
    time_machine.move_to(world.NOW)
    person = world.a_person("周建平", last_login=world.NOW - datetime.timedelta(days=180))
    ask(client, person.phone)
    assert enter(client)["Location"] == "/sign-in/returning/"
    assert not is_in(client)
    page = client.get("/sign-in/returning/").content.decode()
    assert "周" not in page
    for guess in ("周", "周建国", ""):
        client.post("/sign-in/returning/", {"name": guess})
        assert not is_in(client)
    assert client.post("/sign-in/returning/", {"name": " 周 建平"}).status_code == 302
    assert client.get("/me/").wsgi_request.user == person


@pytest.mark.django_db
def test_what_two_windows_proved_of_a_number_holds_for_the_first_that_begins_anew(time_machine) -> None:
    time_machine.move_to(world.NOW)
    old = world.a_person("周建平", last_login=world.NOW - datetime.timedelta(days=180))
    first, second = Client(), Client()
    for browser in (first, second):
        ask(browser, old.phone)
        enter(browser)
        time_machine.shift(datetime.timedelta(minutes=2))
    first.post("/sign-in/returning/", {"anew": ""})
    assert is_in(first)
    for sent in ({"anew": ""}, {"name": old.name}):
        assert second.post("/sign-in/returning/", sent)["Location"] == "/sign-in/"
        assert not is_in(second)
    assert not User.objects.filter(phone="").exclude(pk=old.pk).exists()


@pytest.mark.django_db
def test_the_new_owner_of_a_number_begins_anew_and_the_old_account_is_out_of_his_reach(time_machine) -> None:
    time_machine.move_to(world.NOW)
    old = world.a_driver(world.a_branch())
    User.objects.filter(pk=old.pk).update(last_login=world.NOW - datetime.timedelta(days=400))
    appeal = world.an_appeal(by=old)
    left_open = world.signed_in(User.objects.get(pk=old.pk))
    User.objects.filter(pk=old.pk).update(last_login=world.NOW - datetime.timedelta(days=400))
    browser = Client()
    ask(browser, old.phone)
    enter(browser)
    browser.post("/sign-in/returning/", {"anew": ""})
    assert is_in(browser)
    new = User.objects.with_phone(old.phone)
    assert new is not None
    assert new != old
    assert browser.get(f"/appeals/{appeal.code}/").status_code == 404
    assert not is_in(left_open)
    assert Event.objects.filter(kind="portal.number_parted", subject__endswith=old.code).count() == 1


@pytest.mark.django_db
def test_the_name_is_guessed_five_times_a_day_at_most(client: Client, time_machine) -> None:
    time_machine.move_to(world.NOW)
    person = world.a_person("周建平", last_login=world.NOW - datetime.timedelta(days=200))
    ask(client, person.phone)
    enter(client)
    for number in range(5):
        client.post("/sign-in/returning/", {"name": f"周{number}"})
    assert "请明天再试" in client.post("/sign-in/returning/", {"name": "周建平"}).content.decode()
    assert not is_in(client)


# -- floods and guessing ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_strangers_asking_for_codes_do_not_stop_the_owners_own() -> None:
    owner = Client()
    ask(owner)
    code = KeepingDoor.last_code()
    for number in range(40):
        ask(Client(REMOTE_ADDR=f"203.0.113.{number}"))
    enter(owner, code)
    assert is_in(owner)


@pytest.mark.django_db
def test_in_a_flood_a_new_device_waits_two_minutes_and_a_known_one_does_not(time_machine) -> None:
    time_machine.move_to(world.NOW)
    known = Client(REMOTE_ADDR="198.51.100.7")
    ask(known)
    enter(known)
    known.post("/sign-out/")
    for number in range(10):
        ask(Client(REMOTE_ADDR=f"203.0.113.{number}"))
    KeepingDoor.sent.clear()
    ask(known)
    assert len(KeepingDoor.sent) == 1
    fresh = Client(REMOTE_ADDR="198.51.100.8")
    ask(fresh)
    assert len(KeepingDoor.sent) == 1
    assert "120 秒" in fresh.get("/sign-in/code/").content.decode()
    assert fresh.post("/sign-in/code/again/").status_code == 429
    time_machine.move_to(world.NOW + datetime.timedelta(seconds=121))
    fresh.post("/sign-in/code/again/")
    assert len(KeepingDoor.sent) == 2
    enter(fresh)
    assert is_in(fresh)


@pytest.mark.django_db
def test_one_address_cannot_send_one_number_many_codes(time_machine) -> None:
    time_machine.move_to(world.NOW, tick=False)
    answers = [ask(Client()) for _ in range(12)]
    assert len(KeepingDoor.sent) <= challenge.PER_NUMBER_AND_ADDRESS.codes
    too_many = answers[-1]
    assert too_many.status_code == 429
    assert int(too_many["Retry-After"]) >= 60
    assert "分钟再试" in too_many.content.decode()
    assert ask(Client(), OTHER).status_code == 302


@pytest.mark.django_db
def test_one_address_cannot_ask_for_all_numbers(time_machine) -> None:
    time_machine.move_to(world.NOW, tick=False)
    answers = [ask(Client(), f"138001{number:05d}").status_code for number in range(30)]
    assert answers.count(302) == challenge.PER_ADDRESS[0].codes
    assert ask(Client(REMOTE_ADDR="198.51.100.9")).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "sent"), [(1, 25), (0, 20)])
def test_behind_a_proxy_each_client_has_his_own_limit_and_without_one_the_header_counts_for_nothing(
    proxies: int, sent: int, settings, time_machine
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    time_machine.move_to(world.NOW, tick=False)
    for number in range(25):
        ask(Client(headers={"x-forwarded-for": f"198.51.100.{number}"}), f"138001{number:05d}")
    assert len(KeepingDoor.sent) == sent


@pytest.mark.django_db
def test_a_number_that_is_guessed_at_gets_longer_codes(time_machine) -> None:
    """Brute force: five guesses a code at most, and past thirty in a day a hundred times as many values to guess."""
    time_machine.move_to(world.NOW)
    for number in range(7):
        attacker = Client(REMOTE_ADDR=f"203.0.113.{number}")
        time_machine.move_to(world.NOW + datetime.timedelta(minutes=11 * number))
        ask(attacker)
        code = KeepingDoor.last_code()
        for _ in range(6):
            enter(attacker, wrong(code))
    owner = Client(REMOTE_ADDR="198.51.100.7")
    ask(owner)
    assert len(KeepingDoor.last_code()) == challenge.DIGITS_WHEN_GUESSED
    enter(owner)
    assert is_in(owner)


def _at_once(browsers: list[Client], codes: list[str]) -> None:
    barrier = threading.Barrier(len(browsers))

    def guess(browser: Client, code: str) -> None:
        try:
            barrier.wait()
            browser.post("/sign-in/code/", {"code": code})
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess, args=pair) for pair in zip(browsers, codes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _same_session(browser: Client, count: int) -> list[Client]:
    copies = [Client() for _ in range(count)]
    for copy in copies:
        copy.cookies["portal_session"] = browser.cookies["portal_session"].value
    return copies


def test_fifty_guesses_at_once_are_still_five(committed: str) -> None:
    """Forty-nine wrong codes race; whatever the order, five were looked at, and then the right one is worth nothing."""
    browser = Client()
    ask(browser)
    code = KeepingDoor.last_code()
    guesses = [str((int(code) + step) % 1_000_000).zfill(6) for step in range(1, 51)]
    _at_once(_same_session(browser, 50), guesses)
    assert challenge._guesses(NEW) == challenge.TRIES
    enter(browser, code)
    assert not is_in(browser)


def test_fifty_right_answers_at_once_let_one_in(committed: str) -> None:
    browser = Client()
    ask(browser)
    copies = _same_session(browser, 50)
    _at_once(copies, [KeepingDoor.last_code()] * 50)
    assert Event.objects.filter(kind="portal.signed_in").count() == 1
    assert User.objects.filter(phone_hash=world.phone_hash(NEW)).count() == 1
    assert sum(is_in(copy) for copy in copies) == 1


# -- what is never said -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_neither_number_nor_code_is_logged_or_kept(client: Client, settings, caplog) -> None:
    settings.SMS_DOOR = "portal.sms.ConsoleDoor"
    sent: list[str] = []
    original = sms.ConsoleDoor.send
    with caplog.at_level("DEBUG"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sms.ConsoleDoor, "send", lambda door, phone, text: (sent.append(text), original(door, phone, text))
        )
        ask(client)
    code = re.search(r"\d{6}", sent[0]).group()  # type: ignore[union-attr]
    kept = [str(cache.get(key.decode().partition(":1:")[2])) for key in cache._cache.get_client().keys("*")]  # type: ignore[attr-defined]
    for text in [caplog.text, str(dict(client.session.items())), *kept]:
        assert NEW not in text
        assert code not in text


@pytest.mark.django_db
def test_outside_the_demo_nothing_of_it_is_there(client: Client) -> None:
    person = world.a_person(is_demo=True)
    assert client.post(f"/sign-in/demo/{person.code}/").status_code == 404
    assert client.get("/kit/").status_code == 404
    ask(client)
    assert "演示" not in client.get("/sign-in/").content.decode()
    assert KeepingDoor.last_code() not in client.get("/sign-in/code/").content.decode()


@pytest.mark.django_db
def test_in_the_demo_roles_are_one_tap_away_and_the_code_stands_on_the_page(client: Client, settings) -> None:
    settings.DEMO, settings.STAFF_SECOND_FACTOR = True, False
    settings.SMS_DOOR = "portal.sms.DemoDoor"
    driver = world.a_person("周建平", is_demo=True)
    secretary = world.a_post(Role.SECRETARY, world.a_branch(), world.a_person("李秀兰", is_demo=True))
    page = client.get("/sign-in/").content.decode()
    assert "周建平" in page
    assert "李秀兰" in page
    assert "第二道验证在演示里关着" in page
    ask(client)
    assert "验证码" in client.get("/sign-in/code/").content.decode()
    assert re.search(r"\d{6}", sms.DemoDoor.last(NEW)).group() in client.get("/sign-in/code/").content.decode()  # type: ignore[union-attr]
    assert client.post(f"/sign-in/demo/{driver.code}/")["Location"] == "/"
    other = Client()
    other.post(f"/sign-in/demo/{secretary.person.code}/{secretary.code}/")
    assert other.session["post"] == secretary.code
    stranger = world.a_person()
    assert client.post(f"/sign-in/demo/{stranger.code}/").status_code == 404


@pytest.mark.parametrize(
    ("setting", "says"), [({"STAFF_SECOND_FACTOR": "0"}, "STAFF_SECOND_FACTOR is off"), ({"DEMO": "1"}, "DEMO is on")]
)
def test_production_does_not_start_without_the_second_factor_or_with_the_demo(
    setting: dict[str, str], says: str
) -> None:
    key = "a1b2c3d4e5f6a7b8c9d0" * 3
    random_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    env = os.environ | {"PRODUCTION": "1", "DEBUG": "0", "DEMO": "0", "SECRET_KEY": key}
    env |= {"FIELD_KEYS": f"k1:{random_key}", "HASH_KEY": random_key} | setting
    ran = subprocess.run([sys.executable, "-c", "import portal.settings"], env=env, capture_output=True, text=True)
    assert ran.returncode == 1
    assert says in ran.stderr
