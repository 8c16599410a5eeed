"""A volunteer files for a driver: typed, read back, and filed only with the code on the driver's own phone."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from appeals.models import Appeal
from portal.models import OrganisationKind, Post, Role, User
from portal.sms import DemoDoor
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page, text
from tests.appeals.reading import last, words
from tests.journeys.walk import hidden_fields

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]


@pytest.fixture(autouse=True)
def _messages_can_be_read(settings: LazySettings) -> None:
    """The door that keeps the last message of a number: here the driver's phone."""
    settings.SMS_DOOR = "portal.sms.DemoDoor"


def a_volunteer() -> Post:
    home = world.an_organisation(OrganisationKind.HOME, "龙马潭司机之家", place=world.city(), parent=world.committee())
    return world.a_post(Role.VOLUNTEER, home)


def browser(post: Post) -> Client:
    return world.signed_in(post.person, post)


def sheet(line: Line, **changed: str) -> dict[str, str]:
    return {
        "name": "罗成才",
        "phone": "198 0000 1234",
        "is_urgent": "no",
        "category": "lease",
        "happened_date_year": "2026",
        "happened_date_month": "11",
        "happened_date_day": "12",
        "where": world.district().code,
        "about": f"company:{line.platform.code}",
        "order_number": "",
        "title": "退车四十天，押金没退",
        "story": "十月三号退的车，押金八千到现在没退。",
        "identity": "named",
        **changed,
    }


def type_in(client: Client, line: Line, **changed: str) -> HttpResponse:
    return client.post(page("file_for"), sheet(line, **changed))


def code_on(phone: str = "19800001234") -> str:
    found = re.search(r"\d{6,8}", DemoDoor.last(phone))
    assert found, "no message came"
    return found.group()


def confirm(client: Client, code: str, **changed: Any) -> HttpResponse:
    values = hidden_fields(client.get(page("file_for_confirm")))
    return client.post(page("file_for_confirm"), {**values, "code": code, **changed})


def test_only_who_is_near_is_offered_and_anybody_can_be_found_by_name() -> None:
    line = a_line()
    far, far_branch = world.a_platform("蓉城快驾"), world.a_branch("CD")
    line.platform.company.cities.add(world.city())
    client = browser(a_volunteer())
    first = client.get(page("file_for")).content.decode()
    offered = [f'value="company:{line.platform.code}"', f'value="branch:{line.branch.code}"']
    hidden = [f'value="company:{far.code}"', f'value="branch:{far_branch.code}"']
    assert [value in first for value in (*offered, *hidden)] == [True, True, False, False]
    looked = client.post(page("file_for"), {**sheet(line), "look": "1", "look_for": "蓉城", "about": ""})
    again = looked.content.decode()
    assert (looked.status_code, hidden[0] in again, "退车四十天，押金没退" in again) == (200, True, True)
    assert client.get(page("file_for_confirm")).status_code == 302
    elsewhere = client.post(page("file_for"), {**sheet(line), "look": "1", "where": world.district("CD").code})
    assert hidden[1] in elsewhere.content.decode()
    assert type_in(client, line, about=f"company:{far.code}")["Location"] == page("file_for_confirm")
    assert far.name in text(client.get(page("file_for_confirm")))
    assert type_in(client, line, about=f"company:{far_branch.code}").status_code == 422


def test_typed_read_back_confirmed_and_given_on_paper() -> None:
    line = a_line()
    volunteer = a_volunteer()
    client = browser(volunteer)
    assert type_in(client, line)["Location"] == page("file_for_confirm")
    read = text(client.get(page("file_for_confirm")))
    for piece in ("罗成才", "租", line.platform.name, "退车四十天，押金没退", "十月三号退的车", "198****1234"):
        assert piece in read, piece
    assert not Appeal.objects.exists(), "nothing is filed before the driver's word"
    assert "念的诉求" in DemoDoor.last("19800001234"), "the message says what the code is for"
    assert confirm(client, code_on())["Location"] == page("file_for_receipt")
    appeal = Appeal.objects.get()
    driver = User.objects.with_phone("19800001234")
    assert driver is not None
    assert (appeal.filer, driver.name, appeal.filed_by) == (driver, "罗成才", volunteer)
    assert words(last(appeal, "filed"))["story"] == "十月三号退的车，押金八千到现在没退。"
    receipt = client.get(page("file_for_receipt"))
    for piece in (appeal.number, appeal.secret, "11月26日"):
        assert piece in text(receipt)
    assert "no-store" in receipt["Cache-Control"]


def test_a_known_driver_keeps_his_name_and_record() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line, phone=line.driver.phone, name="别的名字")
    confirm(client, code_on(line.driver.phone))
    appeal = Appeal.objects.get()
    assert appeal.filer == line.driver
    assert appeal.filer.name == "郑重山"
    assert appeal.driver == line.driver.driver
    assert appeal.handling_org == line.branch


def test_without_the_drivers_code_nothing_is_filed() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line)
    right = code_on()
    wrong = "000000" if right != "000000" else "111111"
    for _time in range(5):
        assert confirm(client, wrong).status_code == 422
    assert confirm(client, right).status_code == 422, "five tries, then even the right one is over"
    assert not Appeal.objects.exists()
    assert "退车四十天" in client.get(page("file_for_confirm")).content.decode(), "what was typed is kept"


def test_the_code_holds_for_five_minutes() -> None:
    line = a_line()
    volunteer = a_volunteer()
    client = browser(volunteer)
    type_in(client, line)
    code = code_on()
    with time_machine.travel(world.NOW + datetime.timedelta(minutes=5, seconds=1), tick=False):
        assert confirm(client, code).status_code == 422
        assert not Appeal.objects.exists()
        client.post(page("file_for_code"))
        assert confirm(client, code_on()).status_code == 302
    assert Appeal.objects.count() == 1


def test_another_session_has_neither_sheet_nor_code() -> None:
    line = a_line()
    volunteer = a_volunteer()
    type_in(browser(volunteer), line)
    other = browser(volunteer)
    assert other.get(page("file_for_confirm"))["Location"] == page("file_for")
    answer = other.post(page("file_for_confirm"), {"key": "k" * 30, "code": code_on()})
    assert answer["Location"] == page("file_for")
    assert other.post(page("file_for_code"))["Location"] == page("file_for")
    assert not Appeal.objects.exists()


def test_a_code_for_signing_in_files_nothing() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line)
    phone = Client()
    phone.post("/sign-in/", {"phone": "19800001234"})
    answer = confirm(client, code_on())
    assert answer.status_code == 422
    assert not Appeal.objects.exists()


def test_sent_twice_files_once() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line)
    values = {**hidden_fields(client.get(page("file_for_confirm"))), "code": code_on()}
    for _time in range(2):
        assert client.post(page("file_for_confirm"), values)["Location"] == page("file_for_receipt")
    assert Appeal.objects.count() == 1


def test_what_is_wrong_is_corrected_before_it_is_confirmed() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line)
    again = client.get(page("file_for")).content.decode()
    assert "退车四十天，押金没退" in again
    assert type_in(client, line, title="押金八千没退")["Location"] == page("file_for_confirm")
    assert "押金八千没退" in client.get(page("file_for_confirm")).content.decode()
    confirm(client, code_on())
    assert Appeal.objects.get().title == "押金八千没退"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"phone": "1980000"}, "phone"),
        ({"happened_date_year": "2027"}, "happened_date"),
        ({"where": "110000"}, "where"),
        ({"about": "company:nobody"}, "about"),
        ({"title": ""}, "title"),
        ({"name": " "}, "name"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(changed: dict[str, str], field: str) -> None:
    line = a_line()
    answer = type_in(browser(a_volunteer()), line, **changed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_volunteer_sees_the_receipt_for_half_an_hour_and_the_case_never() -> None:
    line = a_line()
    volunteer = a_volunteer()
    client = browser(volunteer)
    type_in(client, line)
    confirm(client, code_on())
    assert client.get(page("case", Appeal.objects.get())).status_code == 404
    assert browser(volunteer).get(page("file_for_receipt")).status_code == 404, "another session"
    with time_machine.travel(world.NOW + datetime.timedelta(minutes=14), tick=False):
        assert client.get(page("file_for_receipt")).status_code == 200
    with time_machine.travel(world.NOW + datetime.timedelta(minutes=31), tick=False):
        assert browser(volunteer).get(page("file_for_receipt")).status_code == 404


def test_nobodys_companies_and_contacts_are_told_to_the_volunteer() -> None:
    line = a_line()
    world.drives_for(line.driver, line.platform)
    line.platform.company.cities.add(world.city())
    body = browser(a_volunteer()).get(page("file_for")).content.decode()
    assert line.contact.code not in body
    assert body.count(line.platform.code) == 1


def test_an_urgent_one_is_urgent() -> None:
    line = a_line()
    client = browser(a_volunteer())
    type_in(client, line, is_urgent="yes", category="safety")
    confirm(client, code_on())
    appeal = Appeal.objects.get()
    assert appeal.is_urgent
    assert appeal.tier == 2
