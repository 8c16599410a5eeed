"""Who may see and arrange branches, the districts they answer for, and pairs."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from platforms.permissions import paths_held
from portal import permissions, roles
from portal.models import Organisation, OrganisationKind, Place, Post, Role, User
from portal.models.organisations import OrganisationQuerySet


def _under(paths: list[str], field: str) -> Q:
    seen = Q(pk__in=[])
    for path in paths:
        seen |= Q(**{f"{field}__startswith": path})
    return seen


def visible_branches(post: Post | None, day: datetime.date) -> Q:
    """A branch's people see their branch, a committee's all in its line."""
    paths = {
        *permissions.paths_for(post, roles.HANDLE, day),
        *permissions.paths_for(post, roles.OVERSEE, day),
    }
    return _under(sorted(paths), "path")


def may_see_branches(post: Post | None, day: datetime.date) -> bool:
    """The desk of branches is for those who lead one or a line; a contact has his pairs."""
    if post is None or post.role == Role.CONTACT:
        return False
    return permissions.has_permission(post, roles.HANDLE, day) or permissions.has_permission(post, roles.OVERSEE, day)


def may_see_pairs(post: Post | None, day: datetime.date) -> bool:
    return permissions.has_permission(post, roles.HANDLE, day)


def visible_pairs(post: Post | None, day: datetime.date) -> Q:
    """A contact sees his own pairs, those who lead his branch all of the branch."""
    if post is None:
        return Q(pk__in=[])
    if post.role == Role.CONTACT:
        return Q(contact=post)
    return _under(permissions.paths_for(post, roles.HANDLE, day), "contact__organisation__path")


def require_founder(by: User, post: Post | None, committee: Organisation, now: datetime.datetime) -> None:
    """A committee founds branches below itself."""
    if not any(committee.path.startswith(path) for path in paths_held(by, post, roles.OVERSEE, now)):
        raise PermissionDenied(_("Only the industry party committee of this line does this."))


def may_assign_districts(post: Post | None, day: datetime.date) -> bool:
    """A committee says which of its branches answers for a district."""
    return permissions.has_permission(post, roles.OVERSEE, day)


def branches_for(district: Place, by: User, post: Post | None, now: datetime.datetime) -> OrganisationQuerySet:
    """The branches of a district's city that this committee may let take it over."""
    here = Q(place=district.city) | Q(place__parent=district.city)
    in_line = _under(paths_held(by, post, roles.OVERSEE, now), "path")
    return Organisation.objects.live().filter(here, in_line, kind=OrganisationKind.BRANCH).order_by("name", "pk")


def may_pair(by: User, post: Post | None, organisation: Organisation, now: datetime.datetime) -> bool:
    """Those who lead a branch pair its contacts; a contact does not choose his own drivers."""
    if post is None or post.role == Role.CONTACT:
        return False
    return any(organisation.path.startswith(path) for path in paths_held(by, post, roles.HANDLE, now))


def require_pairer(by: User, post: Post | None, organisation: Organisation, now: datetime.datetime) -> None:
    if not may_pair(by, post, organisation, now):
        raise PermissionDenied(_("Only those who lead this branch arrange pairs."))
