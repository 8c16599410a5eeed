"""Registering companies, and who is declared too close to them."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from platforms.actions import companies, ties
from platforms.models import Company, Kinship, Tie, TieKind
from portal.actions import importing, imports
from portal.errors import Refused
from portal.imports.tables import tables
from portal.models import Event, ImportProblem, Organisation, Place, Role
from portal.once import new_key
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)


def register(name: str = "新程出行", **fields: object) -> Company:
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    values: dict[str, object] = {
        "kind": "platform",
        "short_name": name,
        "place": Place.objects.get(code="510000"),
        "cities": [world.city()],
        "take_cap_permille": 280,
        "by": admin.person,
        "post": admin,
        "now": world.NOW,
    }
    return companies.register_company(name, **(values | fields))  # type: ignore[arg-type]


def test_a_platform_is_registered_with_its_cities_and_cap() -> None:
    company = register()
    assert company.take_cap == 0.28
    assert [city.letters for city in company.cities.all()] == ["LZ"]
    assert company.organisation.path == f"{company.organisation.code}/"
    event = Event.objects.get(kind="platforms.company_registered")
    assert event.facts == {"kind": "platform", "cities": ["510500"], "take_cap_permille": 280}
    assert event.subject == f"portal.organisation:{company.organisation.code}"


def test_a_leasing_company_has_no_cap() -> None:
    assert register("顺达租赁", kind="leasing", take_cap_permille=None).take_cap is None


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "branch"},
        {"kind": "leasing"},  # with a cap
        {"take_cap_permille": 1000},
        {"take_cap_permille": 0},
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(Refused):
        register(**fields)
    assert not Organisation.objects.filter(name="新程出行").exists()


def test_a_district_is_no_place_of_business_and_a_name_is_taken_once() -> None:
    with pytest.raises(Refused):
        register(cities=[world.district()])
    register()
    with pytest.raises(Refused):
        register()


def test_only_a_system_administrator_registers_companies_and_only_in_that_post() -> None:
    staff = world.a_committee_staff()
    with pytest.raises(PermissionDenied):
        register(by=staff.person, post=staff)
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    with pytest.raises(PermissionDenied):
        register(by=admin.person, post=None)
    with pytest.raises(PermissionDenied):
        register(by=world.a_person(), post=admin)


def test_a_citys_administrator_keeps_the_companies_of_his_city_alone() -> None:
    city = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    who = {"by": city.person, "post": city, "now": world.NOW}
    for cities in ([], [world.city("YB")], [world.city("LZ"), world.city("YB")]):
        with pytest.raises(PermissionDenied):
            register(cities=cities, **who)
    wide = register("省内出行", cities=[world.city("LZ"), world.city("YB")])
    with pytest.raises(PermissionDenied):
        companies.change_company(wide, {"address": "新址"}, seen=0, reason="迁址", **who)
    with pytest.raises(PermissionDenied):
        companies.end_company(wide, last_date=DAY, reason="停业", **who)
    browser = world.signed_in(city.person, city)
    pages = [reverse(f"platforms:{name}_company", args=[wide.code]) for name in ("change", "end")]
    page = browser.get(reverse("platforms:company", args=[wide.code])).content.decode()
    assert not any(address in page for address in pages)
    # but its permit for this city is this city's
    assert reverse("platforms:new_permit", args=[wide.code]) in page
    assert {browser.get(address).status_code for address in pages} == {404}
    fields = {"key": new_key(), "name": "江阳租赁", "short_name": "江阳租赁", "kind": "leasing", "state": "valid"}
    browser.post(reverse("platforms:new_company"), fields | {"cities": [world.city("YB").pk]})
    own = Company.objects.get(organisation__name="江阳租赁")
    assert list(own.cities.all()) == [world.city("LZ")]
    with pytest.raises(PermissionDenied):
        companies.change_company(own, {"cities": [world.city("YB")]}, seen=0, reason="搬家", **who)
    change = reverse("platforms:change_company", args=[own.code])
    assert change in browser.get(reverse("platforms:company", args=[own.code])).content.decode()
    browser.post(change, fields | {"key": new_key(), "address": "新址", "revision": 0, "reason": "迁址"})
    own.refresh_from_db()
    assert (own.address, list(own.cities.all())) == ("新址", [world.city("LZ")])


def test_a_citys_file_enters_companies_of_the_city_and_changes_no_other() -> None:
    city = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    for name, places in (("省内出行", ["LZ", "YB"]), ("本市出行", ["LZ"])):
        register(name, cities=[world.city(letters) for letters in places])
    rows = ["企业名称,类型,统一社会信用代码,地址", "省内出行,平台,91510500MA6ABCDE1F,新址",
            "本市出行,平台,91510500MA6ABCDE2F,新址", "新来出行,平台,91510500MA6ABCDE3F,新址"]  # fmt: skip
    content, who = "\n".join(rows).encode(), {"by": city.person, "post": city, "now": world.NOW}
    run = imports.ask(tables()["platforms.companies"], [content], file_name="公司.csv", **who)
    importing.work(run.pk, clock=lambda: world.NOW)
    assert list(ImportProblem.objects.filter(run=run).values_list("line", "kind")) == [(2, "elsewhere")]
    imports.start(run.pk, **who)
    importing.work(run.pk, clock=lambda: world.NOW)
    moved = Company.objects.filter(address="新址").order_by("credit_code")
    assert [(str(one), [place.letters for place in one.cities.all()]) for one in moved] == [
        ("本市出行", ["LZ"]), ("新来出行", ["LZ"]),
    ]  # fmt: skip
    imports.undo(run.pk, **who)
    importing.work(run.pk, clock=lambda: world.NOW)
    assert not Company.objects.filter(address="新址").exists()


def test_a_person_declares_a_tie_and_it_bars_him_from_its_first_to_its_last_day() -> None:
    person, company = world.a_person(), world.a_platform()
    tie = ties.declare_tie(
        person, company=company, kind=TieKind.STAFF, from_date=DAY, by=person, post=None, now=world.NOW
    )
    assert tie in Tie.objects.live(DAY)
    assert Event.objects.get(kind="platforms.tie_declared").facts == {"company": company.code, "kind": "staff"}
    ties.end_tie(tie, until_date=DAY, by=person, post=None, now=world.NOW)
    assert tie in Tie.objects.live(DAY)
    assert tie not in Tie.objects.live(DAY + datetime.timedelta(days=1))
    assert Event.objects.filter(kind="platforms.tie_ended").exists()


def test_a_tie_is_declared_once_at_a_company_and_ends_after_it_began() -> None:
    person, company = world.a_person(), world.a_platform()
    acting = {"by": person, "post": None, "now": world.NOW}
    tie = ties.declare_tie(person, company=company, kind=TieKind.CAPTAIN, from_date=DAY, **acting)
    with pytest.raises(Refused):
        ties.declare_tie(person, company=company, kind=TieKind.STAFF, from_date=DAY, **acting)
    with pytest.raises(Refused):
        ties.declare_tie(person, company=world.a_branch(), kind=TieKind.STAFF, from_date=DAY, **acting)
    with pytest.raises(Refused):
        ties.end_tie(tie, until_date=DAY - datetime.timedelta(days=1), **acting)
    ties.end_tie(tie, until_date=DAY, **acting)
    with pytest.raises(Refused):
        ties.end_tie(tie, until_date=DAY, **acting)


def test_others_declare_nothing_for_a_person_but_a_security_administrator_may() -> None:
    person, company = world.a_person(), world.a_platform()
    security = world.a_post(Role.SECURITY_ADMIN, world.department())
    system = world.a_post(Role.SYSTEM_ADMIN, world.department())
    declared = {"company": company, "kind": TieKind.FLEET_LEAD, "from_date": DAY, "now": world.NOW}
    for by, post in ((world.a_person(), None), (system.person, system), (security.person, None)):
        with pytest.raises(PermissionDenied):
            ties.declare_tie(person, by=by, post=post, **declared)
    assert ties.declare_tie(person, by=security.person, post=security, **declared).person == person


def test_kinship_holds_in_both_directions_and_is_declared_once() -> None:
    one, other = world.a_person(), world.a_person()
    kinship = ties.declare_kinship(one, relative=other, by=one, post=None, now=world.NOW)
    assert Kinship.objects.filter(person=other, relative=one).exists()
    event = Event.objects.get(kind="platforms.kinship_declared")
    assert event.facts == {"people": sorted([one.code, other.code])}
    assert event.subject == f"platforms.kinship:{kinship.pk}"
    with pytest.raises(Refused):
        ties.declare_kinship(other, relative=one, by=other, post=None, now=world.NOW)
    with pytest.raises(Refused):
        ties.declare_kinship(one, relative=one, by=one, post=None, now=world.NOW)
    with pytest.raises(PermissionDenied):
        ties.declare_kinship(one, relative=world.a_person(), by=other, post=None, now=world.NOW)
