"""The portal's health: for machines at /healthz, for the system and audit administrators on a page of the desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal import health as reading
from portal import permissions, roles
from portal.actions import deliveries
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.front import LEVELS
from portal.models import Delivery, JobRun, Post
from portal.views import errors

SHOWN = 50


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Every part with its level and one sentence; 503 when any is red. Public: it names nobody and nothing private."""
    now = timezone.now()
    found = list(reading.findings(now))
    parts = {
        check.name: {
            "status": check.level,
            "ok": check.level != "red",
            "sentence": str(check.sentence),
            **({"facts": check.facts} if check.facts else {}),
        }
        for check in found
    }
    status = reading.worst(found)
    answer = {"status": status, "at": now.isoformat(), "parts": parts}
    return JsonResponse(answer, status=503 if status == "red" else 200, json_dumps_params={"ensure_ascii": False})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    post = _require_administrator(request)
    now = timezone.now()
    found = sorted(reading.findings(now), key=lambda check: -LEVELS.index(check.level))
    given_up = Delivery.objects.filter(failed_at__isnull=False).select_related("event").order_by("-failed_at")
    words = {
        "checks": found,
        "worst": reading.worst(found),
        "given_up": given_up[:SHOWN],
        "now": now,
        "may_retry": permissions.has_permission(post, roles.ADMINISTER_SYSTEM),
    }
    return render(request, "portal/health.html", words)


@require_POST
def retry_delivery(request: HttpRequest) -> HttpResponse:
    """Try a delivery again that was given up."""
    post = _require_administrator(request)
    number = request.POST.get("delivery", "")
    try:
        deliveries.retry(int(number) if number.isdecimal() else 0, by=request.user, post=post, now=timezone.now())
    except Refused as refusal:
        return errors.refused(request, refusal)
    messages.success(request, _("It will be tried again within half a minute."))
    return redirect("portal:health")


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """Runs of background jobs that did something or failed, newest first."""
    _require_administrator(request)
    runs = JobRun.objects.order_by("-started_at", "-pk")
    name, only_failed = request.GET.get("name", ""), request.GET.get("failed") == "1"
    if name:
        runs = runs.filter(name=name)
    if only_failed:
        runs = runs.exclude(error="")
    now = timezone.now()
    words = {
        "page": Paginator(runs, SHOWN).get_page(request.GET.get("page")),
        "names": reading.job_names(),
        "name": name,
        "only_failed": only_failed,
        "overdue": reading.overdue_jobs(now),
        "today": beijing_day(now),
    }
    return render(request, "portal/jobs.html", words)


def _require_administrator(request: HttpRequest) -> Post:
    post = permissions.active_post(request)
    allowed = (roles.ADMINISTER_SYSTEM, roles.READ_AUDIT)
    if post is None or not any(permissions.has_permission(post, right) for right in allowed):
        raise Http404
    return post
