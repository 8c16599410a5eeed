"""A table as the pieces of a file, so that a long one is never held whole."""

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from portal import sheets

Told = Callable[[int], None]
PIECE_BYTES = 256 * 1024
ROWS_A_STEP = 500


@dataclass(frozen=True)
class Sheet:
    """What stands in a file: the sheet's name, its header, its rows."""

    name: str
    header: Sequence[str]
    rows: Iterator[sheets.Row]


@dataclass(frozen=True)
class Piece:
    """A part of the file, and how many rows there are up to its end."""

    content: bytes
    rows: int


class Counted:
    """Rows as they pass, counted and told of now and then."""

    def __init__(self, rows: Iterator[sheets.Row], told: Told | None) -> None:
        self.rows, self.told, self.count = rows, told, 0

    def __iter__(self) -> Iterator[sheets.Row]:
        for row in self.rows:
            yield row
            self.count += 1
            if self.told and self.count % ROWS_A_STEP == 0:
                self.told(self.count)


def pieces(sheet: Sheet, *, is_csv: bool, told: Told | None = None) -> Iterator[Piece]:
    rows = Counted(sheet.rows, told)
    if is_csv:
        yield from _gathered(sheets.csv_pieces(sheet.header, rows), rows)
        return
    # a folder that is gone with the block: the sheet's rows lie in it while the file is put together
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile(dir=folder) as whole:
        sheets.write_xlsx(whole, sheet.name, sheet.header, rows, folder)
        whole.seek(0)
        while content := whole.read(PIECE_BYTES):
            yield Piece(content, rows.count)


def _gathered(lines: Iterator[bytes], rows: Counted) -> Iterator[Piece]:
    held = io.BytesIO()
    for line in lines:
        held.write(line)
        if held.tell() >= PIECE_BYTES:
            yield Piece(held.getvalue(), rows.count)
            held = io.BytesIO()
    yield Piece(held.getvalue(), rows.count)
