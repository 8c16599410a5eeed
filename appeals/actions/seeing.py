"""Noting whose data a page of a case showed without a mask; the driver reads it under "Who saw my data".

Looks that are events of the case already (its number, a sealed name, a file as it was sent) are told from there.
"""

import datetime
from collections.abc import Iterable

from appeals import permissions
from appeals.models import Appeal, Detail, Evidence, Hearing, Identity
from portal.actions.readings import Shown, note_all, note_reading
from portal.models import Post, User
from portal.privacy import Kind

KINDS: dict[str, Kind] = {Detail.NAME: Kind.NAME, Detail.ORDER: Kind.ORDER, Detail.PLATE: Kind.PLATE}


def case_shown(appeal: Appeal, post: Post, *, now: datetime.datetime, page: str = "appeals.case") -> None:
    """A handler's page or program had the case before it: what the driver wrote, and his name where it was opened."""
    what = {Kind.WORDS}
    if appeal.order_number:
        what.add(Kind.ORDER)
    if appeal.identity == Identity.SEALED and permissions.is_unsealed_for(appeal, post.person, now):
        what.add(Kind.NAME)
    note_reading(appeal.filer, by=post.person, post=post, what=what, where=_where(page, appeal), now=now)


def details_shown(asked: Iterable[Hearing], post: Post, *, now: datetime.datetime) -> None:
    """The company read details beside questions, each of which its driver had agreed to."""
    shown = [
        Shown(
            one.appeal.filer_id,
            {KINDS[text.name] for text in one.asked_event.texts.all() if text.text and text.name in KINDS},
            _where("appeals.hearing", one.appeal),
        )
        for one in asked
    ]
    note_all(shown, by=post.person, post=post, now=now)


def file_shown(file: Evidence, *, by: User, post: Post | None, now: datetime.datetime) -> None:
    """Somebody but its owner opened a driver's file; a company's own files are nobody's personal data."""
    if file.appeal is not None and file.hearing_id is None:
        where = _where("appeals.file", file.appeal)
        note_reading(file.owner, by=by, post=post, what=Kind.FILES, where=where, now=now)


def _where(page: str, appeal: Appeal) -> str:
    return f"{page}:{appeal.number}"
