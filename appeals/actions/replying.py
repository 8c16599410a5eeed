"""The respondent company's right of reply."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain
from appeals.actions import evidencing, moving
from appeals.actions import hearing as hearings
from appeals.models import Appeal, Hearing, Reply
from platforms.models import RuleVersion
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Event, Post
from portal.permissions import has_permission
from portal.roles import ANSWER_FOR_COMPANY


@dataclass(frozen=True)
class Figures:
    """What of a reply is not words: the rule that applied, accept or reject, what was measured, what is offered."""

    rule_version: RuleVersion | None = None
    stance: str = ""
    amount_fen: int | None = None
    from_date: datetime.date | None = None
    until_date: datetime.date | None = None
    offer_fen: int | None = None
    offer_date: datetime.date | None = None


def _held(hearing_id: int, post: Post, now: datetime.datetime) -> tuple[Hearing, Appeal]:
    asked = Hearing.objects.select_for_update(of=("self",)).select_related("company", "paraphrase").get(pk=hearing_id)
    if (
        post.organisation_id != asked.company_id
        or not post.is_live(beijing_day(now))
        or not has_permission(post, ANSWER_FOR_COMPANY, beijing_day(now))
    ):
        raise PermissionDenied
    return asked, Appeal.objects.for_update(asked.appeal_id)


@transaction.atomic
def platform_reply(
    hearing_id: int,
    *,
    by: Post,
    facts_given: str,
    now: datetime.datetime,
    rule_given: str = "",
    offer: str = "",
    contact: str = "",
    figures: Figures | None = None,
    evidence: Iterable[str] = (),
) -> Hearing:
    """A company's liaison answers, once: rule and version, facts, an offer. A late reply is taken and marked late."""
    asked, appeal = _held(hearing_id, by, now)
    if asked.replied_at:
        raise Refused(_("Your company has replied to this question already."))
    moving.step(appeal, "platform_reply")
    figures = figures or Figures()
    _require_rule(asked, figures)
    is_late = now >= asked.due_at
    event = moving.log(
        appeal,
        "platform_replied",
        by=by.person,
        post=by,
        now=now,
        facts={"company": asked.company.code, "is_late": is_late, **_facts(asked, figures)},
        words={"rule": rule_given, "facts": facts_given, "offer": offer, "contact": contact},
    )
    values = {name: getattr(figures, name) for name in Figures.__dataclass_fields__}
    Reply.objects.create(hearing=asked, event=event, by=by, at=now, is_late=is_late, **values)
    evidencing.attach(evidence, appeal, by=by.person, post=by, hearing=asked, now=now)
    asked.reply_event, asked.replied_at = event, now
    asked.save(update_fields=["reply_event", "replied_at"])
    appeal.save(update_fields=["position", "moved_at"])
    _share(asked, "group_replied", event, by=by, now=now)
    return asked


def _require_rule(asked: Hearing, figures: Figures) -> None:
    version = figures.rule_version
    if version is not None and version.rule.company.organisation_id != asked.company_id:
        raise Refused(_("Choose a rule of your own company."))


def _facts(asked: Hearing, figures: Figures) -> dict[str, object]:
    version = figures.rule_version
    return {
        "items": asked.paraphrase.items if asked.paraphrase else [],
        "stance": figures.stance or None,
        "rule_version": f"{version.rule.code}/{version.number}" if version else None,
        "amount_fen": figures.amount_fen,
        "offer_fen": figures.offer_fen,
        "offer_date": figures.offer_date.isoformat() if figures.offer_date else None,
    }


@transaction.atomic
def add_to_reply(
    hearing_id: int, *, by: Post, facts_given: str, now: datetime.datetime, evidence: Iterable[str] = ()
) -> Hearing:
    """Add to a reply as long as the case is not answered; what was said first stays as it was said."""
    asked, appeal = _held(hearing_id, by, now)
    if asked.replied_at is None:
        raise Refused(_("Reply first; after that you can add to it."))
    if appeal.status not in chain.OPEN:
        raise Refused(_("The case has been decided, so nothing can be added any more."))
    is_late = now >= asked.due_at
    event = moving.log(
        appeal,
        "platform_added",
        by=by.person,
        post=by,
        now=now,
        facts={"company": asked.company.code, "is_late": is_late},
        words={"facts": facts_given},
    )
    evidencing.attach(evidence, appeal, by=by.person, post=by, hearing=asked, now=now)
    Reply.objects.create(hearing=asked, event=event, by=by, at=now, is_late=is_late, is_supplement=True)
    appeal.save(update_fields=["position", "moved_at"])
    _share(asked, "group_replied", event, by=by, now=now)
    return asked


def _share(asked: Hearing, verb: str, event: Event, *, by: Post, now: datetime.datetime) -> None:
    """One reply for a group: it stands in the log of each of its cases."""
    if asked.group_id:
        others = Appeal.objects.filter(shared_hearings__hearing=asked)
        hearings.share(asked, others, verb, event, by=by, now=now)
