"""Handing over what a post holds: to a colleague at the same organisation, or back to the organisation itself."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import events, front
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.front import HandOver, OpenWork
from portal.jobs import attempt
from portal.models import Organisation, Post, Role, User

# of these each may go on with the other's work
LEADING = frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.ENTERPRISE_STAFF})
# how long after its end a post is looked at for work that was left
LOOKED_BACK = datetime.timedelta(days=35)


def heirs(post: Post, day: datetime.date) -> list[Post]:
    """Who may go on with a post's work: present at the same organisation, in the same role or leading with it."""
    same = LEADING if Role(post.role) in LEADING else {post.role}
    rows = Post.objects.present(day).filter(organisation=post.organisation, role__in=same).exclude(pk=post.pk)
    rows = rows.exclude(person=post.person).filter(Q(until_date__isnull=True) | Q(until_date__gt=day))
    return list(rows.select_related("person", "organisation").order_by("from_date", "pk"))


def require_heir(post: Post, to: Post | None, now: datetime.datetime) -> None:
    if to is not None and to not in heirs(post, beijing_day(now)):
        raise Refused(_("Choose a colleague at the same organisation who is there and may do this work."))


def open_work(post: Post, now: datetime.datetime, *, is_leave: bool = False) -> list[OpenWork]:
    """What a post holds that somebody has to go on with, room by room."""
    over = HandOver(post, now, is_leave=is_leave)
    return [work for _room, answer in front.ask("open_work", over) for work in answer if work.count]


def work_of(organisation: Organisation, now: datetime.datetime) -> list[OpenWork]:
    """What keeps an organisation from being closed, room by room."""
    return [
        work for _room, answer in front.ask("organisation_work", organisation, now) for work in answer if work.count
    ]


@transaction.atomic
def hand_over(
    post: Post,
    *,
    to: Post | None,
    by: User | None,
    office: Post | None,
    now: datetime.datetime,
    is_leave: bool = False,
) -> int:
    """Hand over all that a post holds which is ending, or whose holder is away with nobody to stand in.

    Clocks run on. What the colleague may not have (he is barred), and everything where there is none, goes to the
    organisation's own list, or up where nobody is left. Returns how many things changed hands.
    """
    found = open_work(post, now, is_leave=is_leave)
    if not found:
        return 0
    over = HandOver(post, now, to=to, by=by, office=office, is_leave=is_leave)
    count = sum(answer for _room, answer in front.ask("hand_over", over))
    facts = {"to": to.code if to else None, "count": count, "why": "leave" if is_leave else "ended"}
    events.record("portal.work_handed_over", post, by=by, post=office, at=now, facts=facts)
    return count


def hand_over_left(*, now: datetime.datetime) -> int:
    """After midnight: what lies with posts that ended, people who were switched off, and leaves without a deputy.

    Running it again changes nothing. A post whose work cannot be handed over holds up no other. Returns how many things
    changed hands.
    """
    day = beijing_day(now)
    ended = Q(until_date__lt=day, until_date__gte=day - LOOKED_BACK) | Q(person__is_active=False)
    away = Q(leave_from_date__lte=day) & (Q(leave_until_date__isnull=True) | Q(leave_until_date__gte=day))
    rows = Post.objects.filter(ended | away).select_related("person", "organisation", "deputy__person", "work_to")
    count = 0
    for post in rows.order_by("pk"):
        is_over = not post.is_live(day) or not post.person.is_active
        if not is_over and has_stand_in(post, day):
            continue
        heir = post.work_to if is_over and post.work_to in heirs(post, day) else None
        done, _error = attempt(
            "portal.hand_over", hand_over, post, to=heir, by=None, office=None, now=now, is_leave=not is_over
        )
        count += done or 0
    return count


def has_stand_in(post: Post, day: datetime.date) -> bool:
    """Somebody stands in that day who is himself in post and there."""
    return post.deputy_id is not None and Post.objects.present(day).filter(pk=post.deputy_id).exists()
