"""Who answers a person who says that something held about him is wrong: whoever keeps that record, never himself."""

import datetime

from django.db.models import Q, QuerySet

from portal import front, permissions, roles, same_person
from portal.calendar import beijing_day
from portal.models import Correction, PlaceKind, Post

ACCOUNT = "portal."


def may_answer(post: Post | None, day: datetime.date) -> bool:
    keeps = (roles.ADMINISTER_SYSTEM, roles.ADMINISTER_SECURITY)
    return any(permissions.has_permission(post, one, day) for one in keeps)


def before(post: Post, now: datetime.datetime) -> QuerySet[Correction]:
    """Accounts and posts: the security administrator of the line. Registers: the system administrator. The province's
    have all of them. What somebody asked himself, with whichever account, another one answers."""
    day = beijing_day(now)
    is_top = post.organisation.place.kind == PlaceKind.PROVINCE
    seen = Q(pk__in=[])
    if permissions.has_permission(post, roles.ADMINISTER_SECURITY, day):
        line = permissions.administered_organisations(post, day)
        seen |= Q(field__startswith=ACCOUNT) & (Q() if is_top else Q(person__posts__organisation__in=line))
    if permissions.has_permission(post, roles.ADMINISTER_SYSTEM, day):
        seen |= ~Q(field__startswith=ACCOUNT) & (Q() if is_top else front.registered_in(post.organisation.place))
    return Correction.objects.exclude(person__in=same_person.own_accounts(post.person_id)).filter(seen).distinct()
