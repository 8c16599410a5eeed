"""Filling a register from a file: handed in, started, dropped, undone. The work itself is importing's."""

import datetime
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import celery_app, events, permissions, vault
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.imports.tables import Table
from portal.models import Import, ImportedRow, ImportState, Post, User

FILE, ROWS = "file", "rows"  # the parts of an import in the vault


@transaction.atomic
def ask(
    table: Table,
    pieces: Iterable[bytes],
    *,
    file_name: str,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Import:
    """Hand in a file for a register: it lies sealed, and is checked in the background. Nothing is written yet."""
    held = _require_administrator(by, post, now)
    store, key = secrets.token_hex(16), vault.new_key()
    size = vault.write(store, FILE, key, pieces)
    if not 0 < size <= settings.IMPORT_FILE_BYTES:
        vault.delete(store, FILE)
        words = _("A file may have %(most)d MB. Split it and hand in the parts one after the other.")
        raise Refused(words % {"most": settings.IMPORT_FILE_BYTES // 2**20} if size else _("This file is empty."))
    run = Import.objects.create(
        post=held,
        table=table.code,
        file_name=file_name[:120],
        file_key=key,
        store=store,
        size_bytes=size,
        asked_at=now,
        touched_at=now,
    )
    _log("portal.import_asked", run, by, held, now, {"bytes": size})
    knock(run)
    return run


@transaction.atomic
def start(run_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> Import:
    """Write the rows without a problem; those with one are left out. One import of a register at a time.

    One that was stopped goes on after its last batch.
    """
    run, held = _held(run_id, by, post, now)
    is_stopped = goes_on(run)
    if run.state != ImportState.CHECKED and not is_stopped:
        raise Refused(_("This import has been decided already."))
    if run.created + run.changed == 0 and not is_stopped:
        raise Refused(_("The register has all of this already: there is nothing to write."))
    if run.state == ImportState.CHECKED:
        run.started_at, run.created, run.changed, run.same = now, 0, 0, 0
    _move(run, ImportState.WRITING, now)
    _log("portal.import_started", run, by, held, now, {"good": run.good, "problems": run.problems})
    knock(run)
    return run


@transaction.atomic
def drop(run_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> Import:
    """Leave it: nothing was written, the file goes at once."""
    run, held = _held(run_id, by, post, now)
    if run.started_at is not None or run.state not in (
        ImportState.CHECKING,
        ImportState.CHECKED,
        ImportState.UNREADABLE,
        ImportState.FAILED,
    ):
        raise Refused(_("This import has been decided already."))
    run.state = ImportState.DROPPED
    run.save(update_fields=["state"])
    forget_file(run)
    _log("portal.import_dropped", run, by, held, now, {})
    return run


@transaction.atomic
def undo(run_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> Import:
    """Take the whole import back: new records go, changed ones get their former values. What somebody changed since,
    and what others build on, stays as it is and is listed."""
    run, held = _held(run_id, by, post, now)
    if run.state not in (ImportState.DONE, ImportState.FAILED) or run.started_at is None:
        raise Refused(_("Only what was written can be undone."))
    if now > undo_until(run):
        raise Refused(_("Too much has happened since: it can no longer be undone as a whole."))
    if not ImportedRow.objects.filter(run=run).exists():
        raise Refused(_("This import changed nothing."))
    if run.undo_at is None:
        run.undo_at, run.rows_done = now, 0
    _move(run, ImportState.UNDOING, now)
    _log("portal.import_undo_asked", run, by, held, now, {})
    knock(run)
    return run


def goes_on(run: Import) -> bool:
    """It stopped while it was written, and its file is still here: it can go on after its last batch."""
    is_half = run.started_at is not None and run.undo_at is None
    return run.state == ImportState.FAILED and is_half and bool(run.file_key)


def undo_until(run: Import) -> datetime.datetime:
    written = run.finished_at or run.touched_at
    return written + datetime.timedelta(days=settings.IMPORT_UNDO_DAYS)


def forget_file(run: Import) -> None:
    """The file and its checked rows go with the transaction; without their key nobody could read them anyway."""
    run.file_key = ""
    run.save(update_fields=["file_key"])
    transaction.on_commit(lambda: vault.delete(run.store, FILE, ROWS))


def forget_former(table: str, record: int) -> None:
    """What a record said before files changed it goes with the person it was about; that it was changed stays."""
    ImportedRow.objects.filter(run__table=table, record=record).exclude(was="").update(was="")


def knock(run: Import) -> None:
    """Tell a worker once this is committed; the sweep knocks again for what a broken broker or a crash leaves."""
    pk = run.pk
    transaction.on_commit(
        lambda: celery_app.send_task("portal.work_import", kwargs={"import_id": pk}, retry=False), robust=True
    )


def _held(run_id: int, by: User, post: Post | None, now: datetime.datetime) -> tuple[Import, Post]:
    held = _require_administrator(by, post, now)
    run = Import.objects.select_for_update(no_key=True, of=("self",)).get(pk=run_id)
    return run, held


def _require_administrator(by: User, post: Post | None, now: datetime.datetime) -> Post:
    permissions.require_system_administrator(by, post, beijing_day(now))
    assert post is not None
    return post


def _move(run: Import, state: ImportState, now: datetime.datetime) -> None:
    run.state, run.touched_at, run.tries, run.fault = state, now, 0, ""
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise Refused(
            _("Another import of this register is being written or undone. Begin when it is through.")
        ) from error


def _log(
    kind: str, run: Import, by: User | None, post: Post | None, now: datetime.datetime, facts: dict[str, object]
) -> None:
    events.record(kind, run, by=by, post=post, at=now, facts={"table": run.table, **facts})
