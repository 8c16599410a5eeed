"""The register of vehicles: entered, changed with a reason, ended."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.actions import keeping
from platforms.models import Vehicle, transport_licence_hash, vin_hash
from portal import changes, events
from portal.changes import Given
from portal.errors import Refused
from portal.models import OrganisationKind, Place, PlaceKind, Post, User
from portal.plates import plate_hash, tidy_plate


@transaction.atomic
def register_vehicle(plate: str, given: Given, *, by: User, post: Post | None, now: datetime.datetime) -> Vehicle:
    """Enter a vehicle under its plate, with its owner and papers (`city`, `owner_company` or `owner_name` ...)."""
    permissions.require_registrar_of(by, post, given["city"], now)
    vehicle = Vehicle(plate=tidy_plate(plate), is_demo=by.is_demo, **given)
    _prepare(vehicle)
    vehicle.save()
    facts = {"city": vehicle.city.code, "company": vehicle.company.code if vehicle.company else None}
    events.record("platforms.vehicle_registered", vehicle, by=by, post=post, at=now, facts=facts)
    return vehicle


@transaction.atomic
def change_vehicle(
    vehicle: Vehicle, given: Given, *, seen: int, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Vehicle:
    """Change a vehicle: a new insurance is its new last day, a sale its new owner."""
    held: Vehicle = keeping.hold(Vehicle.objects.listed(), vehicle, "city", by, post, now)
    own = dict(given)
    if "plate" in own:
        own["plate"] = tidy_plate(own["plate"])
    told = keeping.change(held, own, "city", _prepare, seen=seen, by=by, post=post, now=now)
    events.record("platforms.vehicle_changed", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


@transaction.atomic
def end_vehicle(
    vehicle: Vehicle, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Vehicle:
    """A vehicle leaves the register: its record stays, its plate is free again."""
    held: Vehicle = keeping.hold(Vehicle.objects.listed(), vehicle, "city", by, post, now)
    told = keeping.end(held, last_date)
    events.record("platforms.vehicle_ended", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


def _prepare(vehicle: Vehicle) -> None:
    """What a vehicle has to be before it is written, and the hashes it is found by."""
    _require_place(vehicle.city)
    vehicle.plate_hash = plate_hash(vehicle.plate)
    if Vehicle.objects.filter(plate_hash=vehicle.plate_hash, ended_date=None).exclude(pk=vehicle.pk).exists():
        raise Refused(_("A vehicle with this plate is in the register already."))
    if vehicle.company is not None and vehicle.company.organisation.kind != OrganisationKind.PLATFORM:
        raise Refused(_("A vehicle is registered with a platform; a leasing company is its owner."))
    if vehicle.owner_company is not None and vehicle.owner_name:
        raise Refused(_("A vehicle has one owner: a company or a person."))
    first, last = vehicle.licence_from_date, vehicle.licence_until_date
    if first and last and last < first:
        raise Refused(_("It cannot end before it began."))
    vehicle.licence_hash = transport_licence_hash(vehicle.licence) if vehicle.licence else ""
    vehicle.vin_hash = vin_hash(vehicle.vin) if vehicle.vin else ""


def _require_place(city: Place) -> None:
    if city.kind != PlaceKind.CITY:
        raise Refused(_("A vehicle is registered in a city."))
