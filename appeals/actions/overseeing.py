"""What the committee does about a line: alarms, reopening, clocks, duty; and the custodian's two-person unsealing."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.actions import moving
from appeals.models import Alarm, Appeal, ClockSetting, DutyPost, Identity, Unsealing
from appeals.reads import Reads
from portal import codes, events
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Place, Post, Role
from portal.permissions import has_permission
from portal.roles import HANDLE, UNSEAL
from portal.same_person import own_accounts

UNSEALED_DAYS = 7


@transaction.atomic
def see_alarm(alarm_id: int, *, by: Post, now: datetime.datetime) -> Alarm:
    """A committee's staff has seen an alarm of their organisation."""
    alarm = Alarm.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=alarm_id)
    if (
        by.role != Role.COMMITTEE_STAFF
        or by.organisation_id != alarm.organisation_id
        or not by.is_live(beijing_day(now))
    ):
        raise PermissionDenied
    if permissions.bar_reason(alarm.appeal, by.person, now):
        raise PermissionDenied
    if alarm.seen_at is None:
        alarm.seen_at, alarm.seen_by = now, by
        alarm.save(update_fields=["seen_at", "seen_by"])
        appeal = Appeal.objects.for_update(alarm.appeal_id)
        moving.log(appeal, "alarm_seen", by=by.person, post=by, now=now, facts={"alarm": alarm.kind})
        appeal.save(update_fields=["position", "moved_at"])
    return alarm


@transaction.atomic
def reopen(appeal_id: int, *, by: Post, reason: str, now: datetime.datetime) -> Appeal:
    """New evidence or an error: a new series at the committee, linked to the closed one, which stays as it is."""
    old = Appeal.objects.for_update(appeal_id)
    permissions.require_overseer(by, old, now)
    moving.step(old, "reopen")
    if old.reopened_as.exists():
        raise Refused(_("It has been reopened already."))
    new = Appeal(
        number=moving.free_number(old.place, now),
        secret=codes.new_secret(),
        filed_at=now,
        moved_at=now,
        reopened_from=old,
        limit_at=now,
        **{
            name: getattr(old, name)
            for name in (
                "filer", "driver", "title", "category", "identity", "pseudonym", "happened_date", "order_number",
                "amount_fen", "deduction_kind",
                "place", "district", "respondent_kind", "respondent_at_event", "rule_version", "wants_enterprise",
                "is_urgent", "handling_org", "handling_path", "is_demo",
            )
        },
    )  # fmt: skip
    new.tier, new.due_date, new.due_at = chain.COMMITTEE, beijing_day(now), now
    moving.start_round(new, now)
    new.save()
    for bar in old.bars.all():
        new.bars.create(person=bar.person, reason=bar.reason, at=now)
    reads = Reads(now)
    found = moving.enter(new, chain.COMMITTEE, reads)
    facts = {"number": new.number, "from": old.number, **moving.entry_facts(found)}
    moving.log(new, "reopened", by=by.person, post=by, now=now, facts=facts, words={"reason": reason})
    moving.alarm_for(new, found, reads)
    new.save()
    moving.log(old, "reopened_as", by=by.person, post=by, now=now, facts={"number": new.number})
    old.save(update_fields=["position", "moved_at"])
    return new


@transaction.atomic
def ask_unsealing(appeal_id: int, *, by: Post, motive: str, now: datetime.datetime) -> Unsealing:
    """A custodian asks, with a motive, to open a sealed name for the present handler; a second person decides."""
    appeal = Appeal.objects.for_update(appeal_id)
    require_custodian(by, appeal, now)
    if appeal.identity != Identity.SEALED:
        raise Refused(_("This appeal is not sealed."))
    if not appeal.is_open or appeal.handler is None:
        raise Refused(_("Only for a handler who has the appeal in hand."))
    if appeal.unsealings.filter(decided_at=None).exists():
        raise Refused(_("A request for this appeal already waits for a second person."))
    event = moving.log(appeal, "unsealing_asked", by=by.person, post=by, now=now, words={"motive": motive})
    asked = Unsealing.objects.create(
        appeal=appeal, asked_event=event, asked_by=by, asked_at=now, for_person=appeal.handler.person
    )
    appeal.save(update_fields=["position", "moved_at"])
    return asked


def require_custodian(post: Post, appeal: Appeal, now: datetime.datetime) -> None:
    """A custodian of the line, who is not barred from the appeal."""
    day = beijing_day(now)
    if (
        not has_permission(post, UNSEAL, day)
        or not post.is_live(day)
        or not appeal.handling_path.startswith(post.organisation.path)
        or permissions.bar_reason(appeal, post.person, now)
    ):
        raise PermissionDenied


@transaction.atomic
def decide_unsealing(unsealing_id: int, *, by: Post, is_agreed: bool, now: datetime.datetime) -> Unsealing:
    """The second person agrees or not. Agreed, the handler sees the name for a week; the driver sees who, when, why."""
    asked = Unsealing.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=unsealing_id)
    appeal = Appeal.objects.for_update(asked.appeal_id)
    require_custodian(by, appeal, now)
    if {asked.asked_by.person_id, asked.for_person_id} & own_accounts(by.person_id):
        raise Refused(_("A second person has to decide: not the one who asked, nor the handler."))
    if asked.decided_at is not None:
        raise Refused(_("This request has been decided already."))
    if is_agreed and not (appeal.is_open and appeal.handler and appeal.handler.person_id == asked.for_person_id):
        # it moved on while the request waited: whoever had it in hand needs the name no more
        raise Refused(_("Only for a handler who has the appeal in hand."))
    asked.decided_by, asked.decided_at, asked.is_agreed = by, now, is_agreed
    asked.until_at = now + datetime.timedelta(days=UNSEALED_DAYS) if is_agreed else None
    asked.save()
    moving.log(appeal, "unsealed" if is_agreed else "unsealing_refused", by=by.person, post=by, now=now)
    appeal.save(update_fields=["position", "moved_at"])
    return asked


def require_clocks(take_days: int, answer_days: int, from_date: datetime.date, now: datetime.datetime) -> None:
    """Clocks never begin in the past, and an answer is never due before its taking. Also asked before the preview."""
    if from_date <= beijing_day(now):
        raise Refused(_("New clocks begin tomorrow at the earliest."))
    if not 0 <= take_days <= answer_days <= chain.LIMIT_DAYS:
        raise Refused(_("The answer clock must be as long as the take clock or longer, and at most 60 days."))


def _require_committee_of(place: Place | None, by: Post, now: datetime.datetime) -> None:
    """Staff of the committee of that city; of every place, and of all of them at once, the province's."""
    is_own = place is not None and by.organisation.place_id == place.pk
    if (
        by.role != Role.COMMITTEE_STAFF
        or not by.is_live(beijing_day(now))
        or not (is_own or by.organisation.parent_id is None)
    ):
        raise PermissionDenied


@transaction.atomic
def set_clock(
    *,
    place: Place | None,
    category: str,
    tier: int,
    take_days: int,
    answer_days: int,
    reply_days: int,
    from_date: datetime.date,
    by: Post,
    now: datetime.datetime,
) -> ClockSetting:
    """The committee sets the clocks of its place from a day on. Rounds that have begun keep theirs."""
    _require_committee_of(place, by, now)
    require_clocks(take_days, answer_days, from_date, now)
    setting = ClockSetting.objects.create(
        place=place, category=category, tier=tier, take_days=take_days, answer_days=answer_days, reply_days=reply_days,
        from_date=from_date,
    )  # fmt: skip
    facts = {
        "place": place.code if place else None, "category": category, "tier": tier, "take_days": take_days,
        "answer_days": answer_days, "reply_days": reply_days, "from": from_date.isoformat(),
    }  # fmt: skip
    events.record("appeals.clock_set", by.organisation, by=by.person, post=by, at=now, facts=facts)
    return setting


@transaction.atomic
def set_duty(
    post: Post,
    *,
    place: Place,
    from_at: datetime.datetime,
    until_at: datetime.datetime,
    by: Post,
    now: datetime.datetime,
) -> DutyPost:
    """Put a post of the line on duty for a city's urgent appeals, from an instant until an instant."""
    _require_committee_of(place, by, now)
    is_in_line = post.organisation.path.startswith(by.organisation.path)
    if not is_in_line or not has_permission(post, HANDLE, beijing_day(now)):
        raise PermissionDenied
    if not now <= until_at or from_at >= until_at:
        raise Refused(_("The duty must end after it begins, and not in the past."))
    duty = DutyPost.objects.create(place=place, post=post, from_at=from_at, until_at=until_at)
    facts = {"place": place.code, "post": post.code, "from": from_at.isoformat(), "until": until_at.isoformat()}
    events.record("appeals.duty_set", by.organisation, by=by.person, post=by, at=now, facts=facts)
    return duty
