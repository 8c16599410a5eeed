"""Moves of a handler at the tier where the appeal is."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, outside, permissions
from appeals.actions import evidencing, filing, hearing, moving, using
from appeals.models import Answer, AnswerTemplateVersion, Appeal, Finding, Identity
from appeals.reads import Reads
from portal.calendar import beijing_day, end_of
from portal.errors import Refused
from portal.models import Post

FIRST_WARD, LAST_WARD = 1, 60  # calendar days ahead within which a remedy may be promised


def _held(appeal_id: int, post: Post, now: datetime.datetime, seen: int | None = None) -> Appeal:
    appeal = Appeal.objects.for_update(appeal_id)
    if seen is not None and permissions.might_handle_then(post, appeal, seen, now):
        moving.require_newest(appeal, seen)
    permissions.require_handler(post, appeal, now)  # who first: an outsider must not learn the status
    return appeal


@transaction.atomic
def take(appeal_id: int, *, by: Post, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Take an appeal: the handler is named to the driver and the take clock is met; the answer clock runs on."""
    appeal = _held(appeal_id, by, now, seen)
    step = moving.step(appeal, "take", seen=seen)
    leg = moving.current_leg(appeal)
    leg.handler, leg.taken_at = by, now
    leg.save(update_fields=["handler", "taken_at"])
    appeal.status, appeal.handler = step.status, by
    moving.set_due(appeal, leg)
    moving.log(appeal, "taken", by=by.person, post=by, now=now, facts={"tier": appeal.tier})
    appeal.save()
    return appeal


@transaction.atomic
def ask(appeal_id: int, *, by: Post, question: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Ask the driver: the tier's answer clock rests until he answers, five working days at most."""
    appeal = _held(appeal_id, by, now, seen)
    step = moving.step(appeal, "ask", seen=seen)
    leg = moving.current_leg(appeal)
    leg.rested_from = now
    leg.save(update_fields=["rested_from"])
    rest = moving.work_calendar().due(now, chain.REST_DAYS)
    appeal.status = step.status
    appeal.due_kind, appeal.due_date, appeal.due_at = "rest", rest.due_date, rest.due_at
    appeal.is_provisional = rest.is_provisional
    moving.set_tick(appeal, rest.due_at)
    facts = {"rest_until": rest.due_date.isoformat()}
    moving.log(appeal, "asked", by=by.person, post=by, now=now, facts=facts, words={"question": question})
    appeal.save()
    return appeal


@transaction.atomic
def hear_platform(
    appeal_id: int,
    *,
    by: Post,
    question: str,
    now: datetime.datetime,
    about: hearing.About | None = None,
    seen: int | None = None,
) -> Appeal:
    """Ask the respondent company in a paraphrase; a contact's waits for his branch. The tier's clock goes on."""
    appeal = _held(appeal_id, by, now, seen)
    moving.step(appeal, "hear_platform", seen=seen)
    hearing.propose(appeal, question, about or hearing.About(), by=by, now=now)
    appeal.save()
    return appeal


def require_promise(finding: str, remedy: str, carry_out_date: datetime.date | None, now: datetime.datetime) -> None:
    """A finding for the driver promises something, by a day that lies within reach. Also asked before the preview."""
    today = beijing_day(now)
    if bool(remedy) != bool(carry_out_date):
        raise Refused(_("A remedy needs the day by which it is carried out, and a day needs a remedy."))
    if carry_out_date and not today <= carry_out_date <= today + datetime.timedelta(days=LAST_WARD):
        raise Refused(_("The carry-out day must lie between today and 60 days from now."))
    if finding in (Finding.UPHELD, Finding.PARTLY, Finding.SETTLED) and not remedy:
        raise Refused(_("An appeal that is upheld or settled needs a remedy: say what will be done and by when."))


@transaction.atomic
def answer(
    appeal_id: int,
    *,
    by: Post,
    finding: str,
    reasons: str,
    now: datetime.datetime,
    remedy: str = "",
    carry_out_date: datetime.date | None = None,
    template: AnswerTemplateVersion | None = None,
    evidence: Iterable[str] = (),
    seen: int | None = None,
) -> Appeal:
    """Answer with a finding and reasons; a remedy is promised by a day, and that day is a clock of its own.

    Files given with it are the driver's to see; a company sees one of them only when it is let see it.
    """
    appeal = _held(appeal_id, by, now, seen)
    step = moving.step(appeal, "answer", seen=seen)
    require_promise(finding, remedy, carry_out_date, now)
    using.require_filled(reasons, remedy)
    evidencing.attach(evidence, appeal, by=by.person, post=by, now=now)
    leg = moving.current_leg(appeal)
    event = moving.log(
        appeal,
        "answered",
        by=by.person,
        post=by,
        now=now,
        facts={
            "tier": appeal.tier,
            "finding": finding,
            "carry_out": carry_out_date.isoformat() if carry_out_date else None,
            **using.use(template, by=by, now=now),
        },
        words={"reasons": reasons, "remedy": remedy},
    )
    moving.leave(leg, "answered", now)
    given = Answer.objects.create(
        appeal=appeal,
        leg=leg,
        event=event,
        by=by,
        finding=finding,
        at=now,
        carry_out_date=carry_out_date,
        carry_out_at=end_of(carry_out_date) if carry_out_date else None,
    )
    appeal.status, appeal.handler = step.status, by
    wait_for_driver(appeal, given, now)
    appeal.save()
    return appeal


def wait_for_driver(appeal: Appeal, given: Answer, now: datetime.datetime) -> None:
    """After an answer: 15 days for the driver to go on; the portal looks again then, or when a promise falls due."""
    moving.wait_until(appeal, "window", chain.WINDOW_DAYS, now)
    if given.is_owed and given.carry_out_at:
        moving.set_tick(appeal, min(appeal.due_at or given.carry_out_at, given.carry_out_at))


@transaction.atomic
def escalate(appeal_id: int, *, by: Post, reason: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Pass an open appeal one tier up; the next tier's clocks start now."""
    appeal = _held(appeal_id, by, now, seen)
    return _leave_for(appeal, "escalate", "escalated", by=by, reason=reason, now=now, seen=seen)


@transaction.atomic
def return_down(appeal_id: int, *, by: Post, reason: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Return an appeal to the tier below, once a round at most: it was sent up without need."""
    appeal = _held(appeal_id, by, now, seen)
    if appeal.is_urgent:
        raise Refused(_("An urgent appeal stays with the branch or the committee."))
    if not appeal.legs.filter(round_number=appeal.round_number, tier=appeal.tier - 1).exists():
        raise Refused(_("It did not come from the tier below, so it cannot be returned there."))
    return _leave_for(appeal, "return_down", "returned", by=by, reason=reason, now=now, seen=seen)


def _leave_for(
    appeal: Appeal, move: str, verb: str, *, by: Post, reason: str, now: datetime.datetime, seen: int | None
) -> Appeal:
    step = moving.step(appeal, move, seen=seen)
    moving.leave(moving.current_leg(appeal), move, now)
    if move == "return_down":
        appeal.was_returned = True
    reads = Reads(now)
    found = moving.enter(appeal, step.tier, reads)
    if move == "return_down" and found.tier != step.tier:
        raise Refused(_("Nobody may act at the tier below now, so it cannot be returned there."))
    facts = moving.entry_facts(found)
    moving.log(appeal, verb, by=by.person, post=by, now=now, facts=facts, words={"reason": reason})
    moving.alarm_for(appeal, found, reads)
    appeal.save()
    return appeal


@transaction.atomic
def transfer(
    appeal_id: int, *, by: Post, target: str, note: str, now: datetime.datetime, seen: int | None = None
) -> Appeal:
    """Pass the appeal to a named body outside the portal, with a note; "not ours" without a target is impossible."""
    appeal = _held(appeal_id, by, now, seen)
    step = moving.step(appeal, "transfer", seen=seen)
    if target not in outside.BODIES or not note.strip():
        raise Refused(_("Name the body that is responsible and say why; an appeal cannot be closed as not ours."))
    moving.leave(moving.current_leg(appeal), "transfer", now)
    moving.log(appeal, "transferred", by=by.person, post=by, now=now, facts={"target": target}, words={"note": note})
    moving.close(appeal, now)
    appeal.status, appeal.transferred_to = step.status, target
    appeal.save()
    return appeal


@transaction.atomic
def mark_urgent(appeal_id: int, *, by: Post, reason: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """Violence, threat, accident, a child, words of self-harm: tier 2 at once, two hours, committee told."""
    appeal = _held(appeal_id, by, now, seen)
    if appeal.is_urgent:
        raise Refused(_("It is marked as urgent already."))
    step = moving.step(appeal, "mark_urgent", seen=seen)
    moving.leave(moving.current_leg(appeal), "mark_urgent", now)
    appeal.is_urgent = True
    reads = Reads(now)
    found = moving.enter(appeal, step.tier, reads)
    facts = moving.entry_facts(found)
    moving.log(appeal, "marked_urgent", by=by.person, post=by, now=now, facts=facts, words={"reason": reason})
    moving.alarm_for(appeal, found, reads)
    filing.alarm_urgent(appeal, now=now)
    appeal.save()
    return appeal


@transaction.atomic
def carry_out(appeal_id: int, *, by: Post, note: str, now: datetime.datetime, seen: int | None = None) -> Appeal:
    """The promised remedy has been carried out; an accepted appeal closes with it."""
    appeal = _held(appeal_id, by, now, seen)
    moving.step(appeal, "carry_out", seen=seen)
    given = appeal.answers.order_by("-at").first()
    if given is None or not given.is_owed:
        raise Refused(_("Nothing is promised that is not carried out already."))
    given.carried_out_at = now
    given.save(update_fields=["carried_out_at"])
    moving.log(appeal, "carried_out", by=by.person, post=by, now=now, words={"note": note})
    if appeal.accepted_at:
        moving.log(appeal, "closed", by=None, now=now, facts={"why": "carried_out"})
        moving.close(appeal, now)
    else:
        moving.set_tick(appeal, appeal.due_at)
    appeal.save()
    return appeal


@transaction.atomic
def reveal_phone(appeal_id: int, *, by: Post, now: datetime.datetime) -> str:
    """The driver's phone number for the handler; each look is a link in the case's log, which the driver reads."""
    appeal = _held(appeal_id, by, now)
    if appeal.identity == Identity.SEALED and not permissions.is_unsealed_for(appeal, by.person, now):
        raise Refused(
            _("This appeal is sealed. Ask the driver through the portal, or ask the custodian with a reason.")
        )
    moving.log(appeal, "phone_revealed", by=by.person, post=by, now=now)
    appeal.save(update_fields=["position", "moved_at"])
    return appeal.filer.phone
