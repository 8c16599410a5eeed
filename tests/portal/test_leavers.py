"""Whoever leaves is out with his next request: pages, fragments that ask by themselves, programs, secrets."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from portal.actions import hooks, posts, switching, tokens
from portal.errors import Refused
from portal.models import Event, Post, Role, User
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
INBOX = reverse("appeals:inbox")


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class Leaver:
    """A secretary with a page open and a program, and a system administrator with the secret of a web-hook."""

    def __init__(self) -> None:
        self.office = world.a_post(Role.SECURITY_ADMIN, world.department())
        self.post = world.a_secretary(world.a_branch())
        self.system = world.a_post(Role.SYSTEM_ADMIN, world.department())
        self.browser = world.signed_in(self.post.person, self.post)
        self.other = world.signed_in(self.system.person, self.system)
        self.browser.get(INBOX)  # the session's clock begins with its first page
        _token, self.secret = tokens.issue(
            self.post, name="办公系统", days=30, networks=[], by=self.post.person, now=NOW
        )
        self.hook = hooks.add(
            world.committee(), name="办公", url="https://office.example/", kinds_wanted=["appeals.closed"],
            by=self.system.person, post=self.system, now=NOW,
        )  # fmt: skip

    def answers(self) -> dict[str, bool]:
        """Does each way in still open?"""
        api = Client().get("/api/me/", headers={"authorization": f"Bearer {self.secret}"})
        fragment = {"hx-request": "true", "x-background": "1"}
        return {
            "poll": self.browser.get(INBOX, headers=fragment).status_code == 200,
            "page": self.browser.get(INBOX).status_code == 200,
            "program": api.status_code == 200,
            "secret": self.other.get(f"/desk/hooks/{self.hook.code}/secret/").status_code == 200,
        }


def end_now(leaver: Leaver) -> None:
    for post in (leaver.post, leaver.system):
        posts.end_post(post.pk, last_date=NOW.date() - DAY, by=leaver.office.person, now=NOW)


def switch_off(leaver: Leaver) -> None:
    for post in (leaver.post, leaver.system):
        switching.switch_off(post.person, post=post, reason="调离", by=leaver.office.person, now=NOW)


@pytest.mark.parametrize("leave", [end_now, switch_off])
def test_one_request_later_nothing_opens(leave: Any) -> None:
    leaver = Leaver()
    assert all(leaver.answers().values())
    leave(leaver)
    assert not any(leaver.answers().values())


def test_at_midnight_after_the_last_day_nothing_opens(time_machine: Any) -> None:
    evening = world.at("2026-11-23 23:55")
    time_machine.move_to(evening, tick=False)
    leaver = Leaver()
    for post in (leaver.post, leaver.system):
        posts.end_post(post.pk, last_date=NOW.date(), by=leaver.office.person, now=evening)
    assert all(leaver.answers().values())
    time_machine.move_to(world.at("2026-11-24 00:00"), tick=False)
    assert not any(leaver.answers().values())


def test_switched_off_he_cannot_come_back_and_switched_on_he_can() -> None:
    leaver = Leaver()
    switch_off(leaver)
    person = User.objects.get(pk=leaver.post.person_id)
    assert leaver.browser.get("/me/").status_code == 302
    event = Event.objects.get(kind="portal.person_switched_off", subject__endswith=person.code)
    assert event.facts == {}
    assert event.texts.get().text == "调离"
    switching.switch_on(person, post=leaver.post, reason="查清了", by=leaver.office.person, now=NOW)
    back = world.signed_in(User.objects.get(pk=person.pk), Post.objects.get(pk=leaver.post.pk))
    assert back.get(INBOX).status_code == 200
    assert not leaver.answers()["program"]


def test_nobody_switches_himself_and_nobody_without_a_reason() -> None:
    leaver = Leaver()
    with pytest.raises(Refused, match="另一位安全管理员"):
        switching.switch_off(leaver.office.person, post=leaver.office, reason="试试", by=leaver.office.person, now=NOW)
    with pytest.raises(Refused, match="理由"):
        switching.switch_off(leaver.post.person, post=leaver.post, reason=" ", by=leaver.office.person, now=NOW)


def test_a_city_does_not_switch_off_whoever_holds_a_post_above_it() -> None:
    city = world.a_post(Role.SECURITY_ADMIN, world.committee("LZ"))
    helper = world.a_post(Role.COMMITTEE_STAFF, world.committee("LZ"))
    above = world.a_post(Role.SECURITY_ADMIN, world.department(), helper.person)
    who: dict[str, Any] = {"reason": "试试", "by": city.person, "now": NOW}
    with pytest.raises(Refused, match="其他条线"):
        switching.switch_off(helper.person, post=helper, **who)
    other = world.a_person()
    with pytest.raises(PermissionDenied):
        switching.switch_off(other, post=helper, **who)
    world.end(above)
    switching.switch_off(helper.person, post=helper, **who)
    assert not User.objects.get(pk=helper.person_id).is_active
