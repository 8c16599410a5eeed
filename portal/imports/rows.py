"""What a file consists of: its columns, its rows with what is wrong with them, batches and what they come to."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import Promise
from django.utils.translation import override

from portal.imports.cells import Cell, Reader, masked, words_of
from portal.models import Post, RowChange

Words = Promise | str
Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a file: how people head it, how a cell of it is read, what the template says of it.

    A blank cell leaves what the register has. `is_needed`: every row has it; `for_new`: a row of a new record has it.
    """

    name: str
    words: Words
    read: Reader
    aliases: str = ""  # other headings, a blank between two
    field: str = ""  # of the record, where it is called otherwise
    is_needed: bool = False
    for_new: bool = False
    is_personal: bool = False
    example: str = ""
    note: Words = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """The template's own heading in every language is among them."""
        own = []
        for language, _name in settings.LANGUAGES:
            with override(language):
                own.append(str(self.words))
        return (*own, *self.aliases.split())

    def shown(self, cell: Cell) -> str:
        text = words_of(cell)[:80]
        return masked(text) if self.is_personal else text


@dataclass
class Row:
    """A row of the file: what its cells say, later what that means for the record; and what is wrong with it."""

    line: int
    values: Values
    problems: list["Problem"] = field(default_factory=list)
    key: str = ""  # natural, once it is resolved

    def object(self, kind: str, column: Column | None = None, shown: str = "", **facts: str | int) -> None:
        self.problems.append(Problem(self.line, column.name if column else "", kind, shown, facts))


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    kind: str
    shown: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True)
class Batch:
    """Rows that are written in one transaction, and who answers for them."""

    run: str  # the import's code
    number: int
    post: Post
    now: datetime.datetime

    @property
    def subject(self) -> str:
        return f"portal.import:{self.run}"

    @property
    def who(self) -> dict[str, Any]:
        """Whose doing it is and when, for the log."""
        return {"by": self.post.person, "post": self.post, "at": self.now}


@dataclass
class Settled:
    """What a batch comes to: rows of new records, rows that change a record with what it was, rows that change nothing.
    `created` are the new records once they are built; the lines of the file stand beside."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Any, Values]] = field(default_factory=list)
    same: int = 0
    created: list[tuple[int, Any]] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)  # of each record as it was left

    def counts(self) -> Counter[str]:
        return Counter(created=len(self.new), changed=len(self.changed), same=self.same)

    def touched(self) -> Iterator[tuple[int, str, Any, Values]]:
        """Line, what became of it, the record, what it was."""
        yield from ((line, RowChange.CREATED, record, {}) for line, record in self.created)
        yield from ((row.line, RowChange.CHANGED, record, was) for row, record, was in self.changed)


_ENCODER = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def dumped(values: Any) -> str:
    return _ENCODER.encode(values)
