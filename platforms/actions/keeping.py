"""What the registers of companies, permits, vehicles and drivers do alike with a record: it is held, changed, ended.
Each says in its own log what it was."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import RegisterState
from portal import changes
from portal.errors import Refused
from portal.models import Post, User


def hold(
    rows: models.QuerySet[Any], record: models.Model, place: str, by: User, post: Post | None, now: datetime.datetime
) -> Any:
    """The record, locked, for whoever keeps the register of its place (`place` is the field's name)."""
    held = rows.select_for_update(no_key=True, of=("self",)).get(pk=record.pk)
    permissions.require_registrar_of(by, post, getattr(held, place), now)
    require_open(held)
    return held


def require_open(record: Any) -> None:
    if record.state == RegisterState.ENDED:
        raise Refused(_("This record has ended; it is kept as it was."))


def change(
    held: Any,
    given: changes.Given,
    place: str,
    prepare: Callable[[Any], None],
    *,
    seen: int,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> dict[str, str]:
    """Write what is new on a held record, which its keeper may also hand to another place of his; what that is, told.
    `prepare` refuses what no record may be and brings into line what follows from the fields."""
    changes.require_newest(held, seen, held, now)
    told = changes.put(held, given)
    changes.require_some(told)
    permissions.require_registrar_of(by, post, getattr(held, place), now)
    prepare(held)
    held.revision += 1
    held.save()
    return told


def end(held: Any, last_date: datetime.date) -> dict[str, str]:
    """A held record leaves its register; the row stays."""
    told = changes.put(held, {"state": RegisterState.ENDED, "ended_date": last_date})
    held.revision += 1
    held.save(update_fields=["state", "ended_date", "revision"])
    return told
