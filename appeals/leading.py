"""Who leads a desk may give its cases to a colleague: which cases, and to whom."""

import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.models import Appeal, Leg
from appeals.reads import Reads
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, Post, Role
from portal.permissions import has_permission
from portal.roles import HANDLE

LEADING = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_STAFF)


def leads_at(post: Post | None, organisation: Organisation, day: datetime.date) -> bool:
    """Leads this organisation's desk today: its secretary, his deputy, committee staff, a stand-in."""
    if post is None or not post.is_live(day) or post.is_on_leave(day) or not has_permission(post, HANDLE, day):
        return False
    held = [post, *permissions.stands_in_for(post, day)]
    return any(one.organisation_id == organisation.pk and one.role in LEADING for one in held)


def may_assign(post: Post | None, appeal: Appeal, now: datetime.datetime) -> bool:
    """May this post give the case to somebody? At the first tier the branch's secretary, who does not handle it there.

    Whoever is barred, or had it in hand at a tier below, gives it to nobody either.
    """
    if post is None or not leads_at(post, appeal.handling_org, beijing_day(now)):
        return False
    if appeal.tier != chain.CONTACT:
        return permissions.may_handle(post, appeal, now)
    is_own = permissions.is_own_enterprise(appeal, appeal.handling_org)
    return not is_own and permissions.bar_reason(appeal, post.person, now) is None


def require_leader(post: Post | None, appeal: Appeal, now: datetime.datetime) -> Post:
    if post is None or not may_assign(post, appeal, now):
        raise PermissionDenied
    return post


def holder_of(appeal: Appeal, leg: Leg) -> Post | None:
    """Who has it in hand, or whom it is meant for."""
    return appeal.handler or leg.designated


def require_free(appeal: Appeal, leg: Leg, day: datetime.date) -> None:
    """The driver's own contact is not passed by while he is there: at the first tier a case is given on only where it
    came to the branch's contacts as a whole, or where its contact is on leave or holds the post no more."""
    holder = holder_of(appeal, leg)
    if appeal.tier == chain.CONTACT and holder and holder.is_live(day) and not holder.is_on_leave(day):
        raise Refused(
            _("%(name)s is there: at the first tier a case is given to another contact only while its own is away.")
            % {"name": holder.person.name}
        )


def colleagues(appeal: Appeal, leg: Leg, by: Post, now: datetime.datetime) -> list[Post]:
    """Whom the case may be given to: those who may act on it there, without whoever has it; nobody barred."""
    acting = permissions.who_may_act(appeal, appeal.handling_org, appeal.tier, Reads(now))
    holder = holder_of(appeal, leg)
    without = {holder.pk if holder else None, by.pk if appeal.status == chain.WAITING else None}
    return [post for post in acting if post.pk not in without]


def moves(post: Post | None, appeal: Appeal, now: datetime.datetime) -> list[str]:
    """The moves a page may offer whoever leads the desk; the action checks again."""
    offered = chain.moves_for(chain.Actor.LEADER, appeal.status, appeal.tier)
    if not offered or post is None or not may_assign(post, appeal, now):
        return []
    leg = appeal.legs.select_related("designated").order_by("-number").first()
    if leg is None:
        return []
    try:
        require_free(appeal, leg, beijing_day(now))
    except Refused:
        return []
    return offered if colleagues(appeal, leg, post, now) else []
