"""Moves of the driver who filed the appeal."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.actions import evidencing, moving
from appeals.models import Answer, Appeal, Bar
from appeals.reads import Reads
from portal.calendar import beijing_day, calendar_days
from portal.errors import Refused
from portal.models import User


def _own(appeal_id: int, person: User) -> Appeal:
    appeal = Appeal.objects.for_update(appeal_id)
    permissions.require_filer(person, appeal)
    return appeal


def _last_answer(appeal: Appeal) -> Answer:
    given = appeal.answers.order_by("-at").first()
    assert given is not None  # only answered appeals come here
    return given


@transaction.atomic
def add(appeal_id: int, *, by: User, words: str, now: datetime.datetime, evidence: Iterable[str] = ()) -> Appeal:
    """Add words or files to an open appeal. It never restarts a clock; where a question waits, `reply` answers it."""
    appeal = _own(appeal_id, by)
    moving.step(appeal, "add")
    moving.log(appeal, "added", by=by, now=now, words={"words": words})
    evidencing.attach(evidence, appeal, by=by, now=now)
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


def rested_days(appeal: Appeal, since: datetime.datetime, now: datetime.datetime) -> int:
    """Working days a clock rested; not more than the five a question may take."""
    calendar = moving.work_calendar()
    days = calendar.working_days_between(calendar.day_zero(since), calendar.day_zero(now))
    return max(0, min(days, chain.REST_DAYS))


def resume(appeal: Appeal, now: datetime.datetime) -> None:
    """End a rest: the answer clock gets back the working days that passed meanwhile."""
    leg = moving.current_leg(appeal)
    assert leg.rested_from is not None
    calendar = moving.work_calendar()
    due = calendar.due_after(leg.answer_due_date, rested_days(appeal, leg.rested_from, now))
    if due.due_at <= now and not leg.is_breached:
        # asked on the last evening: what rested was no working day, and yet the handler gets the day of the answer
        due = calendar.due(now, 0)
    leg.answer_due_date, leg.answer_due_at, leg.is_provisional = due.due_date, due.due_at, due.is_provisional
    leg.rested_from = None
    leg.save(update_fields=["answer_due_date", "answer_due_at", "is_provisional", "rested_from"])
    appeal.status = chain.IN_HAND
    moving.set_due(appeal, leg)


@transaction.atomic
def reply(appeal_id: int, *, by: User, words: str, now: datetime.datetime, evidence: Iterable[str] = ()) -> Appeal:
    """Answer the handler's question: the clock runs on with the working days it rested."""
    appeal = _own(appeal_id, by)
    moving.step(appeal, "reply")
    resume(appeal, now)
    facts = {"answer_due": appeal.due_date.isoformat() if appeal.due_date else None}
    moving.log(appeal, "replied", by=by, now=now, facts=facts, words={"words": words})
    evidencing.attach(evidence, appeal, by=by, now=now)
    appeal.save()
    return appeal


@transaction.atomic
def challenge(appeal_id: int, *, by: User, reason: str, now: datetime.datetime) -> Appeal:
    """Ask for another handler, once: the present one is barred and the appeal goes to somebody else, or up."""
    appeal = _own(appeal_id, by)
    step = moving.step(appeal, "challenge")
    leg = moving.current_leg(appeal)
    post = leg.handler or (leg.designated if leg.tier == chain.CONTACT else None)
    if post is None:
        raise Refused(_("Nobody has taken it yet, so there is nobody to change."))
    Bar.objects.get_or_create(appeal=appeal, person=post.person, defaults={"reason": "challenged", "at": now})
    moving.leave(leg, "challenge", now)
    appeal.challenged_at = now
    reads = Reads(now)
    found = moving.enter(appeal, step.tier, reads)
    facts = {"handler": post.code, **moving.entry_facts(found)}
    moving.log(appeal, "challenged", by=by, now=now, facts=facts, words={"reason": reason})
    moving.alarm_for(appeal, found, reads)
    appeal.save()
    return appeal


@transaction.atomic
def withdraw(appeal_id: int, *, by: User, reason: str, now: datetime.datetime) -> Appeal:
    """Withdraw, the driver himself only; within 15 days he may come back with the working days that were left."""
    appeal = _own(appeal_id, by)
    step = moving.step(appeal, "withdraw")
    leg = moving.current_leg(appeal)
    calendar = moving.work_calendar()
    due = leg.answer_due_date
    if leg.rested_from:
        due = calendar.due_after(due, rested_days(appeal, leg.rested_from, now)).due_date
    appeal.days_left = max(0, calendar.working_days_between(calendar.day_zero(now), due))
    appeal.withdrawn_from = appeal.status
    appeal.status = step.status
    moving.wait_until(appeal, "come_back", chain.WINDOW_DAYS, now)
    facts = {"days_left": appeal.days_left, "until": appeal.due_date.isoformat() if appeal.due_date else None}
    moving.log(appeal, "withdrawn", by=by, now=now, facts=facts, words={"reason": reason})
    appeal.save()
    return appeal


@transaction.atomic
def come_back(appeal_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Take a withdrawn appeal up again where it was, with the working days that were left."""
    appeal = _own(appeal_id, by)
    moving.step(appeal, "come_back")
    if appeal.due_at and now >= appeal.due_at:
        raise Refused(_("The 15 days to take it up again have passed. You can file a new appeal."))
    leg = moving.current_leg(appeal)
    calendar = moving.work_calendar()
    answer = calendar.due(now, appeal.days_left or 0)
    take = calendar.due(now, min(leg.take_days, appeal.days_left or 0))
    leg.answer_due_date, leg.answer_due_at, leg.is_provisional = answer.due_date, answer.due_at, answer.is_provisional
    leg.take_due_date, leg.take_due_at = take.due_date, take.due_at
    if appeal.is_urgent:
        moving.hurry(leg, now)
    leg.rested_from = None
    leg.save()
    was_waiting = appeal.withdrawn_from == chain.WAITING
    appeal.status = chain.WAITING if was_waiting else chain.IN_HAND
    appeal.withdrawn_from, appeal.days_left = "", None
    moving.set_due(appeal, leg)
    moving.log(appeal, "came_back", by=by, now=now, facts={"answer_due": leg.answer_due_date.isoformat()})
    appeal.save()
    return appeal


@transaction.atomic
def go_on(appeal_id: int, *, by: User, reason: str, now: datetime.datetime) -> Appeal:
    """Not satisfied: within 15 calendar days of the answer a new round begins at the next tier, with its own clocks."""
    appeal = _own(appeal_id, by)
    step = moving.step(appeal, "go_on")
    window = calendar_days(_last_answer(appeal).at, chain.WINDOW_DAYS)
    if now >= window.due_at or appeal.accepted_at:
        raise Refused(_("The 15 days to go on have passed, or you accepted the answer. You can file a new appeal."))
    _new_round(appeal, step.tier, "went_on", by=by, reason=reason, now=now)
    return appeal


@transaction.atomic
def not_carried_out(appeal_id: int, *, by: User, reason: str, now: datetime.datetime) -> Appeal:
    """What was promised by a day did not happen: back to the same tier, and the broken promise is counted."""
    appeal = _own(appeal_id, by)
    step = moving.step(appeal, "not_carried_out")
    given = _last_answer(appeal)
    if given.carry_out_date is None:
        raise Refused(_("The answer promised nothing by a day. You can go on to the next tier instead."))
    if beijing_day(now) <= given.carry_out_date and given.carried_out_at is None:
        raise Refused(_("The promised day has not passed yet. Come back when it has."))
    if not given.is_breached:
        # the tick counts a day that passes; one promise is broken once
        given.is_breached = True
        given.save(update_fields=["is_breached"])
        appeal.breaches += 1
    _new_round(appeal, step.tier, "not_carried_out", by=by, reason=reason, now=now)
    return appeal


def _new_round(appeal: Appeal, tier: int, verb: str, *, by: User, reason: str, now: datetime.datetime) -> None:
    appeal.round_number += 1
    moving.start_round(appeal, now)
    reads = Reads(now)
    found = moving.enter(appeal, tier, reads)
    facts = {"round": appeal.round_number, **moving.entry_facts(found)}
    moving.log(appeal, verb, by=by, now=now, facts=facts, words={"reason": reason})
    moving.alarm_for(appeal, found, reads)
    appeal.save()


def settle(appeal: Appeal, now: datetime.datetime) -> None:
    """Accepted, by word or by silence: closed, unless a promise is still owed; then that clock alone counts."""
    given = _last_answer(appeal)
    appeal.accepted_at = now
    if given.is_owed and given.carry_out_at:
        appeal.due_kind, appeal.due_date, appeal.due_at = "carry_out", given.carry_out_date, given.carry_out_at
        moving.set_tick(appeal, None if given.is_breached else given.carry_out_at)
        return
    moving.log(appeal, "closed", by=None, now=now, facts={"why": "accepted"})
    moving.close(appeal, now)


@transaction.atomic
def accept(appeal_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Accept the answer."""
    appeal = _own(appeal_id, by)
    moving.step(appeal, "accept")
    if appeal.accepted_at:
        raise Refused(_("You accepted this answer already."))
    moving.log(appeal, "accepted", by=by, now=now)
    settle(appeal, now)
    appeal.save()
    return appeal


@transaction.atomic
def rate(
    appeal_id: int, *, by: User | None, stars: int, words: str, now: datetime.datetime, secret: str | None = None
) -> Appeal:
    """Rate the last answer from 1 to 5, once; by the driver, or without signing in through the receipt's secret."""
    appeal = Appeal.objects.for_update(appeal_id)
    if secret is None:
        permissions.require_filer(by, appeal)  # type: ignore[arg-type]
    else:
        permissions.require_secret(appeal, secret)
    moving.step(appeal, "rate")
    given = appeal.answers.order_by("-at").first()
    if given is None:
        raise Refused(_("Nobody answered this appeal, so there is nothing to rate."))
    if given.rating is not None:
        raise Refused(_("This answer has been rated already."))
    given.rating = stars
    given.save(update_fields=["rating"])
    moving.log(appeal, "rated", by=by, now=now, facts={"stars": stars}, words={"words": words})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal
