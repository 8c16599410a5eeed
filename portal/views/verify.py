"""Verifying a case record, for everybody; and the daily roots it is checked against."""

import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import caselog, rootfiles, verification
from portal.calendar import beijing_day
from portal.models import DailyRoot
from portal.verification import Unreadable
from portal.verify_forms import VerifyForm

PAGE = 31


@never_cache
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Check an uploaded or pasted record. Nothing of it is kept."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    words: dict[str, object] = {"form": form, "newest": DailyRoot.objects.order_by("-day").first()}
    if request.method == "POST" and form.is_valid():
        try:
            log = verification.read(form.cleaned_data["record"])
        except Unreadable as unreadable:
            form.add_error(form.source, str(unreadable))
        else:
            words["report"], words["newer"] = caselog.verify_given(log, head=form.cleaned_data["head"])
            words["had_receipt"] = bool(form.cleaned_data["head"])
    words["today"] = beijing_day(timezone.now())
    return render(request, "portal/verify.html", words, status=422 if form.errors else 200)


@login_not_required
@require_safe
def roots(request: HttpRequest) -> HttpResponse:
    published = DailyRoot.objects.order_by("-day")
    words = {
        "page": Paginator(published, PAGE).get_page(request.GET.get("page")),
        "today": beijing_day(timezone.now()),
    }
    return render(request, "portal/roots.html", words)


@login_not_required
@require_safe
def root(request: HttpRequest, day: str) -> HttpResponse:
    """One day's root, as the database has it and as the file outside the database says it."""
    row = get_object_or_404(DailyRoot, day=_day(day))
    words = {
        "root": row,
        "on_file": rootfiles.read(row.day),
        "before": DailyRoot.objects.filter(day__lt=row.day).order_by("-day").first(),
        "after": DailyRoot.objects.filter(day__gt=row.day).order_by("day").first(),
        "today": beijing_day(timezone.now()),
    }
    return render(request, "portal/root.html", words)


@login_not_required
@require_safe
def root_file(request: HttpRequest, day: str) -> HttpResponse:
    """The published file itself, byte for byte."""
    path = rootfiles.path_of(_day(day))
    try:
        return HttpResponse(path.read_bytes(), content_type="application/json")
    except FileNotFoundError as missing:
        raise Http404 from missing


def _day(typed: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(typed)
    except ValueError as error:
        raise Http404 from error
