"""Who looks at a driver's claim and decides it, and who sees the facts a claim opens."""

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from platforms.models import Kinship
from portal import permissions, roles
from portal.calendar import beijing_day
from portal.models import Post, Role, User

if TYPE_CHECKING:
    from drivers.models import Claim, Driver


def _line(post: Post | None, day: datetime.date) -> list[str]:
    """Where this post decides claims: its own line. A contact decides none, he keeps contact."""
    if post is None or post.role == Role.CONTACT:
        return []
    return permissions.paths_for(post, roles.HANDLE, day)


def may_see_claims(post: Post | None, day: datetime.date) -> bool:
    return bool(_line(post, day)) or permissions.has_permission(post, roles.HELP_AT_HOME, day)


def visible_claims(post: Post | None, day: datetime.date) -> Q:
    """A line sees what lies with its offices, a driver home what its own volunteers began; nobody what is about
    himself or a relative of his."""
    seen = Q(pk__in=[])
    if post is None:
        return seen
    for path in _line(post, day):
        seen |= Q(office_path__startswith=path)
    for path in permissions.paths_for(post, roles.HELP_AT_HOME, day):
        seen |= Q(first_by__organisation__path__startswith=path)
    kin = Kinship.objects.filter(person=post.person_id).values("relative")
    sides = (Q(person=post.person_id), Q(holder=post.person_id), Q(driver__person=post.person_id),
             Q(person__in=kin), Q(holder__in=kin), Q(driver__person__in=kin))  # fmt: skip
    for side in sides:
        seen &= ~side
    return seen


def is_one_of_two(person: User, claim: "Claim") -> bool:
    """The claimant, the account the record would leave, or a declared relative of either."""
    sides = {claim.person_id, claim.holder_id, claim.driver.person_id if claim.driver else None} - {None}
    return person.pk in sides or Kinship.objects.filter(person=person, relative__in=sides).exists()


def may_decide(post: Post, claim: "Claim", day: datetime.date) -> bool:
    return bool(claim.office_path) and any(claim.office_path.startswith(path) for path in _line(post, day))


def is_in_line(post: Post, driver: "Driver", day: datetime.date) -> bool:
    """Is the branch responsible for the driver in the post's own line?"""
    return bool(driver.branch_path) and any(driver.branch_path.startswith(path) for path in _line(post, day))


def may_look(post: Post, claim: "Claim", day: datetime.date) -> bool:
    """The second look at the licence: a colleague of the same home, or whoever decides in the line."""
    first = claim.first_by
    homes = permissions.paths_for(post, roles.HELP_AT_HOME, day)
    is_colleague = first is not None and any(first.organisation.path.startswith(path) for path in homes)
    return is_colleague or may_decide(post, claim, day)


def require_volunteer(post: Post, now: datetime.datetime) -> None:
    if not permissions.has_permission(post, roles.HELP_AT_HOME, beijing_day(now)):
        raise PermissionDenied(_("Only the volunteers of a driver home do this."))


def require_decider(post: Post, claim: "Claim", now: datetime.datetime) -> None:
    if not may_decide(post, claim, beijing_day(now)) or is_one_of_two(post.person, claim):
        raise PermissionDenied(_("Only the responsible branch and its committee decide this claim."))


def require_looker(post: Post, claim: "Claim", now: datetime.datetime) -> None:
    if not may_look(post, claim, beijing_day(now)) or is_one_of_two(post.person, claim):
        raise PermissionDenied(_("Only staff of the driver home or of the responsible branch do this."))
