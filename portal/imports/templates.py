"""The empty sheet that a register is filled in with: headings, a row as an example, and what each column takes."""

import io

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter import Workbook

from portal.imports.tables import Table


def template_of(table: Table) -> bytes:
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(made, options) as book:
        bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(pgettext("sheet", "Register"))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, 20, text)
            sheet.write_string(0, place, f"{column.words}{'*' if column.is_needed or column.for_new else ''}", bold)
            if column.example:
                sheet.write_string(1, place, column.example, text)
        notes = book.add_worksheet(pgettext("sheet", "Notes"))
        notes.set_column(0, 1, 24, wrapped)
        notes.set_column(2, 2, 60, wrapped)
        notes.set_column(3, 3, 28, wrapped)
        lines = [(str(table.words), "", str(table.hint), ""), *((line, "", "", "") for line in _advice()), ("",) * 4]
        lines.append((pgettext("sheet", "Column"), pgettext("sheet", "Needed"), pgettext("sheet", "Also read as"), ""))
        for number, line in enumerate([*lines, *_columns(table)]):
            for place, words in enumerate(line):
                if words:
                    notes.write_string(number, place, words, bold if number == len(lines) - 1 else wrapped)
    return made.getvalue()


def _advice() -> list[str]:
    return [
        _("Fill in the first sheet below its headings. The example in the second row is not read."),
        _("A cell that is left empty leaves what the register has."),
        _("Days as 2026-11-25; 2026/11/25 and 2026年11月25日 are understood too."),
        _("Numbers of licences are text: the columns are formatted for that already."),
    ]


def _columns(table: Table) -> list[tuple[str, str, str, str]]:
    return [
        (
            str(column.words),
            _("always") if column.is_needed else _("for a new record") if column.for_new else "",
            column.aliases.replace(" ", "、"),
            str(column.note),
        )
        for column in table.columns
    ]
