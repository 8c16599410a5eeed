"""The register of companies: entered, changed with a reason, ended."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.actions import keeping
from platforms.models import Company
from portal import changes, codes, events, namemarks
from portal.changes import Given
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, Post, User

COMPANY_KINDS = (OrganisationKind.PLATFORM, OrganisationKind.LEASING)


@transaction.atomic
def register_company(
    name: str,
    *,
    kind: str,
    short_name: str,
    place: Place,
    cities: Iterable[Place],
    take_cap_permille: int | None = None,
    papers: Mapping[str, Any] | None = None,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Company:
    """Enter a platform or leasing company with the cities it works in; a platform may publish a take-rate cap.

    `papers` is what its business licence says: credit_code, legal_name, contact_phone and the like.
    """
    works_in = list(cities)
    permissions.require_registrar_of_company(by, post, works_in, now)
    if kind not in COMPANY_KINDS:
        raise Refused(_("A company is either a platform or a leasing company."))
    if Organisation.objects.live().filter(kind__in=COMPANY_KINDS, name=name).exists():
        raise Refused(_("A company with this name is already registered."))
    _require_cities(works_in)
    _require_cap(kind, take_cap_permille)
    _require_own_numbers(papers or {}, but=None)
    code = codes.new_code()
    organisation = Organisation.objects.create(
        code=code, kind=kind, name=name, short_name=short_name, path=f"{code}/", place=place, is_demo=by.is_demo
    )
    company = Company.objects.create(
        organisation=organisation, take_cap_permille=take_cap_permille, marks=_marks(organisation), **(papers or {})
    )
    company.cities.set(works_in)
    events.record(
        "platforms.company_registered",
        organisation,
        by=by,
        post=post,
        at=now,
        facts={"kind": kind, "cities": sorted(city.code for city in works_in), "take_cap_permille": take_cap_permille},
    )
    return company


@transaction.atomic
def change_company(
    company: Company, given: Given, *, seen: int, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Company:
    """Change what the register says of a company: its names, papers, cap, and `cities`."""
    held = _hold(company, by, post, now)
    organisation = held.organisation
    changes.require_newest(held, seen, organisation, now)
    keeping.require_open(held)
    own = dict(given)
    cities = own.pop("cities", None)
    names: dict[str, Any] = {name: own.pop(name) for name in ("name", "short_name") if name in own}
    _require_cap(organisation.kind, own.get("take_cap_permille", held.take_cap_permille))
    _require_own_numbers(own, but=held)
    told = changes.put(organisation, names) | changes.put(held, own)
    if cities is not None:
        works_in = list(cities)
        permissions.require_registrar_of_company(by, post, works_in, now)
        _require_cities(works_in)
        told |= _move(held, works_in)
    changes.require_some(told)
    held.marks, held.revision = _marks(organisation), held.revision + 1
    organisation.save(update_fields=["name", "short_name"])
    held.save()
    events.record("platforms.company_changed", organisation, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


@transaction.atomic
def end_company(
    company: Company, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Company:
    """A company leaves the register, once nobody speaks for it any more and it holds no permit and no vehicle."""
    held = _hold(company, by, post, now)
    keeping.require_open(held)
    if Post.objects.filter(organisation=held.organisation, until_date__isnull=True).exists():
        raise Refused(_("Somebody still speaks for this company: end that post first."))
    if held.permits.filter(ended_date__isnull=True).exists():
        raise Refused(_("This company still has permits: end them first."))
    if held.vehicles.filter(ended_date__isnull=True).exists():
        raise Refused(_("Vehicles are still registered with this company: end or move them first."))
    told = keeping.end(held, last_date)
    held.organisation.closed_at = now
    held.organisation.save(update_fields=["closed_at"])
    events.record("platforms.company_ended", held.organisation, **changes.entry(told, reason), by=by, post=post, at=now)
    return held


def _hold(company: Company, by: User, post: Post | None, now: datetime.datetime) -> Company:
    """The company, locked, for whoever keeps the register of all its cities."""
    rows = Company.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation")
    held = rows.get(pk=company.pk)
    permissions.require_registrar_of_company(by, post, held.cities.all(), now)
    return held


def _marks(organisation: Organisation) -> list[str]:
    return sorted({*namemarks.marks_of(organisation.name), *namemarks.marks_of(organisation.short_name)})


def _move(company: Company, cities: list[Place]) -> dict[str, str]:
    """Where it works from now on, as a change like every other."""
    before = sorted(company.cities.all(), key=lambda city: city.code)
    after = sorted(cities, key=lambda city: city.code)
    if before == after:
        return {}
    company.cities.set(after)
    return {"cities": " → ".join(", ".join(city.name for city in some) or changes.NOTHING for some in (before, after))}


def _require_cities(cities: Iterable[Place]) -> None:
    if any(city.kind != PlaceKind.CITY for city in cities):
        raise Refused(_("A company works in cities, not in districts."))


def _require_cap(kind: str, take_cap_permille: int | None) -> None:
    if take_cap_permille is not None and (kind != OrganisationKind.PLATFORM or not 0 < take_cap_permille < 1000):
        raise Refused(_("A cap on the take rate belongs to a platform and lies between 0 and 100 percent."))


def _require_own_numbers(papers: Mapping[str, Any], *, but: Company | None) -> None:
    """A credit code and a name in the ministry's interface belong to one company."""
    for name in ("credit_code", "feed_id"):
        value = papers.get(name)
        others = Company.objects.filter(**{name: value})
        if value and (others.exclude(pk=but.pk) if but else others).exists():
            raise Refused(_("Another company has this number: %(number)s.") % {"number": value})
