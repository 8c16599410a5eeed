"""Internal notes: what handlers write down for each other, apart from everything the driver and the company read."""

import datetime
import hashlib

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import nameless, permissions
from appeals.actions import moving
from appeals.models import Appeal, Identity, Note
from portal import codes
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.sealing import keyed_hash


def seal_of(code: str, text: str) -> str:
    """What the chain keeps of a note: it proves the words to whoever has them and the key, and tells nothing.

    The note's code goes into it, so that two notes of the same words do not look alike.
    """
    return keyed_hash("note", f"{code}:{hashlib.sha256(text.encode()).hexdigest()}")


def _names(appeal: Appeal, text: str) -> bool:
    filer = nameless.Known(names=(appeal.filer.name,), phones=(appeal.filer.phone,))
    return bool(nameless.found_in(text, [filer]) & {nameless.NAME, nameless.PHONE})


@transaction.atomic
def note(appeal_id: int, *, by: Post, text: str, now: datetime.datetime) -> Note:
    """Write something down about a case one sees in one's line. It moves nothing and stops no clock.

    A sealed name stays sealed here too: whoever reads the note may not have been allowed to open it.
    """
    appeal = Appeal.objects.for_update(appeal_id)
    if not permissions.visible_appeals(by, beijing_day(now)).filter(pk=appeal.pk).exists():
        raise PermissionDenied
    text = text.strip()
    if not text:
        raise Refused(_("Write something down first."))
    if appeal.identity == Identity.SEALED and _names(appeal, text):
        raise Refused(_("This case is sealed: the driver's name and phone do not stand in a note either."))
    code = codes.new_code()
    moving.log(appeal, "note_added", by=by.person, post=by, now=now, facts={"note": code, "seal": seal_of(code, text)})
    appeal.save(update_fields=["position", "moved_at"])
    return Note.objects.create(code=code, appeal=appeal, by=by, at=now, text=text)


@transaction.atomic
def withdraw(note_id: int, *, by: Post, now: datetime.datetime) -> Note:
    """Take one's own note back: its words are gone, that it was there stays on the page and in the log.

    The words stand in no event's texts, only in the note's sealed row; that is emptied, and nothing was made of them.
    """
    appeal = Appeal.objects.for_update(Note.objects.values_list("appeal_id", flat=True).get(pk=note_id))
    note = Note.objects.select_related("by").get(pk=note_id)
    is_seen = permissions.visible_appeals(by, beijing_day(now)).filter(pk=appeal.pk).exists()
    if not is_seen or note.by.person_id != by.person_id:
        raise PermissionDenied
    if note.withdrawn_at:
        raise Refused(_("You have taken this note back already."))
    moving.log(appeal, "note_withdrawn", by=by.person, post=by, now=now, facts={"note": note.code})
    appeal.save(update_fields=["position", "moved_at"])
    note.text, note.withdrawn_at = "", now
    note.save(update_fields=["text", "withdrawn_at"])
    return note
