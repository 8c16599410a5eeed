"""A question to a company and its replies, as they are read: by the company, and by driver and handler.

What the company may know stands in `Question` and nowhere else: no number, name, title, district, day or hour of the
event, nothing of when or how the case was filed, no person at the desk.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appeals.models import Appeal, Detail, FactKind, Hearing, Paraphrase, Reply
from platforms.models import RuleVersion
from portal.calendar import WorkCalendar, beijing_day
from portal.models import Event
from portal.wording import Due, day_date, due_state, money

REFERENCE_LETTERS = 6
MOST_POINTS = 8


@dataclass(frozen=True)
class Question:
    """All that a company is shown of a case."""

    question: str
    kind: str
    city: str
    rule: str
    deduction: str
    period: str
    fact_kinds: list[str]
    details: list[tuple[str, str]]
    code: str = ""
    reference: str = ""
    is_group: bool = False
    asked_date: datetime.date | None = None
    due_date: datetime.date | None = None
    replied_at: datetime.datetime | None = None
    state: str = "waits"
    due: Due | None = None

    @property
    def points(self) -> list[str]:
        """The question point by point: one a line."""
        return points_of(self.question)


@dataclass(frozen=True)
class Said:
    """A reply or what was added to it."""

    code: str
    at: datetime.datetime
    is_late: bool
    is_supplement: bool
    stance: str
    rule: str
    facts: str
    offer: str
    contact: str
    measured: str
    promised: str


@dataclass(frozen=True)
class Heard:
    """A question with its replies, for a driver's or handler's page."""

    hearing: Hearing
    state: str
    question: str
    replies: list[Said] = field(default_factory=list)


def points_of(question: str) -> list[str]:
    lines = [line.strip() for line in question.splitlines() if line.strip()]
    return lines if len(lines) <= MOST_POINTS else [question.strip()]


def state_of(hearing: Hearing, now: datetime.datetime) -> str:
    """One of: waits, replied, replied_late, silent."""
    if hearing.replied_at:
        return "replied_late" if hearing.replied_at >= hearing.due_at else "replied"
    return "silent" if hearing.silent_at or now >= hearing.due_at else "waits"


def version_words(version: RuleVersion | None) -> str:
    if version is None:
        return ""
    return _("%(rule)s, version %(number)d") % {"rule": version.rule.title, "number": version.number}


def span_words(first: datetime.date | None, last: datetime.date | None, today: datetime.date) -> str:
    if first is None or last is None:
        return ""
    return _("%(first)s to %(last)s") % {
        "first": day_date(first, today=today),
        "last": day_date(last, today=today),
    }


def question_of(written: Paraphrase, question: str, details: dict[str, str], today: datetime.date) -> Question:
    """A paraphrase exactly as the company sees it, stored or not yet."""
    return Question(
        question=question,
        kind=str(written.appeal.get_category_display()),
        city="" if written.group_id else str(written.appeal.place.city),
        rule=version_words(written.rule_version),
        deduction=str(written.get_deduction_kind_display()) if written.deduction_kind else "",
        period=span_words(written.from_date, written.until_date, today),
        fact_kinds=[str(FactKind(kind).label) for kind in written.fact_kinds],
        details=[(str(Detail(name).label), details[name]) for name in Detail.values if details.get(name)],
        is_group=written.group_id is not None,
    )


def for_company(company_id: int) -> QuerySet[Hearing]:
    rows = Hearing.objects.filter(company=company_id)
    related = ("appeal__place__parent", "paraphrase__rule_version__rule", "asked_event")
    return rows.select_related(*related).prefetch_related("asked_event__texts")


def as_company(asked: Hearing, now: datetime.datetime, calendar: WorkCalendar) -> Question:
    """A question as the company's liaison reads it."""
    today = beijing_day(now)
    texts = texts_of(asked.asked_event)
    written = asked.paraphrase or Paraphrase(appeal=asked.appeal, group_id=asked.group_id)
    written.appeal = asked.appeal
    shown = question_of(written, texts.pop("question", ""), texts, today)
    more = {
        "code": asked.code,
        "reference": asked.code[:REFERENCE_LETTERS],
        "asked_date": beijing_day(asked.asked_at),
        "due_date": asked.due_date,
        "replied_at": asked.replied_at,
        "state": state_of(asked, now),
        "due": None if asked.replied_at else company_due(asked.due_date, today, calendar),
    }
    return Question(**{**shown.__dict__, **more})


def company_due(due_date: datetime.date, today: datetime.date, calendar: WorkCalendar) -> Due:
    left = calendar.working_days_left(today, due_date)
    return due_state(due_date, today=today, days_left=left, clock="platform")


def texts_of(event: Event) -> dict[str, str]:
    return {text.name: text.text for text in event.texts.all() if text.text}


def said(reply: Reply, today: datetime.date) -> Said:
    texts = texts_of(reply.event)
    period = span_words(reply.from_date, reply.until_date, today)
    promised = money(reply.offer_fen) if reply.offer_fen else ""
    if reply.offer_date:
        day = _("by %(day)s") % {"day": day_date(reply.offer_date, today=today)}
        promised = f"{promised} {day}".strip()
    return Said(
        code=reply.code,
        at=reply.at,
        is_late=reply.is_late,
        is_supplement=reply.is_supplement,
        stance=str(reply.get_stance_display()) if reply.stance else "",
        rule=texts.get("rule", ""),
        facts=texts.get("facts", ""),
        offer=texts.get("offer", ""),
        contact=texts.get("contact", ""),
        measured=" ".join(part for part in (money(reply.amount_fen) if reply.amount_fen else "", period) if part),
        promised=promised,
    )


def replies_of(asked: Hearing, today: datetime.date) -> list[Said]:
    rows: Iterable[Reply] = asked.replies.select_related("event").prefetch_related("event__texts")
    return [said(reply, today) for reply in rows]


def of_case(appeal: Appeal, now: datetime.datetime) -> list[Heard]:
    """What the company was asked in a case, by itself or with its group, the newest first; six queries at most."""
    rows = Hearing.objects.filter(Q(appeal=appeal) | Q(cases__appeal=appeal)).distinct()
    rows = rows.select_related("company", "asked_by__person", "asked_event")
    rows = rows.prefetch_related("asked_event__texts", "replies__event__texts", "replies__rule_version__rule").order_by(
        "-asked_at", "-pk"
    )
    today = beijing_day(now)
    return [
        Heard(
            one,
            state_of(one, now),
            texts_of(one.asked_event).get("question", ""),
            [said(reply, today) for reply in one.replies.all()],
        )
        for one in rows
    ]
