"""Reminders to whoever must act: at half time and one working day before, gathered into one digest a day a person."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch

from appeals import chain, halfway, permissions, promises
from appeals.models import Answer, Appeal, Digest, Hearing, Leg, Reminder, ReminderKind
from appeals.reads import Reads
from portal import events
from portal.jobs import attempt
from portal.models import Organisation, Post, Role, User

TAKE, ANSWER, REPLY, PROMISE = "take", "answer", "reply", "promise"
KINDS = {
    (TAKE, halfway.EVE): ReminderKind.TAKE_EVE,
    (ANSWER, halfway.HALF): ReminderKind.ANSWER_HALF,
    (ANSWER, halfway.EVE): ReminderKind.ANSWER_EVE,
    (REPLY, halfway.HALF): ReminderKind.REPLY_HALF,
    (REPLY, halfway.EVE): ReminderKind.REPLY_EVE,
    (PROMISE, halfway.HALF): ReminderKind.PROMISE_HALF,
    (PROMISE, halfway.EVE): ReminderKind.PROMISE_EVE,
}
HALVES = frozenset({ReminderKind.ANSWER_HALF, ReminderKind.REPLY_HALF, ReminderKind.PROMISE_HALF})


@dataclass(frozen=True)
class Running:
    """A clock of which somebody is to be reminded today."""

    appeal: Appeal
    leg: Leg
    kind: str
    due_date: datetime.date
    hearing: Hearing | None = None

    def key(self, person_id: int) -> tuple[int | str | datetime.date | None, ...]:
        """What is reminded of once: half time only once however the date moves, the eve once for each date."""
        date = None if self.kind in HALVES else self.due_date
        return (person_id, self.leg.pk, self.hearing.pk if self.hearing else None, self.kind, date)


def remind(*, now: datetime.datetime) -> dict[str, int]:
    """Make today's digests; on a closed day none. Whoever has had his for today gets no second one."""
    reads = Reads(now)
    if not reads.calendar.is_working(reads.day):
        return {"digests": 0, "reminders": 0}
    wanted: dict[int, list[Running]] = defaultdict(list)
    for clock in running_out(reads):
        for person_id in _whom(clock, reads):
            wanted[person_id].append(clock)
    told = _told(wanted)
    digests = reminders = 0
    for person_id, clocks in wanted.items():
        fresh = [clock for clock in clocks if clock.key(person_id) not in told]
        if fresh:
            made, _error = attempt("appeals.digest", make_digest, person_id, fresh, now=now, day=reads.day)
            digests, reminders = digests + bool(made), reminders + (made or 0)
    return {"digests": digests, "reminders": reminders}


@transaction.atomic
def make_digest(person_id: int, clocks: Iterable[Running], *, now: datetime.datetime, day: datetime.date) -> int:
    """One person's digest of a day, with what it reminds of; 0 where it is there already. The event tells him."""
    digest, is_new = Digest.objects.get_or_create(person_id=person_id, date=day, defaults={"at": now})
    if not is_new:
        return 0
    rows = [
        Reminder(
            digest=digest,
            person_id=person_id,
            appeal=clock.appeal,
            leg=clock.leg,
            hearing=clock.hearing,
            kind=clock.kind,
            due_date=clock.due_date,
        )
        for clock in clocks
    ]
    made = len(Reminder.objects.bulk_create(rows, ignore_conflicts=True))
    events.record("appeals.digest_made", digest, by=None, at=now, facts={"day": day.isoformat(), "cases": made})
    return made


def _told(people: Iterable[int]) -> set[tuple[int | str | datetime.date | None, ...]]:
    """What these people have been reminded of before."""
    rows = Reminder.objects.filter(person__in=list(people)).values_list("person", "leg", "hearing", "kind", "due_date")
    return {(person, leg, hearing, kind, None if kind in HALVES else due) for person, leg, hearing, kind, due in rows}


def running_out(reads: Reads) -> Iterator[Running]:
    """The clocks that have come to half time or to their last but one working day."""
    yield from _tiers(reads)
    yield from _promises(reads)
    yield from _replies(reads)


def _kind(clock: str, reads: Reads, since: datetime.datetime, due_date: datetime.date, days: int) -> str:
    zero = reads.calendar.day_zero(since)
    found = halfway.reminder_due(reads.calendar, today=reads.day, day_zero=zero, due_date=due_date, days=days)
    return KINDS.get((clock, found), "")


def _whole() -> Prefetch:
    legs = Leg.objects.select_related("handler", "organisation").order_by("number")
    return Prefetch("legs", legs)


def _tiers(reads: Reads) -> Iterator[Running]:
    """The clocks of taking and answering. A question rests the answer's clock, and two urgent hours need no digest."""
    rows = Appeal.objects.filter(status__in=(chain.WAITING, chain.IN_HAND), due_date__gte=reads.day)
    rows = rows.exclude(is_urgent=True, status=chain.WAITING)
    rows = rows.select_related("handling_org", "handler").defer("secret", "order_number")
    for appeal in rows.prefetch_related(_whole(), "bars"):
        leg = appeal.legs.all()[len(appeal.legs.all()) - 1]
        clock, days = (TAKE, leg.take_days) if appeal.status == chain.WAITING else (ANSWER, leg.answer_days)
        assert appeal.due_date is not None
        if kind := _kind(clock, reads, leg.entered_at, appeal.due_date, days):
            yield Running(appeal, leg, kind, appeal.due_date)


def _promises(reads: Reads) -> Iterator[Running]:
    rows = Answer.objects.filter(
        ~promises.superseded(), appeal__status=chain.ANSWERED, carried_out_at=None, carry_out_date__gte=reads.day
    )
    rows = rows.select_related("leg", "appeal__handling_org", "appeal__handler")
    legs = Prefetch("appeal__legs", Leg.objects.select_related("handler", "organisation").order_by("number"))
    for given in rows.prefetch_related(legs, "appeal__bars"):
        assert given.carry_out_date is not None
        days = reads.calendar.working_days_between(reads.calendar.day_zero(given.at), given.carry_out_date)
        if kind := _kind(PROMISE, reads, given.at, given.carry_out_date, days):
            yield Running(given.appeal, given.leg, kind, given.carry_out_date)


def _replies(reads: Reads) -> Iterator[Running]:
    rows = Hearing.objects.filter(
        replied_at=None, silent_at=None, due_date__gte=reads.day, appeal__status__in=chain.OPEN
    )
    for hearing in rows.select_related("appeal", "leg", "company"):
        if kind := _kind(REPLY, reads, hearing.asked_at, hearing.due_date, hearing.leg.reply_days):
            yield Running(hearing.appeal, hearing.leg, kind, hearing.due_date, hearing)


# -- whom -------------------------------------------------------------------------------------------------------------


def _whom(clock: Running, reads: Reads) -> set[int]:
    """Whoever must act: the company's liaisons, the handler or his deputy, else everybody who may take it."""
    if clock.hearing:
        return {person.pk for person in liaisons(clock.hearing.company, reads.day)}
    acting = permissions.who_may_act_now(clock.appeal, reads)
    handler = clock.appeal.handler
    meant = {handler.pk, handler.deputy_id if handler.is_on_leave(reads.day) else None} if handler else set()
    return {post.person_id for post in acting if post.pk in meant} or {post.person_id for post in acting}


def liaisons(company: Organisation, day: datetime.date) -> list[User]:
    """Who answers for a company that day; for one on leave his deputy."""
    rows = Post.objects.live(day).filter(organisation=company, role=Role.LIAISON)
    acting = [
        post.deputy if post.is_on_leave(day) else post for post in rows.select_related("person", "deputy__person")
    ]
    return [post.person for post in acting if post and post.is_live(day) and not post.is_on_leave(day)]
