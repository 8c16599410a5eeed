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
from django.db.models import Exists, OuterRef, QuerySet
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
    beside: ClassVar[Collection[str]] = ()  # the files, by code, that are made of the same list; itself among them

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


def _seen(export: RegisterExport, post: Post, day: datetime.date) -> QuerySet[Any]:
    """The rows of the list as this post sees it. A filter that names what is gone since would narrow less, and let out
    more than somebody agreed to: then it has none."""
    asked, register = json.loads(export.wanted), registers()[export.register]
    wanted = register.form(asked).wanted  # type: ignore[attr-defined]
    rows = register.rows(post, wanted, day)
    return rows if wanted.keys() == asked.keys() else rows.none()


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
        return _seen(export, export.post, beijing_day(now)).count()

    def reads_all(self, post: Post, export: RegisterExport, day: datetime.date) -> bool:
        # one reads a register by place, another by line: of two at one desk neither need see the other's rows
        others = _seen(export, post, day).order_by().filter(pk=OuterRef("pk"))
        return not _seen(export, export.post, day).order_by().filter(~Exists(others)).exists()

    def sheet(self, export: RegisterExport, now: datetime.datetime, taken: list[int]) -> Sheet:
        register = registers()[export.register]
        columns = register.columns()
        cells = [column.whole if export.is_whole and column.whole else column.cell for column in columns]

        def rows() -> Iterator[sheets.Row]:
            seen = _seen(export, export.post, beijing_day(now))
            for row in seen[: settings.EXPORT_ROWS_MOST].iterator(chunk_size=ROWS_A_STEP):
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
    # without its term beside it, the value says itself what it is
    whole = [(term, _("In full: %(columns)s") % {"columns": words}) for term, words in _whole(known, export)]
    return [*((term, words) for term, words in pairs if words), *whole]


def _in_full(export: RegisterExport) -> Pairs:
    known = registers().get(export.register)
    return [*pairs_of(known, json.loads(export.wanted)), *_whole(known, export)] if known else _in_short(export)


def _whole(register: Register | None, export: RegisterExport) -> Pairs:
    return [(_("In full"), register.whole)] if register and export.is_whole else []


def pairs_of(register: Register, asked: Mapping[str, str]) -> Pairs:
    """A filter as people read it; what was found by a whole number is not said. A company that closed since is still
    the one that was asked for."""
    fields = register.form(asked).fields
    pairs = [(_("List"), str(register.word))]
    for name, value in asked.items():
        if name == "q":
            pairs.append((_("Search"), value))
        elif name == "found":
            pairs.append((_("Search"), _("found by the whole number")))
        elif name in fields and (words := _words(fields[name], value)):
            pairs.append((str(fields[name].label), words))
    return pairs


def _words(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.model._default_manager.filter(**{str(field.to_field_name): value}).first()  # type: ignore[union-attr]
        return str(field.label_from_instance(row)) if row else value
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return value if isinstance(field, forms.DateField) else ""


REGISTERS = Registers()
