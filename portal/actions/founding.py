"""The first organisations and administrators: whoever installs the portal writes them down, once."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from portal import codes, events
from portal.actions import people, places, posts
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, Post, Role

PROVINCE = "510000"
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@transaction.atomic
def found(
    administrators: Mapping[Role, tuple[str, str]], *, cities: list[str], now: datetime.datetime
) -> dict[Role, Post]:
    """Set up an empty installation: the department, the committees of the province and of the cities that begin, and
    the three administrators (role: name and phone number), three different people.

    From then on the security administrator appoints everybody else. An installation that has an organisation has been
    founded: this is no back door beside the log.
    """
    # two founders at once: the second one waits here and then finds the first one's work
    province = Place.objects.select_for_update(no_key=True).get(code=PROVINCE)
    if Organisation.objects.exists():
        raise Refused(_("This installation has been founded already. Its security administrator appoints people."))
    if len({phone for _name, phone in administrators.values()}) < len(ADMINISTRATORS):
        raise Refused(_("System, security and audit administrator are three different people."))
    department = _lay(OrganisationKind.DEPARTMENT, f"{province.name}交通运输厅", province, None, now)
    line = _lay(OrganisationKind.COMMITTEE, f"{province.name}网约车行业党委", province, None, now)
    begun = [Place.objects.get(letters=letters) for letters in cities]
    for city in begun:
        _lay(OrganisationKind.COMMITTEE, f"{city.name}网约车行业党委", city, line, now)
    appointed = {role: _appoint(role, *administrators[role], department, now) for role in ADMINISTRATORS}
    system = appointed[Role.SYSTEM_ADMIN]
    for city in begun:
        places.open_city(city, from_date=beijing_day(now), by=system.person, post=system, now=now)
    return appointed


def _lay(kind: str, name: str, place: Place, parent: Organisation | None, now: datetime.datetime) -> Organisation:
    code = codes.new_code()
    laid = Organisation.objects.create(
        code=code,
        kind=kind,
        name=name,
        short_name=name.removesuffix("网约车行业党委") + "行业党委" if parent else name,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
        place=place,
    )
    events.record("portal.organisation_founded", laid, by=None, at=now, facts={"kind": kind, "place": place.code})
    return laid


def _appoint(role: str, name: str, phone: str, department: Organisation, now: datetime.datetime) -> Post:
    person = people.register(phone, now=now)
    people.rename(person, name=name, by=person, now=now)
    return posts.appoint(person, organisation=department, role=role, from_date=beijing_day(now), by=None, now=now)
