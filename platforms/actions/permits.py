"""The register of permits: a platform's right to work in one city."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.actions import keeping
from platforms.models import Company, Permit
from portal import changes, events
from portal.changes import Given
from portal.errors import Refused
from portal.models import OrganisationKind, PlaceKind, Post, User


@transaction.atomic
def enter_permit(company: Company, given: Given, *, by: User, post: Post | None, now: datetime.datetime) -> Permit:
    """Enter a platform's permit in a city (`city`, `number`, `from_date`, `until_date` ...); it works there then."""
    permissions.require_registrar_of(by, post, given["city"], now)
    if company.organisation.kind != OrganisationKind.PLATFORM:
        raise Refused(_("Only a platform has permits."))
    keeping.require_open(company)
    permit = Permit(company=company, is_demo=by.is_demo, **given)
    _prepare(permit)
    permit.save()
    company.cities.add(permit.city)
    facts = {"company": company.code, "city": permit.city.code, "until_date": permit.until_date.isoformat()}
    events.record("platforms.permit_entered", permit, by=by, post=post, at=now, facts=facts)
    return permit


@transaction.atomic
def change_permit(
    permit: Permit, given: Given, *, seen: int, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Permit:
    """Change a permit: a renewal is its new last day."""
    held: Permit = keeping.hold(Permit.objects.listed(), permit, "city", by, post, now)
    told = keeping.change(held, given, "city", _prepare, seen=seen, by=by, post=post, now=now)
    events.record("platforms.permit_changed", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


@transaction.atomic
def end_permit(
    permit: Permit, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Permit:
    """A permit is given back or withdrawn."""
    held: Permit = keeping.hold(Permit.objects.listed(), permit, "city", by, post, now)
    told = keeping.end(held, last_date)
    events.record("platforms.permit_ended", held, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


def _prepare(permit: Permit) -> None:
    """What a permit has to be before it is written."""
    if permit.city.kind != PlaceKind.CITY:
        raise Refused(_("A permit is for a city."))
    if permit.until_date < permit.from_date:
        raise Refused(_("It cannot end before it began."))
    if Permit.objects.filter(number=permit.number).exclude(pk=permit.pk).exists():
        raise Refused(_("A permit with this number is in the register already."))
