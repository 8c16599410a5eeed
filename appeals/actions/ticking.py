"""What the portal does by itself when a clock runs out: each appeal locked, in a transaction of its own."""

import datetime

from django.db import transaction
from django.db.models import Count

from appeals import chain, permissions, routing
from appeals.actions import driving, moving
from appeals.models import AlarmKind, Appeal, Hearing
from portal.calendar import beijing_day


def tick(*, now: datetime.datetime, most: int) -> int:
    """Move up to `most` appeals whose clock has run out; how many were moved. Two ticks at once share the work."""
    moved = 0
    while moved < most and tick_one(now=now):
        moved += 1
    return moved


@transaction.atomic
def tick_one(*, now: datetime.datetime) -> bool:
    """Take the appeal that has waited longest and that no other tick or handler holds, and make the portal's move."""
    appeal = (
        Appeal.objects.ticking(now)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("place__parent", "district", "filer", "driver__branch", "handling_org")
        .order_by("tick_at")
        .first()
    )
    if appeal is None:
        return False
    if appeal.is_open and not appeal.is_limited and appeal.limit_at <= now:
        _limit(appeal, now)
    elif appeal.status == chain.ASKED:
        _end_rest(appeal, now)
    elif appeal.is_open:
        _pass_up(appeal, now)
    elif appeal.status == chain.ANSWERED:
        _after_answer(appeal, now)
    elif appeal.status == chain.WITHDRAWN:
        _lapse_withdrawn(appeal, now)
    else:
        appeal.tick_at = None
    appeal.save()
    return True


def _pass_up(appeal: Appeal, now: datetime.datetime) -> None:
    """A take or answer clock ran out: the breach is an event, the appeal moves up once; at the top, an alarm."""
    leg = moving.current_leg(appeal)
    leg.is_breached = True
    appeal.breaches += 1
    late = {"tier": appeal.tier, "clock": appeal.due_kind, "organisation": appeal.handling_org.code}
    if appeal.tier == chain.COMMITTEE:
        leg.save(update_fields=["is_breached"])
        moving.set_tick(appeal, None)
        moving.log(appeal, "breached", by=None, now=now, facts=late)
        committee = routing.committee_of(appeal)
        moving.raise_alarm(appeal, AlarmKind.TOP_BREACH, committee.parent or committee, now=now)
        return
    step = chain.step("pass_up", appeal.status, appeal.tier)
    moving.leave(leg, "pass_up", now)
    found = moving.enter(appeal, step.tier, now=now)
    moving.log(appeal, "passed_up", by=None, now=now, facts={"late": late, **moving.entry_facts(found, appeal)})
    moving.alarm_for(appeal, found, now=now)


def _limit(appeal: Appeal, now: datetime.datetime) -> None:
    """Day 60 of a round: to the committee with an alarm, wherever it was; at the committee the alarm alone."""
    appeal.is_limited = True
    leg = moving.current_leg(appeal)
    if appeal.tier == chain.COMMITTEE:
        if appeal.status == chain.ASKED:
            driving.resume(appeal, now)
        moving.set_tick(appeal, None if leg.is_breached else appeal.due_at)
        moving.log(appeal, "limit_reached", by=None, now=now, facts={"tier": appeal.tier})
    else:
        moving.leave(leg, "limit", now)
        found = moving.enter(appeal, chain.COMMITTEE, now=now)
        moving.log(appeal, "limit_reached", by=None, now=now, facts=moving.entry_facts(found, appeal))
        moving.alarm_for(appeal, found, now=now)
    committee = routing.committee_of(appeal)
    moving.raise_alarm(appeal, AlarmKind.LIMIT, committee, now=now)


def _end_rest(appeal: Appeal, now: datetime.datetime) -> None:
    """Five working days without the driver's answer: the handler goes on with what there is."""
    driving.resume(appeal, now)
    facts = {"answer_due": appeal.due_date.isoformat() if appeal.due_date else None}
    moving.log(appeal, "rest_ended", by=None, now=now, facts=facts)


def _after_answer(appeal: Appeal, now: datetime.datetime) -> None:
    """A promise fell due, or the driver's 15 days passed in silence, which counts as yes."""
    given = appeal.answers.order_by("-at").first()
    assert given is not None
    if given.is_owed and not given.is_breached and given.carry_out_at and given.carry_out_at <= now:
        given.is_breached = True
        given.save(update_fields=["is_breached"])
        appeal.breaches += 1
        moving.log(appeal, "carry_out_missed", by=None, now=now, facts={"promised": str(given.carry_out_date)})
    if appeal.accepted_at is None and appeal.due_at and appeal.due_at <= now:
        moving.log(appeal, "lapsed", by=None, now=now)
        driving.settle(appeal, now)
        return
    owed_at = given.carry_out_at if given.is_owed and not given.is_breached else None
    window_at = None if appeal.accepted_at else appeal.due_at
    moving.set_tick(appeal, min((at for at in (owed_at, window_at) if at), default=None))


def _lapse_withdrawn(appeal: Appeal, now: datetime.datetime) -> None:
    moving.leave(moving.current_leg(appeal), "withdraw", now)
    moving.log(appeal, "closed", by=None, now=now, facts={"why": "withdrawn"})
    moving.close(appeal, now)


@transaction.atomic
def note_silence(*, now: datetime.datetime, most: int) -> int:
    """Companies that let their reply's due date pass: recorded in the case and counted. The decision may go on."""
    late = (
        Hearing.objects.filter(replied_at=None, silent_at=None, due_at__lte=now)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("company")
        .order_by("due_at")[:most]
    )
    counted = 0
    for hearing in late:
        appeal = Appeal.objects.for_update(hearing.appeal_id)
        hearing.silent_at = now
        hearing.save(update_fields=["silent_at"])
        facts = {"company": hearing.company.code, "due": hearing.due_date.isoformat()}
        moving.log(appeal, "platform_silent", by=None, now=now, facts=facts)
        appeal.save(update_fields=["position", "moved_at"])
        counted += 1
    return counted


def vacant_desks(*, now: datetime.datetime) -> int:
    """Open appeals that lie where nobody at all acts today. One question for every desk: cheap enough for /healthz."""
    desks = Appeal.objects.open().values_list("handling_org", "tier").annotate(held=Count("pk"))
    held = {(organisation, tier): count for organisation, tier, count in desks}
    present = permissions.present_posts(set(held), beijing_day(now))
    return sum(count for desk, count in held.items() if not present[desk])


def without_anyone(*, now: datetime.datetime) -> list[str]:
    """The invariant: no open appeal without a handling organisation, a due date and a person who may act.

    Codes of the open appeals that break it. Those whose alarm says so already are broken all the same.
    """
    broken = []
    seen: dict[tuple[int, int], bool] = {}
    for appeal in (
        Appeal.objects.open().select_related("handling_org", "place__parent", "filer").iterator(chunk_size=500)
    ):
        key = (appeal.handling_org_id, appeal.tier)
        # one question per organisation and tier answers nearly all; a case with bars of its own is asked alone
        if appeal.challenged_at or appeal.respondent_at_event_id or key not in seen:
            is_somebody = bool(permissions.who_may_act(appeal, appeal.handling_org, appeal.tier, now))
            if not (appeal.challenged_at or appeal.respondent_at_event_id):
                seen[key] = is_somebody
        else:
            is_somebody = seen[key]
        if appeal.due_at is None or not is_somebody:
            broken.append(appeal.code)
    return broken


@transaction.atomic
def rescue(code: str, *, now: datetime.datetime) -> bool:
    """An open appeal nobody may act on any more (a post ended, everyone on leave): up at once, committee alarmed."""
    appeal = Appeal.objects.select_for_update(no_key=True).get(code=code)
    if not appeal.is_open or permissions.who_may_act(appeal, appeal.handling_org, appeal.tier, now):
        return False
    if appeal.alarms.filter(kind=AlarmKind.NOBODY, raised_at__date=beijing_day(now)).exists():
        return False
    leg = moving.current_leg(appeal)
    moving.leave(leg, "vacant", now)
    found = moving.enter(appeal, appeal.tier, now=now)
    moving.log(appeal, "passed_up", by=None, now=now, facts={"late": None, **moving.entry_facts(found, appeal)})
    moving.alarm_for(appeal, found, now=now)
    appeal.save()
    return True
