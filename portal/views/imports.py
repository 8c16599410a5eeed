"""Filling registers from files, at the desk of a system administrator."""

import datetime
import json
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from portal import permissions, roles, sheets
from portal.actions import imports
from portal.calendar import beijing_day
from portal.import_forms import FileForm, StepForm
from portal.imports import sentences
from portal.imports.tables import Table, tables
from portal.imports.templates import template_of
from portal.models import Import, ImportedRow, ImportProblem, ImportState, Post, RowUndone
from portal.uploads import takes_files_of
from portal.views import doors

PAGE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _office(request: HttpRequest, now: datetime.datetime) -> Post:
    post = permissions.active_post(request)
    if post is None or not permissions.has_permission(post, roles.ADMINISTER_SYSTEM, beijing_day(now)):
        raise Http404
    return post


def _table(code: str) -> Table:
    found = tables().get(code)
    if found is None:
        raise Http404
    return found


def _run(request: HttpRequest, code: str, now: datetime.datetime) -> Import:
    post = _office(request, now)
    seen = Import.objects.under(permissions.paths_for(post, roles.ADMINISTER_SYSTEM, beijing_day(now)))
    return get_object_or_404(seen.listed(), code=code)


@require_safe
def imports_list(request: HttpRequest) -> HttpResponse:
    """The registers that can be filled, and the imports of the line."""
    now = timezone.now()
    post = _office(request, now)
    seen = Import.objects.under(permissions.paths_for(post, roles.ADMINISTER_SYSTEM, beijing_day(now)))
    page = Paginator(seen.listed(), PAGE).get_page(request.GET.get("page"))
    offered = tables()
    for run in page.object_list:
        run.words = offered[run.table].words if run.table in offered else run.table
    return render(request, "portal/imports.html", {"tables": list(offered.values()), "page": page})


@takes_files_of("IMPORT_FILE_BYTES")
def new_import(request: HttpRequest, table: str) -> HttpResponse:
    """Hand in a file."""
    now = timezone.now()
    post, found = _office(request, now), _table(table)

    def do(values: dict[str, Any]) -> str:
        file = values["file"]
        given = {"file_name": file.name, "by": request.user, "post": post, "now": now}
        return imports.ask(found, file.chunks(), **given).code

    return doors.make_move(
        request,
        FileForm(request.POST or None, request.FILES or None),
        verb="portal.import",
        subject=table,
        do=do,
        to=lambda code: reverse("portal:import_run", args=[code]),
        template="portal/new_import.html",
        context={"table": found},
    )


@require_safe
def import_template(request: HttpRequest, table: str) -> HttpResponse:
    """The sheet to fill in."""
    _office(request, timezone.now())
    found = _table(table)
    response = HttpResponse(template_of(found), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{found.code.partition(".")[2]}.xlsx"'
    return response


@require_safe
def import_run(request: HttpRequest, code: str) -> HttpResponse:
    """One import: how far it is, what was found, what can be done with it."""
    run = _run(request, code, timezone.now())
    return render(request, "portal/import_run.html", _words(request, run))


def _words(request: HttpRequest, run: Import) -> dict[str, Any]:
    table = _table(run.table)
    page = Paginator(run.found.order_by("line", "pk"), PAGE).get_page(request.GET.get("page"))
    for problem in page.object_list:
        problem.sentence, problem.heading = _told(table, problem)
    left = ImportedRow.objects.filter(run=run).exclude(undone__in=(RowUndone.NOT, RowUndone.UNDONE))
    is_written = run.started_at is not None and run.state in (ImportState.DONE, ImportState.FAILED)
    is_kept = run.state in (ImportState.CHECKED, ImportState.CHECKING) or (
        run.state in (ImportState.UNREADABLE, ImportState.FAILED) and run.started_at is None
    )
    whole = run.created + run.changed if run.undo_at else run.good
    return {
        "run": run,
        "table": table,
        "page": page,
        "fault": sentences.of_fault(run, json.loads(run.fault_words or "{}")),
        "headings": json.loads(run.headings or "{}"),
        "share": 100 * run.rows_done // max(whole, 1),
        "whole": whole,
        "left": left.order_by("line")[:200] if run.refused else [],
        "may_start": (run.state == ImportState.CHECKED and run.created + run.changed > 0) or imports.goes_on(run),
        "may_drop": is_kept,
        "may_undo": is_written and timezone.now() <= imports.undo_until(run),
        "undo_until": imports.undo_until(run),
        "to_write": run.created + run.changed,
        "step": StepForm(),
    }


def _told(table: Table, problem: ImportProblem) -> tuple[str, str]:
    column = table.column(problem.column)
    return sentences.of_problem(table, problem), str(column.words) if column else ""


@require_safe
def import_problems(request: HttpRequest, code: str) -> HttpResponse:
    """The problems as a table, to mend the file by; personal cells are masked as on the page."""
    run = _run(request, code, timezone.now())
    table = _table(run.table)
    head = [pgettext("column", "Row"), pgettext("column", "Column"), pgettext("column", "Cell"), _("What to do")]
    rows = []
    for problem in run.found.order_by("line", "pk"):
        sentence, heading = _told(table, problem)
        rows.append([problem.line, heading, problem.shown, sentence])
    response = HttpResponse(b"".join(sheets.csv_pieces(head, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{run.code}.csv"'
    return response


def start_import(request: HttpRequest, code: str) -> HttpResponse:
    """Write the rows that are sound."""
    return _step(request, code, "start", imports.start)


def drop_import(request: HttpRequest, code: str) -> HttpResponse:
    """Leave it; the file goes."""
    return _step(request, code, "drop", imports.drop)


def undo_import(request: HttpRequest, code: str) -> HttpResponse:
    """Take the whole import back."""
    return _step(request, code, "undo", imports.undo)


def _step(request: HttpRequest, code: str, verb: str, act: Callable[..., Import]) -> HttpResponse:
    now = timezone.now()
    run = _run(request, code, now)
    post = permissions.active_post(request)
    address = reverse("portal:import_run", args=[code])
    return doors.make_move(
        request,
        StepForm(request.POST or None),
        verb=f"portal.{verb}_import",
        subject=code,
        do=lambda _values: act(run.pk, by=request.user, post=post, now=now).code,
        to=lambda _code: address,
        back=address,
        template="portal/import_step.html",
        context={"run": run, "table": _table(run.table), "verb": verb, "to_write": run.created + run.changed},
    )
