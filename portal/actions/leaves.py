"""Leave asked for by the holder of a post, confirmed by an administrator or by the secretary of the organisation."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal import events, permissions, roles, same_person
from portal.actions import posts
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import LeaveRequest, Post, Role, User


@transaction.atomic
def ask(
    post: Post,
    *,
    span: tuple[datetime.date, datetime.date],
    deputy: Post | None,
    by: User,
    now: datetime.datetime,
) -> LeaveRequest:
    """Ask for leave from a post of one's own. Nothing changes until it is confirmed; a new one replaces the old."""
    day = beijing_day(now)
    held = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=post.pk)
    if not permissions.may_act_in(by, held, day):
        raise PermissionDenied
    first, last = span
    if last < first:
        raise Refused(_("The last day of leave comes before its first day."))
    if first < day:
        raise Refused(_("Leave is asked for from today on."))
    if deputy is not None:
        posts.refuse_deputy(held, deputy, first)
    LeaveRequest.objects.filter(post=held, decided_at=None).update(decided_at=now, is_agreed=False)
    asked = LeaveRequest.objects.create(post=held, from_date=first, until_date=last, deputy=deputy, at=now)
    facts = {
        "from_date": first.isoformat(),
        "until_date": last.isoformat(),
        "deputy": deputy.code if deputy else None,
    }
    events.record("portal.leave_asked", held, by=by, post=held, at=now, facts=facts)
    return asked


@transaction.atomic
def decide(request_id: int, *, is_agreed: bool, by: User, office: Post, now: datetime.datetime) -> LeaveRequest:
    """Confirm or refuse. Confirmed, it stands on the post with its deputy, as if an administrator had written it."""
    # the post before the request, as in `ask`
    Post.objects.select_for_update(no_key=True).filter(leave_requests=request_id).values_list("pk").first()
    rows = LeaveRequest.objects.select_for_update(of=("self",)).select_related("post", "deputy")
    asked = rows.get(pk=request_id)
    if not permissions.may_act_in(by, office, beijing_day(now)) or not before(office, now).filter(pk=asked.pk).exists():
        raise PermissionDenied
    if asked.decided_at is not None:
        raise Refused(_("This request has been decided or replaced already."))
    asked.decided_by, asked.decided_at, asked.is_agreed = office, now, is_agreed
    asked.save(update_fields=["decided_by", "decided_at", "is_agreed"])
    if is_agreed:
        span = (asked.from_date, asked.until_date)
        posts.write_leave(asked.post_id, span=span, deputy=asked.deputy, by=by, office=office, now=now)
    else:
        events.record("portal.leave_refused", asked.post, by=by, post=office, at=now)
    return asked


def may_decide(office: Post, now: datetime.datetime) -> bool:
    """Does this post decide on anybody's leave?"""
    day = beijing_day(now)
    if not office.is_live(day):
        return False
    return office.role == Role.SECRETARY or permissions.has_permission(office, roles.ADMINISTER_SECURITY, day)


def before(office: Post, now: datetime.datetime) -> QuerySet[LeaveRequest]:
    """The requests a post decides on: a security administrator's line, a secretary's organisation and those below it
    whose secretary asks. Never one's own."""
    day = beijing_day(now)
    rows = LeaveRequest.objects.exclude(post__person__in=same_person.own_accounts(office.person_id))
    if permissions.has_permission(office, roles.ADMINISTER_SECURITY, day):
        return rows.filter(post__organisation__in=permissions.administered_organisations(office, day))
    if not may_decide(office, now):
        return rows.none()
    own = Q(post__organisation=office.organisation_id)
    return rows.filter(own | Q(post__organisation__parent=office.organisation_id, post__role=Role.SECRETARY))
