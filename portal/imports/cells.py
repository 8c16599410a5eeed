"""Cells as people fill them in, and what they mean. Pure.

A cell is a text, a number, a day or nothing. Every reader takes one that is not blank and gives the value, or raises
Odd with the code of a sentence (portal.imports.sentences) and what that sentence names. Days and words of a list stand
in thousands of rows: their readers remember what they have read.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError

from portal import plates, sheets
from portal.phone import tidy_phone

Cell = str | int | float | datetime.date | datetime.time | bool | None
Reader = Callable[[Cell], Any]

# from here on a number of a spreadsheet has lost digits
EXACT = 10**15
ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "n/a", "#n/a"})
NO_END = frozenset({"长期", "长期有效", "无固定期限", "永久", "至今"})
# days count from here in a spreadsheet; the 29th of February 1900, which was none, has its number too
FIRST_SERIAL = datetime.date(1899, 12, 30)
SERIALS = range(10_000, 80_000)  # 1927 to 2119
YEARS = range(1900, 2100)
_DAYS = (
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_TIME_OF_DAY = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_CODE = re.compile(r"[0-9A-Z][0-9A-Z()/\-]*")
_often = lru_cache(maxsize=20_000, typed=True)


class Odd(Exception):
    """A cell that cannot be taken; `kind` is the code of its sentence."""

    def __init__(self, kind: str, **facts: str | int) -> None:
        super().__init__(kind)
        self.kind, self.facts = kind, facts


def tidied(text: str) -> str:
    """Every width brought to one, without marks nobody sees, and without blanks around."""
    brought = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return (brought if brought.isprintable() else sheets.plain(brought)).strip()


def words_of(cell: Cell) -> str:
    """The cell as a person sees it; a whole number without its point."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return tidied(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def is_blank(cell: Cell) -> bool:
    return words_of(cell).lower() in BLANKS


def spoken(cell: Cell) -> str:
    """The cell's text. Formulas are not taken, their last result neither: nobody knows whether it still holds."""
    text = words_of(cell)
    if text.startswith(("=", "@", "|")) or (text[:1] in "+-" and sheets.is_dangerous(text) and not _is_number(text)):
        raise Odd("formula")
    if isinstance(cell, bool):
        raise Odd("not_text")
    return text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+\-]?[\d\s.\-]+", text) is not None


def number_text(cell: Cell) -> str:
    """The text of a number that is a name: of a licence, a file. One a spreadsheet has rounded is not taken."""
    text = spoken(cell)
    if ROUNDED.fullmatch(text) or (isinstance(cell, int | float) and abs(cell) >= EXACT):
        raise Odd("rounded")
    return text


def text(most: int) -> Reader:
    def read(cell: Cell) -> str:
        found = spoken(cell)
        if len(found) > most:
            raise Odd("too_long", most=most)
        return found

    return read


def name(most: int = 60) -> Reader:
    """A person's name: no digits among it."""
    read_text = text(most)

    def read(cell: Cell) -> str:
        found = " ".join(str(read_text(cell)).split())
        if any(one.isdigit() for one in found) or not any(one.isalpha() for one in found):
            raise Odd("not_a_name")
        return found

    return read


def number(least: int, most: int) -> Reader:
    """A licence's or certificate's number: digits and capital letters, blanks inside taken out."""

    def read(cell: Cell) -> str:
        found = re.sub(r"\s", "", number_text(cell)).upper().replace("（", "(").replace("）", ")")
        if not least <= len(found) <= most:
            raise Odd("wrong_length", least=least, most=most, found=len(found))
        if not _CODE.fullmatch(found):
            raise Odd("not_a_number")
        return found

    return read


def permit_number(most: int) -> Reader:
    """A permit's number, which may have characters in it: 川交运管许可网字510100000001号."""

    def read(cell: Cell) -> str:
        found = re.sub(r"\s", "", number_text(cell)).upper()
        if len(found) > most:
            raise Odd("too_long", most=most)
        return found

    return read


def phone(cell: Cell) -> str:
    found = words_of(cell)
    if found.startswith("="):
        raise Odd("formula")
    if ROUNDED.fullmatch(found):
        raise Odd("rounded")
    try:
        return tidy_phone(found)
    except ValidationError as error:
        raise Odd("not_a_phone") from error


def plate(cell: Cell) -> str:
    try:
        return plates.tidy_plate(spoken(cell))
    except ValidationError as error:
        raise Odd("not_a_plate") from error


@_often
def day(cell: Cell) -> datetime.date:
    """2026-11-25, 2026/11/25, 2026.11.25, 2026年11月25日, 20261125, a spreadsheet's own day or its number."""
    if isinstance(cell, datetime.datetime):
        return _in_reach(cell.date())
    if isinstance(cell, datetime.date):
        return _in_reach(cell)
    found = _TIME_OF_DAY.sub("", spoken(cell))
    if found.isdigit() and len(found) == 5 and int(found) in SERIALS:
        return FIRST_SERIAL + datetime.timedelta(days=int(found))
    for shape in _DAYS:
        if parts := shape.fullmatch(found):
            try:
                return _in_reach(datetime.date(*(int(part) for part in parts.groups())))
            except ValueError as error:
                raise Odd("no_such_day") from error
    if isinstance(cell, float) and int(cell) in SERIALS:  # a moment of that day
        return FIRST_SERIAL + datetime.timedelta(days=int(cell))
    raise Odd("not_a_day")


def _in_reach(found: datetime.date) -> datetime.date:
    if found.year not in YEARS:
        raise Odd("no_such_day")
    return found


@_often
def last_day(cell: Cell) -> datetime.date | None:
    """A last day; 长期 and its like have none."""
    return None if words_of(cell) in NO_END else day(cell)


def whole(least: int, most: int) -> Reader:
    def read(cell: Cell) -> int:
        found = spoken(cell).replace(",", "")
        if not re.fullmatch(r"\d{1,9}", found):
            raise Odd("not_whole")
        if not least <= int(found) <= most:
            raise Odd("out_of_range", least=least, most=most)
        return int(found)

    return read


def permille(cell: Cell) -> int:
    """A share: 29%, 29.5 %, 0.29; one decimal of a percent at most."""
    found = spoken(cell).replace(" ", "")
    if not re.fullmatch(r"\d{1,3}(\.\d+)?%?", found):
        raise Odd("not_a_share")
    share = Decimal(found.rstrip("%")) * (10 if found.endswith("%") or Decimal(found.rstrip("%")) >= 1 else 1000)
    if share != int(share) or not 0 < share < 1000:
        raise Odd("not_a_share")
    return int(share)


def choice(words: Mapping[str, str]) -> Reader:
    """One of a few words; `words` leads from each word and its synonyms to the code."""

    @_often
    def read(cell: Cell) -> str:
        found = spoken(cell)
        code = words.get(found.lower()) or words.get(found)
        if code is None:
            shown = list(dict.fromkeys(word for word in words if not word.isascii()))
            raise Odd("not_a_choice", words="、".join(shown[:8]))
        return code

    return read


def credit_code(cell: Cell) -> str:
    """A unified social credit code: 18 digits and capital letters."""
    found = re.sub(r"\s", "", number_text(cell)).upper()
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", found):
        raise Odd("not_a_credit_code")
    return found


# -- as they are shown again ------------------------------------------------------------------------------------------


def masked(text: str) -> str:
    """Enough to find the cell by: the first character and the last two."""
    return text if len(text) <= 2 else f"{text[0]}{'*' * min(len(text) - 3, 12)}{text[-2:]}" if len(text) > 3 else "***"
