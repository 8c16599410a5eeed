"""The work calendar, for the system administrator: the years loaded, and loading a year's notice."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import departures, permissions, sheets, wording
from portal.actions import calendar as actions
from portal.calendar import beijing_day
from portal.calendar_forms import ConfirmForm, NoticeForm, seal
from portal.departures import Departure
from portal.errors import Refused
from portal.models import CalendarNotice, Post
from portal.views import errors

SHOWN_DUE_ROWS = 100


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The years loaded, and how far due dates are certain."""
    _require_administrator(request)
    notices = (
        CalendarNotice.objects.select_related("loaded_by")
        .annotate(
            days_off=Count("days", filter=Q(days__is_working=False)),
            days_worked=Count("days", filter=Q(days__is_working=True)),
        )
        .order_by("-year")
    )
    now = timezone.now()
    words = {"notices": notices, "horizon": actions.horizon(now), "today": beijing_day(now)}
    return render(request, "portal/calendar.html", words)


@require_safe
def calendar_year(request: HttpRequest, year: int) -> HttpResponse:
    """One year's notice by holiday."""
    _require_administrator(request)
    notice = get_object_or_404(CalendarNotice.objects.select_related("loaded_by"), year=year)
    words = {"notice": notice, "holidays": departures.holidays(_days(notice)), "today": beijing_day(timezone.now())}
    return render(request, "portal/calendar_year.html", words)


@require_safe
def calendar_table(request: HttpRequest, year: int) -> HttpResponse:
    """One year's days as the CSV that loading takes: a pattern for the next year, a start for a correction."""
    _require_administrator(request)
    notice = get_object_or_404(CalendarNotice, year=year)
    rows = ([day.date.isoformat(), int(day.is_working), day.name] for day in _days(notice))
    pieces = sheets.csv_pieces(["date", "is_working", "name"], rows)
    response = HttpResponse(b"".join(pieces), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="calendar-{year}.csv"'
    return response


def calendar_load(request: HttpRequest) -> HttpResponse:
    """A year's notice is uploaded; what comes back is the preview. Nothing is saved before it is confirmed."""
    post = _require_administrator(request)
    last = CalendarNotice.objects.order_by("-year").first()
    asked = request.GET.get("year", "")
    initial: dict[str, Any] = {"year": asked if asked.isdecimal() else last.year + 1 if last else None}
    form = NoticeForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        draft = form.draft(seen=actions.state_of(form.cleaned_data["year"]))
        try:
            preview = actions.preview(draft, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = {
                "draft": draft,
                "preview": preview,
                "holidays": departures.holidays(draft.days),
                "due_rows": preview.due_rows[:SHOWN_DUE_ROWS],
                "forgotten": wording.listed(wording.staff_date(day) for day in preview.forgotten),
                "form": ConfirmForm(initial={"token": seal(draft, post.person.code)}, person_code=post.person.code),
                "today": beijing_day(timezone.now()),
            }
            return render(request, "portal/calendar_preview.html", words)
    return render(request, "portal/calendar_load.html", {"form": form, "pattern": last})


def calendar_confirm(request: HttpRequest) -> HttpResponse:
    """The preview was right: the notice comes into force."""
    post = _require_administrator(request)
    if request.method != "POST":
        return redirect("portal:calendar_load")
    form = ConfirmForm(request.POST, person_code=post.person.code)
    if not form.is_valid():
        for sentence in form.errors.get("token", []):
            messages.error(request, str(sentence))
        return redirect("portal:calendar_load")
    draft = form.cleaned_data["token"]
    try:
        notice = actions.load(draft, by=post.person, post=post, now=timezone.now())
    except Refused as refusal:
        return errors.refused(request, refusal, back=reverse("portal:calendar"))
    messages.success(request, _("The notice for %(year)d is in force.") % {"year": notice.year})
    return redirect("portal:calendar_year", notice.year)


def _days(notice: CalendarNotice) -> list[Departure]:
    return [Departure(day.date, day.is_working, day.name) for day in notice.days.order_by("date")]


def _require_administrator(request: HttpRequest) -> Post:
    post = permissions.active_post(request)
    if post is None or not permissions.has_permission(post, "administer_system"):
        raise Http404
    return post
