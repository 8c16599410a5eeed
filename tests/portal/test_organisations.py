"""Organisations are founded, renamed and closed by the administrators of a line, and never over open work."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from portal.actions import organisations, posts
from portal.errors import Refused
from portal.models import Event, Organisation, OrganisationKind, Place, Post, Role
from tests import world
from tests.journeys.walk import send
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def office() -> Post:
    return world.a_post(Role.SECURITY_ADMIN, world.department())


def found(office: Post, kind: str, parent: Organisation | None, place: Place, name: str = "新单位") -> Organisation:
    return organisations.found(
        name, kind=kind, short_name="新", place=place, parent=parent, by=office.person, office=office, now=NOW
    )


def test_a_committee_and_a_home_are_founded_where_they_belong(office: Post) -> None:
    mianyang = Place.objects.get(letters="MY")
    committee = found(office, OrganisationKind.COMMITTEE, world.province_committee(), mianyang, "绵阳市网约车行业党委")
    assert committee.path == f"{world.province_committee().path}{committee.code}/"
    home = found(office, OrganisationKind.HOME, committee, mianyang)
    assert Event.objects.filter(kind="portal.organisation_founded", subject__endswith=home.code).exists()
    cases = [
        ("不在这里办", OrganisationKind.BRANCH, committee, mianyang),
        ("不在这里办", OrganisationKind.PLATFORM, None, mianyang),
        ("上级党委", OrganisationKind.COMMITTEE, None, mianyang),
        ("已经有了", OrganisationKind.COMMITTEE, world.province_committee(), mianyang),
        ("同类同名", OrganisationKind.HOME, committee, mianyang),
    ]
    for says, kind, parent, place in cases:
        with pytest.raises(Refused, match=says):
            found(office, kind, parent, place)


def test_only_in_ones_own_line(office: Post) -> None:
    city = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    assert found(city, OrganisationKind.HOME, world.committee("LZ"), world.city("LZ"))
    for parent in (world.committee("CD"), None):
        with pytest.raises(PermissionDenied):
            found(city, OrganisationKind.HOME, parent, world.city("CD"), "别处")
    with pytest.raises(PermissionDenied):
        found(world.a_post(Role.AUDIT_ADMIN, world.department()), OrganisationKind.HOME, None, world.city(), "审计")


def test_what_is_founded_stays_in_the_place_it_stands_under() -> None:
    above = world.an_organisation(OrganisationKind.DEPARTMENT, "泸州市交通运输局", place=world.city("LZ"))
    city = world.a_post(Role.SECURITY_ADMIN, above)
    for place in (world.city("MY"), world.city("LZ").parent):
        with pytest.raises(Refused, match="辖区"):
            found(city, OrganisationKind.DEPARTMENT, above, place or world.city("MY"))
    assert found(city, OrganisationKind.DEPARTMENT, above, world.district("LZ"))


def test_it_closes_only_when_nobody_and_nothing_is_left(office: Post) -> None:
    line = world.a_line()
    branch, driver = line["branch"], world.a_driver(line["branch"], contact=line["contact"])
    world.an_appeal("in_hand", by=driver, handler=line["contact"], now=NOW)
    browser = world.signed_in(office.person, office)
    page = browser.get(f"/desk/organisations/{branch.code}/close/").content.decode()
    assert "还在办的诉求 1" in page
    assert f"/desk/posts/{line['contact'].code}/end/" in page
    with pytest.raises(Refused, match="在用岗位 2"):
        organisations.close(branch, by=office.person, office=office, now=NOW)
    empty = found(office, OrganisationKind.HOME, None, world.city())
    last = world.a_post(Role.VOLUNTEER, empty)
    posts.end_post(last.pk, last_date=NOW.date() - DAY, by=office.person, now=NOW)
    assert send(browser, f"/desk/organisations/{empty.code}/close/").status_code == 302
    closed = Organisation.objects.get(pk=empty.pk)
    assert closed.closed_at == NOW
    with pytest.raises(Refused, match="撤销"):
        posts.appoint(
            world.a_person(), organisation=closed, role=Role.VOLUNTEER, from_date=NOW.date(), by=office.person, now=NOW
        )


def test_the_pages_show_posts_now_and_then_and_no_case(office: Post) -> None:
    line = world.a_line()
    case = world.an_appeal("in_hand", by=world.a_driver(line["branch"]), handler=line["contact"], now=NOW)
    gone = world.a_secretary(line["branch"])
    world.end(gone)
    browser = world.signed_in(office.person, office)
    assert line["branch"].name in browser.get("/desk/organisations/", {"q": line["branch"].name}).content.decode()
    page = browser.get(f"/desk/organisations/{line['branch'].code}/").content.decode()
    for name in (line["contact"].person.name, gone.person.name):
        assert name in page
    for secret in (case.title, case.number, case.filer.phone):
        assert secret not in page
    renamed = send(
        browser,
        f"/desk/organisations/{line['branch'].code}/rename/",
        name="江阳第一流动党支部",
        short_name="江阳一支部",
    )
    assert renamed.status_code == 302
    event = Event.objects.get(kind="portal.organisation_renamed")
    assert event.texts.get(name="former_name").text == line["branch"].name


def test_ending_a_post_shows_what_lies_with_it_and_asks_to_whom(office: Post) -> None:
    line = world.a_line()
    colleague = world.a_contact(line["branch"])
    case = world.an_appeal(
        "in_hand", by=world.a_driver(line["branch"], contact=line["contact"]), handler=line["contact"], now=NOW
    )
    browser, address = world.signed_in(office.person, office), f"/desk/posts/{line['contact'].code}/end/"
    page = browser.get(address).content.decode()
    assert "正在办的诉求" in page
    assert colleague.person.name in page
    assert browser.post(address, {"when": "now", "to": colleague.code, "key": "ended"}).status_code == 302
    case.refresh_from_db()
    assert case.handler == colleague
