"""The event log for auditors: kinds, subjects, times and codes; never a text, never a name."""

import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal import permissions, roles
from portal.calendar import end_of
from portal.models import Event

PAGE = 50


def audit(request: HttpRequest) -> HttpResponse:
    post = permissions.active_post(request)
    if not permissions.has_permission(post, roles.READ_AUDIT):
        raise Http404
    kind, day = request.GET.get("kind", ""), _day(request.GET.get("day", ""))
    events = Event.objects.select_related("by", "post").order_by("-at", "-pk")
    if kind:
        events = events.filter(kind=kind)
    if day:
        events = events.filter(at__gte=end_of(day - datetime.timedelta(days=1)), at__lt=end_of(day))
    words = {
        "page": Paginator(events, PAGE).get_page(request.GET.get("page")),
        "kinds": Event.objects.order_by("kind").values_list("kind", flat=True).distinct(),
        "kind": kind,
        "day": day,
        "day_typed": request.GET.get("day", ""),
    }
    return render(request, "portal/audit.html", words)


def _day(typed: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(typed)
    except ValueError:
        return None
