"""Tables for spreadsheets, CSV and XLSX, in which no cell can be a formula. Pure: rows in, bytes out.

A spreadsheet runs a cell that begins with = + - @ (also full-width, after blanks, after a control character). Text gets
an apostrophe in front of it there, and in XLSX it is typed as text besides. Days are written 2026-11-25 so that they
sort as text; whole numbers are numbers.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from xlsxwriter import Workbook

Cell = str | int | None
Row = Sequence[Cell]

BOM = "\ufeff"  # without it a spreadsheet reads the Chinese words as Latin
CELL_CHARACTERS = 32_000  # a cell of XLSX holds 32,767
# what a program may take for the beginning of a formula; NFKC brings every width and size of them to these
STARTS = frozenset("=+-@\u2212|%")
# begins a cell of its own where a program splits at something else than the comma
INNER = re.compile(r"([;|\uff1b])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\u2212])")


def plain(text: str) -> str:
    """A text without what no cell needs: control characters, marks nobody sees, half characters."""
    kept = (
        " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one
        for one in text
        if unicodedata.category(one) not in ("Cf", "Cs", "Cn", "Co")
    )
    return "".join(kept)[:CELL_CHARACTERS]


def is_dangerous(text: str) -> bool:
    """Would a spreadsheet take this for a formula, whatever blanks and quotes stand in front of it?"""
    bare = unicodedata.normalize("NFKC", text).lstrip().lstrip("\"'").lstrip()
    return bool(bare) and bare[0] in STARTS


def neutral(text: str) -> str:
    """The text as a cell shows it and no spreadsheet runs it."""
    told = any(unicodedata.category(one) == "Cc" for one in text[:1])
    tidy = INNER.sub(r"\1\2'", plain(text))
    return f"'{tidy}" if told or is_dangerous(tidy) else tidy


def csv_pieces(header: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, every text in quotes, a line at a time."""
    yield BOM.encode()
    yield _line(header)
    for row in rows:
        yield _line(row)


def _line(row: Row) -> bytes:
    written = io.StringIO()
    cells = [neutral(cell) if isinstance(cell, str) else cell for cell in row]
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(
        ["" if cell is None else cell for cell in cells]
    )
    return written.getvalue().encode()


def write_xlsx(target: BinaryIO, name: str, header: Sequence[str], rows: Iterable[Row], folder: str) -> None:
    """One sheet, row by row without holding them; every text is typed as text, links and formulas are off."""
    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(target, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, words in enumerate(header):
            sheet.write_string(0, place, neutral(words), bold)
            sheet.set_column(place, place, 18)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                elif cell:
                    sheet.write_string(number, place, neutral(cell))
