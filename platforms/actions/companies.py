"""Every write of the room: companies, the versions of their rules, and who is declared too close to them."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import Company
from portal import codes, events
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
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Company:
    """Enter a platform or leasing company with the cities it works in; a platform may publish a take-rate cap."""
    permissions.require_registrar(by, post, now)
    works_in = list(cities)
    if kind not in COMPANY_KINDS:
        raise Refused(_("A company is either a platform or a leasing company."))
    if Organisation.objects.live().filter(kind__in=COMPANY_KINDS, name=name).exists():
        raise Refused(_("A company with this name is already registered."))
    if any(city.kind != PlaceKind.CITY for city in works_in):
        raise Refused(_("A company works in cities, not in districts."))
    if take_cap_permille is not None and (kind != OrganisationKind.PLATFORM or not 0 < take_cap_permille < 1000):
        raise Refused(_("A cap on the take rate belongs to a platform and lies between 0 and 100 percent."))
    code = codes.new_code()
    organisation = Organisation.objects.create(
        code=code, kind=kind, name=name, short_name=short_name, path=f"{code}/", place=place, is_demo=by.is_demo
    )
    company = Company.objects.create(organisation=organisation, take_cap_permille=take_cap_permille)
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
