"""Files on their way in: room is made, bytes arrive whole or in parts, what came is looked at, scanned and sealed."""

import datetime
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from appeals import evidence_names, gate, scanning
from appeals.gate import Turned
from appeals.models import Evidence, EvidenceState, Scan
from portal import vault
from portal.errors import Refused
from portal.models import User

logger = structlog.get_logger(__name__)

ORIGINAL, COPY, SMALL = "original", "copy", "small"
PARTS = (ORIGINAL, COPY, SMALL)
LOOSE_FILES, LOOSE_BYTES = 40, 200 * 2**20
LOOSE_TIME = datetime.timedelta(hours=24)
# a draft is kept until it is filed or thrown away; the photos for it, this long after it was last worked on
DRAFT_TIME = datetime.timedelta(days=30)


class OffsetMoved(Refused):
    """The next part does not begin where the last one ended."""


def receive(source: BinaryIO, *, name: str, by: User, now: datetime.datetime, meant_for: str = "") -> Evidence:
    """Take in a whole file: checked and sealed, loose, its owner `by`. Refused with a sentence when it is not taken.

    The same file picked twice in one form is one file.
    """
    made = begin(size=settings.UPLOAD_FILE_BYTES, name=name, by=by, now=now, meant_for=meant_for)
    try:
        written = vault.write(made.store, ORIGINAL, made.file_key, _bounded(source))
        made.size_bytes = made.offset_bytes = written
        return finish(made)
    except Refused:
        remove(made)
        raise


def _bounded(source: BinaryIO) -> Iterator[bytes]:
    length = 0
    while piece := source.read(vault.PIECE):
        length += len(piece)
        if length > settings.UPLOAD_FILE_BYTES:
            raise Turned("large")
        yield piece


@transaction.atomic
def begin(*, size: int, name: str, by: User, now: datetime.datetime, meant_for: str = "") -> Evidence:
    """Make room for a file that is to come, of `size` bytes at most; what one person may keep loose is bounded."""
    if size <= 0:
        raise Turned("empty")
    if size > settings.UPLOAD_FILE_BYTES:
        raise Turned("large")
    # two uploads at once must not both find the last place free
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    loose = Evidence.objects.loose().filter(owner=by)
    kept = loose.aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    if loose.count() >= LOOSE_FILES or kept + size > LOOSE_BYTES:
        raise Refused(_("You have sent many files that belong to no case yet. Remove some, or file the appeal first."))
    return Evidence.objects.create(
        owner=by,
        meant_for=meant_for,
        name=evidence_names.clean(name),
        store=secrets.token_hex(16),
        file_key=vault.new_key(),
        size_bytes=size,
        received_at=now,
        expires_at=now + LOOSE_TIME,
    )


def extend(made: Evidence, pieces: Iterable[bytes], *, at: int, now: datetime.datetime) -> Evidence:
    """Put the next part behind what is there; `at` is where the sender believes it begins.

    However the sending ends, what came is kept and counted, so that the rest may follow later.
    """
    with vault.claimed(made.store, ORIGINAL):
        made.refresh_from_db()
        if at != made.offset_bytes:
            raise OffsetMoved(str(_("The upload goes on from another place than was said. Ask where it is and go on.")))
        room = made.size_bytes - made.offset_bytes
        where = {"at": made.offset_bytes, "sealed_at": made.sealed_bytes}
        for reached in vault.append(made.store, ORIGINAL, made.file_key, _within(pieces, room), **where):
            made.offset_bytes, made.sealed_bytes = reached
        made.expires_at = now + LOOSE_TIME
        made.save(update_fields=["offset_bytes", "sealed_bytes", "expires_at"])
    return made


def _within(pieces: Iterable[bytes], room: int) -> Iterator[bytes]:
    for piece in pieces:
        if room <= 0:
            return
        yield piece[:room]
        room -= len(piece)


def finish(made: Evidence) -> Evidence:
    """Look at a file that is whole: let it in, or take it away again and say why. Asked again, nothing changes."""
    if made.state != EvidenceState.RECEIVING:
        return made
    if not made.is_whole:
        raise Refused(_("A file has not arrived whole yet. Wait a moment, or take it out and send without it."))
    try:
        _look_at(made)
    except Turned as turned:
        logger.info("evidence_turned_away", why=turned.why)
        remove(made)
        raise
    made.state = EvidenceState.QUARANTINED if made.scan == Scan.WAITING else EvidenceState.READY
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # the same file is there for this form already
        same = Evidence.objects.loose().received().filter(owner=made.owner_id, meant_for=made.meant_for)
        first = same.get(sha256=made.sha256)
        remove(made)
        return first
    return made


def _look_at(made: Evidence) -> None:
    digest, seen = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal seen
        for piece in vault.read(made.store, ORIGINAL, made.file_key):
            digest.update(piece)
            seen += len(piece)
            yield piece

    with gate.looked_at(counted()) as looked:
        made.copy_bytes = vault.write(made.store, COPY, made.file_key, looked.copy())
        if looked.small_bytes:
            made.small_bytes = vault.write(made.store, SMALL, made.file_key, looked.small())
    if seen != made.size_bytes:
        raise Turned("broken")
    made.kind, made.pages, made.sha256 = looked.kind, looked.pages, digest.hexdigest()
    made.scan = scanning.scan(vault.read(made.store, ORIGINAL, made.file_key))
    if made.scan == Scan.FOUND:
        raise Turned("virus")


def remove(made: Evidence) -> None:
    """A loose file goes, with everything of it. Its row first: without the key in it the files are noise."""
    Evidence.objects.loose().filter(pk=made.pk).delete()
    vault.delete(made.store, *PARTS)


def hold(person: User, *, meant_for: str, now: datetime.datetime) -> int:
    """Files for a draft that was just worked on stay as long as drafts do."""
    loose = Evidence.objects.loose().filter(owner=person, meant_for=meant_for)
    # a day's grain: a draft is saved every few seconds while somebody types
    return loose.filter(expires_at__lt=now + DRAFT_TIME - LOOSE_TIME).update(expires_at=now + DRAFT_TIME)
