"""Files as programs write them: CSV in UTF-8 or GB18030 (GBK), and XLSX. Rows come one at a time.

A CSV is read as it is unsealed. An XLSX has to be whole: it stands in memory, unpacked only as far as it is being read.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import IO
from xml.etree.ElementTree import ParseError, iterparse

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from portal.imports.cells import Cell
from portal.imports.headings import LOOKED_AT, Headings

Pieces = Callable[[], Iterable[bytes]]
Row = Sequence[Cell]
Find = Callable[[Sequence[Row]], Headings | None]

COLUMNS = 200
ROWS = 1_100_000
CELL_CHARACTERS = 32_768
UNPACKED = 2**30  # bytes of an XLSX; 420,000 rows of twelve columns have 250 MB
SHARED = 256 * 2**20  # of those the strings that stand in memory
SPREADSHEET, OLD_SPREADSHEET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PROLOGUE = 64 * 1024
ELEMENT = re.compile(rb"<[A-Za-z]")
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(Exception):
    """A file that cannot be taken as a whole; `kind` is the code of its sentence."""

    def __init__(self, kind: str, **facts: str | int) -> None:
        super().__init__(kind)
        self.kind, self.facts = kind, facts


class Source(io.RawIOBase):
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _beginning(pieces: Pieces, size: int) -> bytes:
    found = b""
    for piece in pieces():
        found += piece
        if len(found) >= size:
            break
    return found[:size]


@contextmanager
def opened(pieces: Pieces, find: Find) -> Iterator[tuple[Headings, Iterator[tuple[int, Row]]]]:
    """The headings and the rows below them, each with the number it has in the file."""
    start = _beginning(pieces, 4)
    if start.startswith(OLD_SPREADSHEET):
        raise Unreadable("old_spreadsheet")
    if start.startswith(WIDE_MARKS):
        raise Unreadable("not_text")
    if not start:
        raise Unreadable("empty")
    if start == SPREADSHEET:
        with _spreadsheet(pieces) as sheets:
            yield _first_with_headings(sheets, find)
    else:
        yield _first_with_headings([_csv_rows(pieces)], find)


def _first_with_headings(sheets: Iterable[Iterator[Row]], find: Find) -> tuple[Headings, Iterator[tuple[int, Row]]]:
    is_empty = True
    for rows in sheets:
        first = list(islice(rows, LOOKED_AT))
        is_empty = is_empty and not first
        found = find(first)
        if found is not None:
            return found, _below(found.row, first, rows)
    raise Unreadable("empty" if is_empty else "no_headings")


def _below(heading: int, first: list[Row], rest: Iterator[Row]) -> Iterator[tuple[int, Row]]:
    yield from enumerate(first[heading + 1 :], heading + 2)
    for line, row in enumerate(rest, len(first) + 1):
        if line > ROWS:
            raise Unreadable("too_many_rows", most=ROWS)
        yield line, row


# -- CSV --------------------------------------------------------------------------------------------------------------


def encoding_of(pieces: Pieces) -> str:
    """UTF-8 where the whole file is that, else GB18030, which has all of GBK; nothing else is guessed at."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in pieces():
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable("not_text")


def _csv_rows(pieces: Pieces) -> Iterator[Row]:
    encoding = encoding_of(pieces)
    delimiter = max((",", "\t", ";"), key=_beginning(pieces, 4096).decode(encoding, errors="ignore").count)
    text = io.TextIOWrapper(io.BufferedReader(Source(pieces())), encoding, newline="")
    try:
        for row in csv.reader(text, delimiter=delimiter):
            yield _narrow(row)
    except csv.Error as error:
        raise Unreadable("broken_csv") from error


def _narrow(row: Sequence[Cell]) -> Row:
    if len(row) > COLUMNS and any(cell not in (None, "") for cell in row[COLUMNS:]):
        raise Unreadable("too_many_columns", most=COLUMNS)
    if any(isinstance(cell, str) and len(cell) > CELL_CHARACTERS for cell in row):
        raise Unreadable("broken_csv")
    return row[:COLUMNS]


# -- XLSX -------------------------------------------------------------------------------------------------------------


# what the library lets through of a part that is not as it should be
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
)


class Spreadsheet(ExcelReader):  # type: ignore[misc]
    """The library's reader, but for the texts that cells share: it builds a tree of objects for each of a million."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = list(_strings(source))


def _strings(source: IO[bytes]) -> Iterator[str]:
    nodes = iterparse(source, ("start", "end"))
    _start, root = next(nodes)
    for event, node in nodes:
        if event == "end" and node.tag == f"{{{SHEET_MAIN_NS}}}si":
            is_plain = len(node) == 1 and node[0].tag == f"{{{SHEET_MAIN_NS}}}t"
            text = (node[0].text or "") if is_plain else Text.from_tree(node).content
            yield text.replace("x005F_", "")
            root.clear()


@contextmanager
def _spreadsheet(pieces: Pieces) -> Iterator[Iterator[Iterator[Row]]]:
    """The rows of each sheet. Formulas come as their text, so that nobody takes their last result for a value."""
    held = io.BytesIO()
    for piece in pieces():
        held.write(piece)
    try:
        _require_small(held)
        reader = Spreadsheet(held, read_only=True, data_only=False, keep_links=False)
        reader.read()
    except BROKEN as error:
        raise Unreadable("broken_xlsx") from error
    with closing(reader.wb) as book:
        yield (_sheet_rows(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible")


def _require_small(held: io.BytesIO) -> None:
    """A small file that unpacks to a very large one is turned away before it is unpacked."""
    with zipfile.ZipFile(held) as archive:
        parts = archive.infolist()
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as opened_part:
                    _require_plain(opened_part.read(PROLOGUE))
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("old_spreadsheet")
        shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
        if sum(part.file_size for part in parts) > UNPACKED or shared > SHARED or len(parts) > 1000:
            raise Unreadable("too_large_inside")


def _require_plain(beginning: bytes) -> None:
    """No document type, and so no entities: what stands before the first element is looked through as bytes."""
    if b"<!DOCTYPE" in beginning or b"\0" in beginning or not ELEMENT.search(beginning):
        raise Unreadable("broken_xlsx")


def _sheet_rows(sheet) -> Iterator[Row]:  # type: ignore[no-untyped-def]
    # what the file says of its size is often wrong
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = next(rows, None)
        except BROKEN as error:
            raise Unreadable("broken_xlsx") from error
        if row is None:
            return
        yield _narrow(row)
