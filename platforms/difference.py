"""What changed between two versions of a rule, clause by clause and word by word. Pure: no database, no clock.

A text is lines of `heading：words`; a line without a heading belongs to the clause above it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
KEPT, CHANGED, ADDED, REMOVED = "kept", "changed", "added", "removed"
# a number or a Latin word changes as a whole; Chinese changes by the character
_WORD = re.compile(r"\d+(?:\.\d+)?%?|[A-Za-z]+|\s+|.", re.DOTALL)
# fewer equal characters than this between two changes would only tear them apart
_ISLAND = 3
_HEADING_LENGTH = 20


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    text: str
    kind: str


@dataclass(frozen=True)
class Clause:
    """A clause in both versions: what it was, what it is, and what happened to it."""

    heading: str
    state: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


def clauses(text: str) -> dict[str, str]:
    """The clauses of a version by heading, in their order."""
    found: dict[str, str] = {}
    heading = ""
    for line in (line.strip() for line in text.splitlines()):
        head, colon, words = line.partition("：")
        if colon and 0 < len(head) <= _HEADING_LENGTH:
            heading = head
            found[heading] = words
        elif line:
            found[heading] = f"{found[heading]}\n{line}" if heading in found else line
    return found


def compare(before: str, after: str) -> list[Clause]:
    """Every clause of both versions, in the new version's order; those taken out stand where they stood."""
    old, new = clauses(before), clauses(after)
    order = list(new)
    for heading in old:
        if heading not in new:
            earlier = [name for name in list(old)[: list(old).index(heading)] if name in order]
            order.insert(order.index(earlier[-1]) + 1 if earlier else 0, heading)
    return [_clause(heading, old.get(heading), new.get(heading)) for heading in order]


def changes(before: str, after: str) -> dict[str, int]:
    """How many clauses were changed, added and removed."""
    states = [clause.state for clause in compare(before, after)]
    return {state: states.count(state) for state in (CHANGED, ADDED, REMOVED)}


def _clause(heading: str, old: str | None, new: str | None) -> Clause:
    if old is None:
        return Clause(heading, ADDED, (), (Piece(new or "", NEW),))
    if new is None:
        return Clause(heading, REMOVED, (Piece(old, GONE),), ())
    if old == new:
        return Clause(heading, KEPT, (Piece(old, SAME),), (Piece(new, SAME),))
    was, became = _pieces(old, new)
    return Clause(heading, CHANGED, tuple(was), tuple(became))


def _pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    was: list[Piece] = []
    became: list[Piece] = []
    for is_same, before, after in _stretches(_WORD.findall(old), _WORD.findall(new)):
        if is_same:
            was.append(Piece(before, SAME))
            became.append(Piece(after, SAME))
            continue
        if before:
            was.append(Piece(before, GONE))
        if after:
            became.append(Piece(after, NEW))
    return was, became


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    """(is it the same, old text, new text), with tiny islands of sameness drowned in the change around them."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    held: tuple[str, str] | None = None
    for number, (tag, i, j, k, m) in enumerate(blocks):
        before, after = "".join(old[i:j]), "".join(new[k:m])
        is_inner = 0 < number < len(blocks) - 1
        if tag == "equal" and not (is_inner and len(before) < _ISLAND):
            if held is not None:
                yield False, *held
                held = None
            yield True, before, after
        else:
            held = (before, after) if held is None else (held[0] + before, held[1] + after)
    if held is not None:
        yield False, *held
