"""Questions to companies that wait for a branch to release them, and who may."""

import datetime

from django.db.models import QuerySet

from appeals import chain, permissions
from appeals.models import Appeal, Paraphrase
from appeals.sights import OVERSEEING
from portal.calendar import beijing_day
from portal.models import Post


def waiting() -> QuerySet[Paraphrase]:
    """Written, neither released nor sent back, and the case is still where it was written."""
    return Paraphrase.objects.filter(
        released_at=None, returned_at=None, leg__left_at=None, appeal__status=chain.IN_HAND
    )


def waiting_of(appeal: Appeal) -> QuerySet[Paraphrase]:
    return waiting().filter(appeal=appeal)


def for_post(post: Post, now: datetime.datetime) -> QuerySet[Paraphrase]:
    """The branch's list: what its contacts wrote, the case whose answer is due soonest first."""
    if post.role not in OVERSEEING:
        return Paraphrase.objects.none()
    return among(permissions.visible_appeals(post, beijing_day(now)), post).order_by("appeal__due_at", "pk")


def among(seen: QuerySet[Appeal], post: Post) -> QuerySet[Paraphrase]:
    """Those of the cases a post sees that were written in its line."""
    return waiting().filter(appeal__in=seen, leg__organisation_path__startswith=post.organisation.path)


def may_release(post: Post | None, written: Paraphrase, now: datetime.datetime) -> bool:
    """The secretary or deputy of the branch, or a committee above it, who may see the case; never a contact."""
    if post is None or post.role not in OVERSEEING:
        return False
    if not written.leg.organisation_path.startswith(post.organisation.path):
        return False
    return permissions.visible_appeals(post, beijing_day(now)).filter(pk=written.appeal_id).exists()
