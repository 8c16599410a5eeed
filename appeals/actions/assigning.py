"""Giving a case at one's own desk to a colleague."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, leading, permissions
from appeals.actions import moving
from appeals.models import Appeal
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post


@transaction.atomic
def assign(appeal_id: int, *, by: Post, to: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Give a case to the colleague of this code, who may act on it; every clock runs on as it was.

    Not yet taken, the colleague is the one it is meant for: the take clock is met only by whoever takes it himself.
    In hand, he is its handler from now on, and whoever had it counts among those who had it at this tier.
    """
    appeal = Appeal.objects.for_update(appeal_id)
    if seen is not None and permissions.might_handle_then(by, appeal, seen, now):
        moving.require_newest(appeal, seen)
    leading.require_leader(by, appeal, now)  # who first: an outsider must not learn the status
    moving.step(appeal, "assign", seen=seen)
    leg = moving.current_leg(appeal)
    leading.require_free(appeal, leg, beijing_day(now))
    before = leading.holder_of(appeal, leg)
    colleague = next((post for post in leading.colleagues(appeal, leg, by, now) if post.code == to), None)
    if colleague is None:
        raise Refused(_("Choose a colleague who may act on this case now."))
    is_in_hand = appeal.status != chain.WAITING
    if is_in_hand and appeal.handler:
        leg.handed_on_by = [*leg.handed_on_by, appeal.handler.person_id]
        leg.handler = appeal.handler = colleague
    else:
        leg.designated = colleague
    leg.assigned_at = now
    leg.save(update_fields=["handed_on_by", "handler", "designated", "assigned_at"])
    facts = {
        "tier": appeal.tier,
        "to": colleague.code,
        "from": before.code if before else None,
        "in_hand": is_in_hand,
    }
    moving.log(appeal, "assigned", by=by.person, post=by, now=now, facts=facts)
    appeal.save()
    return appeal
