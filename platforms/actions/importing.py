"""Batches of a file written into the room's registers, and taken back: one event a batch, on the import's own chain."""

from typing import Any

from django.db import transaction

from platforms import permissions
from platforms.models import Company
from portal import events
from portal.imports.tables import Batch, Row, Settled, Table


@transaction.atomic
def write_companies(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of companies."""
    settled = _write(table, rows, batch, known)
    _log("platforms.companies_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_companies(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of companies back."""
    _undo(table, restored, removed, batch)
    _log("platforms.companies_taken_back", batch, table.undone_facts(restored, removed, batch))


@transaction.atomic
def write_permits(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of permits; a platform works in the cities it has a permit for."""
    settled = _write(table, rows, batch, known)
    works = Company.cities.through
    cities = {(record.company_id, record.city_id) for _line, record in settled.created}
    works.objects.bulk_create([works(company_id=one, place_id=city) for one, city in cities], ignore_conflicts=True)
    _log("platforms.permits_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_permits(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of permits back. Where a platform works stays: others may have said so too."""
    _undo(table, restored, removed, batch)
    _log("platforms.permits_taken_back", batch, table.undone_facts(restored, removed, batch))


@transaction.atomic
def write_vehicles(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of vehicles."""
    settled = _write(table, rows, batch, known)
    _log("platforms.vehicles_imported", batch, table.facts(settled, batch))
    return settled


@transaction.atomic
def undo_vehicles(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """Take a batch of vehicles back."""
    _undo(table, restored, removed, batch)
    _log("platforms.vehicles_taken_back", batch, table.undone_facts(restored, removed, batch))


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
