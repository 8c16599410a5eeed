"""Invited to work in ten steps; what a wrong number, a late answer and a dismissed administrator come to."""

import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from portal.actions import deliveries, invitations, posts
from portal.errors import Refused
from portal.models import Event, Invitation, Post, Role, User
from tests import world
from tests.journeys.walk import send
from tests.portal.sms_door import KeepingDoor
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PHONE = "13912340077"


@pytest.fixture(autouse=True)
def _world(settings: Any, time_machine: Any) -> None:
    settings.SMS_DOOR = "tests.portal.sms_door.KeepingDoor"
    settings.PUBLIC_URL = "https://sj.example"
    KeepingDoor.sent.clear()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def office() -> Post:
    return world.a_post(Role.SECURITY_ADMIN, world.department())


def an_invitation(office: Post, phone: str = PHONE, **fields: Any) -> Invitation:
    values = {"name": "周建平", "organisation": None, "role": Role.CONTACT, "from_date": NOW.date()} | fields
    values["organisation"] = values["organisation"] or world.a_branch()
    return invitations.invite(phone, by=office.person, now=NOW, **values)


def test_from_an_invitation_to_work_in_ten_steps(office: Post) -> None:
    branch = world.a_branch()
    desk, phone = world.signed_in(office.person, office), Client(headers={"accept-language": "zh-hans"})
    sent = send(
        desk, "/desk/invitations/new/", phone=PHONE, name="周建平", organisation=branch.pk, role=Role.CONTACT,
        from_date_year=2026, from_date_month=11, from_date_day=23,
    )  # fmt: skip
    assert sent.status_code == 302
    found = Invitation.objects.get()
    assert "139****0077" in desk.get("/desk/invitations/").content.decode()
    deliveries.sweep(now=NOW)
    number, text = KeepingDoor.sent[-1]
    assert number == PHONE
    assert f"https://sj.example/i/{found.code}/" in text
    assert len(text) <= 70
    page = f"/i/{found.code}/"
    assert phone.get(page)["Location"].startswith("/sign-in/")
    phone.post("/sign-in/", {"phone": PHONE, "next": page})
    phone.post("/sign-in/code/", {"code": KeepingDoor.last_code()})
    assert branch.name in phone.get(page).content.decode()
    assert send(phone, page).status_code == 302
    post = Post.objects.get(organisation=branch)
    assert (post.role, post.person.name, post.from_date) == (Role.CONTACT, "周建平", NOW.date())
    phone.post("/posts/switch/", {"post": post.code})
    assert phone.get(reverse("appeals:contact_inbox")).status_code == 200
    assert phone.get(page).status_code == 404
    kept = Invitation.objects.get()
    assert (kept.phone, kept.phone_hash, kept.name, kept.post) == ("", "", "", post)


def test_with_another_number_there_is_no_such_page(office: Post) -> None:
    found = an_invitation(office)
    stranger = world.a_person()
    browser = world.signed_in(stranger)
    assert browser.get(f"/i/{found.code}/").status_code == 404
    assert browser.post(f"/i/{found.code}/", {"key": "x" * 20}).status_code == 404
    for action in (invitations.accept, invitations.decline):
        with pytest.raises(PermissionDenied):
            action(found.pk, by=stranger, now=NOW)


def holder(**fields: Any) -> User:
    person = world.a_person(**fields)
    return person


def test_a_post_at_a_desk_asks_for_a_second_factor_first(office: Post) -> None:
    person = holder()
    found = an_invitation(office, person.phone, role=Role.SECRETARY)
    page = world.signed_in(person).get(f"/i/{found.code}/").content.decode()
    assert "/me/second-factor/begin/" in page
    with pytest.raises(Refused, match="第二因素"):
        invitations.accept(found.pk, by=person, now=NOW)
    TOTP.activate(person, "A" * 32)
    assert invitations.accept(found.pk, by=person, now=NOW).role == Role.SECRETARY


def test_it_is_answered_once_and_within_a_week(office: Post) -> None:
    person = holder()
    found = an_invitation(office, person.phone)
    with pytest.raises(Refused, match="超过一周"):
        invitations.accept(found.pk, by=person, now=NOW + 8 * DAY)
    invitations.decline(found.pk, by=person, now=NOW)
    with pytest.raises(PermissionDenied):
        invitations.accept(found.pk, by=person, now=NOW)
    assert not Post.objects.filter(person=person).exists()
    assert Event.objects.filter(kind="portal.invitation_declined").count() == 1


def test_what_a_dismissed_administrator_left_behind_opens_nothing_until_another_sends_it(office: Post) -> None:
    person = holder()
    found = an_invitation(office, person.phone)
    posts.end_post(office.pk, last_date=NOW.date() - DAY, by=None, now=NOW)
    with pytest.raises(Refused, match="已不在岗"):
        invitations.accept(found.pk, by=person, now=NOW)
    other = world.a_post(Role.SECURITY_ADMIN, world.department())
    later = NOW + datetime.timedelta(hours=2)
    invitations.send_again(found.pk, by=other.person, now=later)
    assert invitations.accept(found.pk, by=person, now=later).person == person


def test_it_is_sent_three_times_at_most_and_withdrawn_without_a_trace_of_the_number(office: Post) -> None:
    found = an_invitation(office)
    with pytest.raises(Refused, match="一小时"):
        invitations.send_again(found.pk, by=office.person, now=NOW)
    for hours in (2, 4):
        invitations.send_again(found.pk, by=office.person, now=NOW + datetime.timedelta(hours=hours))
    with pytest.raises(Refused, match="已发三次"):
        invitations.send_again(found.pk, by=office.person, now=NOW + DAY)
    assert invitations.withdraw(found.pk, by=office.person, now=NOW).phone_hash == ""
    deliveries.sweep(now=NOW + DAY)
    assert KeepingDoor.sent == []


def test_who_may_not_invite_and_whom_not(office: Post) -> None:
    found = an_invitation(office)
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("已在邀请中", PHONE, {"organisation": found.organisation}),
        ("另一位安全管理员", office.person.phone, {}),
        ("没有 密封姓名保管人 这个身份", PHONE, {"role": Role.CUSTODIAN}),
        ("最早从今天", PHONE, {"from_date": NOW.date() - DAY}),
    ]
    for says, phone, fields in cases:
        with pytest.raises(Refused, match=says):
            an_invitation(office, phone, **fields)
    for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN):
        with pytest.raises(PermissionDenied):
            an_invitation(world.a_post(role, world.department()))
    city = world.a_post(Role.SECURITY_ADMIN, world.committee("LZ"))
    with pytest.raises(PermissionDenied):
        an_invitation(city, organisation=world.a_branch("CD"))
