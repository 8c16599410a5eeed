"""Branches are founded by their committee and take districts over, one after the other."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied

from branches import actions
from branches.models import Responsibility, enterprise_of
from drivers.models import Driver
from portal.errors import Refused
from portal.models import Event, Organisation, Place, Post
from tests import world

pytestmark = pytest.mark.django_db
SPRING, AUTUMN = datetime.date(2026, 3, 2), datetime.date(2026, 9, 1)


@pytest.fixture
def staff() -> Post:
    return world.a_committee_staff()


def found(staff: Post, name: str = "江阳第二流动党支部", **fields: object) -> Organisation:
    values: dict[str, object] = {
        "short_name": "江阳第二支部",
        "committee": world.committee(),
        "place": world.district(),
        "by": staff.person,
        "post": staff,
        "now": world.NOW,
    }
    return actions.found_branch(name, **(values | fields))  # type: ignore[arg-type]


def take(district: Place, branch: Organisation, staff: Post, from_date: datetime.date) -> Responsibility:
    return actions.make_responsible(
        district, branch=branch, from_date=from_date, by=staff.person, post=staff, now=world.NOW
    )


def test_a_branch_lies_below_its_committee(staff: Post) -> None:
    branch = found(staff)
    assert branch.path == f"{world.committee().path}{branch.code}/"
    event = Event.objects.get(kind="branches.branch_founded")
    assert event.facts == {"committee": world.committee().code, "place": "510502"}
    assert (event.by, event.post) == (staff.person, staff)


def test_a_name_is_taken_once_and_only_a_committee_has_branches(staff: Post) -> None:
    branch = found(staff)
    with pytest.raises(Refused):
        found(staff)
    with pytest.raises(Refused):
        found(staff, "支部下的支部", committee=branch)
    with pytest.raises(Refused):
        found(staff, "全省支部", place=Place.objects.get(code="510000"))


def test_another_citys_committee_and_a_branch_found_nothing_here_and_the_province_may() -> None:
    elsewhere = world.a_committee_staff(world.committee("YB"))
    secretary = world.a_secretary(world.a_branch())
    for post in (elsewhere, secretary):
        with pytest.raises(PermissionDenied):
            found(post)
    province = world.a_committee_staff(world.province_committee())
    with pytest.raises(PermissionDenied):
        found(province, post=None)
    assert found(province).parent == world.committee()


def test_a_company_has_one_enterprise_organisation_beside_it_and_not_below_it(staff: Post) -> None:
    company = world.a_platform()
    fields = {
        "short_name": "平台党支部",
        "committee": world.committee(),
        "place": world.city(),
        "by": staff.person,
        "post": staff,
        "now": world.NOW,
    }
    made = actions.found_enterprise_organisation("平台党支部", company=company, **fields)
    assert made.parent == world.committee()
    assert not made.path.startswith(company.path)
    assert enterprise_of(company) == made
    assert Event.objects.get(kind="branches.enterprise_founded").facts["company"] == company.code
    with pytest.raises(Refused):
        actions.found_enterprise_organisation("第二党支部", company=company, **fields)
    with pytest.raises(Refused):
        actions.found_enterprise_organisation("无公司党支部", company=world.a_branch(), **fields)
    stranger = world.a_secretary(world.a_branch())
    with pytest.raises(PermissionDenied):
        actions.found_enterprise_organisation(
            "第三党支部", company=world.a_platform(), **(fields | {"by": stranger.person, "post": stranger})
        )


def test_a_closed_enterprise_organisation_makes_room_for_another() -> None:
    company = world.a_platform()
    old = world.an_enterprise(company)
    old.closed_at = world.NOW
    old.save(update_fields=["closed_at"])
    assert enterprise_of(company) is None


def test_a_district_goes_from_one_branch_to_the_next_with_its_drivers(staff: Post) -> None:
    district = world.district()
    first, second = found(staff, "第一"), found(staff, "第二")
    driver = world.a_driver().driver
    elsewhere = world.a_driver(place=Place.objects.get(code="510503")).driver
    take(district, first, staff, SPRING)
    driver.refresh_from_db()
    assert (driver.branch, driver.branch_path) == (first, first.path)
    take(district, second, staff, AUTUMN)
    rows = Responsibility.objects.filter(district=district).order_by("from_date")
    assert [(row.branch, row.until_date) for row in rows] == [(first, datetime.date(2026, 8, 31)), (second, None)]
    assert Responsibility.objects.branch_of(district, datetime.date(2026, 8, 31)) == first
    assert Responsibility.objects.branch_of(district, AUTUMN) == second
    assert Responsibility.objects.branch_of(district, datetime.date(2026, 1, 1)) is None
    assert [Driver.objects.get(pk=row.pk).branch for row in (driver, elsewhere)] == [second, None]
    taken = Event.objects.filter(kind="branches.district_taken").latest("pk")
    assert taken.facts == {"branch": second.code, "district": "510502", "from_date": "2026-09-01"}
    assert Event.objects.filter(kind="drivers.district_branch_set").latest("pk").facts["drivers"] == 1


def test_what_a_branch_cannot_take_over(staff: Post) -> None:
    district, branch = world.district(), found(staff)
    tomorrow = world.NOW.date() + datetime.timedelta(days=1)
    enterprise = world.an_enterprise(world.a_platform())
    merged = found(staff, "已并入", place=district)
    merged.merged_into = branch
    merged.save(update_fields=["merged_into"])
    for where, who, from_date in (
        (world.city(), branch, SPRING),
        (world.district("YB"), branch, SPRING),
        (district, enterprise, SPRING),
        (district, merged, SPRING),
        (district, branch, tomorrow),
    ):
        with pytest.raises(Refused):
            take(where, who, staff, from_date)
    take(district, branch, staff, AUTUMN)
    with pytest.raises(Refused):
        take(district, branch, staff, AUTUMN)
    with pytest.raises(Refused):
        take(district, found(staff, "更早的"), staff, SPRING)
    assert Responsibility.objects.count() == 1


def test_only_the_committee_hands_districts_over(staff: Post) -> None:
    branch = found(staff)
    with pytest.raises(PermissionDenied):
        take(world.district(), branch, world.a_secretary(branch), SPRING)
    with pytest.raises(PermissionDenied):
        take(world.district(), branch, world.a_committee_staff(world.committee("YB")), SPRING)
