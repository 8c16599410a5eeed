"""Taking a list out as a file: asked for, agreed to by a second person where it is long, made, handed out, deleted."""

import base64
import datetime
import json
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import exports, inbox, lists_out
from appeals.actions import taking_out
from appeals.models import Export, ExportFormat, ExportPart, ExportState
from portal import celery_app, events
from portal.actions import spending
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.jobs import attempt
from portal.models import Event, Post

GOOD_FOR = datetime.timedelta(hours=24)
STUCK = datetime.timedelta(minutes=10)


def _log(export: Export, verb: str, *, by: Post | None, now: datetime.datetime, **more: dict[str, object]) -> Event:
    facts: dict[str, object] = {"export": export.code, "rows": export.rows, "format": export.format}
    facts |= more.get("facts", {})
    words = {name: str(text) for name, text in more.get("words", {}).items()}
    person = by.person if by else None
    return events.record(f"appeals.{verb}", export, by=person, at=now, post=by, facts=facts, words=words)


@transaction.atomic
def ask(
    by: Post, *, wanted: dict[str, str], format: str, now: datetime.datetime, purpose: str = ""
) -> Export:  # a word of the form's own field
    """Ask for the list as a file. A short one is made; a long one needs a purpose, and somebody else who agrees."""
    today = beijing_day(now)
    exports.require_exporter(by, today)
    asked = inbox.Wanted.of(wanted)
    rows = inbox.found(by, asked, now).count()
    is_long = exports.needs_second(rows)
    _require_makeable(rows, is_long, purpose)
    export = Export(
        post=by,
        wanted=json.dumps(wanted, ensure_ascii=False),
        format=ExportFormat(format),
        state=ExportState.ASKED if is_long else ExportState.MAKING,
        rows=rows,
        asked_at=now,
        until_at=now + GOOD_FOR,
    )
    facts: dict[str, object] = {"filter": lists_out.filter_facts(asked), "needs_second": is_long}
    words: dict[str, object] = {"purpose": purpose, "search": asked.words}
    export.asked_event = _log(export, "export_asked", by=by, now=now, facts=facts, words=words)
    export.save(force_insert=True)
    if not is_long:
        # a post that was appointed for nothing but copying stops here, a thousand rows at a time
        if not spending.spend(by, rows, now=now):
            export.state = ExportState.REFUSED
            export.save(update_fields=["state"])
            return export
        _make(export, now)
    return export


def _require_makeable(rows: int, is_long: bool, purpose: str) -> None:
    if rows == 0:
        raise Refused(_("The list is empty: there is nothing to take out."))
    if rows > settings.EXPORT_ROWS_MOST:
        words = _("%(rows)d rows are more than one file takes: narrow the list to %(most)d.")
        raise Refused(words % {"rows": rows, "most": settings.EXPORT_ROWS_MOST})
    if is_long and not purpose.strip():
        raise Refused(_("Say what the list is needed for: somebody else decides on it."))


@transaction.atomic
def agree(export_id: int, *, by: Post, now: datetime.datetime) -> Export:
    """The second person agrees: the file is made in the background, with what the asker may see at that moment."""
    export = _held(export_id, by, now)
    export.state, export.decided_by, export.decided_at = ExportState.MAKING, by, now
    export.save(update_fields=["state", "decided_by", "decided_at"])
    _log(export, "export_agreed", by=by, now=now)
    transaction.on_commit(lambda: _announce(export.pk), robust=True)
    return export


@transaction.atomic
def refuse(export_id: int, *, by: Post, reason: str, now: datetime.datetime) -> Export:
    """The second person does not agree, and says why."""
    export = _held(export_id, by, now)
    export.state, export.decided_by, export.decided_at = ExportState.REFUSED, by, now
    export.save(update_fields=["state", "decided_by", "decided_at"])
    _log(export, "export_refused", by=by, now=now, words={"reason": reason})
    return export


def _held(export_id: int, by: Post, now: datetime.datetime) -> Export:
    export = _locked(export_id)
    exports.require_second(by, export, beijing_day(now))
    if export.state != ExportState.ASKED:
        raise Refused(_("It has been decided already."))
    if export.until_at <= now:
        raise Refused(_("The request is older than a day and has lapsed. It can be asked for anew."))
    return export


def _locked(export_id: int) -> Export:
    rows = Export.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("post__person", "post__organisation").get(pk=export_id)


def make(export_id: int, *, now: datetime.datetime) -> int:
    """Make the file of an export that was agreed to: how many rows. Twice is once; what fails is said on its page."""
    done, error = attempt("appeals.export", _make_whole, export_id, now)
    if error:
        Export.objects.filter(pk=export_id, state=ExportState.MAKING).update(state=ExportState.FAILED)
        raise error
    return done or 0


def _make_whole(export_id: int, now: datetime.datetime) -> int:
    export = Export.objects.select_related("post__person", "post__organisation").get(pk=export_id)
    if export.state != ExportState.MAKING:
        return 0
    cases: list[int] = []
    pieces = list(lists_out.pieces(export, now, told=_told(export.pk), cases=cases))
    taking_out.note(export, cases, now=now)
    with transaction.atomic():
        locked = _locked(export_id)
        if locked.state != ExportState.MAKING:
            return 0
        return _keep(locked, pieces, now)


def _told(export_id: int) -> lists_out.Told:
    """Progress is written down outside any transaction, so that the page can show it."""

    def tell(rows: int) -> None:
        Export.objects.filter(pk=export_id).update(rows_done=rows)

    return tell


def _make(export: Export, now: datetime.datetime) -> None:
    """A short one at once, in the caller's transaction."""
    cases: list[int] = []
    _keep(export, lists_out.pieces(export, now, cases=cases), now)
    taking_out.note(export, cases, now=now)


def _keep(export: Export, pieces: "Iterator[lists_out.Piece] | list[lists_out.Piece]", now: datetime.datetime) -> int:
    """Seal the pieces, note what was made, and say in the log that it left the register."""
    rows = size = 0
    for number, piece in enumerate(pieces):
        content = base64.b64encode(piece.content).decode()
        ExportPart.objects.create(export=export, number=number, sealed=content)
        size, rows = size + len(piece.content), piece.rows
    export.rows = export.rows_done = rows
    export.state, export.made_at, export.size_bytes = ExportState.READY, now, size
    export.until_at = now + GOOD_FOR
    export.save(update_fields=["rows", "rows_done", "state", "made_at", "size_bytes", "until_at"])
    facts: dict[str, object] = {
        "filter": lists_out.filter_facts(exports.wanted_of(export)),
        "second": export.decided_by.code if export.decided_by else None,
        "bytes": size,
    }
    _log(export, "exported", by=export.post, now=now, facts=facts)
    return rows


@transaction.atomic
def hand_out(export_id: int, *, by: Post, now: datetime.datetime) -> Export:
    """Give the file to whoever asked for it; each time is an entry in the log."""
    export = _locked(export_id)
    exports.require_exporter(by, beijing_day(now))
    if export.post_id != by.pk or export.state != ExportState.READY or export.until_at <= now:
        raise Refused(_("The file was deleted a day after it was made. It can be asked for anew."))
    _log(export, "export_handed_out", by=by, now=now)
    return export


@transaction.atomic
def sweep(*, now: datetime.datetime) -> int:
    """Delete files a day after they were made and let requests lapse; knock again for those a lost worker left."""
    over = Export.objects.filter(until_at__lte=now).exclude(state__in=(ExportState.REFUSED, ExportState.GONE))
    gone = 0
    for export in over.select_for_update(no_key=True, skip_locked=True):
        ExportPart.objects.filter(export=export).delete()
        _log(export, "export_deleted", by=None, now=now, facts={"was": export.state})
        export.state = ExportState.GONE
        export.save(update_fields=["state"])
        gone += 1
    stuck = Export.objects.filter(state=ExportState.MAKING, decided_at__lte=now - STUCK)
    for export_id in stuck.values_list("pk", flat=True):
        transaction.on_commit(lambda found=export_id: _announce(found), robust=True)  # type: ignore[misc]
    return gone


def _announce(export_id: int) -> None:
    """Tell a worker at once; the sweep knocks again for what a broken broker leaves."""
    celery_app.send_task("appeals.make_export", kwargs={"export_id": export_id}, retry=False)
