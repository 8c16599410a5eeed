"""Who may see which file. The same doors as the case: a file one may not see does not exist."""

import datetime
from typing import Any

from django.db.models import Q

from appeals import permissions
from appeals.models import Appeal, Evidence, Hearing, HearingCase, Identity
from appeals.models.evidence import EvidenceQuerySet
from portal.calendar import beijing_day
from portal.models import Post, User
from portal.permissions import has_permission
from portal.roles import ANSWER_FOR_COMPANY, HANDLE


def visible_evidence(person: User, post: Post | None, now: datetime.datetime) -> EvidenceQuerySet:
    """His own loose files, those of his own cases, and what his active post lets him see.

    A company's files are for the handlers who asked it; the driver reads what they make of them.
    """
    day = beijing_day(now)
    sight = Q(owner=person, appeal=None) | Q(appeal__filer=person, hearing=None)
    if post is not None and has_permission(post, HANDLE, day):
        seen = permissions.visible_appeals(post, day).values("pk")
        # a group's question and its reply belong to each of its cases
        shared = HearingCase.objects.filter(appeal__in=seen).values("hearing")
        sight |= Q(appeal__in=seen) | Q(hearing__in=shared)
    if post is not None and has_permission(post, ANSWER_FOR_COMPANY, day):
        asked = Hearing.objects.filter(company=post.organisation_id).values("pk")
        sight |= Q(hearing__in=asked) | Q(pk__in=_released(asked))
    return Evidence.objects.filter(sight)


def _released(asked: Any) -> Any:
    return Evidence.released_to.through.objects.filter(hearing__in=asked).values("evidence")


def may_open_original(person: User, evidence: Evidence) -> bool:
    """His own file, as he sent it; to nobody else it is given without a word."""
    return evidence.owner_id == person.pk


def may_ask_for_original(post: Post | None, evidence: Evidence, now: datetime.datetime) -> bool:
    """A committee of the line may need what a copy no longer shows; that it looked, the driver reads.

    Of a sealed case never: when and where a photo was taken tells who took it.
    """
    appeal = evidence.appeal
    return appeal is not None and appeal.identity != Identity.SEALED and permissions.may_oversee(post, appeal, now)


def may_see_case(post: Post, appeal: Appeal, now: datetime.datetime) -> bool:
    """Handlers and overseers of the case, not the company that gave a file to it."""
    return permissions.visible_appeals(post, beijing_day(now)).filter(pk=appeal.pk).exists()


def may_release(post: Post | None, appeal: Appeal, now: datetime.datetime) -> bool:
    """Show a company a file: whoever has the case in hand, and only where the driver shows the company his name."""
    return appeal.identity == Identity.OPEN and permissions.may_handle(post, appeal, now)
