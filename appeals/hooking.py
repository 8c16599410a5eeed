"""What other systems may be told of an appeal: kinds of events and harmless facts, never words and never persons."""

import datetime
from typing import Any

from django.utils.functional import Promise

from appeals import wording
from appeals.models import Appeal, Leg
from portal import events
from portal.actions import hooks
from portal.models import Event

# nothing about looks at a name or number, ratings, evidence or alarms
KINDS = tuple(
    f"appeals.{kind}"
    for kind in (
        "filed", "taken", "asked", "replied", "rest_ended", "answered", "escalated", "returned", "passed_up",
        "breached", "limit_reached", "vacated", "transferred", "marked_urgent", "challenged", "withdrawn", "came_back",
        "went_on", "accepted", "lapsed", "carried_out", "carry_out_missed", "not_carried_out", "closed", "reopened",
        "reopened_as",
    )
)  # fmt: skip
# of an event's facts, those that say nothing about a person: codes, days and numbers of the case itself
HARMLESS = (
    "category", "place", "is_urgent", "tier", "finding", "carry_out", "take_due", "answer_due", "rest_until", "target",
    "round", "why", "promised",
)  # fmt: skip


def kinds() -> dict[str, Promise]:
    return {kind: wording.label(kind, is_driver=False) for kind in KINDS}


def announce(event: Event, now: datetime.datetime) -> None:
    """The consumer "appeals.hooks": owe an event to the hooks of every line its appeal lies or lay in."""
    appeal = Appeal.objects.select_related("handling_org").get(code=events.code_of(event.subject))
    legs = Leg.objects.filter(appeal=appeal, entered_at__lte=event.at)
    paths = {*legs.values_list("organisation_path", flat=True)}
    hooks.owe(event, paths=paths, facts=facts_of(appeal, event), now=now)


def facts_of(appeal: Appeal, event: Event) -> dict[str, Any]:
    said = {name: event.facts[name] for name in HARMLESS if event.facts.get(name) is not None}
    return {"appeal": appeal.code, "number": appeal.number, "position": event.position, **said}


events.consume("appeals.hooks", KINDS, announce, only_while=hooks.is_any_on)
