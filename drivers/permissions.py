"""Who may see and change drivers' records."""

import datetime

from django.db.models import Q

from platforms.permissions import REGISTER_READERS
from portal import permissions, roles
from portal.models import Place, PlaceKind, Post, Role, User


def own_record(person: User) -> Q:
    """The record a person verified as his. Nobody else is shown a fact of it as a driver."""
    return Q(person=person.pk)


def may_see_facts(person: User) -> bool:
    """Facts of registers and feeds are for a verified driver; filing an appeal and using a home are for everybody."""
    return User.objects.filter(pk=person.pk, driver__isnull=False).exists()


def visible_drivers(post: Post | None, day: datetime.date) -> Q:
    """The drivers whose responsible branch lies in the post's reach. Nobody else reads the register.

    A contact reads no register: he sees the drivers paired with him, which is room branches' matter.
    """
    seen = Q(pk__in=[])
    if post is None or post.role == Role.CONTACT:
        return seen
    for path in permissions.paths_for(post, roles.HANDLE, day):
        seen |= Q(branch_path__startswith=path)
    return seen


def may_read_drivers(post: Post | None, day: datetime.date) -> bool:
    """A line that leads drivers, and an office of the department; a contact reads no register."""
    if post is None or post.role == Role.CONTACT:
        return False
    return any(permissions.has_permission(post, one, day) for one in (roles.HANDLE, *REGISTER_READERS))


def readable_drivers(post: Post | None, day: datetime.date) -> Q:
    """What the register shows: a line its own drivers, an office of the department those of its place."""
    if post is not None and any(permissions.has_permission(post, one, day) for one in REGISTER_READERS):
        place = post.organisation.place
        if place.kind == PlaceKind.PROVINCE:
            return Q()
        # the districts by number: a join in the search would hide from the planner how few they are
        return Q(
            place__in=[*Place.objects.filter(Q(pk=place.city.pk) | Q(parent=place.city)).values_list("pk", flat=True)]
        )
    return visible_drivers(post, day)
