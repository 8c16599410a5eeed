"""What happened to one record, newest first, from its chain of events."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import events
from portal.calendar import beijing_day
from portal.models import Event
from portal.wording import staff_time

MOST = 50
REASON = "reason"
Words = Mapping[str, str | Promise]


def read(subject: models.Model | str, now: datetime.datetime, *, kinds: Words, fields: Words) -> list[dict[str, Any]]:
    """Entries for parts/timeline.html: who, when, what of it, and why."""
    rows = _rows(subject).prefetch_related("texts")[:MOST]
    return [_entry(event, beijing_day(now), kinds, fields) for event in rows]


def told(rows: Iterable[Event], now: datetime.datetime, words: Callable[[Event], str]) -> list[dict[str, Any]]:
    """Entries for parts/timeline.html of events whose sentence says all of it; their texts and posts come along."""
    return [
        {
            "at": event.at,
            "time": staff_time(event.at, today=beijing_day(now)),
            "title": words(event),
            "say": next((text.text for text in event.texts.all() if text.name == REASON), None),
            "by": _by(event),
        }
        for event in rows
    ]


def newest(subject: models.Model | str, now: datetime.datetime) -> str:
    """Who touched it last and when, for somebody who was slower."""
    event = _rows(subject).first()
    return f"{_by(event)} {staff_time(event.at, today=beijing_day(now))}" if event else ""


def _rows(subject: models.Model | str) -> models.QuerySet[Event]:
    name = subject if isinstance(subject, str) else events.subject_of(subject)
    return Event.objects.filter(subject=name).select_related("by", "post__organisation").order_by("-position")


def _by(event: Event) -> str:
    if event.by is None:
        return _("the portal itself")
    if event.post is None:
        return event.by.name
    return f"{event.by.name}, {event.post.words}"


def _entry(event: Event, today: datetime.date, kinds: Words, fields: Words) -> dict[str, Any]:
    texts = {text.name: text.text for text in event.texts.all()}
    changes = [
        _("%(field)s: %(change)s") % {"field": fields.get(name, name), "change": text or _("erased")}
        for name, text in texts.items()
        if name in fields
    ]
    if "field" in event.facts:
        changes.append(str(fields.get(event.facts["field"], event.facts["field"])))
    return {
        "at": event.at,
        "time": staff_time(event.at, today=today),
        "title": kinds.get(event.kind, event.kind),
        "text": "; ".join(changes),
        "say": texts.get(REASON),
        "by": _by(event),
    }
