"""Showing one masked field of a register: with a motive, written down, and told to whom it belongs."""

import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from portal import events
from portal.actions import readings, spending
from portal.errors import Refused
from portal.models import Post, User

SHORTEST = 4


@transaction.atomic
def show_field(
    row: models.Model,
    field: str,
    *,
    subject: models.Model | None = None,
    what: str,
    where: str,
    person: User | None,
    reason: str,
    by: User,
    post: Post,
    now: datetime.datetime,
) -> str:
    """The whole of one field, for a motive. Whoever calls has seen to it that the post reads this record.

    The record's own log keeps it, also where nobody has claimed the record yet; a person with an account reads it under
    "who saw my data". It counts towards the day's budget.
    """
    if len(reason.strip()) < SHORTEST:
        raise Refused(_("Say in a few words what you need it for: it is written down."))
    if not spending.spend(post, 1, now=now):
        raise Refused(_("Your day's budget of records is used up. It goes on at 00:00."))
    events.record(
        "portal.field_shown",
        subject or row,
        by=by,
        post=post,
        at=now,
        facts={"field": field},
        words={"reason": reason.strip()},
    )
    readings.note_reading(person, by=by, post=post, what=what, where=where, now=now)
    return str(getattr(row, field))
