"""What a file's problems are called: each sentence says what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal.imports.tables import Table, Words
from portal.models import Import, ImportProblem

CELLS: Mapping[str, Words] = {
    "needed": _("This cell is empty. Fill it in."),
    "needed_for_new": _("The register does not have this record yet, so this cell has to be filled in."),
    "twice": _("The same record stands in row %(first)s already. Leave one of the two."),
    "in_another_row": _("Row %(first)s has this number too, for another record. Correct one of the two."),
    "formula": _("A formula stands here. Copy the column and paste it as values."),
    "rounded": _(
        "The spreadsheet has made a number of it and lost digits. Format the column as text and type it anew."
    ),
    "not_text": _("A text belongs here. Type it anew."),
    "too_long": _("No more than %(most)s characters have room here. Shorten it."),
    "not_a_name": _("This does not look like a name: it has digits or no letters. Correct it."),
    "wrong_length": _(
        "It has %(found)s characters and should have %(least)s to %(most)s. Compare it with the document."
    ),
    "not_a_number": _("Only digits and capital letters belong here. Compare it with the document."),
    "not_a_phone": _("This is not a mobile number of the mainland: eleven digits, beginning with 1. Correct it."),
    "not_a_plate": _("This is not a number plate, such as 川E·D12345. Correct it."),
    "not_a_day": _("This is not a day. Write it as 2026-11-25."),
    "no_such_day": _("There is no such day. Correct it."),
    "not_whole": _("A whole number belongs here."),
    "out_of_range": _("A number from %(least)s to %(most)s belongs here."),
    "not_a_share": _("A share belongs here, such as 29%%, with one decimal at most."),
    "not_a_choice": _("One of these belongs here: %(words)s."),
    "not_a_credit_code": _(
        "A unified social credit code has 18 digits and capital letters. Compare it with the licence."
    ),
}
FAULTS: Mapping[str, Words] = {
    "old_spreadsheet": _(
        "This is a spreadsheet of the old kind (.xls), or one with a password. Save it as .xlsx without a password."
    ),
    "broken_xlsx": _("This spreadsheet is damaged. Open it, save it anew as .xlsx, and hand that in."),
    "too_large_inside": _("This spreadsheet unpacks to more than a register has. Save the one sheet as CSV."),
    "not_text": _("This is neither a spreadsheet (.xlsx) nor a table as text. Save it as .xlsx or as CSV UTF-8."),
    "broken_csv": _("A quotation mark in this table is never closed. Save it as .xlsx and hand that in."),
    "empty": _("This file is empty."),
    "no_rows": _("Below the headings there is no row."),
    "no_headings": _("No row with the headings was found among the first twelve. Begin with the template."),
    "heading_missing": _("These columns are missing: %(names)s. Add them, or begin with the template."),
    "heading_twice": _("These columns stand there twice: %(names)s. Take one of each out."),
    "too_many_rows": _("More than %(most)s rows do not fit. Split the file."),
    "too_many_columns": _("More than %(most)s columns are filled. Take out what does not belong to the register."),
    "not_allowed": _("The post in which it was begun may not do this any more. What was written so far can be undone."),
    "given_up": _(
        "It was tried several times and did not get on. The runbook says where to look; it can be gone on with."
    ),
}


def of_problem(table: Table, problem: ImportProblem) -> str:
    words = table.sentences.get(problem.kind) or CELLS.get(problem.kind, problem.kind)
    return str(words) % problem.facts


def of_fault(run: Import, facts: Mapping[str, object]) -> str:
    return str(FAULTS.get(run.fault, run.fault)) % facts if run.fault else ""
