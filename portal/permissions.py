"""Who may do what, where: the only module of the portal that knows guardian.

A post is the truth. Guardian's grants are its shadow on each organisation (portal.actions.posts.sync_grants), and both
have to agree: a grant left behind opens nothing without its post, a post without its grant opens nothing either.
"""

import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from portal import roles
from portal.calendar import beijing_day
from portal.models import Organisation, PlaceKind, Post, User
from portal.models.organisations import OrganisationQuerySet

Grant = tuple[str, int]


def active_post(request: HttpRequest) -> Post | None:
    """The post the person acts in now; None when he acts as himself, a driver."""
    return getattr(request, "post", None)


def organisations_for(post: Post, day: datetime.date) -> list[tuple[Organisation, frozenset[str]]]:
    """The post's own organisation, and those whose holder on leave it stands in for that day, with what each allows."""
    if not post.is_live(day):
        return []
    found = [(post.organisation, roles.permissions_of(post.role, post.organisation.kind))]
    for absent in Post.objects.filter(deputy=post).live(day).select_related("organisation"):
        if absent.is_on_leave(day):
            found.append((absent.organisation, roles.permissions_of(absent.role, absent.organisation.kind)))
    return found


def wanted_grants(person: User, day: datetime.date) -> set[Grant]:
    """What the person's posts in force that day give, as (permission, organisation)."""
    return {
        (permission, organisation.pk)
        for post in Post.objects.filter(person=person).live(day).select_related("organisation")
        for organisation, allowed in organisations_for(post, day)
        for permission in allowed
    }


def grants_of(person: User) -> set[Grant]:
    """What guardian holds for the person on organisations."""
    rows = UserObjectPermission.objects.filter(
        user=person, content_type=ContentType.objects.get_for_model(Organisation)
    )
    return {(name, int(pk)) for name, pk in rows.values_list("permission__codename", "object_pk")}


def set_grants(person: User, wanted: set[Grant]) -> None:
    """Make guardian's grants of the person on organisations exactly these."""
    content_type = ContentType.objects.get_for_model(Organisation)
    held = grants_of(person)
    for name, pk in held - wanted:
        UserObjectPermission.objects.filter(
            user=person, content_type=content_type, permission__codename=name, object_pk=str(pk)
        ).delete()
    names = {name for name, _pk in wanted - held}
    rights = {
        right.codename: right for right in Permission.objects.filter(content_type=content_type, codename__in=names)
    }
    UserObjectPermission.objects.bulk_create(
        [
            UserObjectPermission(user=person, content_type=content_type, permission=rights[name], object_pk=str(pk))
            for name, pk in wanted - held
        ],
        # two switches of one person at the same moment may both write the same grant
        ignore_conflicts=True,
    )


def paths_for(post: Post | None, permission: str, day: datetime.date | None = None) -> list[str]:
    """The path prefixes in which this post may do this: a few strings, for `path__startswith`. Empty means nowhere."""
    if post is None:
        return []
    day = day or beijing_day(timezone.now())
    reach: dict[tuple[str, datetime.date], list[str]] = post.__dict__.setdefault("_reach", {})
    if (permission, day) not in reach:
        held: dict[datetime.date, Any] = post.__dict__.setdefault("_held", {})
        if day not in held:
            held[day] = grants_of(post.person), organisations_for(post, day)
        granted, organisations = held[day]
        reach[permission, day] = sorted(
            {
                organisation.path
                for organisation, allowed in organisations
                if permission in allowed and (permission, organisation.pk) in granted
            }
        )
    return reach[permission, day]


def has_permission(post: Post | None, permission: str, day: datetime.date | None = None) -> bool:
    return bool(paths_for(post, permission, day))


def require_permission(post: Post | None, permission: str, day: datetime.date | None = None) -> None:
    if not has_permission(post, permission, day):
        raise PermissionDenied(_("Your post does not allow this."))


def may_act_in(by: User, post: Post | None, day: datetime.date) -> bool:
    """A person acts only in a post of his own that is in force that day."""
    return post is not None and post.person_id == by.pk and post.is_live(day) and by.is_active


def posts_giving(person: User, permission: str, day: datetime.date) -> list[Post]:
    """The person's posts in force that day which give this permission somewhere."""
    if not person.is_active:
        return []
    live = Post.objects.filter(person=person).live(day).select_related("organisation__place", "person")
    return [post for post in live if has_permission(post, permission, day)]


def may_anywhere(by: User, permission: str, day: datetime.date | None = None) -> bool:
    """Some post of the person gives this permission somewhere: for what belongs to no organisation, as the calendar."""
    return bool(posts_giving(by, permission, day or beijing_day(timezone.now())))


def require_anywhere(by: User, permission: str, day: datetime.date | None = None) -> None:
    if not may_anywhere(by, permission, day):
        raise PermissionDenied(_("Your post does not allow this."))


def administered_organisations(post: Post, day: datetime.date | None = None) -> OrganisationQuerySet:
    """Where this post appoints: everywhere from the province, else its own line."""
    paths = paths_for(post, roles.ADMINISTER_SECURITY, day)
    every = Organisation.objects.all()
    if not paths:
        return every.none()
    if post.organisation.place.kind == PlaceKind.PROVINCE:
        return every
    return every.filter(_line(paths))


def kept_organisations(post: Post, day: datetime.date | None = None) -> OrganisationQuerySet:
    """The organisations whose names and places this administrator keeps, of the system or of security: everywhere from
    the province, else his own line."""
    every = Organisation.objects.all()
    paths = paths_for(post, roles.ADMINISTER_SECURITY, day) + paths_for(post, roles.ADMINISTER_SYSTEM, day)
    if not paths:
        return every.none()
    return every if post.organisation.place.kind == PlaceKind.PROVINCE else every.filter(_line(paths))


def _line(paths: list[str]) -> Q:
    line = Q()
    for path in paths:
        line |= Q(path__startswith=path)
    return line


def has_post_beyond(person: User, office: Post, day: datetime.date) -> bool:
    """Does a post of the person, in force or to come, lie outside where this post appoints?"""
    held = Post.objects.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), person=person)
    return held.exclude(organisation__in=administered_organisations(office, day)).exists()


def administering_post(by: User, organisation: Organisation, day: datetime.date) -> Post | None:
    """The post in which a person appoints at this organisation: the province's, or one of the organisation's line."""
    for post in posts_giving(by, roles.ADMINISTER_SECURITY, day):
        if administered_organisations(post, day).filter(pk=organisation.pk).exists():
            return post
    return None


def require_post_administrator(by: User, organisation: Organisation, day: datetime.date) -> Post:
    post = administering_post(by, organisation, day)
    if post is None:
        raise PermissionDenied(_("Only a security administrator of this line appoints and ends posts."))
    return post


def require_system_administrator(by: User, post: Post | None, day: datetime.date) -> None:
    if post is None or not may_act_in(by, post, day) or not has_permission(post, roles.ADMINISTER_SYSTEM, day):
        raise PermissionDenied(_("Only a system administrator does this."))
