"""The event log for auditors: kinds, subjects, times and codes; never a text, never a name."""

import datetime

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import permissions, roles
from portal.calendar import beijing_day, end_of
from portal.models import Event

PAGE = 50
# the log is large: what is shown and counted without a day reaches back so far
WINDOW_DAYS = 31
KINDS_SECONDS = 600


def audit(request: HttpRequest) -> HttpResponse:
    post = permissions.active_post(request)
    if not permissions.has_permission(post, roles.READ_AUDIT):
        raise Http404
    kind, day = request.GET.get("kind", ""), _day(request.GET.get("day", ""))
    last = day or beijing_day(timezone.now())
    first = day or last - datetime.timedelta(days=WINDOW_DAYS - 1)
    events = Event.objects.filter(at__gte=end_of(first - datetime.timedelta(days=1)), at__lt=end_of(last))
    if kind:
        events = events.filter(kind=kind)
    page = Paginator(events.select_related("by", "post").order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "rows": [(event, *event.subject.partition(":")[::2]) for event in page],
        "kinds": cache.get_or_set("audit:kinds", _kinds, KINDS_SECONDS),
        "window_days": WINDOW_DAYS,
        "kind": kind,
        "day": day,
        "day_typed": request.GET.get("day", ""),
    }
    return render(request, "portal/audit.html", words)


def _kinds() -> list[str]:
    return list(Event.objects.order_by("kind").values_list("kind", flat=True).distinct())


def _day(typed: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(typed)
    except ValueError:
        return None
