"""Batches of a file written into the registers, and taken back: one event a batch, on the import's own chain."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from platforms import permissions
from platforms.models import Company
from portal import events
from portal.imports.tables import Batch, Row, Settled, Table
from portal.models import PlaceKind


@transaction.atomic
def write(table: Table, rows: list[Row], batch: Batch, known: Any, *, kind: str) -> Settled:
    """Enter and change a batch of companies, permits or vehicles."""
    settled = enter(table, rows, batch, known)
    events.record(kind, batch.subject, facts=table.facts(settled, batch), **batch.who)
    return settled


@transaction.atomic
def write_companies(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of companies; what a city's administrator enters works in his city."""
    settled = write(table, rows, batch, known, kind="platforms.companies_imported")
    if known.place.kind != PlaceKind.PROVINCE:
        _works_in([(record.pk, known.place.city.pk) for _line, record in settled.created])
    return settled


@transaction.atomic
def write_permits(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Enter and change a batch of permits; a platform works in the cities it has a permit for."""
    settled = write(table, rows, batch, known, kind="platforms.permits_imported")
    _works_in({(record.company_id, record.city_id) for _line, record in settled.created})
    return settled


@transaction.atomic
def undo(table: Table, restored: list[Any], removed: list[Any], batch: Batch, *, kind: str) -> None:
    """Take a batch back. Where a platform works stays: others may have said so too."""
    take_out(table, restored, removed, batch)
    events.record(kind, batch.subject, facts=table.undone_facts(restored, removed, batch), **batch.who)


@transaction.atomic
def enter(table: Table, rows: list[Row], batch: Batch, known: Any) -> Settled:
    """Bring a batch into a register whose import a system administrator answers for, whichever room keeps it; the room
    says in its log what it was."""
    permissions.require_registrar(batch.post.person, batch.post, batch.now)
    settled = table.settle(rows, known, hold=True)
    table.put(settled, known)
    return settled


def _works_in(cities: Iterable[tuple[int, int]]) -> None:
    """Companies and the cities they work in from now on."""
    works = Company.cities.through
    works.objects.bulk_create([works(company_id=one, place_id=city) for one, city in cities], ignore_conflicts=True)


@transaction.atomic
def take_out(table: Table, restored: list[Any], removed: list[Any], batch: Batch) -> None:
    """The opposite of `enter`."""
    permissions.require_registrar(batch.post.person, batch.post, batch.now)
    table.take_out(restored, removed)
