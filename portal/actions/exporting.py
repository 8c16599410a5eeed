"""Taking a list out as a file: asked for, agreed to by a second person where one is needed, made, handed out, deleted.

One way for the lists of all rooms; what a room says of its own stands in portal.exports.Lists.
"""

import base64
import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal import celery_app, events, sheet_pieces
from portal.actions import spending
from portal.actions.erasure import erase_words
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.exports import Facts, Lists
from portal.jobs import attempt
from portal.models import Event, ExportFormat, ExportState, Post, TakenOut
from portal.privacy import KEPT
from portal.sheet_pieces import Piece, Told

GOOD_FOR = datetime.timedelta(hours=24)
STUCK = datetime.timedelta(minutes=10)
AT_ONCE = 100


def _link(
    lists: Lists[Any],
    export: Any,
    *,
    verb: str,
    by: Post | None,
    now: datetime.datetime,
    facts: Facts | None = None,
    words: dict[str, str] | None = None,
) -> Event:
    told: Facts = {"export": export.code, "rows": export.rows, "format": export.format, **(facts or {})}
    return lists.tell_log(export, verb=verb, by=by, now=now, facts=told, words=words or {})


@transaction.atomic
def ask(lists: Lists[Any], export: Any, *, purpose: str, now: datetime.datetime) -> Any:
    """Ask for a list as a file (`export` is new: post, filter and format). What one takes out alone is made at once;
    what needs a second person needs a purpose, and waits for him."""
    lists.require_exporter(export.post, export, beijing_day(now))
    export.rows = lists.count(export, now)
    needs_second = export.rows > 0 and lists.needs_second(export)
    _require_makeable(export.rows, needs_second, purpose)
    export.state = ExportState.ASKED if needs_second else ExportState.MAKING
    export.asked_at, export.until_at = now, now + GOOD_FOR
    facts: Facts = {"filter": lists.filter_facts(export), "needs_second": needs_second}
    words = {"purpose": purpose, "search": lists.search_of(export)}
    export.asked_event = _link(lists, export, verb="export_asked", by=export.post, now=now, facts=facts, words=words)
    export.save(force_insert=True)
    if not needs_second:
        # a post that was appointed for nothing but copying stops here, a thousand rows at a time
        if not spending.spend(export.post, export.rows, now=now):
            export.state = ExportState.REFUSED
            export.save(update_fields=["state"])
            return export
        _make(lists, export, now)
    return export


def _require_makeable(rows: int, needs_second: bool, purpose: str) -> None:
    if rows == 0:
        raise Refused(_("The list is empty: there is nothing to take out."))
    if rows > settings.EXPORT_ROWS_MOST:
        words = _("%(rows)d rows are more than one file takes: narrow the list to %(most)d.")
        raise Refused(words % {"rows": rows, "most": settings.EXPORT_ROWS_MOST})
    if needs_second and not purpose.strip():
        raise Refused(_("Say what the list is needed for: somebody else decides on it."))


@transaction.atomic
def agree(lists: Lists[Any], export_id: int, *, by: Post, now: datetime.datetime) -> Any:
    """The second person agrees: the file is made in the background, with what the asker may see at that moment."""
    export = _held(lists, export_id, by, now)
    export.state, export.decided_by, export.decided_at = ExportState.MAKING, by, now
    # whoever agrees in the last minute agrees to a file that is still made
    export.until_at = now + GOOD_FOR
    export.save(update_fields=["state", "decided_by", "decided_at", "until_at"])
    _link(lists, export, verb="export_agreed", by=by, now=now)
    transaction.on_commit(lambda: _announce(lists, export.pk), robust=True)
    return export


@transaction.atomic
def refuse(lists: Lists[Any], export_id: int, *, by: Post, reason: str, now: datetime.datetime) -> Any:
    """The second person does not agree, and says why."""
    export = _held(lists, export_id, by, now)
    export.state, export.decided_by, export.decided_at = ExportState.REFUSED, by, now
    export.save(update_fields=["state", "decided_by", "decided_at"])
    _link(lists, export, verb="export_refused", by=by, now=now, words={"reason": reason})
    return export


def _held(lists: Lists[Any], export_id: int, by: Post, now: datetime.datetime) -> Any:
    export = _locked(lists, export_id)
    lists.require_second(by, export, beijing_day(now))
    if export.state != ExportState.ASKED:
        raise Refused(_("It has been decided already."))
    if export.until_at <= now:
        raise Refused(_("The request is older than a day and has lapsed. It can be asked for anew."))
    if not lists.may_export(export.post, export, beijing_day(now)):
        raise Refused(_("Whoever asked may not take this list out any more: the post has ended or changed."))
    return export


def _locked(lists: Lists[Any], export_id: int) -> Any:
    rows = lists.model.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("post__person", "post__organisation").get(pk=export_id)


def make(lists: Lists[Any], export_id: int, *, now: datetime.datetime) -> int:
    """Make the file of an export that was agreed to: how many rows. Twice is once; what fails is said on its page."""
    done, error = attempt(lists.task, _make_whole, lists, export_id, now)
    if error:
        _give_up(lists, export_id)
        raise error
    return done or 0


def _give_up(lists: Lists[Any], export_id: int) -> None:
    lists.model.objects.filter(pk=export_id, state=ExportState.MAKING).update(state=ExportState.FAILED)


def _make_whole(lists: Lists[Any], export_id: int, now: datetime.datetime) -> int:
    export = lists.model.objects.select_related("post__person", "post__organisation").get(pk=export_id)
    if export.state != ExportState.MAKING:
        return 0
    if not lists.may_export(export.post, export, beijing_day(now)):
        # the post ended since: what it could see has gone with it, and nobody is left to fetch the file
        _give_up(lists, export_id)
        return 0
    taken: list[int] = []
    pieces = list(_pieces(lists, export, now, taken, told=_told(lists, export.pk)))
    if not pieces[-1].rows:
        _give_up(lists, export_id)
        return 0
    lists.note(export, taken, now)
    with transaction.atomic():
        locked = _locked(lists, export_id)
        if locked.state != ExportState.MAKING:
            return 0
        return _keep(lists, locked, pieces, now)


def _told(lists: Lists[Any], export_id: int) -> Told:
    """Progress is written down outside any transaction, so that the page can show it."""

    def tell(rows: int) -> None:
        lists.model.objects.filter(pk=export_id).update(rows_done=rows)

    return tell


def _make(lists: Lists[Any], export: Any, now: datetime.datetime) -> None:
    """A short one at once, in the caller's transaction."""
    taken: list[int] = []
    _keep(lists, export, _pieces(lists, export, now, taken), now)
    lists.note(export, taken, now)


def _pieces(
    lists: Lists[Any], export: TakenOut, now: datetime.datetime, taken: list[int], told: Told | None = None
) -> Iterable[Piece]:
    sheet = lists.sheet(export, now, taken)
    return sheet_pieces.pieces(sheet, is_csv=export.format == ExportFormat.CSV, told=told)


def _keep(lists: Lists[Any], export: Any, pieces: Iterable[Piece], now: datetime.datetime) -> int:
    """Seal the pieces, note what was made, and say in the log that it left the register."""
    rows = size = 0
    for number, piece in enumerate(pieces):
        content = base64.b64encode(piece.content).decode()
        export.parts.create(number=number, sealed=content)
        size, rows = size + len(piece.content), piece.rows
    export.rows = export.rows_done = rows
    export.state, export.made_at, export.size_bytes = ExportState.READY, now, size
    export.until_at = now + GOOD_FOR
    export.save(update_fields=["rows", "rows_done", "state", "made_at", "size_bytes", "until_at"])
    facts: Facts = {
        "filter": lists.filter_facts(export),
        "second": export.decided_by.code if export.decided_by else None,
        "bytes": size,
    }
    _link(lists, export, verb="exported", by=export.post, now=now, facts=facts)
    return rows


@transaction.atomic
def hand_out(lists: Lists[Any], export_id: int, *, by: Post, now: datetime.datetime) -> Any:
    """Give the file to whoever asked for it; each time is an entry in the log."""
    export = _locked(lists, export_id)
    lists.require_exporter(by, export, beijing_day(now))
    if export.post_id != by.pk or export.state != ExportState.READY or export.until_at <= now:
        raise Refused(_("The file was deleted a day after it was made. It can be asked for anew."))
    _link(lists, export, verb="export_handed_out", by=by, now=now)
    return export


@transaction.atomic
def sweep(lists: Lists[Any], *, now: datetime.datetime) -> int:
    """Delete files a day after they were made and let requests lapse, and in time the request itself with what was
    searched for; knock again for those a lost worker left."""
    over = lists.model.objects.filter(until_at__lte=now).exclude(state__in=(ExportState.REFUSED, ExportState.GONE))
    gone = 0
    for export in over.select_for_update(no_key=True, skip_locked=True):
        export.parts.all().delete()
        _link(lists, export, verb="export_deleted", by=None, now=now, facts={"was": export.state})
        export.state = ExportState.GONE
        export.save(update_fields=["state"])
        gone += 1
    _forget(lists, now)
    stuck = lists.model.objects.filter(state=ExportState.MAKING, decided_at__lte=now - STUCK)
    for export_id in stuck.values_list("pk", flat=True):
        transaction.on_commit(lambda found=export_id: _announce(lists, found), robust=True)  # type: ignore[misc]
    return gone


def _forget(lists: Lists[Any], now: datetime.datetime) -> None:
    """What it was asked for with and for goes once nobody can look up any more who took his data out; its log stays,
    without a word that was typed."""
    past = lists.model.objects.filter(until_at__lt=now - datetime.timedelta(days=KEPT["exports"].days))
    for export in past.order_by("pk").select_for_update(skip_locked=True)[:AT_ONCE]:
        erase_words(events.subject_of(export), by=None, now=now)
        export.delete()


def _announce(lists: Lists[Any], export_id: int) -> None:
    """Tell a worker at once; the sweep knocks again for what a broken broker leaves."""
    celery_app.send_task(lists.task, kwargs={"export_id": export_id}, retry=False)
