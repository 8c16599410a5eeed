"""The papers of drivers, the cars they drive and lease, and the platforms' permits: all invented, some run out."""

import datetime
from random import Random

from drivers.models import Contract, ContractKind, Driver, Driving, Engagement, certificate_hash
from platforms.models import Company, Energy, Permit, PlateColour, Vehicle, transport_licence_hash
from portal import namemarks
from portal.models import OrganisationKind
from portal.plates import plate_hash

# no plate is given out with an O in it: the shape is right, and it is nobody's car
LETTERS = {"CD": "A", "LZ": "E", "YB": "Q", "DZ": "S"}
MODELS = (
    ("比亚迪", "秦 PLUS EV"),
    ("广汽埃安", "AION S"),
    ("吉利几何", "A Pro"),
    ("北汽新能源", "EU5"),
    ("长安", "逸动 EV"),
)
INSURERS = ("巴蜀财险", "天府保险", "长江责任险")


def until(random: Random, today: datetime.date, years: int) -> datetime.date:
    """A paper's last day: one in fifty has run out, one in fifteen does within a month."""
    chance = random.random()
    if chance < 0.02:
        return today - datetime.timedelta(days=random.randrange(1, 60))
    if chance < 0.085:
        return today + datetime.timedelta(days=random.randrange(0, 31))
    return today + datetime.timedelta(days=random.randrange(31, years * 365))


def papers(driver: Driver, number: int, *, today: datetime.date, random: Random) -> None:
    """A driver's certificate and how long his driving licence holds; what his name is found by."""
    driver.marks = namemarks.marks_of(driver.name)
    driver.certificate = f"5199{number:012d}"
    driver.certificate_hash = certificate_hash(driver.certificate)
    driver.certificate_from_date = driver.since_date - datetime.timedelta(days=random.randrange(5, 40))
    driver.certificate_until_date = until(random, today, 3)
    driver.licence_until_date = until(random, today, 6)


def give(
    companies: list[Company],
    drivers: list[Driver],
    engagements: list[Engagement],
    contracts: list[Contract],
    *,
    today: datetime.date,
    random: Random,
) -> list[Driving]:
    """A car for whoever drives for a platform now: leased from the company of his lease, else his own. Not yet written
    are the drivings and contracts that name it."""
    by_organisation = {company.organisation_id: company for company in companies}
    leases = {row.driver_id: row for row in contracts if row.kind == ContractKind.LEASE}
    working: dict[int, list[Engagement]] = {}
    for row in engagements:
        if row.until_date is None and row.company.kind == OrganisationKind.PLATFORM:
            working.setdefault(row.driver_id, []).append(row)
    cars: dict[int, Vehicle] = {}
    for number, driver in enumerate(drivers):
        if driver.pk not in working:
            continue
        company = by_organisation[working[driver.pk][0].company_id]
        lease = leases.get(driver.pk)
        lessor = by_organisation[lease.company_id] if lease else None
        cars[driver.pk] = _car(driver, number, company, lessor, today, random)
    Vehicle.objects.bulk_create(cars.values(), batch_size=2_500)
    for driver_id, lease in leases.items():
        lease.vehicle = cars.get(driver_id)
    return [
        Driving(driver_id=driver_id, vehicle=cars[driver_id], company=row.company, from_date=row.from_date)
        for driver_id, rows in working.items()
        for row in rows
    ]


def _car(
    driver: Driver, number: int, company: Company, lessor: Company | None, today: datetime.date, random: Random
) -> Vehicle:
    city = driver.place.city
    plate = f"川{LETTERS[city.letters]}O{number:05d}"
    licence = f"5199{number:08d}"
    brand, model = random.choice(MODELS)
    first = today - datetime.timedelta(days=random.randrange(100, 2_000))
    return Vehicle(
        plate=plate,
        plate_hash=plate_hash(plate),
        plate_colour=PlateColour.GREEN,
        city=city,
        company=company,
        owner_company=lessor,
        owner_name="" if lessor else driver.name,
        brand=brand,
        model=model,
        energy=Energy.ELECTRIC,
        first_registered_date=first,
        licence=licence,
        licence_hash=transport_licence_hash(licence),
        licence_from_date=first,
        licence_until_date=until(random, today, 4),
        insurer=random.choice(INSURERS),
        insured_until_date=until(random, today, 1),
        inspected_until_date=until(random, today, 1),
        is_demo=True,
    )


def permits(companies: list[Company], *, today: datetime.date, random: Random) -> None:
    """Each platform's permit in each city it works in."""
    rows = []
    for company in companies:
        if company.organisation.kind != OrganisationKind.PLATFORM:
            continue
        for city in company.cities.all():
            from_date = today - datetime.timedelta(days=random.randrange(300, 1_400))
            rows.append(
                Permit(
                    company=company,
                    city=city,
                    number=f"川网{city.code}{len(rows) + 1:05d}号",
                    issuer=f"{city.name}交通运输局",
                    area=city.name,
                    from_date=from_date,
                    until_date=until(random, today, 4),
                    first_issued_date=from_date,
                    is_demo=True,
                )
            )
    Permit.objects.bulk_create(rows)
