"""Every write of the room: the register's records, whom a driver drives for, and the branch written down for him."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from drivers.actions import tying
from drivers.models import Contract, ContractKind, Driver, Engagement, certificate_hash, licence_hash
from platforms import permissions
from platforms.models import Company, Vehicle
from platforms.permissions import require_registrar_of
from portal import events, namemarks
from portal.errors import Refused
from portal.models import Organisation, Place, PlaceKind, Post, User
from portal.models.people import phone_hash
from portal.phone import tidy_phone

BATCH = 2_000


@transaction.atomic
def register_driver(
    name: str,
    *,
    place: Place,
    phone: str,
    licence: str,
    since_date: datetime.date,
    person: User | None = None,
    papers: Mapping[str, Any] | None = None,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Driver:
    """Enter a licensed driver in the register: one record per licence, in the district he drives from.

    `papers`: certificate, certificate_from_date, certificate_until_date, licence_until_date.
    """
    require_registrar_of(by, post, place, now)
    if place.kind != PlaceKind.DISTRICT:
        raise Refused(_("A driver belongs to a district or county, not to a whole city."))
    known = Driver.objects.with_licence(licence)
    if known is not None and known.ended_date is not None:
        raise Refused(
            _(
                "This driver left the register."
                " Find his old record by the licence and restore it: nothing of it is lost."
            )
        )
    if known is not None:
        raise Refused(_("A driver with this licence is already registered."))
    if person is not None and Driver.objects.filter(person=person).exists():
        raise Refused(_("This account already has a driver's record."))
    tidied = tidy_phone(phone)
    certificate = (papers or {}).get("certificate", "")
    driver = Driver.objects.create(
        person=person,
        name=name.strip(),
        place=place,
        phone=tidied,
        phone_hash=phone_hash(tidied),
        licence=licence.strip(),
        licence_hash=licence_hash(licence),
        since_date=since_date,
        is_demo=by.is_demo,
        marks=namemarks.marks_of(name),
        certificate_hash=certificate_hash(certificate) if certificate else "",
        **(papers or {}),
    )
    facts = {"place": place.code, "since_date": since_date.isoformat()}
    events.record("drivers.driver_registered", driver, by=by, post=post, at=now, facts=facts)
    return driver


@transaction.atomic
def attach_person(driver: Driver, person: User, *, by: User, post: Post | None, now: datetime.datetime) -> Driver:
    """Tie an account to the register's record, once it is certain that it is the same person.

    A record has one account and an account one record. (A driver's own claim is drivers.actions.claims.)
    """
    permissions.require_registrar(by, post, now)
    return tying.tie(driver.pk, person, by=by, post=post, now=now)


@transaction.atomic
def start_engagement(
    driver: Driver,
    *,
    company: Organisation,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Engagement:
    """A driver begins to drive for a platform, or to lease from a company. He may do so with several at once."""
    permissions.require_registrar(by, post, now)
    if not Company.objects.filter(organisation=company).exists():
        raise Refused(_("A driver drives for a platform or leases from a leasing company."))
    if driver.engagements.filter(company=company, until_date__isnull=True).exists():
        raise Refused(_("He drives for this company already."))
    engagement = Engagement.objects.create(driver=driver, company=company, from_date=from_date)
    facts = {"company": company.code, "from_date": from_date.isoformat()}
    events.record("drivers.engagement_started", driver, by=by, post=post, at=now, facts=facts)
    return engagement


@transaction.atomic
def end_engagement(
    engagement: Engagement,
    *,
    last_date: datetime.date,
    reason: str,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Engagement:
    """He no longer drives for the company after its last day; what happened until then stays with that company."""
    rows = Engagement.objects.select_for_update(no_key=True, of=("self",)).select_related("driver__place", "company")
    held = rows.get(pk=engagement.pk)
    require_registrar_of(by, post, held.driver.place, now)
    if held.until_date is not None:
        raise Refused(_("This has ended already."))
    if last_date < held.from_date:
        raise Refused(_("It cannot end before it began."))
    held.until_date = last_date
    held.save(update_fields=["until_date"])
    facts = {"company": held.company.code, "until_date": last_date.isoformat()}
    words = {"reason": reason.strip()}
    events.record("drivers.engagement_ended", held.driver, by=by, post=post, at=now, facts=facts, words=words)
    return held


@transaction.atomic
def enter_contract(
    driver: Driver,
    *,
    company: Organisation,
    kind: str,
    from_date: datetime.date,
    until_date: datetime.date | None,
    vehicle: Vehicle | None = None,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Contract:
    """Enter that a driver has a contract with a company: its kind and its days; a lease may name its vehicle."""
    permissions.require_registrar(by, post, now)
    if until_date is not None and until_date < from_date:
        raise Refused(_("It cannot end before it began."))
    if not Company.objects.filter(organisation=company).exists():
        raise Refused(_("A driver drives for a platform or leases from a leasing company."))
    if vehicle is not None and kind != ContractKind.LEASE:
        raise Refused(_("Only a lease is about a vehicle."))
    contract = Contract.objects.create(
        driver=driver, company=company, kind=kind, vehicle=vehicle, from_date=from_date, until_date=until_date
    )
    events.record(
        "drivers.contract_entered",
        driver,
        by=by,
        post=post,
        at=now,
        facts={"company": company.code, "contract": contract.code, "kind": kind, "from_date": from_date.isoformat()},
    )
    return contract


@transaction.atomic
def set_branch(driver: Driver, *, branch: Organisation, now: datetime.datetime) -> Driver:
    """Write the responsible branch and its path on one driver. Room branches calls it and decides which branch."""
    held = Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    held.branch, held.branch_path = branch, branch.path
    held.save(update_fields=["branch", "branch_path"])
    events.record("drivers.branch_set", held, by=None, at=now, facts={"branch": branch.code})
    return held


@transaction.atomic
def set_branch_of_district(
    district: Place, *, branch: Organisation, by: User, post: Post | None, now: datetime.datetime
) -> int:
    """Write a district's new branch on all its drivers, in batches of ids; one event for the district, not one each.

    Room branches calls it when a branch has taken a district over; who may do that is checked there.
    """
    moving = Driver.objects.filter(place=district).exclude(branch_path=branch.path)
    ids = list(moving.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        Driver.objects.filter(pk__in=ids[start : start + BATCH]).update(branch=branch, branch_path=branch.path)
    facts = {"branch": branch.code, "drivers": len(ids)}
    events.record("drivers.district_branch_set", district, by=by, post=post, at=now, facts=facts)
    return len(ids)
