"""Who may see and change what companies publish, and who declares whom too close to them."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import permissions, roles
from portal.calendar import beijing_day
from portal.models import Place, PlaceKind, Post, User

if TYPE_CHECKING:
    from platforms.models import Company

OFFICES = (roles.HANDLE, roles.OVERSEE, roles.READ_FIGURES, roles.ADMINISTER_SYSTEM)
REGISTER_READERS = (roles.READ_FIGURES, roles.ADMINISTER_SYSTEM)


def paths_held(by: User, post: Post | None, permission: str, now: datetime.datetime) -> list[str]:
    """The path prefixes in which the person, acting in this post of his, may do this."""
    day = beijing_day(now)
    if post is None or not permissions.may_act_in(by, post, day):
        return []
    return permissions.paths_for(post, permission, day)


def may_see_companies(post: Post | None, day: datetime.date) -> bool:
    """Offices and liaisons have the page of companies, also while no company works in their city."""
    wanted = (*OFFICES, roles.ANSWER_FOR_COMPANY)
    return any(permissions.has_permission(post, permission, day) for permission in wanted)


def visible_companies(post: Post | None, day: datetime.date) -> Q:
    """A liaison sees his own company; an office those at work in its city, the province's offices all."""
    seen = Q(pk__in=[])
    if post is None:
        return seen
    if any(permissions.has_permission(post, permission, day) for permission in OFFICES):
        place = post.organisation.place
        return Q(pk__isnull=False) if place.kind == PlaceKind.PROVINCE else Q(cities=place.city)
    for path in permissions.paths_for(post, roles.ANSWER_FOR_COMPANY, day):
        seen |= Q(organisation__path__startswith=path)
    return seen


def register_places(post: Post | None, day: datetime.date) -> Q | None:
    """The places whose registers an office of the department reads, for a field `city`; None where it reads none."""
    if post is None or not any(permissions.has_permission(post, one, day) for one in REGISTER_READERS):
        return None
    place = post.organisation.place
    return Q() if place.kind == PlaceKind.PROVINCE else Q(city=place.city)


def readable_vehicles(post: Post | None, day: datetime.date) -> Q:
    """The department's analysts and the system administrators, each of his own place."""
    places = register_places(post, day)
    return Q(pk__in=[]) if places is None else places


def readable_permits(post: Post | None, day: datetime.date) -> Q:
    """Whoever sees the companies sees their permits, each of his own city; a liaison those of his company."""
    if post is None:
        return Q(pk__in=[])
    if any(permissions.has_permission(post, permission, day) for permission in OFFICES):
        place = post.organisation.place
        return Q() if place.kind == PlaceKind.PROVINCE else Q(city=place.city)
    seen = Q(pk__in=[])
    for path in permissions.paths_for(post, roles.ANSWER_FOR_COMPANY, day):
        seen |= Q(company__organisation__path__startswith=path)
    return seen


def require_registrar(by: User, post: Post | None, now: datetime.datetime) -> None:
    if not paths_held(by, post, roles.ADMINISTER_SYSTEM, now):
        raise PermissionDenied(_("Only a system administrator keeps the register of companies and drivers."))


def may_keep(by: User, post: Post | None, now: datetime.datetime, place: Place | None = None) -> bool:
    """A system administrator keeps the registers: the province's everywhere, a city's for his own city."""
    if post is None or not paths_held(by, post, roles.ADMINISTER_SYSTEM, now):
        return False
    own = post.organisation.place
    return place is None or own.kind == PlaceKind.PROVINCE or own.city == place.city


def require_registrar_of(by: User, post: Post | None, place: Place, now: datetime.datetime) -> None:
    require_registrar(by, post, now)
    if not may_keep(by, post, now, place):
        raise PermissionDenied(_("The register of another city is kept there."))


def may_keep_company(by: User, post: Post | None, cities: Iterable[Place], now: datetime.datetime) -> bool:
    """A company is kept where it works: by a city's system administrator while that is in no other city."""
    where = list(cities)
    if post is None or not may_keep(by, post, now):
        return False
    is_province = post.organisation.place.kind == PlaceKind.PROVINCE
    return is_province or (bool(where) and all(may_keep(by, post, now, city) for city in where))


def require_registrar_of_company(by: User, post: Post | None, cities: Iterable[Place], now: datetime.datetime) -> None:
    require_registrar(by, post, now)
    if not may_keep_company(by, post, cities, now):
        raise PermissionDenied(_("A company that works in other cities too is kept by the province."))


def may_publish(by: User, post: Post | None, company: "Company", now: datetime.datetime) -> bool:
    """The company's own liaison, or a system administrator who enters what the company sent."""
    own = paths_held(by, post, roles.ANSWER_FOR_COMPANY, now)
    if any(company.organisation.path.startswith(path) for path in own):
        return True
    return bool(paths_held(by, post, roles.ADMINISTER_SYSTEM, now))


def require_publisher(by: User, post: Post | None, company: "Company", now: datetime.datetime) -> None:
    if not may_publish(by, post, company, now):
        raise PermissionDenied(_("Only the company itself publishes its rules."))


def require_declarer(by: User, post: Post | None, person: User, now: datetime.datetime) -> None:
    if by != person and not paths_held(by, post, roles.ADMINISTER_SECURITY, now):
        raise PermissionDenied(_("Ties and kinship are declared by the person himself or by a security administrator."))
