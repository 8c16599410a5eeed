"""Pairs of a driver and his contact, and what a driver without one has."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from branches import actions
from branches.models import Pair, contact_for, contacts_of
from drivers.actions import register as drivers
from drivers.models import Driver, Engagement
from portal.actions import deliveries, posts
from portal.errors import Refused
from portal.models import Delivery, Event, Organisation, Post, Role
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)
NEXT = DAY + datetime.timedelta(days=1)


@pytest.fixture
def branch() -> Organisation:
    return world.a_branch()


@pytest.fixture
def contact(branch: Organisation) -> Post:
    return world.a_contact(branch)


@pytest.fixture
def secretary(branch: Organisation) -> Post:
    return world.a_secretary(branch)


@pytest.fixture
def driver(branch: Organisation) -> Driver:
    return world.a_driver(branch).driver


def pair(driver: Driver, contact: Post, post: Post, from_date: datetime.date = DAY) -> Pair:
    return actions.pair(driver, contact=contact, from_date=from_date, by=post.person, post=post, now=world.NOW)


def test_a_secretary_pairs_and_ends_it_and_the_driver_has_his_branch_again(
    driver: Driver, contact: Post, secretary: Post
) -> None:
    made = pair(driver, contact, secretary)
    assert Pair.objects.contact_of(driver, DAY) == contact
    assert Event.objects.get(kind="branches.paired").facts == {"contact": contact.code, "from_date": "2026-11-02"}
    actions.end_pair(made, until_date=DAY, by=secretary.person, post=secretary, now=world.NOW)
    assert Pair.objects.contact_of(driver, NEXT) is None
    assert contact_for(driver, NEXT).branch == driver.branch
    event = Event.objects.get(kind="branches.pair_ended")
    assert event.subject == f"drivers.driver:{driver.code}"
    assert event.facts == {"contact": contact.code, "until_date": "2026-11-02"}


def test_a_driver_has_one_contact_and_a_pair_ends_once_and_after_it_began(
    driver: Driver, contact: Post, secretary: Post
) -> None:
    made = pair(driver, contact, secretary)
    acting = {"by": secretary.person, "post": secretary, "now": world.NOW}
    with pytest.raises(Refused):
        pair(driver, world.a_contact(contact.organisation), secretary)
    with pytest.raises(Refused):
        actions.end_pair(made, until_date=DAY - datetime.timedelta(days=1), **acting)
    actions.end_pair(made, until_date=DAY, **acting)
    with pytest.raises(Refused):
        actions.end_pair(made, until_date=DAY, **acting)


def test_only_a_contact_in_post_keeps_contact_and_not_with_himself(
    branch: Organisation, driver: Driver, contact: Post, secretary: Post
) -> None:
    with pytest.raises(Refused):
        pair(driver, secretary, secretary)
    ended = world.a_contact(branch)
    posts.end_post(ended.pk, last_date=DAY, by=None, now=world.NOW)
    with pytest.raises(Refused):
        pair(driver, Post.objects.get(pk=ended.pk), secretary)
    own = world.a_driver(branch)
    himself = world.a_post(Role.CONTACT, branch, own)
    with pytest.raises(Refused):
        pair(own.driver, himself, secretary)
    stranger = world.a_driver(world.a_branch("YB")).driver
    with pytest.raises(Refused):
        pair(stranger, contact, secretary)


def test_an_enterprise_contact_keeps_contact_with_drivers_of_the_company(driver: Driver) -> None:
    company = world.a_platform()
    organisation = world.an_enterprise(company)
    contact, staff = world.a_contact(organisation), world.a_committee_staff()
    with pytest.raises(Refused):
        pair(driver, contact, staff)
    Engagement.objects.create(driver=driver, company=company, from_date=world.LONG_AGO)
    assert pair(driver, contact, staff).contact == contact


def test_contacts_choose_no_drivers_and_another_branch_pairs_nobody_here(driver: Driver, contact: Post) -> None:
    elsewhere = world.a_secretary(world.a_branch("YB"))
    for post in (contact, elsewhere):
        with pytest.raises(PermissionDenied):
            pair(driver, contact, post)
    assert not Pair.objects.exists()
    made = Pair.objects.create(driver=driver, contact=contact, from_date=DAY)
    with pytest.raises(PermissionDenied):
        actions.end_pair(made, until_date=NEXT, by=contact.person, post=contact, now=world.NOW)


def test_contacts_present_are_those_in_post_and_not_on_leave(branch: Organisation, contact: Post) -> None:
    away = world.a_contact(branch)
    posts.set_leave(away.pk, span=(DAY, NEXT), deputy=None, by=None, now=world.NOW)
    world.a_secretary(branch)
    assert list(contacts_of(branch, DAY)) == [contact]
    assert set(contacts_of(branch, NEXT + datetime.timedelta(days=1))) == {contact, away}


def test_whom_a_driver_turns_to_is_said_as_it_is(driver: Driver, contact: Post, secretary: Post) -> None:
    alone = contact_for(driver, DAY)
    assert (alone.is_own, alone.branch, alone.to_call) == (False, driver.branch, None)
    posts.set_public(secretary.pk, is_public=True, by=secretary.person, now=world.NOW)
    assert contact_for(driver, DAY).to_call == secretary
    pair(driver, contact, secretary)
    hidden = contact_for(driver, DAY)
    assert (hidden.own_contact, hidden.to_call) == (contact, None)
    posts.set_public(contact.pk, is_public=True, by=contact.person, now=world.NOW)
    assert contact_for(driver, DAY).to_call == contact
    posts.set_leave(contact.pk, span=(DAY, NEXT), deputy=None, by=None, now=world.NOW)
    assert contact_for(driver, DAY).to_call is None
    assert contact_for(None, DAY).driver is None


def test_a_new_driver_gets_the_branch_of_his_district_through_the_event(branch: Organisation) -> None:
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    now = timezone.now()
    made = drivers.register_driver(
        "吴小兵",
        place=world.district(),
        phone="16300000009",
        licence="519999197001010099",
        since_date=DAY,
        by=admin.person,
        post=admin,
        now=now,
    )
    event = Event.objects.get(kind="drivers.driver_registered")
    assert deliveries.deliver_event(event.pk, now=now)["done"] >= 1
    made.refresh_from_db()
    assert made.branch_path == branch.path
    assert not Delivery.objects.filter(event=event).exists()
    actions.settle_driver(event, now)
    assert Event.objects.filter(kind="drivers.branch_set").count() == 1


def test_a_new_driver_of_a_district_without_a_branch_has_none() -> None:
    driver = world.a_driver(place=world.district("MY") or world.district("DZ")).driver
    event = Event(subject=f"drivers.driver:{driver.code}")
    actions.settle_driver(event, world.NOW)
    driver.refresh_from_db()
    assert driver.branch is None
