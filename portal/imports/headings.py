"""Which row of a sheet names the columns, and which column is which. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.imports.cells import Cell, words_of

LOOKED_AT = 12  # rows of a sheet among which its headings may stand
_BESIDE = re.compile(r"[(\[（【〔].*?[)\]）】〕]")
_SIGNS = re.compile(r"[\s*:：;；,，、._\-/\\#]+")


def tidy(heading: str) -> str:
    """A heading without what people add to it: stars, units in brackets, blanks, widths."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return _SIGNS.sub("", _BESIDE.sub("", plain)) or _SIGNS.sub("", plain)


@dataclass
class Headings:
    """Where the columns of a table stand in a sheet."""

    row: int  # from 0
    places: dict[str, int] = field(default_factory=dict)  # column -> cell of a row
    unread: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def known_of(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every heading a column answers to, tidied."""
    return {tidy(alias): name for name, aliases in columns.items() for alias in (name, *aliases)}


def find(rows: Sequence[Sequence[Cell]], known: Mapping[str, str]) -> Headings | None:
    """The row that names most columns; alone, or under a row of merged headings that stand above it."""
    best: Headings | None = None
    for number, row in enumerate(rows[:LOOKED_AT]):
        above = _carried(rows[number - 1]) if number else []
        alone = _read(number, [words_of(cell) for cell in row], [], known)
        under = _read(number, [words_of(cell) for cell in row], above, known)
        for found in (alone, under):
            if found.places and (best is None or len(found.places) > len(best.places)):
                best = found
    return best


def _carried(row: Sequence[Cell]) -> list[str]:
    """A merged heading stands in its first cell only."""
    carried, last = [], ""
    for cell in row:
        last = words_of(cell) or last
        carried.append(last)
    return carried


def _read(number: int, row: list[str], above: list[str], known: Mapping[str, str]) -> Headings:
    found = Headings(number)
    for place in range(max(len(row), len(above))):
        own = row[place] if place < len(row) else ""
        over = above[place] if place < len(above) else ""
        if not own and not over:
            continue
        # an own word first; then with the one above it; a cell merged downwards has only the one above
        name = known.get(tidy(own)) if own else known.get(tidy(over))
        name = name or known.get(tidy(over + own))
        if name is None:
            if own:
                found.unread.append(own)
        elif name in found.places:
            if own:
                found.twice.append(own)
        else:
            found.places[name] = place
    return found
