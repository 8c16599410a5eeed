"""What papers and phones say is planted wherever the registers take it in; a dump of the database has none of it."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from drivers.actions import changing, driving, register
from drivers.models import Claim, Driver
from platforms.actions import companies, vehicles
from portal.actions import correcting, deliveries, importing, imports, invitations, people
from portal.imports.tables import tables
from portal.models import Correction, ImportProblem, Invitation, Post, Role, SmsMessage
from tests import world
from tests.journeys.walk import send
from tests.portal.dumped import all_rows
from tests.world import NOW

pytestmark = pytest.mark.django_db

PHONES = [f"1330000{number:04d}" for number in range(7000, 7012)]
LICENCES = [f"51050219860417{number:04d}" for number in range(3001, 3006)]
PLATES = ["川E7K3M1", "川ED70931"]
VINS = ["LSVAM4187C2184847"]
PAPERS = ["510500770099001", "川交运管许可泸字510500880077号"]
NAMES = ["亓官鸮"]  # an owner, a legal representative: nobody looks them up by name
WORDS = ["我换号是因为旧号给了表弟鼋", "身份证末位该是九不是六", "两人看过，章不清楚", "补登，原件在所里夔"]


@pytest.fixture(autouse=True)
def at_ten() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def fill_registers(office: Post, line: dict[str, Any]) -> Driver:
    who: dict[str, Any] = {"by": office.person, "post": office, "now": NOW}
    papers = {"certificate": PAPERS[0], "certificate_until_date": datetime.date(2027, 1, 1)}
    record = register.register_driver(
        "周建平", place=world.district(), phone=PHONES[0], licence=LICENCES[0], since_date=world.LONG_AGO,
        papers=papers, **who,
    )  # fmt: skip
    changing.change_driver(record, {"phone": PHONES[1], "licence": LICENCES[1]}, seen=0, reason=WORDS[3], **who)
    register.set_branch(record, branch=line["branch"], now=NOW)
    record.refresh_from_db()
    company = world.a_platform("川行约车")
    given = {"city": world.city(), "owner_name": NAMES[0], "vin": VINS[0], "licence": PAPERS[1]}
    car = vehicles.register_vehicle(PLATES[0], given, **who)
    vehicles.change_vehicle(car, {"plate": PLATES[1]}, seen=0, reason=WORDS[3], **who)
    car.refresh_from_db()
    register.start_engagement(record, company=company, from_date=world.LONG_AGO, by=office.person, post=office, now=NOW)
    driving.start_driving(record, vehicle=car, company=company, from_date=world.LONG_AGO, **who)
    return record


def ask_and_refuse(line: dict[str, Any], record: Driver) -> None:
    """A claim with words, refused with a reason; a wrong one that nothing fits; a correction of what stands there."""
    person = people.register(PHONES[2], now=NOW)
    people.rename(person, name="周建平", by=person, now=NOW)
    browser = world.signed_in(person)
    send(browser, reverse("drivers:claim_match"), licence=LICENCES[2], name="周建平")
    asked = {"licence": record.licence, "name": "周建平", "district": record.place.code, "said": WORDS[0]}
    assert send(browser, reverse("drivers:claim_ask"), **asked).status_code == 302
    claim, secretary = Claim.objects.get(), world.a_secretary(line["branch"])
    refuse = reverse("drivers:desk_claim_refuse", args=[claim.code])
    answered = send(world.signed_in(secretary.person, secretary), refuse, reason=WORDS[2])
    assert answered.status_code == 302
    tied = world.a_driver(line["branch"])
    correcting.ask(tied, field="drivers.licence", said=LICENCES[3], why=WORDS[1], now=NOW)


def look_for(browser: Client) -> None:
    for register_name, typed in (("drivers:drivers", PHONES[1]), ("drivers:drivers", LICENCES[1]),
                                 ("platforms:vehicles", PLATES[1]), ("portal:desk_posts", PHONES[3])):  # fmt: skip
        browser.post(reverse(register_name), {"q": typed})


def from_a_file(office: Post) -> None:
    """Rows that are entered, a row that is changed, cells with problems; the file's name names somebody too."""
    sound = f"周建平,{PHONES[4]},{LICENCES[4]},{world.district().code},2024-03-01"
    wrong = f"周建平,{PHONES[5]}0,{LICENCES[4][:-1]}，,{world.district().code},{PHONES[6]}"
    text = f"姓名,手机号,驾驶证号,区县,从业起始日期\n{sound}\n{wrong}\n"
    run = imports.ask(
        tables()["drivers.drivers"], [text.encode()], file_name=f"{PHONES[7]}.csv", by=office.person, post=office,
        now=NOW,
    )  # fmt: skip
    importing.work(run.pk, clock=lambda: NOW)
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)


def test_nothing_from_a_paper_or_a_phone_stands_in_a_dump(settings: Any) -> None:
    line = world.a_line()
    office = world.a_post(Role.SYSTEM_ADMIN, world.department())
    security = world.a_post(Role.SECURITY_ADMIN, world.department())
    record = fill_registers(office, line)
    company = world.a_platform("天府快驾").company
    papers = {"legal_name": NAMES[0], "contact_name": NAMES[0], "contact_phone": PHONES[8]}
    companies.change_company(company, papers, seen=0, reason=WORDS[3], by=office.person, post=office, now=NOW)
    ask_and_refuse(line, record)
    invited = {"organisation": line["branch"], "role": Role.CONTACT, "from_date": NOW.date()}
    invitations.invite(PHONES[9], name="周建平", by=security.person, now=NOW, **invited)
    look_for(world.signed_in(office.person, office))
    look_for(world.signed_in(security.person, security))
    from_a_file(office)
    deliveries.sweep(now=NOW + datetime.timedelta(minutes=1))

    assert Driver.objects.with_licence(LICENCES[4])  # what was planted did take root
    assert ImportProblem.objects.count() >= 2
    assert Correction.objects.get().said.startswith(LICENCES[3])
    assert Claim.objects.get().reason == WORDS[2]
    assert Invitation.objects.get().phone == PHONES[9]
    assert SmsMessage.objects.exists()
    dump = all_rows()
    assert "川行约车" in dump
    planted = [*PHONES, *LICENCES, *PLATES, *VINS, *PAPERS, *NAMES, *WORDS]
    assert [canary for canary in planted if canary in dump] == []
