"""No cell of a table that leaves the portal is a formula, whatever somebody typed: CSV and XLSX, read back."""

import csv
import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal import sheets

DANGEROUS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    "  =1+1",
    "\u3000=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "\u2212" + "1+1",
    "﹦1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","看")',
    "=1+1;=2+2",
    "好;=2+2",
    "好|=2+2",
    '"=1+1"',
    "\u202e=1+1",
    "=" * 40_000,
]
HARMLESS = ["派单少了三成", "LZ-261112-7KQ2MX", "138****0000", "3 天", "2026-11-25 24:00", "a-b", "周**", ""]
STARTS = "=+-@\t\r\n\u2212"
texts = st.text(max_size=40) | st.builds(
    lambda blank, start, rest: blank + start + rest,
    st.text("  \t\r\n\u3000\u00a0\u200b\ufeff", max_size=3),
    st.sampled_from("=+-@＝＋－＠﹦﹢﹣﹫\u2212;|"),
    st.text(max_size=20),
)


def read_csv(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def as_csv(cells: list[str]) -> bytes:
    return b"".join(sheets.csv_pieces(["甲"], [[cell] for cell in cells]))


def as_xlsx(cells: list[str]) -> bytes:
    whole = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        sheets.write_xlsx(whole, "表", ["甲"], [[cell] for cell in cells], folder)
    return whole.getvalue()


def is_safe(cell: str) -> bool:
    """Nothing a spreadsheet would run, also where it drops blanks and unseen marks in front."""
    bare = cell.lstrip(" \u3000\u00a0\u200b\ufeff\u202e\x00")
    return not bare or bare[0] not in STARTS + "＝＋－＠﹦﹢﹣﹫"


@given(st.lists(texts, min_size=1, max_size=8))
@example(DANGEROUS)
def test_no_cell_of_a_csv_can_run(cells: list[str]) -> None:
    content = as_csv(cells)
    assert content.startswith("\ufeff".encode())
    for delimiter in (",", ";", "\t", "|"):
        for row in read_csv(content, delimiter)[1:]:
            assert [cell for cell in row if not is_safe(cell.strip('"'))] == []


@given(st.lists(texts, min_size=1, max_size=8))
@example(DANGEROUS)
@settings(deadline=None)
def test_every_text_of_an_xlsx_is_typed_as_text(cells: list[str]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(cells))).active
    found = dict(enumerate(row[0] for row in sheet.iter_rows(min_row=2)))
    for number, cell in enumerate(cells):
        expected = sheets.neutral(cell)
        if expected:
            assert found[number].data_type == "s"
            assert found[number].value == expected
            assert is_safe(found[number].value)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert sheets.neutral(text) == text


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_is_dangerous_still_says_what_it_said(text: str) -> None:
    words = sheets.plain(text).replace("'", "").strip()
    assert sheets.neutral(text).replace("'", "").strip() == words


def test_rows_and_numbers_stay() -> None:
    rows: list[sheets.Row] = [["a", 1, None], ["b", -2, "c"]]
    content = b"".join(sheets.csv_pieces(["x", "y", "z"], rows))
    assert content.decode("utf-8-sig") == '"x","y","z"\r\n"a",1,""\r\n"b",-2,"c"\r\n'
    whole = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        sheets.write_xlsx(whole, "表", ["x", "y", "z"], rows, folder)
    found = list(openpyxl.load_workbook(whole).active.iter_rows(values_only=True))
    assert found == [("x", "y", "z"), ("a", 1, None), ("b", -2, "c")]


def test_in_an_office_program_no_cell_was_run(tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("No LibreOffice on this machine: the files are read by openpyxl and csv only.")
    for kind, content in (("csv", as_csv(DANGEROUS[:-1])), ("xlsx", as_xlsx(DANGEROUS[:-1]))):
        source = tmp_path / f"a.{kind}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [office, profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path / kind), str(source)]
        subprocess.run(command, check=True, timeout=120, capture_output=True)
        assert "table:formula" not in (tmp_path / kind / "a.fods").read_text("utf-8")
