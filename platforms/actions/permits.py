"""The register of permits: a platform's right to work in one city."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import Company, Permit, RegisterState
from portal import changes, events
from portal.errors import Refused
from portal.models import OrganisationKind, Place, PlaceKind, Post, User


@transaction.atomic
def enter_permit(
    company: Company, given: Mapping[str, Any], *, by: User, post: Post | None, now: datetime.datetime
) -> Permit:
    """Enter a platform's permit in a city (`city`, `number`, `from_date`, `until_date` ...); it works there then."""
    permissions.require_registrar_of(by, post, given["city"], now)
    if company.organisation.kind != OrganisationKind.PLATFORM:
        raise Refused(_("Only a platform has permits."))
    if company.state == RegisterState.ENDED:
        raise Refused(_("This record has ended; it is kept as it was."))
    _require_sound(given["city"], given["from_date"], given["until_date"])
    _require_own_number(given["number"], but=None)
    permit = Permit.objects.create(company=company, is_demo=by.is_demo, **given)
    company.cities.add(permit.city)
    facts = {"company": company.code, "city": permit.city.code, "until_date": permit.until_date.isoformat()}
    events.record("platforms.permit_entered", permit, by=by, post=post, at=now, facts=facts)
    return permit


@transaction.atomic
def change_permit(
    permit: Permit,
    given: Mapping[str, Any],
    *,
    seen: int,
    reason: str,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Permit:
    """Change a permit: a renewal is its new last day."""
    held = _hold(permit, by, post, now)
    changes.require_newest(held, seen, held, now)
    told = changes.put(held, given)
    changes.require_some(told)
    permissions.require_registrar_of(by, post, held.city, now)
    _require_sound(held.city, held.from_date, held.until_date)
    _require_own_number(held.number, but=held)
    held.revision += 1
    held.save()
    _record("platforms.permit_changed", held, told, reason, by=by, post=post, at=now)
    return held


@transaction.atomic
def end_permit(
    permit: Permit, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Permit:
    """A permit is given back or withdrawn."""
    held = _hold(permit, by, post, now)
    told = changes.put(held, {"state": RegisterState.ENDED, "ended_date": last_date})
    held.revision += 1
    held.save(update_fields=["state", "ended_date", "revision"])
    _record("platforms.permit_ended", held, told, reason, by=by, post=post, at=now)
    return held


def _hold(permit: Permit, by: User, post: Post | None, now: datetime.datetime) -> Permit:
    rows = Permit.objects.select_for_update(no_key=True, of=("self",)).select_related("city", "company__organisation")
    held = rows.get(pk=permit.pk)
    permissions.require_registrar_of(by, post, held.city, now)
    if held.state == RegisterState.ENDED:
        raise Refused(_("This record has ended; it is kept as it was."))
    return held


def _record(kind: str, permit: Permit, told: Mapping[str, str], reason: str, **who: Any) -> None:
    facts = {"fields": sorted(told)}
    events.record(kind, permit, facts=facts, words={**told, "reason": reason.strip()}, **who)


def _require_sound(city: Place, from_date: datetime.date, until_date: datetime.date) -> None:
    if city.kind != PlaceKind.CITY:
        raise Refused(_("A permit is for a city."))
    if until_date < from_date:
        raise Refused(_("It cannot end before it began."))


def _require_own_number(number: str, *, but: Permit | None) -> None:
    others = Permit.objects.filter(number=number)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused(_("A permit with this number is in the register already."))
