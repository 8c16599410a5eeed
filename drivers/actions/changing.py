"""Changing a driver's record with a reason, taking it out of the register, and restoring it."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from drivers.models import Driver, certificate_hash, licence_hash
from platforms.actions import keeping
from platforms.models import RegisterState
from platforms.permissions import require_registrar_of
from portal import changes, events, namemarks
from portal.changes import Given
from portal.errors import Refused
from portal.models import PlaceKind, Post, User
from portal.models.people import phone_hash
from portal.phone import tidy_phone


@transaction.atomic
def change_driver(
    driver: Driver, given: Given, *, seen: int, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Driver:
    """Change what the register says of a driver. His account keeps its own number: that is changed by himself."""
    held: Driver = keeping.hold(Driver.objects.select_related("place__parent"), driver, "place", by, post, now)
    own = dict(given)
    if "phone" in own:
        own["phone"] = tidy_phone(own["phone"])
    told = keeping.change(held, own, "place", _prepare, seen=seen, by=by, post=post, now=now)
    events.record("drivers.driver_changed", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


@transaction.atomic
def end_driver(
    driver: Driver, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Driver:
    """A driver leaves the register: what he drove and for whom ends with the same day; his record and cases stay."""
    held: Driver = keeping.hold(Driver.objects.select_related("place__parent"), driver, "place", by, post, now)
    told = keeping.end(held, last_date)
    for rows in (held.drivings, held.engagements):
        if rows.filter(until_date__isnull=True, from_date__gt=last_date).exists():
            raise Refused(_("Something of his began after that day: end it first."))
        rows.filter(until_date__isnull=True).update(until_date=last_date)
    events.record("drivers.driver_ended", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


@transaction.atomic
def return_driver(driver: Driver, *, reason: str, by: User, post: Post | None, now: datetime.datetime) -> Driver:
    """Who had left drives again: his old record holds once more. What he drove and for whom stays ended."""
    rows = Driver.objects.select_related("place__parent").select_for_update(no_key=True, of=("self",))
    held = rows.get(pk=driver.pk)
    require_registrar_of(by, post, held.place, now)
    if held.state != RegisterState.ENDED:
        raise Refused(_("This driver is in the register; there is nothing to restore."))
    told = changes.put(held, {"state": RegisterState.VALID, "ended_date": None})
    held.revision += 1
    held.save(update_fields=["state", "ended_date", "revision"])
    events.record("drivers.driver_returned", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


def _prepare(driver: Driver) -> None:
    """The hashes and marks a driver is found by, and what no record may lack."""
    if driver.place.kind != PlaceKind.DISTRICT:
        raise Refused(_("A driver belongs to a district or county, not to a whole city."))
    first, last = driver.certificate_from_date, driver.certificate_until_date
    if first and last and last < first:
        raise Refused(_("It cannot end before it began."))
    driver.phone_hash = phone_hash(driver.phone)
    driver.licence_hash = licence_hash(driver.licence)
    if Driver.objects.filter(licence_hash=driver.licence_hash).exclude(pk=driver.pk).exists():
        raise Refused(_("A driver with this licence is already registered."))
    driver.certificate_hash = certificate_hash(driver.certificate) if driver.certificate else ""
    driver.marks = namemarks.marks_of(driver.name)
