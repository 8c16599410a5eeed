"""Writing a form's values on a row of a register, and saying what of it is new. No database of its own."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from portal import history
from portal.errors import Refused, Stale
from portal.fields import SealedTextField

Given = Mapping[str, Any]  # what a form says of a record, by field
NOTHING = "–"


def require_newest(row: Any, seen: int, subject: models.Model, now: datetime.datetime) -> None:
    """Nobody writes over a change he has not seen."""
    if row.revision != seen:
        raise Stale(_("Somebody changed this record meanwhile."), history.newest(subject, now, row))


def put(row: Any, given: Given) -> dict[str, str]:
    """Set what differs, and tell each change as "before → after": what is personal as it is shown, masked."""
    told: dict[str, str] = {}
    for name, value in given.items():
        if getattr(row, name) != value:
            before = shown(row, name)
            setattr(row, name, value)
            told[name] = f"{before} → {shown(row, name)}"
    return told


def require_some(told: Mapping[str, str]) -> None:
    if not told:
        raise Refused(_("Nothing was changed."))


def entry(told: Mapping[str, str], reason: str) -> dict[str, Any]:
    """A change as the log keeps it: which fields, and in words what became of each and why."""
    return {"facts": {"fields": sorted(told)}, "words": {**told, "reason": reason.strip()}}


def shown(row: Any, name: str) -> str:
    """A field as a history may hold it."""
    field = row._meta.get_field(name)
    value = getattr(row, name)
    if value in (None, ""):
        return NOTHING
    if isinstance(field, SealedTextField):
        return str(getattr(row, f"masked_{name}"))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(getattr(row, f"get_{name}_display")()) if field.choices else str(value)
