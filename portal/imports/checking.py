"""Looking a file through: every row is read, resolved and compared with the register; nothing is written there."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from portal.imports import headings, reading
from portal.imports.cells import Cell, is_blank
from portal.imports.tables import Problem, Row, Table, dumped
from portal.models import Import, ImportProblem

KEPT_PROBLEMS = 1000  # that are shown one by one; all are counted
Tell = Callable[["Check"], bool]


class Check:
    """One look through a file. `lines` gives the good rows as they are laid aside; the counts stand here meanwhile."""

    def __init__(self, run: Import, table: Table, day: datetime.date, tell: Tell) -> None:
        self.run, self.table, self.tell = run, table, tell
        self.known = table.known(run.post, day)
        self.rows = self.good = self.problems = 0
        self.counts: Counter[str] = Counter()
        self.read_headings: dict[str, str] = {}
        self.unread_headings: list[str] = []
        self.is_dropped = False
        self._firsts: dict[bytes, tuple[int, bytes]] = {}  # what stands once in a file -> the row and its record's key

    def lines(self, pieces: reading.Pieces) -> Iterator[bytes]:
        with reading.opened(pieces, self._find) as (found, rows):
            self._require(found)
            # what people leave below and between is no row
            filled = ((line, cells) for line, cells in rows if not all(is_blank(cell) for cell in cells))
            while batch := list(islice(filled, self.table.batch_rows)):
                yield from self._looked_at(found, batch)
                if not self.tell(self):
                    self.is_dropped = True
                    return
            if not self.rows:
                raise reading.Unreadable("no_rows")

    def _find(self, rows: list[reading.Row]) -> headings.Headings | None:  # type: ignore[override]
        found = headings.find(rows, self.table.headings())
        # one word of a title may be a heading by chance
        return found if found and len(found.places) >= min(2, len(self.table.columns)) else None

    def _require(self, found: headings.Headings) -> None:
        if found.twice:
            raise reading.Unreadable("heading_twice", names="、".join(found.twice[:5]))
        missing = [str(one.words) for one in self.table.columns if one.is_needed and one.name not in found.places]
        if missing:
            raise reading.Unreadable("heading_missing", names="、".join(missing))
        self.read_headings = {str(self.table.column(name).words): name for name in found.places}  # type: ignore[union-attr]
        self.unread_headings = found.unread[:40]

    def _looked_at(self, found: headings.Headings, batch: list[tuple[int, reading.Row]]) -> Iterator[bytes]:
        named = [(line, self._named(found, cells)) for line, cells in batch]
        rows = [self.table.read(line, cells) for line, cells in named if not self.table.is_example(cells)]
        self.rows += len(rows)
        sound = [row for row in rows if not row.problems]
        self.table.resolve(sound, self.known)
        sound = [row for row in sound if not row.problems and self._is_first(row)]
        # as they are laid aside: comparing may add to a row
        laid_aside = [(row, dumped([row.line, row.values])) for row in sound]
        self.counts += self.table.settle(sound, self.known).counts()
        self._note([problem for row in rows for problem in row.problems])
        good = [line for row, line in laid_aside if not row.problems]
        self.good += len(good)
        yield "".join(f"{line}\n" for line in good).encode()

    @staticmethod
    def _named(found: headings.Headings, cells: reading.Row) -> dict[str, Cell]:
        return {name: cells[place] for name, place in found.places.items() if place < len(cells)}

    def _is_first(self, row: Row) -> bool:
        """A record stands in a file once, and no two have the number of one: nobody could say which row holds."""
        row.key = self.table.key_of(row.values)
        key = _short(f"key:{row.key}")
        first, _own = self._firsts.setdefault(key, (row.line, key))
        if first != row.line:
            row.object("twice", first=first)
            return False
        for name in self.table.single:
            if row.values.get(name):
                first, other = self._firsts.setdefault(_short(f"{name}:{row.values[name]}"), (row.line, key))
                if other != key:
                    row.object("in_another_row", self.table.column(name), str(row.values[name]), first=first)
        return not row.problems

    def _note(self, problems: list[Problem]) -> None:
        room = max(0, KEPT_PROBLEMS - self.problems)
        self.problems += len(problems)
        ImportProblem.objects.bulk_create(problem_rows(self.run, problems[:room]))


def _short(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def problem_rows(run: Import, problems: list[Problem]) -> list[ImportProblem]:
    return [
        ImportProblem(run=run, line=one.line, column=one.column, kind=one.kind, shown=one.shown, facts=dict(one.facts))
        for one in problems
    ]
