"""What stands on a licence, and whether it is what the register has: pure."""

import hmac
import unicodedata
from dataclasses import dataclass

# the dot in 买买提·阿不都, as keyboards, scanners and old registers write it
DOTS = frozenset("·•・‧∙⋅･.。｡ㆍ●‐-")
_SPACE = frozenset(" -‐‑–—−")


def plain_name(name: str) -> str:
    """A name without blanks, dots and width: what two people who write the same name have in common."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and letter not in DOTS)


def tidy_licence(typed: str) -> str:
    """A licence number as the register writes it: no blanks or dashes, narrow and capital letters."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in folded if not letter.isspace() and letter not in _SPACE)


@dataclass(frozen=True)
class Given:
    """What somebody read from a licence."""

    licence: str
    name: str

    @property
    def number(self) -> str:
        return tidy_licence(self.licence)


def is_same(one: str, other: str) -> bool:
    """Compared whole, so that the time it takes tells nothing."""
    return bool(one) and hmac.compare_digest(one.encode(), other.encode())


def is_same_name(one: str, other: str) -> bool:
    return is_same(plain_name(one), plain_name(other))
