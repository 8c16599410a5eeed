"""The register of 5,000 drivers, whom they drive for, their contracts, and the contacts among them.

Written in bulk and without events: it stands for what a bureau's register brings along before the portal begins.
The few who act in the demonstration get an account; contacts, pairs and everything after that go through actions.
"""

import datetime
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from branches import actions as branches
from demo import names, vehicles
from demo.lines import BRANCHES, FOUNDED_AT, FOUNDED_DATE, Lines
from drivers.models import Contract, ContractKind, Driver, Driving, Engagement, licence_hash
from portal.actions import posts
from portal.models import Organisation, OrganisationKind, Post, Role, User
from portal.models.people import phone_hash

DRIVERS = 5_000
ACCOUNTS = 620
WITH_ENTERPRISE = 6  # the contacts that enterprise organisations have
PAIRS = 110
FIRST_PHONE = 10_000_001  # drivers' numbers begin at 163 1000 0001
# how often a driver is met in a district: Chengdu's inner ones most, far counties least
WEIGHTS: dict[str, int] = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))["weights"]
# years since the first order -> share (in percent) of drivers
TENURE = ((1, 33), (3, 30), (5, 15), (10, 15), (15, 7))


@dataclass
class Register:
    """The drivers by district, and those who have an account."""

    drivers: list[Driver] = field(default_factory=list)
    filers: list[Driver] = field(default_factory=list)
    known: Driver | None = None
    contacts: list[Post] = field(default_factory=list)


def enter(lines: Lines, *, today: datetime.date, random: Random) -> Register:
    """All drivers with their companies and contracts; 周建平 is the first."""
    register = Register()
    # of its own: the papers change nothing of whom the rest of the demonstration is about
    papers = Random("papers")
    by_district = {
        lines.places[district].pk: lines.branches[name]
        for table in BRANCHES.values()
        for name, (_short, districts, _contacts) in table.items()
        for district in districts.split()
    }
    districts = [lines.places[name] for name in WEIGHTS]
    for number in range(DRIVERS):
        place = lines.places["江阳区"] if number == 0 else random.choices(districts, list(WEIGHTS.values()))[0]
        years, _share = random.choices(TENURE, [share for _years, share in TENURE])[0]
        since_date = today - datetime.timedelta(days=20 + int(random.random() * years * 365))
        number_of_his = names.phone(FIRST_PHONE + number)
        licence = names.licence(number)
        branch = by_district[place.pk]
        register.drivers.append(
            Driver(
                name="周建平" if number == 0 else names.name(random),
                place=place,
                phone=number_of_his,
                phone_hash=phone_hash(number_of_his),
                licence=licence,
                licence_hash=licence_hash(licence),
                branch=branch,
                branch_path=branch.path,
                since_date=today - datetime.timedelta(days=4 * 365 + 12) if number == 0 else since_date,
                is_demo=True,
            )
        )
        vehicles.papers(register.drivers[-1], number, today=today, random=papers)
    register.known = register.drivers[0]
    _give_accounts(register, random)
    Driver.objects.bulk_create(register.drivers, batch_size=2_500)
    _engage(lines, register, today, random)
    return register


def _give_accounts(register: Register, random: Random) -> None:
    """Those who act in the demonstration sign in with the register's number; 周建平 has his account already."""
    known = register.drivers[0]
    known.person = User.objects.get(name=known.name, is_demo=True)
    known.phone, known.phone_hash = known.person.phone, known.person.phone_hash
    chosen = random.sample(register.drivers[1:], ACCOUNTS)
    people = []
    for driver in chosen:
        person = User(
            name=driver.name,
            phone=driver.phone,
            phone_hash=driver.phone_hash,
            joined_at=FOUNDED_AT,
            is_demo=True,
        )
        person.set_unusable_password()
        people.append(person)
    for driver, person in zip(chosen, User.objects.bulk_create(people), strict=True):
        driver.person = person
    register.filers = [known, *chosen]


def _engage(lines: Lines, register: Register, today: datetime.date, random: Random) -> None:
    """One to three platforms each, some of them in the past; a third lease their car."""
    at_work: dict[tuple[int, str], list[Organisation]] = {}
    for company in lines.companies.values():
        for city in company.cities.all():
            at_work.setdefault((city.pk, company.organisation.kind), []).append(company.organisation)
    engagements: list[Engagement] = []
    contracts: list[Contract] = []
    for driver in register.drivers:
        city_id = driver.place.parent_id
        assert city_id is not None
        platforms = at_work[city_id, OrganisationKind.PLATFORM]
        days = (today - driver.since_date).days
        for number, company in enumerate(random.sample(platforms, random.choices((1, 2, 3), (50, 36, 14))[0])):
            from_date = driver.since_date + datetime.timedelta(days=0 if number == 0 else random.randrange(days))
            ended = number > 0 and random.random() < 0.3
            until_date = from_date + (today - from_date) * random.random() if ended else None
            engagements.append(Engagement(driver=driver, company=company, from_date=from_date, until_date=until_date))
            if number == 0 and random.random() < 0.6:
                contracts.append(
                    Contract(driver=driver, company=company, kind=ContractKind.AGREEMENT, from_date=from_date)
                )
        if random.random() < 0.35:
            company = random.choice(at_work[city_id, OrganisationKind.LEASING])
            from_date = max(driver.since_date, today - datetime.timedelta(days=random.randrange(30, 700)))
            engagements.append(Engagement(driver=driver, company=company, from_date=from_date))
            until_date = from_date + datetime.timedelta(days=720)
            contracts.append(
                Contract(
                    driver=driver, company=company, kind=ContractKind.LEASE, from_date=from_date, until_date=until_date
                )
            )
    engagements = [row for row in engagements if row.driver is not register.known]
    contracts = [row for row in contracts if row.driver is not register.known]
    _engage_known(lines, register, today, engagements, contracts)
    Engagement.objects.bulk_create(engagements, batch_size=5_000)
    companies, papers = list(lines.companies.values()), Random("vehicles")
    drivings = vehicles.give(companies, register.drivers, engagements, contracts, today=today, random=papers)
    Contract.objects.bulk_create(contracts, batch_size=5_000)
    Driving.objects.bulk_create(drivings, batch_size=5_000)
    vehicles.permits(companies, today=today, random=papers)


def _engage_known(
    lines: Lines,
    register: Register,
    today: datetime.date,
    engagements: list[Engagement],
    contracts: list[Contract],
) -> None:
    """周建平 drives for 蜀程出行, used to drive for 天府快驾, and leases from 锦驾租赁 until twelve days from now."""
    driver = register.known
    assert driver is not None
    shucheng, tianfu, jinjia = (lines.companies[name].organisation for name in ("蜀程出行", "天府快驾", "锦驾租赁"))
    last_year = today - datetime.timedelta(days=400)
    lease_until = today + datetime.timedelta(days=12)
    leased = lease_until - datetime.timedelta(days=720)
    engagements += [
        Engagement(driver=driver, company=shucheng, from_date=driver.since_date),
        Engagement(driver=driver, company=tianfu, from_date=driver.since_date, until_date=last_year),
        Engagement(driver=driver, company=jinjia, from_date=leased),
    ]
    contracts += [
        Contract(driver=driver, company=shucheng, kind=ContractKind.AGREEMENT, from_date=driver.since_date),
        Contract(driver=driver, company=jinjia, kind=ContractKind.LEASE, from_date=leased, until_date=lease_until),
    ]


def appoint_contacts(lines: Lines, register: Register, *, known: Post, random: Random) -> None:
    """Sixty contacts, drivers themselves, in the branch of their district. Most agree that drivers see their name."""
    waiting: dict[int, list[Driver]] = {}
    for driver in register.filers[1:]:
        waiting.setdefault(driver.branch_id or 0, []).append(driver)
    register.contacts = [known]
    chosen: set[int] = set()
    for table in BRANCHES.values():
        for name, (_short, _districts, wanted) in table.items():
            branch = lines.branches[name]
            for driver in waiting.get(branch.pk, [])[: wanted - (branch == known.organisation)]:
                _appoint_contact(lines, register, driver, branch)
                chosen.add(driver.pk)
    for organisation in lines.enterprises.values():
        there = waiting[random.choice(list(waiting))]
        driver = next(row for row in there if row.pk not in chosen)
        _appoint_contact(lines, register, driver, organisation)
        chosen.add(driver.pk)
    register.filers = [driver for driver in register.filers if driver.pk not in chosen]
    for post in register.contacts:
        if post is known or random.random() < 0.85:
            posts.set_public(post.pk, is_public=True, by=post.person, now=FOUNDED_AT)


def _appoint_contact(lines: Lines, register: Register, driver: Driver, organisation: Organisation) -> None:
    assert driver.person is not None
    register.contacts.append(lines.post(driver.person, Role.CONTACT, organisation, FOUNDED_DATE))


def pair(lines: Lines, register: Register, *, by: Post, random: Random) -> None:
    """A few drivers have a contact of their own; 周建平's is 王建国."""
    known = register.contacts[0]
    acting = {"by": by.person, "post": by, "now": FOUNDED_AT}
    assert register.known is not None
    branches.pair(register.known, contact=known, from_date=FOUNDED_DATE, **acting)
    of_branch: dict[int, list[Post]] = {}
    for post in register.contacts:
        of_branch.setdefault(post.organisation_id, []).append(post)
    able = [driver for driver in register.filers[1:] if driver.branch_id in of_branch]
    for driver in random.sample(able, PAIRS):
        contact = random.choice(of_branch[driver.branch_id or 0])
        branches.pair(driver, contact=contact, from_date=max(FOUNDED_DATE, driver.since_date), **acting)
