"""Who reads the settings of a city, and who switches it on and off."""

import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portal import permissions, roles
from portal.models import Place, PlaceKind, Post, User
from portal.models.places import PlaceQuerySet

READERS = (roles.OVERSEE, roles.ADMINISTER_SYSTEM)


def readable_places(post: Post | None, day: datetime.date) -> PlaceQuerySet:
    """The province's committee and its system administrators read every city, those of a city their own."""
    cities = Place.objects.cities()
    if post is None or not any(permissions.has_permission(post, one, day) for one in READERS):
        return cities.none()
    own = post.organisation.place
    return cities if own.kind == PlaceKind.PROVINCE else cities.filter(pk=own.pk)


def may_keep_place(by: User, post: Post | None, place: Place, day: datetime.date) -> bool:
    """The province keeps every city; a city's system administrator his own; a city's committee only reads."""
    if post is None or not permissions.may_act_in(by, post, day):
        return False
    if post.organisation.place.kind == PlaceKind.PROVINCE:
        return any(permissions.has_permission(post, one, day) for one in READERS)
    return post.organisation.place_id == place.pk and permissions.has_permission(post, roles.ADMINISTER_SYSTEM, day)


def require_place_keeper(by: User, post: Post | None, place: Place, day: datetime.date) -> None:
    if not may_keep_place(by, post, place, day):
        raise PermissionDenied(_("Only the province's committee or a system administrator does this."))
