"""A driver and his data: who saw it, what is wrong with it, taking it along, being forgotten and staying after all."""

import datetime
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from drivers.models import Driver
from portal import events, telling
from portal.actions import correcting, same_person
from portal.errors import Refused
from portal.models import Correction, Erasure, Event, Post, Role, User
from tests import world
from tests.journeys.walk import hidden_fields, send
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def admin() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def text(browser: Client, url: str) -> str:
    page = browser.get(url)
    assert page.status_code == 200, url
    return page.content.decode()


def ask(person: User, field: str = "drivers.licence") -> Correction:
    return correcting.ask(person, field=field, said="末位是 8", why="驾驶证上这样写", now=NOW)


def test_he_reads_corrects_takes_along_and_is_not_forgotten_after_all(admin: Post) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    case = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=NOW)
    text(world.signed_in(line["contact"].person, line["contact"]), f"/desk/appeals/{case.code}/")
    phone, office = world.signed_in(driver), world.signed_in(admin.person, admin)
    assert line["contact"].words in text(phone, "/me/readings/")

    assert "/me/data/corrections/" in text(phone, "/me/data/")
    wrong = send(phone, "/me/data/corrections/new/", field="drivers.licence", said="末位是 8", why="")
    assert (wrong.status_code, "末位是 8" in wrong.content.decode()) == (422, True)
    form = {**hidden_fields(wrong), "field": "drivers.licence", "said": "末位是 8", "why": "驾驶证上这样写"}
    assert phone.post("/me/data/corrections/new/", form).status_code == 302
    assert phone.post("/me/data/corrections/new/", form).status_code == 302
    asked = Correction.objects.get()
    assert asked.due_date == datetime.date(2026, 11, 30)
    assert "2026-11-30 前给您答复" in text(phone, "/me/data/corrections/")
    again = send(phone, "/me/data/corrections/new/", field="drivers.licence", said="还是 8", why="看证")
    assert "已经申请过了" in again.content.decode()

    told = Event.objects.get(kind="portal.correction_asked")
    assert [one.person for one in telling.tellings_for(told)] == [admin.person]
    assert "1 项" in text(office, "/") or "1" in text(office, "/")
    page, listed = f"/desk/corrections/{asked.code}/", text(office, "/desk/corrections/")
    assert page in listed
    assert driver.name not in listed
    shown = text(office, page)
    assert "末位是 8" in shown
    assert f"/desk/drivers/{Driver.objects.get(person=driver).code}/change/" in shown
    assert "您的更正申请" in text(phone, "/me/readings/") or "更正" in text(phone, "/me/readings/")
    assert send(office, page, outcome="made", words="").status_code == 422
    assert send(office, page, outcome="made", words="已按驾驶证改好。").status_code == 302
    answered = Event.objects.get(kind="portal.correction_answered")
    assert (answered.post, answered.facts["outcome"]) == (admin, "made")
    assert [one.person for one in telling.tellings_for(answered)] == [driver]
    assert page not in text(office, "/desk/corrections/")
    assert page in text(office, "/desk/corrections/?state=answered")
    read = text(phone, "/me/data/corrections/")
    assert "已按驾驶证改好。" in read
    assert "已更正" in read

    held = json.loads(phone.post("/me/data/").content)
    assert held["portal"]["corrections"][0]["answer"] == "已按驾驶证改好。"
    phone.post("/me/erasure/")
    assert Erasure.objects.get(person=driver).undone_at is None
    phone.post("/me/erasure/", {"undo": "1"})
    assert Erasure.objects.get(person=driver).undone_at == NOW
    assert Event.objects.filter(subject=events.subject_of(driver), kind="portal.erasure_undone").exists()


def test_the_keeper_of_the_record_answers_and_nobody_his_own(admin: Post) -> None:
    security = world.a_post(Role.SECURITY_ADMIN, world.department())
    here, there = (world.a_post(Role.SYSTEM_ADMIN, world.committee(city)) for city in ("LZ", "CD"))
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    register, account = ask(driver), ask(driver, "portal.phone")
    post_fact = ask(line["secretary"].person, "portal.posts")
    near = world.a_post(Role.SECURITY_ADMIN, world.committee("LZ"))
    far = world.a_post(Role.SECURITY_ADMIN, world.committee("CD"))
    expected = {
        admin: {register}, here: {register}, there: set(), security: {account, post_fact}, near: {post_fact},
        far: set(),
    }  # fmt: skip
    for post, rows in expected.items():
        browser = world.signed_in(post.person, post)
        found = text(browser, "/desk/corrections/")
        for one in (register, account, post_fact):
            assert (f"/{one.code}/" in found) == (one in rows)
            assert browser.get(f"/desk/corrections/{one.code}/").status_code == (200 if one in rows else 404)
    for post in (there, security, line["secretary"]):
        with pytest.raises(PermissionDenied):
            correcting.answer(register.pk, outcome="made", words="好", by=post.person, post=post, now=NOW)
    own = ask(security.person, "portal.phone")
    with pytest.raises(PermissionDenied):
        correcting.answer(own.pk, outcome="made", words="好", by=security.person, post=security, now=NOW)
    other = world.a_post(Role.SECURITY_ADMIN, world.department())
    assert correcting.answer(own.pk, outcome="declined", words="不符", by=other.person, post=other, now=NOW).outcome
    with pytest.raises(Refused, match="答复过"):
        correcting.answer(own.pk, outcome="made", words="好", by=other.person, post=other, now=NOW)
    with pytest.raises(Refused, match="没有您的这类"):
        ask(world.a_person())


def test_another_account_of_the_same_person_is_his_own(admin: Post) -> None:
    driver = world.a_driver(world.a_branch())
    asked = ask(driver)
    proposal = same_person.propose(
        driver, same_as=admin.person, is_undo=False, now=NOW,
        by=world.a_post(Role.SECURITY_ADMIN, world.department()).person,
    )  # fmt: skip
    second = world.a_post(Role.SECURITY_ADMIN, world.department())
    same_person.decide(proposal.pk, is_agreed=True, by=second.person, now=NOW)
    with pytest.raises(PermissionDenied):
        correcting.answer(asked.pk, outcome="made", words="好", by=admin.person, post=admin, now=NOW)
