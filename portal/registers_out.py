"""The lists of registers that are taken out as files. Each room offers its own by string (settings.LISTS_OUT), so the
portal asks every room and imports none of them."""

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import events, sheets
from portal.actions import readings
from portal.calendar import beijing_day
from portal.exports import Facts, Lists, Pairs, is_long
from portal.models import Event, Post, RegisterExport, Role
from portal.privacy import Kind
from portal.sheet_pieces import ROWS_A_STEP, Sheet
from portal.wording import listed

Words = Promise | str
Cell = Callable[[Any], sheets.Cell]
# who works with a register at a desk; a contact reads none, and a liaison sees only his own company
ROLES = (
    Role.SECRETARY,
    Role.DEPUTY_SECRETARY,
    Role.ENTERPRISE_STAFF,
    Role.COMMITTEE_STAFF,
    Role.ANALYST,
    Role.SYSTEM_ADMIN,
)


@dataclass(frozen=True)
class Column:
    """A column of a list. `whole` is the same cell without its mask."""

    word: Words
    cell: Cell
    whole: Cell | None = None


class Register:
    """A list of a room's register: its rows as its page shows them, in that order, and what stands in each."""

    code: str
    word: Words
    address: ClassVar[str]  # URL name of the list's page
    form: ClassVar[type[forms.Form]]  # its filter, with `wanted`
    reading: ClassVar[str] = ""  # the page of the room's reading_pages() under which people find it

    def may_read(self, post: Post, day: datetime.date) -> bool:
        """May this post open the list's page?"""
        raise NotImplementedError

    def rows(self, post: Post, wanted: Mapping[str, Any], today: datetime.date) -> QuerySet[Any]:
        raise NotImplementedError

    def columns(self) -> list[Column]:
        raise NotImplementedError

    def asked(self, data: Mapping[str, str]) -> dict[str, str]:
        """What of an address narrows the list."""
        return {name: str(data[name]) for name in self.form(data).wanted}  # type: ignore[attr-defined]

    def taken(self, row: Any) -> int | None:
        """What of a row is kept for `people`."""
        return None

    def people(
        self, taken: Collection[int], day: datetime.date, *, is_whole: bool
    ) -> Iterable[tuple[int | None, Collection[Kind]]]:
        """Whose data stand in these rows without a mask, and which."""
        return ()

    @property
    def whole(self) -> str:
        """What the file can have in full."""
        return listed([str(column.word) for column in self.columns() if column.whole])


def registers() -> dict[str, Register]:
    """The lists the rooms offer, by code; lowest room first."""
    return {one.code: one for path in settings.LISTS_OUT for one in import_module(path).REGISTERS}


def may_take_out(post: Post | None, code: str, day: datetime.date) -> bool:
    """Whoever reads the list at a desk takes it out; what he sees of it stays his."""
    found = registers().get(code)
    return post is not None and found is not None and _works_here(post, day) and found.may_read(post, day)


def takes_lists_out(post: Post | None, day: datetime.date) -> bool:
    return post is not None and _works_here(post, day) and any(one.may_read(post, day) for one in registers().values())


def _works_here(post: Post, day: datetime.date) -> bool:
    return post.role in ROLES and post.is_live(day)


def wanted_of(export: RegisterExport) -> forms.Form:
    """The list's filter, with `wanted`."""
    return registers()[export.register].form(json.loads(export.wanted))


class Registers(Lists[RegisterExport]):
    """The lists of all registers."""

    room = "portal"
    model = RegisterExport
    task = "portal.make_export"
    roles = ROLES

    def may_export(self, post: Post, export: RegisterExport, day: datetime.date) -> bool:
        return may_take_out(post, export.register, day)

    def needs_second(self, export: RegisterExport) -> bool:
        return export.is_whole or is_long(export.rows)

    def count(self, export: RegisterExport, now: datetime.datetime) -> int:
        return self._rows(export, now).count()

    def _rows(self, export: RegisterExport, now: datetime.datetime) -> QuerySet[Any]:
        wanted = wanted_of(export).wanted  # type: ignore[attr-defined]
        return registers()[export.register].rows(export.post, wanted, beijing_day(now))

    def sheet(self, export: RegisterExport, now: datetime.datetime, taken: list[int]) -> Sheet:
        register = registers()[export.register]
        columns = register.columns()
        cells = [column.whole if export.is_whole and column.whole else column.cell for column in columns]

        def rows() -> Iterator[sheets.Row]:
            for row in self._rows(export, now)[: settings.EXPORT_ROWS_MOST].iterator(chunk_size=ROWS_A_STEP):
                key = register.taken(row)
                if key is not None:
                    taken.append(key)
                yield [cell(row) for cell in cells]

        return Sheet(str(register.word), [str(column.word) for column in columns], rows())

    def note(self, export: RegisterExport, taken: list[int], now: datetime.datetime) -> None:
        register = registers()[export.register]
        where = f"{register.reading}:{export.code}"
        for start in range(0, len(taken), ROWS_A_STEP):
            some = taken[start : start + ROWS_A_STEP]
            people = register.people(some, beijing_day(now), is_whole=export.is_whole)
            shown = [readings.Shown(person, kinds, where) for person, kinds in people]
            readings.note_all(shown, by=export.post.person, post=export.post, now=now)

    def tell_log(
        self,
        export: RegisterExport,
        *,
        verb: str,
        by: Post | None,
        now: datetime.datetime,
        facts: Facts,
        words: dict[str, str],
    ) -> Event:
        facts = {**facts, "register": export.register, "is_whole": export.is_whole}
        person = by.person if by else None
        return events.record(f"portal.{verb}", export, by=person, at=now, post=by, facts=facts, words=words)

    def filter_facts(self, export: RegisterExport) -> Facts:
        return {name: value for name, value in json.loads(export.wanted).items() if name not in ("q", "found")}

    def search_of(self, export: RegisterExport) -> str:
        return str(json.loads(export.wanted).get("q", ""))

    def filter_words(self, exports: Iterable[RegisterExport], *, in_full: bool) -> list[Pairs]:
        return [_in_full(export) if in_full else _in_short(export) for export in exports]


def _in_short(export: RegisterExport) -> Pairs:
    known = registers().get(export.register)
    pairs = [(_("List"), str(known.word) if known else export.register), (_("Search"), REGISTERS.search_of(export))]
    return [*((term, words) for term, words in pairs if words), *_whole(known, export)]


def _in_full(export: RegisterExport) -> Pairs:
    form = wanted_of(export)
    return pairs_of(registers()[export.register], form) + _whole(registers()[export.register], export)


def _whole(register: Register | None, export: RegisterExport) -> Pairs:
    return [(_("In full"), register.whole)] if register and export.is_whole else []


def pairs_of(register: Register, form: forms.Form) -> Pairs:
    """A filter as people read it; what was found by a whole number is not said."""
    pairs = [(_("List"), str(register.word))]
    for name, value in form.wanted.items():  # type: ignore[attr-defined]
        field = form.fields[name]
        if name == "q":
            pairs.append((_("Search"), value))
        elif name == "found":
            pairs.append((_("Search"), _("found by the whole number")))
        elif isinstance(field, forms.ModelChoiceField):
            pairs.append((str(field.label), str(field.label_from_instance(value))))
        elif isinstance(field, forms.ChoiceField):
            pairs.append((str(field.label), str(dict(field.choices)[value])))  # type: ignore[arg-type]
        elif isinstance(field, forms.DateField):
            pairs.append((str(field.label), value.isoformat()))
    return pairs


REGISTERS = Registers()
