"""Journeys of a claim through the addresses a person would use: a phone becomes this driver, or it does not."""

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from drivers.models import Claim, ClaimStatus, Driver
from portal.actions import deliveries
from portal.models import Event, Notice, Post, Role, User
from portal.models.people import phone_hash
from tests import world
from tests.journeys.walk import send, text_of
from tests.portal.sms_door import KeepingDoor

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def door(settings) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    settings.SMS_DOOR = "tests.portal.sms_door.KeepingDoor"
    KeepingDoor.sent.clear()
    return KeepingDoor.sent


def code_sent_to(number: str) -> str:
    text = [text for phone, text in KeepingDoor.sent if phone == number][-1]
    found = re.search(r"\d{6}", text)
    assert found
    return found.group()


def match(browser: Client, licence: str, name: str):  # type: ignore[no-untyped-def]
    return send(browser, reverse("drivers:claim_match"), licence=licence, name=name)


def notices(person: User) -> str:
    deliveries.sweep(now=world.NOW + MINUTE)
    return " ".join(notice.text for notice in Notice.objects.filter(person=person).order_by("pk"))


def a_home(*people: User | None) -> list[Post]:
    home = world.an_organisation("home", "江阳司机之家", place=world.district())
    return [world.a_post(Role.VOLUNTEER, home, person) for person in people]


def test_a_driver_claims_by_what_stands_on_his_licence() -> None:
    line = world.a_line()
    person = world.a_person("买买提·阿不都")
    driver = world.a_record(person, line["branch"], name="买买提•阿不都")
    browser = world.signed_in(person)
    with time_machine.travel(world.NOW, tick=False):
        assert "认证司机身份" in text_of(browser, "/")
        assert "还没有对上" in text_of(browser, reverse("branches:my_record"))
        answer = match(browser, f"  {driver.licence[:6]} {driver.licence[6:]} ", "买买提 ·阿不都")
        assert answer.status_code == 302
        assert "已认证" in text_of(browser, answer["Location"])
        assert "认证司机身份" not in text_of(browser, "/")
        assert line["branch"].name in text_of(browser, "/")
        assert driver.masked_licence in text_of(browser, reverse("branches:my_record"))
        assert "已认证" in notices(person)
        # he lets it go again, and nothing of it is left to see
        assert send(browser, reverse("drivers:let_go")).status_code == 302
        assert driver.masked_licence not in text_of(browser, reverse("branches:my_record"))
    driver.refresh_from_db()
    assert driver.person is None


def test_fifty_wrong_claims_yield_nothing_and_the_driver_still_gets_his_record() -> None:
    owner, stranger = world.a_person("周建平"), world.a_person("李思远")
    driver = world.a_record(owner)
    with time_machine.travel(world.NOW, tick=False) as clock:
        browser = world.signed_in(stranger)
        pages, waits = set(), 0
        for number in range(50):
            licence = driver.licence if number % 2 else f"5105{number:014d}"
            answer = match(browser, licence, "周建平" if number % 3 else "李思远")
            assert answer.status_code == 422
            page = answer.content.decode()
            if "分钟" in page or "秒" in page:
                waits += 1
                clock.shift(datetime.timedelta(hours=1))
                browser = world.signed_in(stranger)
            else:
                pages.add(re.search(r'role="alert".*?</section>', page, re.DOTALL).group())  # type: ignore[union-attr]
        assert waits > 20
        assert len(pages) == 1
        assert not Driver.objects.exclude(person=None).exists()
        assert not Claim.objects.exists()
        # nobody's wrong tries make the driver himself wait
        assert match(world.signed_in(owner), driver.licence, "周建平").status_code == 302
    driver.refresh_from_db()
    assert driver.person == owner


def test_two_people_at_a_home_look_at_the_licence_of_a_driver_with_a_new_number(door) -> None:  # type: ignore[no-untyped-def]
    line = world.a_line()
    number = "19912349999"
    unknown = {"phone": number, "phone_hash": phone_hash(number)}
    driver = world.a_record(world.a_person("周建平"), line["branch"], **unknown)
    one, two = a_home(None, None)
    first, second = world.signed_in(one.person, one), world.signed_in(two.person, two)
    phone = "19912340000"
    with time_machine.travel(world.NOW, tick=False):
        new = reverse("drivers:desk_claim_new")
        wrong = send(first, new, licence=driver.licence, name="周建国", phone=phone)
        assert wrong.status_code == 422
        assert driver.masked_phone not in wrong.content.decode()
        assert send(first, new, licence=driver.licence, name="周建平", phone=phone).status_code == 302
        confirm = reverse("drivers:desk_claim_confirm")
        page = text_of(first, confirm)
        assert driver.masked_phone in page
        assert number not in page
        answer = send(first, confirm, code=code_sent_to(phone), seen="on")
        assert answer.status_code == 302
        claim = Claim.objects.get()
        person = User.objects.with_phone(phone)
        assert (claim.status, claim.person, claim.first_by) == (ClaimStatus.SEEN, person, one)
        look = reverse("drivers:desk_claim_look", args=[claim.code])
        assert send(first, look, looked="on").status_code == 422
        assert Driver.objects.get().person is None
        deliveries.sweep(now=world.NOW + MINUTE)
        assert [to for to, text in door if "认领" in text] == [number]
        assert send(second, look, looked="on").status_code == 302
    driver.refresh_from_db()
    claim.refresh_from_db()
    assert driver.person == person
    assert (claim.status, claim.first_by, claim.second_by) == (ClaimStatus.GRANTED, one, two)
    steps = list(Event.objects.filter(subject__endswith=claim.code).values_list("kind", "post", "by"))
    assert ("drivers.claim_seen", one.pk, one.person_id) in steps
    assert ("drivers.claim_seen_again", two.pk, two.person_id) in steps


def test_a_record_leaves_an_account_only_by_two_people_of_the_branch_and_both_sides_are_told() -> None:
    line = world.a_line()
    holder, claimant = world.a_driver(line["branch"]), world.a_person("周建平")
    driver = holder.driver
    deputy = world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    browser = world.signed_in(claimant)
    with time_machine.travel(world.NOW, tick=False):
        asked = send(
            browser, reverse("drivers:claim_ask"), licence=driver.licence, name=driver.name,
            district=driver.place.code, said="我换了号码，旧号给了别人。",
        )  # fmt: skip
        assert asked.status_code == 302
        claim = Claim.objects.get()
        assert driver.masked_phone not in text_of(browser, asked["Location"])
        assert "认领" in notices(holder)
        secretary = world.signed_in(line["secretary"].person, line["secretary"])
        assert claim.masked_name in text_of(secretary, reverse("drivers:desk_claims"))
        page = text_of(secretary, reverse("drivers:desk_claim", args=[claim.code]))
        assert (driver.masked_phone in page, driver.phone in page, claimant.phone in page) == (True, False, False)
        grant = reverse("drivers:desk_claim_grant", args=[claim.code])
        paper = {"licence": driver.licence, "name": driver.name, "reason": "当面核对了驾驶证。"}
        assert send(secretary, grant, **paper | {"licence": "510500000000000000"}).status_code == 422
        assert send(secretary, grant, **paper).status_code == 302
        driver.refresh_from_db()
        assert driver.person == holder
        assert send(secretary, grant, **paper).status_code == 422
        second = world.signed_in(deputy.person, deputy)
        assert send(second, grant, **paper).status_code == 302
        driver.refresh_from_db()
        assert driver.person == claimant
        assert "已认证" in notices(claimant)
        assert "另一个账户" in notices(holder)
    # the contact and another branch see nothing of it, nor does a secretary who claims himself
    for post in (line["contact"], world.a_secretary(world.a_branch("CD"))):
        desk = world.signed_in(post.person, post)
        assert desk.get(reverse("drivers:desk_claim", args=[claim.code])).status_code == 404


def test_an_unknown_licence_goes_to_the_branch_of_the_district_which_says_why_not() -> None:
    line = world.a_line()
    person = world.a_person("周建平")
    browser = world.signed_in(person)
    with time_machine.travel(world.NOW, tick=False):
        values = {"licence": "510500000000000009", "name": "周建平", "district": world.district().code, "said": ""}
        assert send(browser, reverse("drivers:claim_ask"), **values).status_code == 302
        deliveries.sweep(now=world.NOW)
        claim = Claim.objects.get()
        assert claim.office == line["branch"]
        secretary = world.signed_in(line["secretary"].person, line["secretary"])
        refuse = reverse("drivers:desk_claim_refuse", args=[claim.code])
        assert send(secretary, refuse, reason="名册里没有这本驾驶证。").status_code == 302
        assert "名册里没有这本驾驶证" in text_of(browser, reverse("drivers:claim_shown", args=[claim.code]))


def test_a_recycled_number_opens_nothing_of_the_one_who_had_it_before(door) -> None:  # type: ignore[no-untyped-def]
    line = world.a_line()
    old = world.a_driver(line["branch"], contact=line["contact"])
    driver, number = old.driver, old.phone
    appeal = world.an_appeal(by=old)
    left_open = world.signed_in(old)
    User.objects.filter(pk=old.pk).update(last_login=world.NOW - datetime.timedelta(days=90))
    stranger = Client(headers={"accept-language": "zh-hans"})
    with time_machine.travel(world.NOW, tick=False):
        stranger.post("/sign-in/", {"phone": number})
        entered = stranger.post("/sign-in/code/", {"code": code_sent_to(number)})
        assert entered["Location"] == "/sign-in/returning/"
        # the name alone, which callers tell him, is not enough
        stranger.post("/sign-in/returning/", {"name": old.name, "proof": "510500000000000000"})
        assert "_auth_user_id" not in stranger.session
        stranger.post("/sign-in/returning/", {"anew": ""})
        assert "_auth_user_id" in stranger.session
        deliveries.sweep(now=world.NOW + MINUTE)
        for name in ("portal:start", "branches:my_record", "drivers:my_contracts", "appeals:mine", "drivers:claim"):
            page = text_of(stranger, reverse(name))
            assert driver.masked_licence not in page
            assert appeal.number not in page
            assert line["branch"].name not in page
        assert stranger.get(reverse("appeals:detail", args=[appeal.code])).status_code == 404
        assert left_open.get("/me/").status_code == 302
        # with somebody else's name it does not fit; the record is free for who has licence, name and a desk
        assert match(stranger, driver.licence, "李思远").status_code == 422
    driver.refresh_from_db()
    assert driver.person is None
    detached = Event.objects.get(kind="drivers.person_detached")
    assert detached.facts["why"] == "number"
    assert phone_hash(number) == User.objects.with_phone(number).phone_hash  # type: ignore[union-attr]


def test_the_same_driver_comes_back_after_a_long_silence_with_his_licence(door) -> None:  # type: ignore[no-untyped-def]
    old = world.a_driver(world.a_branch())
    User.objects.filter(pk=old.pk).update(last_login=world.NOW - datetime.timedelta(days=100))
    browser = Client(headers={"accept-language": "zh-hans"})
    with time_machine.travel(world.NOW, tick=False):
        browser.post("/sign-in/", {"phone": old.phone, "stay": "on"})
        browser.post("/sign-in/code/", {"code": code_sent_to(old.phone)})
        browser.post("/sign-in/returning/", {"name": old.name, "proof": f" {old.driver.licence} "})
        assert old.driver.masked_licence in text_of(browser, reverse("branches:my_record"))
    # on his own phone nobody asks him again: whoever gets the number has not got the phone
    browser.post("/sign-out/")
    with time_machine.travel(world.NOW + datetime.timedelta(days=91), tick=False):
        browser.post("/sign-in/", {"phone": old.phone, "stay": "on"})
        assert browser.post("/sign-in/code/", {"code": code_sent_to(old.phone)})["Location"] == "/"
