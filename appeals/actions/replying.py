"""The respondent company's right of reply."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals.actions import moving
from appeals.models import Appeal, Hearing
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.permissions import has_permission
from portal.roles import ANSWER_FOR_COMPANY


@transaction.atomic
def platform_reply(
    hearing_id: int, *, by: Post, facts_given: str, now: datetime.datetime, rule_given: str = "", offer: str = ""
) -> Hearing:
    """A company's liaison answers: rule and version, facts, an offer. A late reply is taken and marked late."""
    hearing = Hearing.objects.select_for_update(of=("self",)).get(pk=hearing_id)
    if (
        by.organisation_id != hearing.company_id
        or not by.is_live(beijing_day(now))
        or not has_permission(by, ANSWER_FOR_COMPANY, beijing_day(now))
    ):
        raise PermissionDenied
    if hearing.replied_at:
        raise Refused(_("Your company has replied to this question already."))
    appeal = Appeal.objects.for_update(hearing.appeal_id)
    moving.step(appeal, "platform_reply")
    event = moving.log(
        appeal,
        "platform_replied",
        by=by.person,
        post=by,
        now=now,
        facts={"company": hearing.company.code, "is_late": now >= hearing.due_at},
        words={"rule": rule_given, "facts": facts_given, "offer": offer},
    )
    hearing.reply_event, hearing.replied_at = event, now
    hearing.save(update_fields=["reply_event", "replied_at"])
    appeal.save(update_fields=["position", "moved_at"])
    return hearing
