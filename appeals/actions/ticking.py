"""What the portal does by itself when a clock runs out: each appeal locked, in a transaction of its own."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Prefetch

from appeals import chain, permissions, routing
from appeals.actions import driving, hearing, moving
from appeals.models import AlarmKind, Appeal, Hearing, Leg
from appeals.reads import Reads, present_posts
from portal.calendar import beijing_day
from portal.jobs import attempt

BATCH = 50


def tick(*, now: datetime.datetime, most: int) -> int:
    """Move up to `most` appeals whose clock has run out; how many were moved. Ticks at the same time share the work."""
    moved, broken = 0, set[int]()
    while moved < most:
        size = min(BATCH, most - moved)
        done, error = attempt("appeals.tick", tick_batch, now=now, size=size, without=broken)
        if error:
            # one of them is at fault: one by one, and leave it to the log and to those who read it
            done, broken = _one_by_one(now, size, broken)
        if not done:
            break
        moved += done
    return moved


def _one_by_one(now: datetime.datetime, size: int, broken: set[int]) -> tuple[int, set[int]]:
    done = 0
    for appeal_id in (
        Appeal.objects.ticking(now).exclude(pk__in=broken).order_by("tick_at").values_list("pk", flat=True)[:size]
    ):
        moved, error = attempt("appeals.tick_one", tick_batch, now=now, size=1, only=appeal_id)
        broken = broken | {appeal_id} if error else broken
        done += moved or 0
    return done, broken


@transaction.atomic
def tick_batch(*, now: datetime.datetime, size: int, without: Collection[int] = (), only: int | None = None) -> int:
    """Take the appeals that have waited longest and that nobody else holds, and make the portal's moves."""
    due = Appeal.objects.ticking(now).exclude(pk__in=without)
    due = due.filter(pk=only) if only else due.order_by("tick_at")
    held = [row.pk for row in due.select_for_update(no_key=True, skip_locked=True).only("pk")[:size]]
    whole = Appeal.objects.filter(pk__in=held).select_related(
        "place__parent", "district", "filer", "driver__branch__merged_into", "handling_org"
    )
    legs = Prefetch("legs", Leg.objects.select_related("handler"))
    reads = Reads(now)
    for appeal in whole.prefetch_related(legs, "bars").order_by("tick_at"):
        _move(appeal, reads)
        appeal.save()
    return len(held)


def _move(appeal: Appeal, reads: Reads) -> None:
    now = reads.now
    if appeal.is_open and not appeal.is_limited and appeal.limit_at <= now:
        _limit(appeal, reads)
    elif appeal.status == chain.ASKED:
        _end_rest(appeal, now)
    elif appeal.is_open:
        _pass_up(appeal, reads)
    elif appeal.status == chain.ANSWERED:
        _after_answer(appeal, now)
    elif appeal.status == chain.WITHDRAWN:
        _lapse_withdrawn(appeal, now)
    else:
        appeal.tick_at = None


def _pass_up(appeal: Appeal, reads: Reads) -> None:
    """A take or answer clock ran out: the breach is an event, the appeal moves up once; at the top, an alarm."""
    leg = moving.current_leg(appeal)
    leg.is_breached = True
    appeal.breaches += 1
    late = {"tier": appeal.tier, "clock": appeal.due_kind, "organisation": appeal.handling_org.code}
    if appeal.tier == chain.COMMITTEE:
        leg.save(update_fields=["is_breached"])
        moving.set_tick(appeal, None)
        moving.log(appeal, "breached", by=None, now=reads.now, facts=late)
        committee = routing.committee_of(appeal, reads)
        moving.raise_alarm(appeal, AlarmKind.TOP_BREACH, committee.parent or committee, now=reads.now)
        return
    step = chain.step("pass_up", appeal.status, appeal.tier)
    moving.leave(leg, "pass_up", reads.now)
    found = moving.enter(appeal, step.tier, reads)
    moving.log(appeal, "passed_up", by=None, now=reads.now, facts={"late": late, **moving.entry_facts(found)})
    moving.alarm_for(appeal, found, reads)


def _limit(appeal: Appeal, reads: Reads) -> None:
    """Day 60 of a round: to the committee with an alarm, wherever it was; at the committee the alarm alone."""
    now = reads.now
    appeal.is_limited = True
    leg = moving.current_leg(appeal)
    if appeal.tier == chain.COMMITTEE:
        if appeal.status == chain.ASKED:
            driving.resume(appeal, now)
        moving.set_tick(appeal, None if leg.is_breached else appeal.due_at)
        moving.log(appeal, "limit_reached", by=None, now=now, facts={"tier": appeal.tier})
    else:
        moving.leave(leg, "limit", now)
        found = moving.enter(appeal, chain.COMMITTEE, reads)
        moving.log(appeal, "limit_reached", by=None, now=now, facts=moving.entry_facts(found))
        moving.alarm_for(appeal, found, reads)
    moving.raise_alarm(appeal, AlarmKind.LIMIT, routing.committee_of(appeal, reads), now=now)


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
    for late_one in late:
        appeal = Appeal.objects.for_update(late_one.appeal_id)
        late_one.silent_at = now
        late_one.save(update_fields=["silent_at"])
        facts = {"company": late_one.company.code, "due": late_one.due_date.isoformat()}
        event = moving.log(appeal, "platform_silent", by=None, now=now, facts=facts)
        appeal.save(update_fields=["position", "moved_at"])
        if late_one.group_id:
            others = Appeal.objects.filter(shared_hearings__hearing=late_one)
            hearing.share(late_one, others, "platform_silent", event, by=None, now=now)
        counted += 1
    return counted


def vacant_desks(*, now: datetime.datetime) -> int:
    """Open appeals that lie where nobody at all acts today. One question for every desk: cheap enough for /healthz."""
    desks = Appeal.objects.open().values_list("handling_org", "tier").annotate(held=Count("pk"))
    held = {(organisation, tier): count for organisation, tier, count in desks}
    present = present_posts(set(held), beijing_day(now))
    return sum(count for desk, count in held.items() if not present[desk])


def without_anyone(*, now: datetime.datetime) -> list[str]:
    """Codes of the open appeals on which nobody may act today, bars and ties counted: the invariant, in full.

    Whoever is on duty for an urgent one does not count: his hours end, and the desk would still have nobody.
    """
    reads = Reads(now)
    legs = Prefetch("legs", Leg.objects.select_related("handler", "designated"))
    rows = Appeal.objects.open().select_related("handling_org", "handler").prefetch_related(legs, "bars").order_by("pk")
    return [appeal.code for appeal in rows.iterator(chunk_size=500) if not permissions.who_may_act_now(appeal, reads)]


@transaction.atomic
def rescue(code: str, *, now: datetime.datetime) -> bool:
    """An open appeal nobody may act on any more (a post ended, everyone on leave): up at once, committee alarmed.

    Where only the contact it is meant for is away, it goes to his colleagues at the same tier.
    Where nobody may act even at the top, the alarm is raised again once a day and the appeal stays where it is.
    """
    reads = Reads(now)
    appeal = Appeal.objects.select_for_update(no_key=True).get(code=code)
    if not appeal.is_open or permissions.who_may_act_now(appeal, reads):
        return False
    if appeal.alarms.filter(kind=AlarmKind.NOBODY, raised_at__gte=now - datetime.timedelta(days=1)).exists():
        return False
    found = routing.find(appeal, appeal.tier, reads)
    if found.is_empty and found.organisation == appeal.handling_org:
        moving.alarm_for(appeal, found, reads)
    else:
        moving.leave(moving.current_leg(appeal), "vacant", now)
        found = moving.enter(appeal, appeal.tier, reads)
        moving.log(appeal, "vacated", by=None, now=now, facts=moving.entry_facts(found))
        moving.alarm_for(appeal, found, reads)
    appeal.save()
    return True
