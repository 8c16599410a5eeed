"""The work of an import, in the background: its file is checked, its good rows are written or taken back in batches.

A batch and the checkpoint behind it commit together. Whoever begins claims the import for his connection, so that a
worker that died leaves no claim and two never work on the same; a sweep takes up what has fallen silent.
"""

import datetime
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from portal import events, vault
from portal.actions.imports import FILE, ROWS, forget_file, knock, undo_until
from portal.calendar import beijing_day
from portal.imports import reading
from portal.imports.checking import Check, problem_rows
from portal.imports.tables import Batch, Row, Settled, Table, dumped, tables
from portal.jobs import attempt
from portal.models import Import, ImportedRow, ImportProblem, ImportState, RowUndone
from portal.models.imports import MOVING, WORKING

Clock = Callable[[], datetime.datetime]
CLAIM = 20_261_123  # the first number of the claims' locks
SILENT = datetime.timedelta(seconds=45)
SLICE = datetime.timedelta(seconds=30)  # then another task of the queue has its turn
MOST_TRIES = 5  # beginnings without a step forward
COPY_ROWS = "COPY portal_importedrow (run_id, batch, line, record, change, digest, was, undone) FROM STDIN"
NOT_ALLOWED, GIVEN_UP = "not_allowed", "given_up"


def work(import_id: int, *, clock: Clock) -> Counter[str]:
    """Go on with an import where it stands, for as long as one slice lasts. Whoever comes second leaves at once."""
    with _claimed(import_id) as is_mine:
        if not is_mine or not _begin(import_id, clock()):
            return Counter()
        run = Import.objects.select_related("post__person", "post__organisation__place").get(pk=import_id)
        do = {ImportState.CHECKING: _check, ImportState.WRITING: _write, ImportState.UNDOING: _undo}[
            ImportState(run.state)
        ]
        done, error = attempt("portal.import", do, run, tables()[run.table], clock)
    if isinstance(error, PermissionDenied):
        _stop(import_id, NOT_ALLOWED, clock())
        return Counter()
    if error:
        raise error
    # knocked only now: a worker that answered while the claim was still held would have left again
    for run in Import.objects.filter(pk=import_id, state__in=MOVING):
        knock(run)
    counts: Counter[str] = done
    return counts


def sweep(*, now: datetime.datetime) -> int:
    """Knock for imports that have fallen silent, and let files and former values go that are not needed any more."""
    silent = Import.objects.filter(state__in=WORKING, touched_at__lte=now - SILENT)
    found = list(silent)
    for run in found:
        knock(run)
    return len(found) + _forget(now)


@transaction.atomic
def _forget(now: datetime.datetime) -> int:
    kept = datetime.timedelta(days=settings.IMPORT_FILE_DAYS)
    over = Import.objects.select_for_update(skip_locked=True).exclude(file_key="").exclude(state__in=WORKING)
    gone = 0
    for run in over.filter(touched_at__lte=now - kept):
        forget_file(run)
        if run.state == ImportState.CHECKED:
            run.state = ImportState.DROPPED
            run.save(update_fields=["state"])
            events.record("portal.import_dropped", run, by=None, at=now, facts={"table": run.table, "lapsed": True})
        gone += 1
    # by the index of rows that still have former values: this runs twice a minute, and most have none any more
    left = ImportedRow.objects.filter(run=OuterRef("pk")).exclude(was="")
    over = Import.objects.filter(Exists(left), state__in=(ImportState.DONE, ImportState.FAILED, ImportState.UNDONE))
    for run in over:
        if now > undo_until(run):
            gone += ImportedRow.objects.filter(run=run).exclude(was="").update(was="")
    return gone


@contextmanager
def _claimed(import_id: int) -> Iterator[bool]:
    """The lock is the connection's: the database gives it back when the worker is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLAIM, import_id % 2**31])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLAIM, import_id % 2**31])


@transaction.atomic
def _begin(import_id: int, now: datetime.datetime) -> bool:
    """Count the beginning before anything can go wrong: a file that kills its workers is given up."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state not in WORKING:
        return False
    if run.tries >= MOST_TRIES:
        _note_stop(run, GIVEN_UP, now)
        return False
    run.tries, run.touched_at = run.tries + 1, now
    run.save(update_fields=["tries", "touched_at"])
    return True


@transaction.atomic
def _stop(import_id: int, fault: str, now: datetime.datetime) -> None:
    _note_stop(Import.objects.select_for_update().get(pk=import_id), fault, now)


def _note_stop(run: Import, fault: str, now: datetime.datetime) -> None:
    run.state, run.fault, run.touched_at = ImportState.FAILED, fault, now
    run.save(update_fields=["state", "fault", "touched_at"])
    events.record("portal.import_stopped", run, by=None, at=now, facts={"table": run.table, "fault": fault})


# -- checking ---------------------------------------------------------------------------------------------------------


def _check(run: Import, table: Table, clock: Clock) -> Counter[str]:
    """Read the whole file and compare it with the register; its good rows are laid aside as they will be written.

    Nothing of the register changes, so a check that was cut off begins anew.
    """
    ImportProblem.objects.filter(run=run).delete()

    def tell(check: Check) -> bool:
        own = Import.objects.filter(pk=run.pk, state=ImportState.CHECKING)
        return bool(own.update(rows=check.rows, problems=check.problems, touched_at=clock()))

    check = Check(run, table, beijing_day(run.asked_at), tell)
    try:
        vault.write(run.store, ROWS, run.file_key, check.lines(lambda: vault.read(run.store, FILE, run.file_key)))
    except reading.Unreadable as fault:
        return _refuse(run.pk, fault, clock())
    if check.is_dropped:
        vault.delete(run.store, FILE, ROWS)
        return Counter()
    return _note_checked(run.pk, check, clock())


@transaction.atomic
def _refuse(import_id: int, fault: reading.Unreadable, now: datetime.datetime) -> Counter[str]:
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state == ImportState.CHECKING:
        run.state, run.fault, run.fault_words = ImportState.UNREADABLE, fault.kind, dumped(fault.facts)
        run.touched_at = now
        run.save()
        forget_file(run)
        events.record("portal.import_stopped", run, by=None, at=now, facts={"table": run.table, "fault": fault.kind})
    return Counter(unreadable=1)


@transaction.atomic
def _note_checked(import_id: int, check: Check, now: datetime.datetime) -> Counter[str]:
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != ImportState.CHECKING:
        return Counter()
    run.state, run.touched_at, run.tries = ImportState.CHECKED, now, 0
    run.rows, run.problems, run.good = check.rows, check.problems, check.good
    run.headings = dumped({"read": check.read_headings, "unread": check.unread_headings})
    for name in ("created", "changed", "same"):
        setattr(run, name, check.counts[name])
    run.save()
    facts = {"table": run.table, "rows": run.rows, "good": run.good, "problems": run.problems}
    events.record("portal.import_checked", run, by=None, at=now, facts=facts)
    return Counter(rows=run.rows)


# -- writing ----------------------------------------------------------------------------------------------------------


def _write(run: Import, table: Table, clock: Clock) -> Counter[str]:
    """Batch after batch from the checkpoint, until all is written or the slice is over."""
    until, counts = clock() + SLICE, Counter[str]()
    known = table.known(run.post, beijing_day(clock()))
    staged = map(json.loads, islice(_staged(run), run.rows_done, None))
    rows = (Row(line, table.revived(values)) for line, values in staged)
    while batch := list(islice(rows, table.batch_rows)):
        counts.update(_write_batch(run.pk, table, batch, known, clock()))
        if clock() > until:
            return counts
    _note_written(run.pk, clock())
    return counts


def _staged(run: Import) -> Iterator[bytes]:
    """The rows that were laid aside, as they stand in the vault."""
    rest = b""
    for piece in vault.read(run.store, ROWS, run.file_key):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


@transaction.atomic
def _write_batch(
    import_id: int, table: Table, rows: list[Row], known: Any, now: datetime.datetime
) -> Mapping[str, int]:
    run = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("post__person").get(pk=import_id)
    if run.state != ImportState.WRITING:
        return {}
    run.batches += 1
    settled = table.write(rows, Batch(run.code, run.batches, run.post, now), known)
    _keep(run, table, settled)
    left = [problem for row in rows for problem in row.problems]
    ImportProblem.objects.bulk_create(problem_rows(run, left))
    counts = settled.counts()
    run.created, run.changed, run.same = (
        run.created + counts["created"],
        run.changed + counts["changed"],
        run.same + counts["same"],
    )
    run.problems += len(left)
    run.rows_done, run.touched_at, run.tries = run.rows_done + len(rows), now, 0
    run.save()
    return counts


def _keep(run: Import, table: Table, settled: Settled) -> None:
    """What each row did to its record: the record's history, and what undoing it needs."""
    sealed = ImportedRow._meta.get_field("was")
    lines = (
        f"{run.pk}\t{run.batches}\t{line}\t{record.pk}\t{change}\t{settled.digests[record.pk]}\t"
        f"{sealed.get_prep_value(dumped(was)) if was else ''}\t\n"  # a sealed text has neither tab nor backslash
        for line, change, record, was in settled.touched()
    )
    with connection.cursor() as cursor:
        # as many rows as the register gets: through the models they would take longer than the register's own
        cursor.copy_expert(COPY_ROWS, io.StringIO("".join(lines)))


@transaction.atomic
def _note_written(import_id: int, now: datetime.datetime) -> None:
    run = Import.objects.select_for_update(no_key=True).get(pk=import_id)
    if run.state != ImportState.WRITING:
        return
    run.state, run.finished_at, run.touched_at = ImportState.DONE, now, now
    run.save()
    forget_file(run)
    facts = {"table": run.table, "created": run.created, "changed": run.changed, "same": run.same}
    events.record("portal.import_written", run, by=None, at=now, facts=facts)


# -- undoing ----------------------------------------------------------------------------------------------------------


def _undo(run: Import, table: Table, clock: Clock) -> Counter[str]:
    """The batches backwards, the last one first."""
    until, counts = clock() + SLICE, Counter[str]()
    while Import.objects.filter(pk=run.pk, state=ImportState.UNDOING, batches__gt=0).exists():
        counts.update(_undo_batch(run.pk, table, clock()))
        if clock() > until:
            return counts
    _note_undone(run.pk, clock())
    return counts


@transaction.atomic
def _undo_batch(import_id: int, table: Table, now: datetime.datetime) -> Mapping[str, int]:
    run = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("post__person").get(pk=import_id)
    if run.state != ImportState.UNDOING:
        return {}
    rows = list(ImportedRow.objects.filter(run=run, batch=run.batches, undone=RowUndone.NOT).order_by("-line"))
    taken = table.take_back(rows, Batch(run.code, run.batches, run.post, now))
    for outcome in RowUndone:
        ids = [row.pk for row in rows if taken.get(row.pk) == outcome]
        if ids:
            ImportedRow.objects.filter(pk__in=ids).update(undone=outcome, was="")
    counts = Counter(taken.values())
    run.refused += len(rows) - counts[RowUndone.UNDONE]
    run.batches, run.touched_at, run.tries = run.batches - 1, now, 0
    run.rows_done = F("rows_done") + len(rows)
    run.save()
    return {"undone": counts[RowUndone.UNDONE]}


@transaction.atomic
def _note_undone(import_id: int, now: datetime.datetime) -> None:
    run = Import.objects.select_for_update(no_key=True).get(pk=import_id)
    if run.state != ImportState.UNDOING:
        return
    run.state, run.touched_at = ImportState.UNDONE, now
    run.save()
    events.record("portal.import_undone", run, by=None, at=now, facts={"table": run.table, "refused": run.refused})
