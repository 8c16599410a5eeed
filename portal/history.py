"""What happened to one record, newest first: its chain of events, and the rows of files it was filled from."""

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import events
from portal.calendar import beijing_day
from portal.imports.tables import tables
from portal.models import Event, ImportedRow, Post, RowChange, RowUndone, User
from portal.wording import staff_time

MOST = 50
REASON = "reason"
Words = Mapping[str, str | Promise]


def read(
    subject: models.Model, now: datetime.datetime, *, kinds: Words, fields: Words, record: models.Model | None = None
) -> list[dict[str, Any]]:
    """Entries for parts/timeline.html: who, when, what of it, and why. `record` is what files fill where the events
    stand with another row."""
    today = beijing_day(now)
    entries = [_entry(event, today, kinds, fields) for event in _rows(subject).prefetch_related("texts")[:MOST]]
    entries += [_filled(row, today, fields) for row in _imported(record or subject)[:MOST]]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)[:MOST]


def told(rows: Iterable[Event], now: datetime.datetime, words: Callable[[Event], str]) -> list[dict[str, Any]]:
    """Entries for parts/timeline.html of events whose sentence says all of it; their texts and posts come along."""
    return [
        {
            "at": event.at,
            "time": staff_time(event.at, today=beijing_day(now)),
            "title": words(event),
            "say": next((text.text for text in event.texts.all() if text.name == REASON), None),
            "by": _by(event.by, event.post),
        }
        for event in rows
    ]


def newest(subject: models.Model, now: datetime.datetime, record: models.Model | None = None) -> str:
    """Who touched it last and when, for somebody who was slower."""
    event, row = _rows(subject).first(), _imported(record or subject).first()
    found = [(event.at, _by(event.by, event.post))] if event else []
    if row is not None:
        found.append((_touched_at(row), _by(row.run.post.person, row.run.post)))
    at, by = max(found, default=(None, ""))
    return f"{by} {staff_time(at, today=beijing_day(now))}" if at else ""


def _rows(subject: models.Model | str) -> models.QuerySet[Event]:
    name = subject if isinstance(subject, str) else events.subject_of(subject)
    return Event.objects.filter(subject=name).select_related("by", "post__organisation").order_by("-position")


def _imported(record: models.Model) -> models.QuerySet[ImportedRow]:
    codes = [table.code for table in tables().values() if table.model is type(record)]
    rows = ImportedRow.objects.filter(run__table__in=codes, record=record.pk)
    return rows.select_related("run__post__person", "run__post__organisation").order_by("-run__started_at", "-pk")


def _by(by: User | None, post: Post | None) -> str:
    if by is None:
        return _("the portal itself")
    return f"{by.name}, {post.words}" if post else by.name


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
        "by": _by(event.by, event.post),
    }


def _filled(row: ImportedRow, today: datetime.date, fields: Words) -> dict[str, Any]:
    at = _touched_at(row)
    facts = [_("File %(file)s, row %(row)s") % {"file": row.run.file_name, "row": row.line}]
    facts += _changed(row, fields)
    if row.undone == RowUndone.UNDONE:
        facts.append(_("taken back with the whole file since"))
    return {
        "at": at,
        "time": staff_time(at, today=today),
        "title": _("Entered from a file") if row.change == RowChange.CREATED else _("Changed from a file"),
        "text": "; ".join(facts),
        "say": None,
        "by": _by(row.run.post.person, row.run.post),
    }


def _changed(row: ImportedRow, fields: Words) -> Iterable[str]:
    """Which fields, as long as their former values are kept; never what stood there."""
    names = (name.removesuffix("_id") for name in json.loads(row.was or "{}"))
    return [str(fields[name]) for name in names if name in fields]


def _touched_at(row: ImportedRow) -> datetime.datetime:
    """Rows carry no moment of their own: that of their import, which had begun before any was written."""
    at = row.run.started_at
    assert at is not None
    return at
