"""The register's records: who enters them, and what never changes by itself."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from drivers.actions import changing
from drivers.actions import register as actions
from drivers.models import Contract, ContractKind, Driver, Engagement
from portal.errors import Refused
from portal.models import Event, Place, Post, Role
from portal.once import new_key
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)
NEXT = DAY + datetime.timedelta(days=1)
BEFORE = DAY - datetime.timedelta(days=1)


@pytest.fixture
def admin() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def register(admin: Post, **fields: object) -> Driver:
    values: dict[str, object] = {
        "place": world.district(),
        "phone": "163 0000 0001",
        "licence": "519999197001010013",
        "since_date": DAY,
        "by": admin.person,
        "post": admin,
        "now": world.NOW,
    }
    return actions.register_driver("周建平", **(values | fields))  # type: ignore[arg-type]


def test_a_record_keeps_number_and_licence_sealed_and_finds_them_by_their_hash(admin: Post) -> None:
    driver = register(admin)
    raw = Driver.objects.filter(pk=driver.pk).extra(select={"raw": "phone || licence"}).values_list("raw", flat=True)[0]
    assert "16300000001" not in raw
    assert "519999" not in raw
    assert Driver.objects.with_licence("519999197001010013") == driver
    driver.refresh_from_db()
    assert (driver.phone, driver.masked_phone, driver.masked_name) == ("16300000001", "163****0001", "周**")
    assert driver.masked_licence == "*" * 14 + "0013"
    event = Event.objects.get(kind="drivers.driver_registered")
    assert event.facts == {"place": world.district().code, "since_date": "2026-11-02"}
    assert "周" not in str(event.facts)


def test_a_licence_an_account_and_a_place_are_checked(admin: Post) -> None:
    register(admin)
    with pytest.raises(Refused):
        register(admin, phone="16300000002")
    with pytest.raises(Refused):
        register(admin, licence="51999919700101003X", place=world.city())
    with pytest.raises(ValidationError):
        register(admin, licence="51999919700101003X", phone="163 0000")
    person = world.a_driver()
    with pytest.raises(Refused):
        register(admin, licence="51999919700101003X", person=person)
    assert Driver.objects.count() == 2


def test_who_left_the_register_returns_to_his_old_record(admin: Post) -> None:
    driver, who = register(admin), {"by": admin.person, "post": admin, "now": world.NOW}
    browser, url = world.signed_in(admin.person, admin), reverse("drivers:return_driver", args=[driver.code])
    record = reverse("drivers:driver", args=[driver.code])
    assert url not in browser.get(record).content.decode()
    with pytest.raises(Refused):
        changing.return_driver(driver, reason="重新从业", **who)
    changing.end_driver(driver, last_date=DAY, reason="本人申请注销", **who)
    with pytest.raises(Refused, match="恢复"):
        register(admin)
    other = world.a_post(Role.SYSTEM_ADMIN, world.committee("YB"))
    with pytest.raises(PermissionDenied):
        changing.return_driver(driver, reason="重新从业", **who | {"by": other.person, "post": other})
    assert url in browser.get(record).content.decode()
    page = browser.post(url, {"key": new_key(), "reason": "重新从业"}, follow=True).content.decode()
    assert "恢复登记" in page
    assert "重新从业" in page
    assert url not in page
    driver.refresh_from_db()
    assert (driver.state, driver.ended_date, driver.revision) == ("valid", None, 2)
    assert Event.objects.filter(kind="drivers.driver_returned").count() == 1


def test_nobody_but_a_system_administrator_writes_in_the_register(admin: Post) -> None:
    driver = register(admin)
    secretary = world.a_secretary(world.a_branch())
    acting = {"by": secretary.person, "post": secretary, "now": world.NOW}
    company = world.a_platform()
    engagement = Engagement.objects.create(driver=driver, company=company, from_date=DAY)
    with pytest.raises(PermissionDenied):
        register(admin, by=secretary.person, post=secretary)
    with pytest.raises(PermissionDenied):
        actions.attach_person(driver, world.a_person(), **acting)
    with pytest.raises(PermissionDenied):
        actions.start_engagement(driver, company=world.a_platform(), from_date=DAY, **acting)
    with pytest.raises(PermissionDenied):
        actions.end_engagement(engagement, last_date=DAY, reason="换平台", **acting)
    with pytest.raises(PermissionDenied):
        actions.enter_contract(
            driver, company=company, kind=ContractKind.LEASE, from_date=DAY, until_date=None, **acting
        )


def test_an_account_is_attached_to_one_record_and_a_record_to_one_account(admin: Post) -> None:
    driver, person = register(admin), world.a_person()
    acting = {"by": admin.person, "post": admin, "now": world.NOW}
    assert actions.attach_person(driver, person, **acting).person == person
    assert Event.objects.get(kind="drivers.person_attached").facts == {"person": person.code}
    with pytest.raises(Refused):
        actions.attach_person(driver, world.a_person(), **acting)
    other = register(admin, licence="51999919700101003X", phone="16300000002")
    with pytest.raises(Refused):
        actions.attach_person(other, person, **acting)
    gone = world.a_person(is_active=False)
    with pytest.raises(Refused):
        actions.attach_person(other, gone, **acting)


def test_a_driver_drives_for_several_companies_at_once_but_for_each_once(admin: Post) -> None:
    driver = register(admin)
    acting = {"by": admin.person, "post": admin, "now": world.NOW}
    one, two = world.a_platform(), world.a_platform()
    first = actions.start_engagement(driver, company=one, from_date=DAY, **acting)
    actions.start_engagement(driver, company=two, from_date=DAY, **acting)
    with pytest.raises(Refused):
        actions.start_engagement(driver, company=one, from_date=NEXT, **acting)
    with pytest.raises(Refused):
        actions.start_engagement(driver, company=world.a_branch(), from_date=DAY, **acting)
    with pytest.raises(Refused):
        actions.end_engagement(first, last_date=BEFORE, reason="换平台", **acting)
    actions.end_engagement(first, last_date=DAY, reason="换平台", **acting)
    with pytest.raises(Refused):
        actions.end_engagement(first, last_date=DAY, reason="换平台", **acting)
    assert set(driver.engagements.on_day(DAY).values_list("company", flat=True)) == {one.pk, two.pk}
    assert [row.company for row in driver.engagements.on_day(NEXT)] == [two]
    kinds = Event.objects.filter(subject=f"drivers.driver:{driver.code}").values_list("kind", flat=True)
    assert list(kinds.order_by("position")) == [
        "drivers.driver_registered",
        "drivers.engagement_started",
        "drivers.engagement_started",
        "drivers.engagement_ended",
    ]


def test_a_contract_is_entered_with_its_days(admin: Post) -> None:
    driver, company = register(admin), world.a_platform()
    acting = {"company": company, "by": admin.person, "post": admin, "now": world.NOW}
    contract = actions.enter_contract(driver, kind=ContractKind.LEASE, from_date=DAY, until_date=NEXT, **acting)
    assert Event.objects.get(kind="drivers.contract_entered").facts["contract"] == contract.code
    with pytest.raises(Refused):
        actions.enter_contract(driver, kind=ContractKind.LEASE, from_date=DAY, until_date=BEFORE, **acting)
    with pytest.raises(Refused):
        actions.enter_contract(
            driver, kind=ContractKind.LEASE, from_date=DAY, until_date=NEXT, **(acting | {"company": world.a_branch()})
        )


def test_a_districts_branch_is_written_on_all_its_drivers_and_on_no_other(admin: Post) -> None:
    here = [register(admin, licence=f"5199991970010100{n:02d}", phone=f"1630000{n:04d}") for n in range(10, 13)]
    elsewhere = register(admin, place=Place.objects.get(code="510503"))
    branch = world.a_branch()
    acting = {"by": admin.person, "post": admin, "now": world.NOW}
    assert actions.set_branch_of_district(world.district(), branch=branch, **acting) == 3
    assert actions.set_branch_of_district(world.district(), branch=branch, **acting) == 0
    assert {row.branch_path for row in Driver.objects.filter(pk__in=[row.pk for row in here])} == {branch.path}
    elsewhere.refresh_from_db()
    assert elsewhere.branch is None
    assert Event.objects.filter(kind="drivers.district_branch_set").latest("pk").facts["drivers"] == 0
    actions.set_branch(elsewhere, branch=branch, now=world.NOW)
    assert Driver.objects.under(branch.path).count() == 4
    assert Event.objects.get(kind="drivers.branch_set").facts == {"branch": branch.code}


def test_those_in_force_stand_before_those_that_ended() -> None:
    driver = world.a_driver().driver
    company = world.a_platform()
    fields = {"driver": driver, "company": company, "kind": ContractKind.LEASE, "from_date": DAY}
    over = Contract.objects.create(until_date=DAY, **fields)
    running = Contract.objects.create(until_date=NEXT + datetime.timedelta(days=11), **fields)
    found = Contract.objects.of(driver, NEXT)
    assert [(row.pk, row.is_over, row.days_left) for row in found] == [(running.pk, False, 11), (over.pk, True, None)]


def test_a_city_registers_nobody_in_another_city() -> None:
    city = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    given: dict[str, Any] = {
        "phone": "13900000001", "licence": "510502199001010001", "since_date": world.LONG_AGO, "by": city.person,
        "post": city, "now": world.NOW,
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        actions.register_driver("周建平", place=world.district("CD"), **given)
    assert actions.register_driver("周建平", place=world.district("LZ"), **given).place == world.district("LZ")
