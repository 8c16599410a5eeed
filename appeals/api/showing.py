"""From rows to what a program is given, through the reads of the pages: what they hide is not here either."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise

from appeals import inbox, standing
from appeals.api import shapes
from appeals.casefile import CaseFile
from appeals.hearings import as_company, texts_of
from appeals.models import Answer, Appeal, Hearing, Leg
from appeals.timeline import Entry, last_of
from appeals.timeline import of as timeline_of
from platforms.models import RuleVersion
from portal.calendar import beijing_day
from portal.models import CalendarNotice, Organisation, Place, User

Shown = dict[str, Any]
RELATED = (
    "place__parent", "district__parent", "respondent_at_event", "handling_org", "handler__person",
    "handler__organisation", "filer", "reopened_from",
)  # fmt: skip


def named(row: Place | Organisation | None) -> Shown | None:
    return {"code": row.code, "name": row.name} if row else None


def short(appeal: Appeal) -> Shown:
    """What stands in every list."""
    due = None
    if appeal.due_kind and appeal.due_date and appeal.due_at:
        due = {
            "kind": appeal.due_kind,
            "due_date": appeal.due_date,
            "due_at": appeal.due_at,
            "is_provisional": appeal.is_provisional,
        }
    plain = (
        "code",
        "number",
        "category",
        "identity",
        "status",
        "tier",
        "is_urgent",
        "filed_at",
        "moved_at",
        "position",
    )
    return {
        **{name: getattr(appeal, name) for name in plain},
        "title": standing.title_of(appeal),
        "place": named(appeal.place),
        "due": due,
    }


def whole(appeal: Appeal, *, story: str, answers: Iterable[Answer], moves: list[str]) -> Shown:
    """A case, to whomever may see it."""
    plain = (
        "happened_date", "order_number", "amount_fen", "round_number", "breaches", "accepted_at", "closed_at",
    )  # fmt: skip
    handler = appeal.handler
    return {
        **short(appeal),
        **{name: getattr(appeal, name) for name in plain},
        "story": story,
        "district": named(appeal.district),
        "respondent": {"kind": appeal.respondent_kind, "organisation": named(appeal.respondent_at_event)},
        "deduction_kind": appeal.deduction_kind or None,
        "handling": {
            "organisation": named(appeal.handling_org),
            "handler": handler.person.name if handler else None,
            "post": standing.post_words(handler) if handler else None,
        },
        "transferred_to": appeal.transferred_to or None,
        "reopened_from": appeal.reopened_from.number if appeal.reopened_from else None,
        "answers": [answer(given) for given in answers],
        "moves": moves,
    }


def answer(given: Answer) -> Shown:
    texts = {text.name: text.text or "" for text in given.event.texts.all()}
    plain = ("code", "finding", "carry_out_date", "carried_out_at", "is_breached", "rating", "at")
    return {
        **{name: getattr(given, name) for name in plain},
        "tier": given.leg.tier,
        "reasons": texts.get("reasons", ""),
        "remedy": texts.get("remedy", ""),
        "by": given.by.person.name,
        "post": standing.post_words(given.by),
    }


def answers_of(appeal: Appeal) -> list[Answer]:
    rows = appeal.answers.select_related("by__person", "by__organisation", "event", "leg")
    return list(rows.prefetch_related("event__texts").order_by("-at", "-pk"))


# -- a driver ---------------------------------------------------------------------------------------------------------


def own_row(appeal: Appeal) -> Shown:
    return dict(shapes.CaseSerializer(short(appeal)).data)


def own_case(appeal: Appeal, person: User, now: datetime.datetime) -> Shown:
    """A driver's own case, with his own words."""
    today = beijing_day(now)
    legs = standing.legs_of(appeal)
    answers = answers_of(appeal)
    moves = standing.moves(appeal, person, now, _running(legs), answers[0] if answers else None)
    asked = last_of(appeal, "appeals.asked", today=today) if appeal.status == "asked" else None
    filed = last_of(appeal.reopened_from or appeal, "appeals.filed", today=today)
    shown = whole(appeal, story=filed.say if filed else "", answers=answers, moves=moves)
    return dict(shapes.OwnCaseSerializer({**shown, "question": asked.say if asked else None}).data)


def _running(legs: list[Leg]) -> Leg | None:
    return legs[-1] if legs and legs[-1].left_at is None else None


# -- the desk ---------------------------------------------------------------------------------------------------------


def desk_row(appeal: Appeal) -> Shown:
    row = {
        **short(appeal),
        "name": inbox.name_of(appeal),
        "company": inbox.respondent_words(appeal),
        "organisation": named(appeal.handling_org),
        "is_taken": appeal.handler_id is not None,
    }
    return dict(shapes.DeskRowSerializer(row).data)


def desk_case(case: CaseFile) -> Shown:
    shown = whole(case.appeal, story=case.story, answers=case.answers, moves=case.moves)
    heard = [
        {
            "code": hearing.code,
            "company": named(hearing.company),
            "asked_at": hearing.asked_at,
            "due_date": hearing.due_date,
            "state": state,
            "question": texts_of(hearing.asked_event).get("question", ""),
            "reply": reply(hearing),
        }
        for hearing, state in case.hearings
    ]
    more = {"name": case.name, "is_sealed": case.is_sealed, "hearings": heard}
    return dict(shapes.DeskCaseSerializer({**shown, **more}).data)


# -- what happened ----------------------------------------------------------------------------------------------------


def timeline(appeal: Appeal, *, is_driver: bool, now: datetime.datetime) -> Shown:
    entries = timeline_of(appeal, is_driver=is_driver, today=beijing_day(now)).entries
    return dict(shapes.TimelineSerializer({"entries": [_entry(one) for one in entries]}).data)


def _entry(entry: Entry) -> Shown:
    return {
        "kind": entry.kind,
        "at": entry.at,
        "title": entry.title,
        "text": entry.text,
        "words": entry.say,
        "by": entry.by,
    }


# -- a company --------------------------------------------------------------------------------------------------------


def hearing(asked: Hearing, now: datetime.datetime) -> Shown:
    """What a company may know of a question: the page's own list of facts."""
    written = asked.paraphrase
    seen = as_company(asked, now, CalendarNotice.objects.calendar())
    shown = {
        "code": asked.code,
        "question": seen.question,
        "category": asked.appeal.category,
        "city": named(asked.appeal.place.city) if seen.city else None,
        "rule_version": rule_version(written.rule_version if written else None),
        "deduction_kind": written.deduction_kind if written else "",
        "from_date": written.from_date if written else None,
        "until_date": written.until_date if written else None,
        "fact_kinds": written.fact_kinds if written else [],
        "details": [{"name": name, "words": words} for name, words in seen.details],
        "is_group": seen.is_group,
        "asked_date": seen.asked_date,
        "due_date": asked.due_date,
        "state": seen.state,
        "reply": reply(asked),
    }
    return dict(shapes.HearingSerializer(shown).data)


def rule_version(version: RuleVersion | None) -> Shown | None:
    if version is None:
        return None
    return {"code": version_code(version), "title": version.rule.title, "number": version.number}


def version_code(version: RuleVersion) -> str:
    """As the case log names it."""
    return f"{version.rule.code}/{version.number}"


def reply(asked: Hearing) -> Shown | None:
    """A company's reply with its figures, and what it added; null before it has replied."""
    said = list(asked.replies.all())
    first = next((one for one in said if not one.is_supplement), None)
    if first is None:
        return None
    texts = texts_of(first.event)
    plain = ("at", "is_late", "amount_fen", "from_date", "until_date", "offer_fen", "offer_date")
    return {
        **{name: getattr(first, name) for name in plain},
        **{name: texts.get(name, "") for name in ("rule", "facts", "offer", "contact")},
        "stance": first.stance or None,
        "rule_version": rule_version(first.rule_version),
        "added": [
            {"at": one.at, "is_late": one.is_late, "facts": texts_of(one.event).get("facts", "")}
            for one in said
            if one.is_supplement
        ],
    }


# -- what may be chosen -----------------------------------------------------------------------------------------------


def choices(listed: Iterable[tuple[str, str | Promise]]) -> list[Shown]:
    return [{"value": value, "name": str(name)} for value, name in listed]


def choice_groups(groups: Iterable[tuple[str, list[tuple[str, str | Promise]]]]) -> list[Shown]:
    return [{"name": name, "choices": choices(inside)} for name, inside in groups]
