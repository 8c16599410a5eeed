"""Asking a company: a paraphrase is written, a branch releases it, the company gets its question and its own clock."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, nameless, releases
from appeals.actions import moving
from appeals.models import Appeal, Consent, Detail, Group, Hearing, HearingCase, Identity, Paraphrase, RespondentKind
from platforms.models import RuleVersion
from portal.errors import Refused
from portal.models import Event, Post, Role
from portal.wording import listed

WEEK = datetime.timedelta(days=6)
LONGEST = datetime.timedelta(days=92)
SHORTEST = datetime.timedelta(days=2)  # three days and more tell nobody on which of them it was


@dataclass(frozen=True)
class About:
    """What a question is about: a rule or a deduction, days, kinds of facts, details shown with the driver's consent.

    Left out, it is about the rule and the week of the event.
    """

    rule_version: RuleVersion | None = None
    deduction_kind: str = ""
    from_date: datetime.date | None = None
    until_date: datetime.date | None = None
    fact_kinds: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def week_of(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Monday to Sunday around a day."""
    monday = day - datetime.timedelta(days=day.weekday())
    return monday, monday + WEEK


def known_of(appeals: Iterable[Appeal]) -> list[nameless.Known]:
    """What might name these drivers in a text."""
    found = []
    for appeal in appeals:
        driver = appeal.driver
        names = {appeal.filer.name, driver.name if driver else ""}
        phones = {appeal.filer.phone, driver.phone if driver else ""}
        licences = (driver.licence,) if driver else ()
        found.append(nameless.Known(tuple(names), tuple(phones), (appeal.order_number,), licences))
    return found


def allowed_details(appeal: Appeal) -> set[str]:
    """What the driver lets the company see: what he consented to, and his name where he chose to be open."""
    given = {item for consent in appeal.consents.filter(is_given=True, withdrawn_at=None) for item in consent.items}
    return given | ({Detail.NAME.value} if appeal.identity == Identity.OPEN else set())


def require_nameless(text: str, appeals: list[Appeal], allowed: set[str]) -> None:
    """No name, phone, plate, order, exact time or licence goes to a company without the driver's consent."""
    found = nameless.found_in(text, known_of(appeals)) - allowed
    if found:
        words = listed([kind for name, kind in nameless.WORDS.items() if name in found])
        raise Refused(
            _("The company may not see this without the driver's consent: %(found)s. Rewrite the question.")
            % {"found": words}
        )


def _require_period(about: About, appeal: Appeal) -> tuple[datetime.date, datetime.date]:
    if about.from_date is None or about.until_date is None:
        return week_of(appeal.happened_date)
    if not SHORTEST <= about.until_date - about.from_date <= LONGEST:
        raise Refused(_("The period has at least three days and at most three months: a day alone tells too much."))
    return about.from_date, about.until_date


def _require_open_question(appeal: Appeal) -> None:
    """One question at a time, written or asked."""
    if appeal.respondent_kind != RespondentKind.COMPANY or appeal.respondent_at_event is None:
        raise Refused(_("This appeal names no company that could be asked."))
    if appeal.hearings.filter(replied_at=None, silent_at=None).exists():
        raise Refused(_("The company has been asked already and still has time to reply."))
    if Hearing.objects.filter(cases__appeal=appeal, replied_at=None, silent_at=None).exists():
        raise Refused(_("The company has been asked for the whole group and still has time to reply."))
    if releases.waiting_of(appeal).exists():
        raise Refused(_("A question is written already and waits for the branch to release it."))


def require_sendable(
    appeal: Appeal, question: str, about: About, people: list[Appeal], allowed: set[str]
) -> tuple[datetime.date, datetime.date]:
    """The rules of a paraphrase, also asked before the preview; gives the period it is about."""
    _require_open_question(appeal)
    period = _require_period(about, appeal)
    _require_allowed(about.items, allowed)
    require_nameless(question, people, allowed)
    return period


def propose(
    appeal: Appeal, question: str, about: About, *, by: Post, now: datetime.datetime, group: Group | None = None
) -> Paraphrase:
    """Write the paraphrase; a contact's waits for his branch, everybody else's is released as it is written.

    The caller holds the appeal and has checked that `by` may ask.
    """
    others = _others(group, appeal)
    allowed = set() if group else allowed_details(appeal)
    first, last = require_sendable(appeal, question, about, [appeal, *others], allowed)
    written = Paraphrase(
        appeal=appeal,
        leg=moving.current_leg(appeal),
        group=group,
        rule_version=about.rule_version or (None if about.deduction_kind else appeal.rule_version),
        deduction_kind=about.deduction_kind,
        from_date=first,
        until_date=last,
        fact_kinds=list(about.fact_kinds),
        items=list(about.items),
        by=by,
        at=now,
    )
    if by.role == Role.CONTACT:
        facts = {"company": appeal.respondent_at_event.code, **_facts(written)}  # type: ignore[union-attr]
        written.event = moving.log(
            appeal, "paraphrase_written", by=by.person, post=by, now=now, facts=facts, words={"question": question}
        )
        written.save()
        return written
    _send(written, question, others, by=by, now=now)
    return written


def _require_allowed(items: Iterable[str], allowed: set[str]) -> None:
    missing = [Detail(item).label for item in items if item not in allowed]
    if missing:
        raise Refused(
            _("The driver has not consented to showing this, or took it back: %(items)s.") % {"items": listed(missing)}
        )


def _others(group: Group | None, lead: Appeal) -> list[Appeal]:
    """The other cases of a group whose drivers joined."""
    if group is None:
        return []
    joined = group.members.filter(state="joined").values("appeal")
    rows = Appeal.objects.filter(pk__in=joined).exclude(pk=lead.pk).select_related("filer", "driver")
    return list(rows.order_by("pk"))


def _facts(written: Paraphrase) -> dict[str, object]:
    version = written.rule_version
    return {
        "rule_version": f"{version.rule.code}/{version.number}" if version else None,
        "deduction_kind": written.deduction_kind or None,
        "from": written.from_date.isoformat(),
        "until": written.until_date.isoformat(),
        "fact_kinds": written.fact_kinds,
        "items": written.items,
    }


def details_of(written: Paraphrase) -> dict[str, str]:
    """What the company is shown beside the question, as the driver saw it when he agreed."""
    shown: dict[str, str] = {}
    for consent in written.appeal.consents.filter(is_given=True, withdrawn_at=None).select_related("asked_event"):
        texts = {text.name: text.text or "" for text in consent.asked_event.texts.all()}
        shown |= {item: texts[item] for item in consent.items if item in written.items and texts.get(item)}
    if Detail.NAME in written.items and Detail.NAME not in shown:
        shown[Detail.NAME.value] = written.appeal.filer.name
    return shown


def _send(written: Paraphrase, question: str, others: list[Appeal], *, by: Post, now: datetime.datetime) -> Hearing:
    """The company has it now: its question, what it may see with it, and by when it is to reply."""
    appeal = written.appeal
    company = appeal.respondent_at_event
    assert company is not None
    due = moving.work_calendar().due(now, written.leg.reply_days)
    facts = {"company": company.code, "due": due.due_date.isoformat(), **_facts(written)}
    words = {"question": question, **details_of(written)}
    event = moving.log(appeal, "platform_asked", by=by.person, post=by, now=now, facts=facts, words=words)
    if written.event_id is None:
        written.event = event
    written.released_at, written.released_by = now, by
    written.save()
    asked = Hearing.objects.create(
        appeal=appeal,
        leg=written.leg,
        company=company,
        paraphrase=written,
        group=written.group,
        asked_event=event,
        asked_by=written.by,
        asked_at=now,
        due_date=due.due_date,
        due_at=due.due_at,
        is_provisional=due.is_provisional,
    )
    _mark_shown(appeal, {*written.items, *nameless.found_in(question, known_of([appeal]))}, now)
    share(asked, others, "group_asked", event, by=by, now=now)
    return asked


def _mark_shown(appeal: Appeal, shown: set[str], now: datetime.datetime) -> None:
    """What the company was shown cannot be taken back any more."""
    for consent in appeal.consents.filter(is_given=True, withdrawn_at=None, shown_at=None):
        if shown & set(consent.items):
            Consent.objects.filter(pk=consent.pk).update(shown_at=now)


def share(
    asked: Hearing, others: Iterable[Appeal], verb: str, event: Event, *, by: Post | None, now: datetime.datetime
) -> None:
    """The same in the log of every other case of the group: one question, one reply, each case its own record of it."""
    words = {text.name: text.text for text in event.texts.all() if text.text}
    for pk in sorted(one.pk for one in others):
        # in the order of their keys, so that two who share at once wait instead of blocking each other
        appeal = Appeal.objects.for_update(pk)
        HearingCase.objects.get_or_create(hearing=asked, appeal=appeal)
        moving.log(appeal, verb, by=by.person if by else None, post=by, now=now, facts=event.facts, words=words)
        appeal.save(update_fields=["position", "moved_at"])


def _held(paraphrase_id: int, post: Post, now: datetime.datetime) -> Paraphrase:
    """The paraphrase and its case, held; only for those who may release it, and only while it waits."""
    written = Paraphrase.objects.select_related("leg").get(pk=paraphrase_id)
    appeal = Appeal.objects.for_update(written.appeal_id)
    if not releases.may_release(post, written, now):
        raise PermissionDenied
    written = Paraphrase.objects.select_for_update(of=("self",)).select_related("leg", "event").get(pk=paraphrase_id)
    written.appeal = appeal
    if written.released_at or written.returned_at:
        raise Refused(_("Somebody has decided about this question already."))
    if written.leg.left_at or appeal.status != chain.IN_HAND:
        raise Refused(_("The case has moved on since this was written; whoever has it now asks anew."))
    return written


@transaction.atomic
def release(paraphrase_id: int, *, by: Post, now: datetime.datetime) -> Hearing:
    """A branch answers for what leaves it: only now the company sees the question; its days begin."""
    written = _held(paraphrase_id, by, now)
    question = next(text.text or "" for text in written.event.texts.all() if text.name == "question")
    allowed = allowed_details(written.appeal)
    _require_allowed(written.items, allowed)
    require_nameless(question, [written.appeal], allowed)
    asked = _send(written, question, [], by=by, now=now)
    written.appeal.save()
    return asked


@transaction.atomic
def send_back(paraphrase_id: int, *, by: Post, note: str, now: datetime.datetime) -> Paraphrase:
    """Back to the contact with what has to be written differently; nothing reached the company."""
    written = _held(paraphrase_id, by, now)
    written.returned_at, written.returned_by = now, by
    written.save(update_fields=["returned_at", "returned_by"])
    moving.log(written.appeal, "paraphrase_returned", by=by.person, post=by, now=now, words={"note": note})
    written.appeal.save(update_fields=["position", "moved_at"])
    return written
