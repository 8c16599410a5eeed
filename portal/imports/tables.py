"""How a room describes a register that is filled from a file: its columns, its natural key, what a row refers to, how
its rows are compared with the register. What is written is the room's own action (`write`, `undo`)."""

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from portal import sealing
from portal.imports import copying
from portal.imports.cells import Cell, Odd, is_blank, words_of
from portal.imports.headings import known_of
from portal.imports.rows import Batch, Column, Problem, Row, Settled, Values, Words, dumped
from portal.models import ImportedRow, Post, RowChange, RowUndone

__all__ = ["Batch", "Column", "Problem", "Row", "Settled", "Table", "Values", "Words", "dumped", "tables"]


class Table:
    """A register of one model. `fields` are those a file can fill, by their names in the database (`place_id`)."""

    code: ClassVar[str]
    words: ClassVar[Words]
    hint: ClassVar[Words] = ""
    columns: ClassVar[tuple[Column, ...]]
    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]]
    derived: ClassVar[tuple[str, ...]] = ()  # what follows from the fields, such as a keyed hash
    single: ClassVar[tuple[str, ...]] = ()  # columns besides the key whose value belongs to one record
    sentences: ClassVar[Mapping[str, Words]] = {}
    batch_rows: ClassVar[int] = 2000

    def read(self, line: int, cells: Mapping[str, Cell]) -> Row:
        """The cells of a row by their columns."""
        row = Row(line, {})
        for column in self.columns:
            cell = cells.get(column.name)
            if is_blank(cell):
                if column.is_needed:
                    row.object("needed", column)
                continue
            try:
                row.values[column.name] = column.read(cell)
            except Odd as odd:
                row.object(odd.kind, column, column.shown(cell), **odd.facts)
        return row

    def is_example(self, cells: Mapping[str, Cell]) -> bool:
        """The template's own second row, which people leave where it is."""
        if any(words_of(cells.get(name)) != words for name, words in self._examples.items()):
            return False
        return all(is_blank(cell) for name, cell in cells.items() if name not in self._examples)

    @cached_property
    def _examples(self) -> dict[str, str]:
        return {one.name: words_of(one.example) for one in self.columns if one.example}

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    # -- what each room says -----------------------------------------------------------------------------------------

    def known(self, post: Post, day: datetime.date) -> Any:
        """What rows refer to and the importing post's reach, read once for a file."""

    def resolve(self, rows: list[Row], known: Any) -> None:
        """Turn what cells say into values of the record's fields; object to what the register does not allow."""
        raise NotImplementedError

    def key_of(self, values: Values) -> str:
        """The natural key of a resolved row."""
        raise NotImplementedError

    def records(self, rows: list[Row]) -> models.QuerySet[Any]:
        """The register's records with the natural keys of these rows."""
        raise NotImplementedError

    def key_in(self, record: Any) -> str:
        """The natural key of a record."""
        raise NotImplementedError

    def derive(self, record: Any) -> None:
        """Bring into line what follows from the fields."""

    def build(self, values: Values, known: Any) -> Any:
        """A new record, unsaved."""
        return self.model(**values)

    def compare(self, row: Row, record: Any, was: Values, known: Any) -> None:
        """Object to a change of a record that the register does not allow; `was` is what would be changed."""

    def write(self, rows: list[Row], batch: Batch, known: Any) -> Settled:
        """The room's action."""
        raise NotImplementedError

    def undo(self, restored: list[Any], removed: list[Any], batch: Batch) -> None:
        """The room's action."""
        raise NotImplementedError

    def used(self, records: list[Any]) -> set[int]:
        """Those of the records on which others build: they are not taken out again."""
        ids = [record.pk for record in records]
        found: set[int] = set()
        for relation in self.model._meta.related_objects:
            name = relation.field.name  # type: ignore[union-attr]
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids})  # type: ignore[union-attr]
            found |= set(rows.values_list(name, flat=True).distinct())
        return found

    # -- the same for all --------------------------------------------------------------------------------------------

    def settle(self, rows: list[Row], known: Any, *, hold: bool = False) -> Settled:
        """Compare rows with the register; nothing is written. A row that cannot stand gets a problem. `hold`: the
        records stay locked until the caller commits."""
        for row in rows:
            row.key = row.key or self.key_of(row.values)
        records = self.records(rows)
        held = records.select_for_update(no_key=True, of=("self",)) if hold else records
        found = {self.key_in(record): record for record in held}
        settled = Settled()
        for row in rows:
            record = found.get(row.key)
            if record is None:
                self._new(row, settled)
            else:
                self._known(row, record, settled, known)
        return settled

    def _new(self, row: Row, settled: Settled) -> None:
        missing = [one for one in self._for_new if (one.field or one.name) not in row.values]
        for column in missing:
            row.object("needed_for_new", column)
        if not missing:
            settled.new.append(row)

    @cached_property
    def _for_new(self) -> list[Column]:
        return [one for one in self.columns if one.for_new]

    def _known(self, row: Row, record: Any, settled: Settled, known: Any) -> None:
        before = self.state_of(record)
        was = {name: before[name] for name, value in row.values.items() if name in before and before[name] != value}
        if not was:
            settled.same += 1
            return
        self.compare(row, record, was, known)
        if row.problems:
            return
        settled.changed.append((row, record, was))

    def facts(self, settled: Settled, batch: Batch) -> dict[str, object]:
        """What the log keeps of a batch: counts, and a hash over every record it touched as it was left."""
        settled.digests = {record.pk: self.digest_of(record) for _line, _change, record, _was in settled.touched()}
        told = [
            [line, change, record.pk, settled.digests[record.pk]] for line, change, record, _was in settled.touched()
        ]
        digest = hashlib.sha256(dumped(told).encode()).hexdigest()
        counts = {"created": len(settled.created), "changed": len(settled.changed)}
        return {"import": batch.run, "batch": batch.number, "digest": digest, **counts}

    def state_of(self, record: Any) -> Values:
        return {name: getattr(record, name) for name in self.fields}

    def digest_of(self, record: Any) -> str:
        """The record as far as a file can fill it; keyed, as what it stands for could be guessed."""
        return sealing.keyed_hash("imported", dumped(self.state_of(record)))

    def put(self, settled: Settled, known: Any) -> None:
        """Bring a batch into the register: its new records by COPY, those that change in one statement."""
        for row in settled.new:
            settled.created.append((row.line, self.build(row.values, known)))
        for row, record, was in settled.changed:
            for name in was:
                setattr(record, name, row.values[name])
        for _line, _change, record, _was in settled.touched():
            self.derive(record)
        self.enter([record for _line, record in settled.created])
        self.save_changed([record for _row, record, _was in settled.changed])

    def enter(self, records: list[Any]) -> None:
        copying.enter(records)

    def save_changed(self, records: list[Any]) -> None:
        has_revision = any(one.name == "revision" for one in self.model._meta.fields)
        for record in records if has_revision else ():
            record.revision += 1
        names = [self.model._meta.get_field(name).name for name in (*self.fields, *self.derived)]
        if records:
            # an insert that meets the row it is about: one statement however many fields differ
            self.model._base_manager.bulk_create(
                records,
                update_conflicts=True,
                unique_fields=["pk"],
                update_fields=[*names, "revision"] if has_revision else names,
            )

    def restore(self, record: Any, was: Values) -> None:
        """Give a record its former values back; they come from JSON."""
        for name, value in was.items():
            setattr(record, name, self.model._meta.get_field(name).to_python(value))
        self.derive(record)

    def take_back(self, rows: list[ImportedRow], batch: Batch) -> dict[int, RowUndone]:
        """Undo what a batch did, as far as nobody has touched it since; by row, how it went."""
        # the strong lock: what somebody enters upon one of them waits, or it would be deleted with it unseen
        held = self.model._base_manager.select_for_update().in_bulk([row.record for row in rows])
        own = [row for row in rows if row.record in held and self.digest_of(held[row.record]) == row.digest]
        used = self.used([held[row.record] for row in own if row.change == RowChange.CREATED])
        outcome = dict.fromkeys((row.pk for row in rows), RowUndone.CHANGED)
        outcome |= {row.pk: RowUndone.GONE for row in rows if row.record not in held}
        restored, removed = [], []
        for row in own:
            record = held[row.record]
            if row.change == RowChange.CHANGED and not row.was:
                outcome[row.pk] = RowUndone.GONE  # what stood there was erased since
                continue
            outcome[row.pk] = RowUndone.USED if record.pk in used else RowUndone.UNDONE
            if row.change == RowChange.CHANGED:
                self.restore(record, json.loads(row.was))
                restored.append(record)
            elif record.pk not in used:
                removed.append(record)
        self.undo(restored, removed, batch)
        return outcome

    def take_out(self, restored: list[Any], removed: list[Any]) -> None:
        """The rows of an undone batch in two statements."""
        self.save_changed(restored)
        self.model._base_manager.filter(pk__in=[record.pk for record in removed]).delete()

    def undone_facts(self, restored: list[Any], removed: list[Any], batch: Batch) -> dict[str, object]:
        digest = hashlib.sha256(dumped([[one.pk for one in restored], [one.pk for one in removed]]).encode())
        counts = {"restored": len(restored), "removed": len(removed)}
        return {"import": batch.run, "batch": batch.number, "digest": digest.hexdigest(), **counts}

    def revived(self, values: Values) -> Values:
        """Values of the record's fields as they come from JSON."""
        for name, to_python in self._revivers.items():
            if name in values:
                values[name] = to_python(values[name])
        return values

    @cached_property
    def _revivers(self) -> dict[str, Callable[[Any], Any]]:
        # all but days comes back from JSON as it was
        fields = {name: self.model._meta.get_field(name) for name in self.fields}
        return {name: field.to_python for name, field in fields.items() if isinstance(field, models.DateField)}

    def headings(self) -> dict[str, str]:
        return known_of({column.name: column.headings for column in self.columns})


def tables() -> dict[str, Table]:
    """The registers the rooms offer, by code; lowest room first."""
    return {table.code: table for path in settings.IMPORTS for table in import_module(path).TABLES}
