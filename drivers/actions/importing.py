"""Batches of a file written into the room's registers, and taken back: one event a batch, on the import's own chain.
Room branches settles the branch that answers for the drivers of a batch."""

from typing import Any

from django.db import transaction

from drivers.models import Driver
from platforms.actions import importing
from portal import events
from portal.imports.tables import Batch, Row, Settled, Table
from portal.models import Organisation


@transaction.atomic
def write(table: Table, rows: list[Row], batch: Batch, known: Any, *, kind: str) -> Settled:
    """Enter and change a batch of drivers, of whom they drive for or of what they drive."""
    settled = importing.enter(table, rows, batch, known)
    events.record(kind, batch.subject, facts=table.facts(settled, batch), **batch.who)
    return settled


@transaction.atomic
def undo(table: Table, restored: list[Any], removed: list[Any], batch: Batch, *, kind: str) -> None:
    """Take a batch back. Drivers that got another district with it go back to its branch too."""
    importing.take_out(table, restored, removed, batch)
    events.record(kind, batch.subject, facts=table.undone_facts(restored, removed, batch), **batch.who)


def set_branches(ids: list[int], *, branch: Organisation) -> int:
    """Write the responsible branch and its path on drivers an import brought to its district. Room branches calls it;
    the batch's own event says which drivers they are."""
    own = Driver.objects.filter(pk__in=ids).exclude(branch_path=branch.path)
    return own.update(branch=branch, branch_path=branch.path)
