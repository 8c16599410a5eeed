"""The registers as they are kept and read: a system administrator enters and changes, an analyst and a line look up."""

import datetime
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drivers.models import Driver, Driving
from platforms.models import Company, Permit, Vehicle
from portal import slices
from portal.models import Event, EventText, Post, Reading, RecordUse, Role
from portal.once import new_key
from tests import world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PHONE, LICENCE, PLATE = "13900001234", "510502199001011234", "川E12345D"
WHY = "核对租赁合同上的号码"


@pytest.fixture
def keeper() -> Client:
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())
    return world.signed_in(post.person, post)


@pytest.fixture
def analyst_post() -> Post:
    return world.a_post(Role.ANALYST, world.department())


@pytest.fixture
def analyst(analyst_post: Post) -> Client:
    return world.signed_in(analyst_post.person, analyst_post)


def sent(browser: Client, url: str, **fields: object) -> str:
    """Send a form and follow it; what it leads to has to be a page."""
    answer = browser.post(url, {"key": new_key(), **fields}, follow=True)
    assert answer.status_code == 200, url
    assert answer.redirect_chain, re.findall(r'class="err".*?</p>', answer.content.decode())
    return unescape(answer.content.decode())


def text(browser: Client, url: str, **query: str) -> str:
    answer = browser.get(url, query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def a_company(keeper: Client, name: str, kind: str) -> Company:
    fields = {"name": name, "short_name": name, "kind": kind, "state": "valid", "cities": [world.city().pk]}
    sent(keeper, reverse("platforms:new_company"), **fields)
    return Company.objects.get(organisation__name=name)


def a_vehicle(keeper: Client, platform: Company, lessor: Company) -> Vehicle:
    fields = {
        "plate": "川Ｅ·12345 d",
        "plate_colour": "green",
        "city": world.city().pk,
        "company": platform.pk,
        "owner_company": lessor.pk,
        "energy": "electric",
        "seats": 5,
        "licence": "川交运管许可5105000001号",
        "licence_until_date": TODAY + datetime.timedelta(days=200),
        "insured_until_date": TODAY + datetime.timedelta(days=10),
        "inspected_until_date": TODAY - datetime.timedelta(days=3),
        "state": "valid",
    }
    sent(keeper, reverse("platforms:new_vehicle"), **fields)
    return Vehicle.objects.get()


def a_driver(keeper: Client, name: str = "曾建平") -> Driver:
    fields = {
        "name": name,
        "place": world.district().pk,
        "phone": "139 0000 1234",
        "licence": LICENCE,
        "since_date": "2024-03-01",
        "certificate": "5105002024000123",
        "certificate_until_date": TODAY + datetime.timedelta(days=20),
    }
    sent(keeper, reverse("drivers:new_driver"), **fields)
    return Driver.objects.get(name=name)


def test_a_system_administrator_keeps_company_permit_vehicle_driver_and_who_drives_what(keeper: Client) -> None:
    platform, lessor = a_company(keeper, "蜀程出行", "platform"), a_company(keeper, "锦驾租赁", "leasing")
    page = sent(
        keeper, reverse("platforms:new_permit", args=[platform.code]), city=world.city("YB").pk, number="川网5115001",
        from_date="2024-01-01", until_date=TODAY + datetime.timedelta(days=25), state="valid",
    )  # fmt: skip
    assert "即将到期" in page
    assert set(platform.cities.all()) == {world.city("LZ"), world.city("YB")}
    vehicle, driver = a_vehicle(keeper, platform, lessor), a_driver(keeper)
    record = reverse("drivers:driver", args=[driver.code])
    company = platform.organisation.code
    sent(keeper, f"{record}company/", company=company, from_date="2024-03-01", contract="agreement")
    sent(keeper, f"{record}drives/", plate=PLATE, company=company, from_date="2024-03-02")
    page = sent(
        keeper, f"{record}lease/", plate="川e12345D", company=lessor.organisation.code, from_date="2024-03-02",
        until_date=TODAY + datetime.timedelta(days=5),
    )  # fmt: skip
    assert "锦驾租赁" in page
    assert "租车合同" in page
    # the same three once, and not before the one that goes on has ended
    twice = keeper.post(f"{record}drives/", {"key": new_key(), "plate": PLATE, "company": company, "from_date": TODAY})
    assert "已登记" in twice.content.decode()
    driving = Driving.objects.get()
    sent(keeper, reverse("drivers:end_driving", args=[driving.code]), last_date=TODAY, reason="换车")
    driving.refresh_from_db()
    assert driving.until_date == TODAY
    assert "曾建平" in text(keeper, reverse("drivers:vehicle", args=[vehicle.code]))
    end = f"{record}company/{company}/end/"
    assert end in text(keeper, record)
    assert (
        "不能" in keeper.post(end, {"key": new_key(), "last_date": "2024-02-01", "reason": "换平台"}).content.decode()
    )
    page = sent(keeper, end, last_date=TODAY, reason="换平台")
    assert "换平台" in page
    assert end not in page
    assert driver.engagements.get(company=platform.organisation).until_date == TODAY
    # whoever sends the same form again has changed nothing twice
    assert Event.objects.filter(kind="drivers.driving_started").count() == 1


def test_a_change_has_a_reason_a_history_without_open_numbers_and_refuses_to_write_over_another(keeper: Client) -> None:
    driver = a_driver(keeper)
    url = reverse("drivers:change_driver", args=[driver.code])
    same = {"name": "曾建平", "place": driver.place_id, "since_date": "2024-03-01", "state": "valid", "revision": 0,
            "certificate_until_date": driver.certificate_until_date}  # fmt: skip
    assert PHONE not in text(keeper, url)
    page = sent(keeper, url, **same, phone="13900005678", reason="本人到场更换手机号")
    assert "139****1234 → 139****5678" in page
    assert "本人到场更换手机号" in page
    assert "13900005678" not in page
    driver.refresh_from_db()
    assert driver.licence == LICENCE
    event = Event.objects.get(kind="drivers.driver_changed")
    assert event.facts == {"fields": ["phone"]}
    assert set(EventText.objects.filter(event=event).values_list("name", flat=True)) == {"phone", "reason"}
    late = keeper.post(url, {"key": new_key(), **same, "name": "曾建萍", "reason": "写错了字"})
    assert late.status_code == 409
    assert "写错了字" in late.content.decode()
    empty = keeper.post(url, {"key": new_key(), **same, "revision": 1, "reason": ""})
    assert empty.status_code == 200
    assert Driver.objects.get().name == "曾建平"


@pytest.mark.parametrize("typed", ["曾建", "建平", "zjp", "CJP", "ｚｊｐ", "zengjianping", PHONE, "+86 139-0000-1234",
                                   LICENCE.lower(), "5105002024000123"])  # fmt: skip
def test_a_driver_is_found_and_what_is_typed_in_full_stands_in_no_address(
    keeper: Client, analyst: Client, typed: str
) -> None:
    a_driver(keeper)
    answer = analyst.post(reverse("drivers:drivers"), {"q": typed}, follow=True)
    assert "曾建平" in answer.content.decode()
    address = answer.redirect_chain[0][0]
    assert not any(number in address for number in ("0000", LICENCE, "5105002024"))
    none = analyst.post(reverse("drivers:drivers"), {"q": "13911112222"}, follow=True)
    assert "曾建平" not in none.content.decode()


def test_what_a_register_keeps_no_secret_key_for_is_found_by_words(keeper: Client, analyst: Client) -> None:
    platform, lessor = a_company(keeper, "T3出行科技", "platform"), a_company(keeper, "锦驾租赁", "leasing")
    Company.objects.filter(pk=platform.pk).update(credit_code="91510500MA6ABCDE1F")
    a_vehicle(keeper, platform, lessor)
    sent(
        keeper, reverse("platforms:new_permit", args=[platform.code]), city=world.city().pk, number="川网5105001",
        from_date="2024-01-01", until_date=TODAY, state="valid",
    )  # fmt: skip
    companies, permits, vehicles = (reverse(f"platforms:{name}") for name in ("companies", "permits", "vehicles"))
    for url, typed, count in (
        (companies, "91510500ma6abcde1f", 1),
        (companies, "T3出行科技", 1),
        (companies, "91510500MA6ABCDE2F", 0),
        (permits, "川网5105001", 1),
        (permits, "T3出行科技", 1),
        (permits, "13800138001", 0),
        (companies, "川E12345D", 0),
        (vehicles, "T3出行科技", 1),
        (vehicles, "L6T7824S0NN012345", 0),
    ):
        answer = analyst.post(url, {"q": typed}, follow=True)
        page = answer.context["page"]
        assert len(getattr(page, "rows", page)) == count, (url, typed)
        assert "13800138001" not in answer.redirect_chain[0][0]


def test_a_plate_finds_its_car_and_whoever_drives_it(keeper: Client, analyst: Client) -> None:
    platform, lessor = a_company(keeper, "蜀程出行", "platform"), a_company(keeper, "锦驾租赁", "leasing")
    a_vehicle(keeper, platform, lessor)
    driver = a_driver(keeper)
    company = platform.organisation.code
    record = reverse("drivers:driver", args=[driver.code])
    sent(keeper, f"{record}company/", company=company, from_date="2024-03-01")
    sent(keeper, f"{record}drives/", plate=PLATE, company=company, from_date="2024-03-02")
    for name, found in (("platforms:vehicles", "川E"), ("drivers:drivers", "曾建平")):
        answer = analyst.post(reverse(name), {"q": "川e·12345ｄ"}, follow=True)
        page = answer.content.decode()
        assert found in page
        assert PLATE not in page
        assert found in text(analyst, reverse(name), company=company)
    assert "川E" in text(analyst, reverse("platforms:vehicles"), q="jjzl")
    assert "川E" in text(analyst, reverse("platforms:vehicles"), expiry="over")
    assert "蜀程出行" in text(analyst, reverse("platforms:companies"), q="sccx")
    assert Permit.objects.count() == 0


def test_one_field_in_full_needs_a_motive_and_is_told_to_whom_it_belongs(
    keeper: Client, analyst: Client, analyst_post: Post
) -> None:
    driver = a_driver(keeper)
    driver.person = world.a_person("曾建平")
    driver.save(update_fields=["person"])
    url = reverse("drivers:show_driver_field", args=[driver.code])
    assert PHONE not in text(analyst, reverse("drivers:driver", args=[driver.code]))
    assert PHONE not in analyst.post(url, {"key": new_key(), "field": "phone", "reason": ""}).content.decode()
    answer = analyst.post(url, {"key": new_key(), "field": "phone", "reason": WHY})
    assert PHONE in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert analyst.post(url, {"key": new_key(), "field": "name", "reason": WHY}).status_code == 404
    seen = Event.objects.get(kind="portal.field_shown")
    assert (seen.by, seen.facts) == (analyst_post.person, {"field": "phone"})
    assert driver.person.readings.filter(what=["phone"]).count() == 1
    assert WHY in text(analyst, reverse("drivers:driver", args=[driver.code]))


def test_each_office_reads_its_own_place_and_each_line_its_own_drivers(keeper: Client) -> None:
    driver = a_driver(keeper)
    branch = world.a_branch()
    Driver.objects.filter(pk=driver.pk).update(branch=branch, branch_path=branch.path)
    record = reverse("drivers:driver", args=[driver.code])
    secretary, contact = world.a_secretary(branch), world.a_contact(branch)
    elsewhere = world.an_organisation("department", "宜宾市交通运输局", place=world.city("YB"))
    office = world.an_organisation("department", "泸州市交通运输局", place=world.city("LZ"))
    for post, status in (
        (secretary, 200),
        (contact, 404),
        (world.a_secretary(world.a_branch("CD")), 404),
        (world.a_post(Role.ANALYST, elsewhere), 404),
        (world.a_post(Role.SYSTEM_ADMIN, elsewhere), 404),
        (world.a_post(Role.ANALYST, office), 200),
    ):
        browser = world.signed_in(post.person, post)
        assert browser.get(record).status_code == status
        assert browser.get(f"{record}change/").status_code == 404
        listed = browser.get(reverse("drivers:drivers"))
        assert ("曾建平" in listed.content.decode()) == (status == 200)
    assert world.signed_in(secretary.person, secretary).get(reverse("platforms:vehicles")).status_code == 404
    own = world.a_post(Role.SYSTEM_ADMIN, office)
    browser = world.signed_in(own.person, own)
    assert browser.get(f"{record}change/").status_code == 200
    # a city's office is offered no other city; an address that asks for one narrows nothing
    listed = browser.get(reverse("drivers:drivers"), {"city": world.city("YB").code})
    assert "city" not in listed.context["form"].fields
    assert [row.pk for row in listed.context["page"].rows] == [driver.pk]


@pytest.mark.parametrize("counted", [44, 46])
def test_a_list_goes_on_row_by_row_whether_or_not_it_was_counted_to_its_end(
    keeper: Client, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    place = a_driver(keeper).place
    Driver.objects.bulk_create(
        Driver(name="周建平", place=place, phone=PHONE, phone_hash="x", licence="1234567890",
               licence_hash=str(number), since_date=TODAY)
        for number in range(44)
    )  # fmt: skip
    monkeypatch.setattr(slices, "COUNTED", counted)
    page, found = slices.take(Driver.objects.all(), ""), []
    while page.rows:
        found += [row.pk for row in page.rows]
        assert (page.count, page.is_counted) == (min(45, counted), counted >= 45)
        if not page.after:
            break
        page = slices.take(Driver.objects.all(), page.after)
    assert found == list(Driver.objects.order_by("-pk").values_list("pk", flat=True))


def test_the_days_of_what_runs_out_add_up_to_the_list(keeper: Client, analyst: Client) -> None:
    driver = a_driver(keeper)
    Driver.objects.bulk_create(
        Driver(name="周建平", place=driver.place, phone=PHONE, phone_hash="x", licence="1234567890",
               licence_hash=str(days), since_date=TODAY, certificate_until_date=TODAY + datetime.timedelta(days=days))
        for days in (0, 7, 30, 31, -1, -400)
    )  # fmt: skip
    url = reverse("drivers:expiring")
    soon = analyst.get(url, {"paper": "certificate"}).context
    assert soon["every"] == soon["page"].paginator.count == len(soon["rows"]) == 4
    assert [(one.date - TODAY).days for one in soon["days"]] == [0, 7, 20, 30]
    day = analyst.get(url, {"paper": "certificate", "day": (TODAY + datetime.timedelta(days=7)).isoformat()}).context
    assert (day["every"], day["page"].paginator.count) == (4, 1)
    over = analyst.get(url, {"paper": "certificate", "expiry": "over"}).context
    assert over["every"] == len(over["rows"]) == 2
    assert [paper.code for paper in soon["papers"]] == [
        "certificate", "driving", "contract", "transport", "insurance", "inspection", "permit",
    ]  # fmt: skip


def test_whoever_leafs_through_the_register_stops_at_the_days_budget(
    keeper: Client, analyst: Client, analyst_post: Post, settings: object
) -> None:
    driver = a_driver(keeper)
    Driver.objects.bulk_create(
        Driver(name="周建平", place=driver.place, phone=PHONE, phone_hash="x", licence="1234567890", marks=["周建"],
               licence_hash=str(number), since_date=TODAY)
        for number in range(45)
    )  # fmt: skip
    settings.DESK_RECORDS_A_DAY = 22  # type: ignore[attr-defined]
    first = analyst.get(reverse("drivers:drivers"))
    assert first.context["page"].count == 46
    assert not RecordUse.objects.filter(person=analyst_post.person).exists()
    second = analyst.get(reverse("drivers:drivers"), {"after": first.context["page"].after})
    seen = {row.pk for answer in (first, second) for row in answer.context["page"].rows}
    assert len(seen) == 40
    third = analyst.get(reverse("drivers:drivers"), {"after": second.context["page"].after})
    assert third.status_code == 429
    assert analyst.get(reverse("drivers:drivers"), {"q": "周建"}).status_code == 429
    assert analyst.get(reverse("drivers:drivers")).status_code == 200
    assert Event.objects.filter(kind="portal.budget_reached").count() == 1


def test_who_leaves_the_register_ends_what_he_drives_and_stays_on_file(keeper: Client) -> None:
    platform, lessor = a_company(keeper, "蜀程出行", "platform"), a_company(keeper, "锦驾租赁", "leasing")
    vehicle, driver = a_vehicle(keeper, platform, lessor), a_driver(keeper)
    record = reverse("drivers:driver", args=[driver.code])
    sent(keeper, f"{record}company/", company=platform.organisation.code, from_date="2024-03-01")
    sent(keeper, f"{record}drives/", plate=PLATE, company=platform.organisation.code, from_date="2024-03-02")
    page = sent(keeper, f"{record}end/", last_date=TODAY, reason="本人申请注销")
    assert "注销" in page
    assert not driver.drivings.filter(until_date=None).exists()
    assert "曾建平" not in text(keeper, reverse("drivers:drivers"))
    assert "曾建平" in text(keeper, reverse("drivers:drivers"), state="ended")
    # the company keeps its cars until they are ended or moved
    refused = keeper.post(
        reverse("platforms:end_company", args=[platform.code]), {"key": new_key(), "last_date": TODAY, "reason": "停业"}
    )
    assert "车辆" in refused.content.decode()
    sent(keeper, reverse("platforms:end_vehicle", args=[vehicle.code]), last_date=TODAY, reason="报废")
    sent(keeper, reverse("platforms:end_company", args=[platform.code]), last_date=TODAY, reason="停业")
    # a plate is given out again
    a = {"plate": PLATE, "plate_colour": "green", "city": world.city().pk, "energy": "electric", "seats": 5}
    sent(keeper, reverse("platforms:new_vehicle"), **a, state="valid")
    assert Vehicle.objects.count() == 2


def test_a_shared_car_tells_all_who_drive_it_and_names_nobody_outside_the_readers_reach(keeper: Client) -> None:
    platform, lessor = a_company(keeper, "蜀程出行", "platform"), a_company(keeper, "锦驾租赁", "leasing")
    vehicle = a_vehicle(keeper, platform, lessor)
    here, there = world.a_branch(), world.a_branch("YB")
    drivers = [
        world.a_driver(here).driver,
        world.a_driver(here).driver,
        world.a_driver(there, place=world.district("YB")).driver,
    ]
    for driver, name in zip(drivers, ("曾甲平", "曾乙平", "曾丙平"), strict=True):
        Driver.objects.filter(pk=driver.pk).update(name=name)
        Driving.objects.create(
            driver=driver, vehicle=vehicle, company=platform.organisation, from_date=datetime.date(2024, 3, 2)
        )
    page = reverse("drivers:vehicle", args=[vehicle.code])
    office = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    shown = text(world.signed_in(office.person, office), page)
    assert [name in shown for name in ("曾甲平", "曾乙平", "曾丙平", "曾**")] == [True, True, False, True]
    keeper.post(f"{page}show/", {"key": new_key(), "field": "plate", "reason": "核对车牌"})
    told = Reading.objects.filter(where=f"drivers.vehicle:{vehicle.code}", what=["plate"])
    assert set(told.values_list("person", flat=True)) == {driver.person_id for driver in drivers}
    keeper.post(f"{page}show/", {"key": new_key(), "field": "owner_name", "reason": "核对车主"})
    assert not Reading.objects.filter(what__contains=["record"]).exists()
