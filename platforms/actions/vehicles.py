"""The register of vehicles: entered, changed with a reason, ended."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import RegisterState, Vehicle, transport_licence_hash, vin_hash
from portal import changes, events
from portal.errors import Refused
from portal.models import OrganisationKind, Place, PlaceKind, Post, User
from portal.plates import plate_hash, tidy_plate


@transaction.atomic
def register_vehicle(
    plate: str, given: Mapping[str, Any], *, by: User, post: Post | None, now: datetime.datetime
) -> Vehicle:
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
    vehicle: Vehicle,
    given: Mapping[str, Any],
    *,
    seen: int,
    reason: str,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Vehicle:
    """Change a vehicle: a new insurance is its new last day, a sale its new owner."""
    held = _hold(vehicle, by, post, now)
    changes.require_newest(held, seen, held, now)
    own = dict(given)
    if "plate" in own:
        own["plate"] = tidy_plate(own["plate"])
    told = changes.put(held, own)
    changes.require_some(told)
    permissions.require_registrar_of(by, post, held.city, now)
    _prepare(held)
    held.revision += 1
    held.save()
    _record("platforms.vehicle_changed", held, told, reason, by=by, post=post, at=now)
    return held


@transaction.atomic
def end_vehicle(
    vehicle: Vehicle, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Vehicle:
    """A vehicle leaves the register: its record stays, its plate is free again."""
    held = _hold(vehicle, by, post, now)
    told = changes.put(held, {"state": RegisterState.ENDED, "ended_date": last_date})
    held.revision += 1
    held.save(update_fields=["state", "ended_date", "revision"])
    _record("platforms.vehicle_ended", held, told, reason, by=by, post=post, at=now)
    return held


def _hold(vehicle: Vehicle, by: User, post: Post | None, now: datetime.datetime) -> Vehicle:
    rows = Vehicle.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("city", "company__organisation", "owner_company__organisation").get(pk=vehicle.pk)
    permissions.require_registrar_of(by, post, held.city, now)
    if held.state == RegisterState.ENDED:
        raise Refused(_("This record has ended; it is kept as it was."))
    return held


def _record(kind: str, vehicle: Vehicle, told: Mapping[str, str], reason: str, **who: Any) -> None:
    facts = {"fields": sorted(told)}
    events.record(kind, vehicle, facts=facts, words={**told, "reason": reason.strip()}, **who)


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
