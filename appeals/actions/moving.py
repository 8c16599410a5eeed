"""What every move shares: entering a tier, leaving it, setting the deadline that counts, raising an alarm."""

import datetime
from typing import Any

from django.utils.translation import gettext as _

from appeals import chain, clocks, gists, routing, wording
from appeals.actions import indexing
from appeals.models import Alarm, AlarmKind, Appeal, Leg
from appeals.reads import Reads
from portal import codes, events
from portal.calendar import WorkCalendar, beijing_day, calendar_days
from portal.errors import Stale
from portal.models import CalendarNotice, Event, Organisation, Place, Post, User

# moves of others after which a page loaded earlier must not decide
DECISIVE = frozenset(
    f"appeals.{kind}"
    for kind in (
        "taken", "asked", "answered", "escalated", "returned", "transferred", "passed_up", "limit_reached",
        "vacated", "challenged", "withdrawn", "went_on", "accepted", "closed", "marked_urgent", "not_carried_out",
        "carried_out", "assigned", "handed_over", "group_answer_taken",
    )
)  # fmt: skip


def work_calendar() -> WorkCalendar:
    return CalendarNotice.objects.calendar()


def log(
    appeal: Appeal,
    verb: str,
    *,
    by: User | None,
    now: datetime.datetime,
    post: Post | None = None,
    facts: dict[str, Any] | None = None,
    words: dict[str, str] | None = None,
) -> Event:
    """Record `appeals.<verb>` on the case's chain and note its position as the version pages are loaded with."""
    event = events.record(f"appeals.{verb}", appeal, by=by, at=now, post=post, facts=facts, words=words)
    appeal.position = event.position
    appeal.moved_at = now
    if event.kind in gists.INDEXED:
        indexing.renew(appeal)
    return event


def require_newest(appeal: Appeal, seen: int | None) -> None:
    """Stale when someone decided after the page was loaded, with what he decided."""
    if seen is None or seen >= appeal.position:
        return
    theirs = (
        Event.objects.filter(subject=events.subject_of(appeal), position__gt=seen, kind__in=DECISIVE)
        .select_related("by", "post__organisation")
        .order_by("-position")
        .first()
    )
    if theirs:
        raise Stale(
            _("Somebody moved this appeal while you were writing. Your text is still below."),
            wording.event_line(theirs),
        )


def step(appeal: Appeal, move: str, *, seen: int | None = None) -> chain.Step:
    """The move's step; Stale when someone decided after the page was loaded, else Refused with the sentence why not."""
    require_newest(appeal, seen)
    return chain.step(
        move,
        appeal.status,
        appeal.tier,
        was_returned=appeal.was_returned,
        was_challenged=appeal.challenged_at is not None,
    )


def free_number(place: Place, now: datetime.datetime) -> str:
    """A case number nobody has: five random characters meet now and then on a busy day."""
    while Appeal.objects.filter(
        number=(number := codes.new_case_number(place.city.letters, beijing_day(now)))
    ).exists():
        pass
    return number


def current_leg(appeal: Appeal) -> Leg:
    return next(leg for leg in appeal.legs.all() if leg.left_at is None)


def leave(leg: Leg, by: str, now: datetime.datetime) -> None:
    leg.left_at, leg.left_by = now, by
    leg.save(update_fields=["left_at", "left_by", "is_breached"])


def start_round(appeal: Appeal, now: datetime.datetime) -> None:
    """A round has 60 calendar days, rests included."""
    appeal.limit_at = calendar_days(now, chain.LIMIT_DAYS).due_at
    appeal.is_limited = appeal.was_returned = False
    appeal.accepted_at = None


def enter(appeal: Appeal, tier: int, reads: Reads) -> routing.Destination:
    """Enter a tier, or the first above it where somebody may act: a new leg with its own clocks, waiting to be taken.

    The clocks are those that held when the round began; an urgent appeal has two hours by the wall clock instead.
    """
    found = routing.find(appeal, tier, reads)
    legs = list(appeal.legs.all())
    began = min((leg.entered_at for leg in legs if leg.round_number == appeal.round_number), default=reads.now)
    days = clocks.days_for(appeal, found.tier, beijing_day(began), reads)
    take, answer = reads.calendar.due(reads.now, days.take), reads.calendar.due(reads.now, days.answer)
    leg = found.leg = Leg(
        appeal=appeal,
        number=1 + max((leg.number for leg in legs), default=0),
        round_number=appeal.round_number,
        tier=found.tier,
        organisation=found.organisation,
        organisation_path=found.organisation.path,
        designated=found.designated,
        entered_at=reads.now,
        take_days=days.take,
        answer_days=days.answer,
        reply_days=days.reply,
        take_due_date=take.due_date,
        take_due_at=take.due_at,
        answer_due_date=answer.due_date,
        answer_due_at=answer.due_at,
        is_provisional=answer.is_provisional,
    )
    if appeal.is_urgent:
        hurry(leg, reads.now)
    leg.save(force_insert=True)
    appeal.status, appeal.tier, appeal.handler = chain.WAITING, found.tier, None
    appeal.handling_org, appeal.handling_path = found.organisation, found.organisation.path
    set_due(appeal, leg)
    return found


def hurry(leg: Leg, now: datetime.datetime) -> None:
    """Urgent: to be taken within two hours by the wall clock, day and night."""
    leg.take_due_at = now + datetime.timedelta(hours=chain.URGENT_HOURS)
    leg.take_due_date = beijing_day(leg.take_due_at)


def set_due(appeal: Appeal, leg: Leg) -> None:
    """The deadline that counts now, and the moment at which the portal has to act by itself."""
    if appeal.status == chain.WAITING:
        appeal.due_kind, appeal.due_date, appeal.due_at = "take", leg.take_due_date, leg.take_due_at
        if leg.answer_due_at < leg.take_due_at:
            appeal.due_date, appeal.due_at = leg.answer_due_date, leg.answer_due_at
    else:
        appeal.due_kind, appeal.due_date, appeal.due_at = "answer", leg.answer_due_date, leg.answer_due_at
    appeal.is_provisional = leg.is_provisional
    set_tick(appeal, None if leg.is_breached else appeal.due_at)


def set_tick(appeal: Appeal, at: datetime.datetime | None) -> None:
    """The next moment to look at the appeal: its deadline or the round's 60th day, whichever comes first."""
    moments = [at] if appeal.is_limited or not appeal.is_open else [at, appeal.limit_at]
    appeal.tick_at = min((moment for moment in moments if moment), default=None)


def wait_until(appeal: Appeal, kind: str, days: int, now: datetime.datetime) -> None:
    """A window of calendar days: to go on, to come back, until silence counts."""
    due = calendar_days(now, days)
    appeal.due_kind, appeal.due_date, appeal.due_at = kind, due.due_date, due.due_at
    appeal.is_provisional = False
    set_tick(appeal, due.due_at)


def close(appeal: Appeal, now: datetime.datetime) -> None:
    appeal.status, appeal.closed_at = chain.CLOSED, now
    appeal.due_kind, appeal.due_date, appeal.due_at, appeal.tick_at = "", None, None, None


def raise_alarm(appeal: Appeal, kind: AlarmKind, organisation: Organisation, *, now: datetime.datetime) -> None:
    """Tell a committee; the alarm stays open until one of its staff has seen it."""
    event = log(
        appeal, "alarm_raised", by=None, now=now, facts={"alarm": kind.value, "organisation": organisation.code}
    )
    Alarm.objects.create(appeal=appeal, kind=kind, organisation=organisation, event=event, raised_at=now)


def alarm_for(appeal: Appeal, found: routing.Destination, reads: Reads) -> None:
    """Alarms that follow from a destination: a tier was passed over, or nobody at all may act.

    Where the city's committee itself was passed over, the province's is told.
    """
    committee = routing.committee_of(appeal, reads)
    vacant = {row["tier"] for row in found.skipped if row["why"] == "nobody"} - {chain.CONTACT}
    if found.is_empty:
        raise_alarm(appeal, AlarmKind.NOBODY, committee.parent or committee, now=reads.now)
    elif vacant:
        told = found.organisation if chain.COMMITTEE in vacant else committee
        raise_alarm(appeal, AlarmKind.SKIPPED, told, now=reads.now)


def entry_facts(found: routing.Destination) -> dict[str, Any]:
    """What the log says about entering a tier: where, who was passed over and why, by when."""
    assert found.leg is not None
    return {
        "tier": found.tier,
        "organisation": found.organisation.code,
        "designated": found.designated.code if found.designated else None,
        "skipped": found.skipped,
        "take_due": found.leg.take_due_date.isoformat(),
        "answer_due": found.leg.answer_due_date.isoformat(),
    }
