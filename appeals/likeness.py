"""How alike two titles are, by the pairs of neighbouring characters they share. Pure."""

import re
import unicodedata

ALIKE = 0.5
_IDLE = re.compile(r"[\W_]+")


def pairs(text: str) -> set[str]:
    """Neighbouring characters of a text without spaces and punctuation."""
    bare = _IDLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    return {bare[place : place + 2] for place in range(len(bare) - 1)}


def likeness(one: str, other: str) -> float:
    """Dice's coefficient: 0 for nothing in common, 1 for the same."""
    left, right = pairs(one), pairs(other)
    if not left or not right:
        return 0.0
    return 2 * len(left & right) / (len(left) + len(right))


def is_like(one: str, other: str) -> bool:
    return likeness(one, other) >= ALIKE
