"""Files and cells as people and programs write them: pure, without a database."""

import contextlib
import csv
import datetime
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from xlsxwriter import Workbook as XlsxWorkbook

from portal.imports import cells, headings, reading
from portal.imports.cells import Odd
from portal.imports.tables import tables
from portal.imports.templates import template_of

KNOWN = headings.known_of(
    {"name": ["姓名", "司机姓名"], "licence": ["驾驶证号", "证件号码"], "until": ["证件有效期", "有效期至"]}
)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))
RECENT = st.dates(datetime.date(1930, 1, 1), datetime.date(2099, 12, 31))
BLANKS = st.sampled_from(["", " ", "　", "\u00a0", "\t", "\ufeff"])
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789/.-"}


def full_width(text: str) -> str:
    return text.translate(WIDE)


SHAPES = st.sampled_from(
    ["{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0:%Y%m%d}", "{0:%Y}年{0.month}月{0.day}日",
     "{0:%Y}/{0.month}/{0.day}", "{0:%Y-%m-%d} 00:00:00", "{0:%Y}-{0.month}-{0.day}", "{0:%Y-%m-%dT%H:%M}"]
)  # fmt: skip


@given(DAYS, SHAPES, st.booleans(), BLANKS, BLANKS)
def test_a_day_is_the_same_day_however_it_is_written(
    day: datetime.date, shape: str, is_wide: bool, before: str, after: str
) -> None:
    moment = datetime.datetime.combine(day, datetime.time())
    written = shape.format(moment)
    assert cells.day(before + (full_width(written) if is_wide else written) + after) == day
    assert cells.day(moment) == cells.day(day) == day


@given(RECENT)
def test_a_days_number_in_a_spreadsheet_is_that_day(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert {cells.day(serial), cells.day(float(serial)), cells.day(str(serial)), cells.day(serial + 0.75)} == {day}


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_day_by_chance(text: str) -> None:
    with contextlib.suppress(Odd):
        found = cells.day(text)
        digits = "".join(one for one in unicodedata.normalize("NFKC", text) if one.isdigit())
        assert str(found.year) in digits or len(digits) == 5


READERS = st.sampled_from(
    [cells.text(40), cells.name(), cells.number(6, 24), cells.permit_number(40), cells.phone, cells.plate, cells.day,
     cells.last_day, cells.whole(1, 9), cells.permille, cells.credit_code, cells.choice({"绿": "green"})]
)  # fmt: skip
CELLS = st.one_of(
    st.text(max_size=40), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.datetimes(), st.booleans()
)


@given(READERS, CELLS)
def test_every_cell_is_read_or_answered_with_a_sentence(read: Any, cell: Any) -> None:
    with contextlib.suppress(Odd):
        found = read(cell)
        assert not isinstance(found, str) or not found.startswith(("=", "@"))


@pytest.mark.parametrize(
    "cell", ["=1+1", "＝1+1", " =A1", "=HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+A1"]
)
def test_a_formula_is_not_taken_however_it_is_dressed(cell: str) -> None:
    for read in (cells.text(80), cells.number(1, 80), cells.name(80)):
        with pytest.raises(Odd) as odd:
            read(cell)
        assert odd.value.kind in {"formula", "not_a_name"}


@pytest.mark.parametrize("cell", [510502199001011234, 5.10502199001011e17, "5.10502E+17", "1.23E+17", "5E17"])
def test_a_number_that_lost_its_digits_is_not_taken(cell: Any) -> None:
    with pytest.raises(Odd) as odd:
        cells.number(6, 24)(cell)
    assert odd.value.kind == "rounded"


def test_numbers_and_phones_as_people_type_them() -> None:
    assert cells.number(6, 24)("51050219900101 123x") == "51050219900101123X"
    assert cells.phone(13800000000) == cells.phone("+86 138-0000-0000") == cells.phone(13800000000.0) == "13800000000"
    assert cells.plate("川Ｅ·d12345") == "川ED12345"
    assert cells.last_day("长期") is None
    assert [cells.permille(one) for one in ("29%", 0.29, "29.5", "２９％")] == [290, 290, 295, 290]
    assert [cells.is_blank(one) for one in ("　", "—", "无", None, 0)] == [True, True, True, True, False]


@given(
    st.permutations(["姓名", "驾驶证号", "有效期至"]),
    st.lists(BLANKS, min_size=3, max_size=3),
    st.sampled_from(["{}", "{}*", "{}（必填）", " {} ", "{}：", "*{}", "{}(18位)"]),
    st.integers(0, 3),
)
def test_headings_are_found_wherever_and_however_they_stand(
    names: list[str], blanks: list[str], dress: str, above: int
) -> None:
    row = [blank + dress.format(name) for blank, name in zip(blanks, names, strict=True)]
    found = headings.find([["网约车驾驶员登记表", None, None]] * above + [row, ["周", "1", "2"]], KNOWN)
    assert found is not None
    places = {"姓名": "name", "驾驶证号": "licence", "有效期至": "until"}
    assert found.row == above
    assert found.places == {places[name]: place for place, name in enumerate(names)}


def test_merged_headings_over_two_rows_are_one_heading() -> None:
    rows = [["登记表", None, None, None], ["姓名", "证件", None, "备注"], [None, "号码", "有效期", None]]
    found = headings.find([*rows, ["周", "1", "2", ""]], KNOWN)
    assert found is not None
    assert (found.row, found.places) == (2, {"name": 0, "licence": 1, "until": 2})


def read(content: bytes) -> tuple[list[int], list[tuple[int, list[Any]]]]:
    def pieces() -> Iterator[bytes]:
        return (content[start : start + 7] for start in range(0, len(content), 7))

    with reading.opened(pieces, lambda rows: headings.find(rows, KNOWN)) as (found, rows):
        return sorted(found.places.values()), [(line, list(row)) for line, row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_every_encoding_and_dress(encoding: str, delimiter: str) -> None:
    written = io.StringIO()
    rows = [
        ["登记表", "", ""],
        ["姓名", "驾驶证号", "有效期至"],
        ["周建平", "1", "一\n二"],
        ["", "", ""],
        ["吴", "2", ""],
    ]
    csv.writer(written, delimiter=delimiter).writerows(rows)
    places, found = read(written.getvalue().encode(encoding))
    assert places == [0, 1, 2]
    assert found == [(3, rows[2]), (4, rows[3]), (5, rows[4])]


def spreadsheet(*rows: list[Any], sheets: int = 1) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for _number in range(sheets - 1):
        book.create_sheet("说明", 0).append(["说明"])
    for row in rows:
        book.worksheets[-1].append(row)
    book.save(made)
    return made.getvalue()


def test_a_spreadsheet_gives_values_days_and_the_text_of_formulas() -> None:
    day = datetime.datetime.combine(datetime.date(2026, 11, 25), datetime.time())
    content = spreadsheet(["姓名", "驾驶证号", "有效期至"], ["周", "=A1&B1", day], ["吴", 12.0, 46351], sheets=2)
    _places, rows = read(content)
    assert rows == [(2, ["周", "=A1&B1", day]), (3, ["吴", 12, 46351])]


def test_texts_that_cells_share_are_read_plain_and_dressed() -> None:
    made = io.BytesIO()
    with XlsxWorkbook(made) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["姓名", "驾驶证号"])
        sheet.write_rich_string(1, 0, "周", bold, "建", "平")
        for row in (1, 2):
            sheet.write_string(row, 1, " 510502199001011234")
        sheet.write_string(2, 0, "周\n建平")
    assert read(made.getvalue())[1] == [
        (2, ["周建平", " 510502199001011234"]),
        (3, ["周\n建平", " 510502199001011234"]),
    ]


def bomb() -> bytes:
    """A sheet that says of itself that it unpacks to two gigabytes."""
    made = io.BytesIO(spreadsheet(["姓名", "驾驶证号"]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.bin", b"\0" * 2**20)
    raw = bytearray(made.getvalue())
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (2**31).to_bytes(4, "little")
    return bytes(raw)


def with_entities() -> bytes:
    made, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(spreadsheet(["姓名", "驾驶证号"])))
    with zipfile.ZipFile(made, "w") as archive:
        for part in source.infolist():
            content = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + content.partition(b"?>")[2]
            archive.writestr(part.filename, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bomb(), "too_large_inside"),
        (with_entities(), "broken_xlsx"),
        (spreadsheet(["姓名", "驾驶证号"])[:-200], "broken_xlsx"),
        (b"PK\x03\x04" + b"\0" * 200, "broken_xlsx"),
        (("姓名,驾驶证号\n" + "," * 300 + "x\n").encode(), "too_many_columns"),
        (('姓名,驾驶证号\n"' + "x" * 140_000).encode(), "broken_csv"),
    ],
    ids=["bomb", "entities", "cut off", "no archive", "wide", "unclosed"],
)
def test_a_file_that_would_do_harm_is_turned_away(content: bytes, kind: str) -> None:
    with pytest.raises(reading.Unreadable) as fault:
        read(content)
    assert fault.value.kind == kind


@pytest.mark.parametrize("code", list(tables()))
def test_a_template_is_read_as_its_own_register_and_its_example_is_passed_over(code: str) -> None:
    table = tables()[code]
    book = load_workbook(io.BytesIO(template_of(table)))
    first, second = ([cell.value for cell in row] for row in list(book.worksheets[0].rows)[:2])
    found = headings.find([first], table.headings())
    assert found is not None
    assert list(found.places) == [column.name for column in table.columns]
    named = {name: second[place] for name, place in found.places.items()}
    assert table.is_example(named)
    assert not table.read(2, named).problems
    assert len(list(book.worksheets[1].rows)) > len(table.columns)
