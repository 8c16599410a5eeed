"""Batches of a file written into the room's registers, and taken back: one event a batch, on the import's own chain.
Room branches settles the branch that answers for the drivers of a batch."""

from typing import Any

from django.db import transaction

from drivers import permissions
from drivers.models import Driver
from portal import events
from portal.imports.tables import Batch, Row, Settled, Table
from portal.models import Organisation


@transaction.atomic
def write_drivers(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of drivers."""
    settled = _write(table, rows, batch, known)
    _log("drivers.drivers_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_drivers(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of drivers back. Those that got another district with it go back to its branch too."""
    _undo(table, restored, removed, batch)
    _log("drivers.drivers_taken_back", batch, table.undone_facts(restored, removed, batch))


@transaction.atomic
def write_engagements(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter a batch of whom drivers drive for."""
    settled = _write(table, rows, batch, known)
    _log("drivers.engagements_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_engagements(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of whom drivers drive for back."""
    _undo(table, restored, removed, batch)
    _log("drivers.engagements_taken_back", batch, table.undone_facts(restored, removed, batch))


@transaction.atomic
def write_drivings(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter a batch of who drives which vehicle."""
    settled = _write(table, rows, batch, known)
    _log("drivers.drivings_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_drivings(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of who drives which vehicle back."""
    _undo(table, restored, removed, batch)
    _log("drivers.drivings_taken_back", batch, table.undone_facts(restored, removed, batch))


def set_branches(ids: list[int], *, branch: Organisation) -> int:
    """Write the responsible branch and its path on drivers an import brought to its district. Room branches calls it;
    the batch's own event says which drivers they are."""
    own = Driver.objects.filter(pk__in=ids).exclude(branch_path=branch.path)
    return own.update(branch=branch, branch_path=branch.path)


def _write(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    permissions.require_registrar(batch.post.person, batch.post, batch.now)
    settled = table.settle(rows, known, hold=True)
    table.put(settled)
    return settled


def _undo(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    permissions.require_registrar(batch.post.person, batch.post, batch.now)
    table.take_out(restored, removed)


def _log(kind: str, batch: Batch, facts: dict[str, object]) -> None:
    events.record(kind, batch.subject, by=batch.post.person, post=batch.post, at=batch.now, facts=facts)
