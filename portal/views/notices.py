"""The bell: what a person was told, and how he wants to be told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import permissions, roles
from portal.actions import notices as actions
from portal.calendar import beijing_day
from portal.models import Notice
from portal.telling_forms import TellingForm

PAGE = 20


def _frame(request: HttpRequest) -> str:
    """A contact and a volunteer read on their phones, as drivers do."""
    post = permissions.active_post(request)
    return "staff.html" if post and roles.needs_second_factor(post.role) else "driver_inner.html"


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    told = Notice.objects.filter(person=request.user).order_by("-at", "-pk")
    words = {
        "base": _frame(request),
        "page": Paginator(told, PAGE).get_page(request.GET.get("page")),
        "unread": actions.unread_count(request.user),
        "now": now,
        "today": beijing_day(now),
    }
    return render(request, "portal/notices.html", words)


@require_POST
def open_notice(request: HttpRequest) -> HttpResponse:
    """Mark one read and go where it leads."""
    number = request.POST.get("notice", "")
    try:
        notice = actions.read(int(number) if number.isdecimal() else 0, by=request.user, now=timezone.now())
    except Notice.DoesNotExist as missing:
        raise Http404 from missing
    is_ours = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None) and notice.url.startswith("/")
    return redirect(notice.url if is_ours else "portal:notices")


@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark read everything the page showed when it was drawn."""
    until = parse_datetime(request.POST.get("until", "")) or timezone.now()
    now = timezone.now()
    actions.read_all(by=request.user, until=min(until, now) if until.tzinfo else now, now=now)
    return redirect("portal:notices")


def notice_settings(request: HttpRequest) -> HttpResponse:
    setting = actions.setting_of(request.user)
    form = TellingForm(
        request.POST or None,
        initial={"is_sms_on": setting.is_sms_on, "is_quiet_at_night": setting.is_quiet_at_night},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_telling(by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("portal:notices")
    return render(request, "portal/notice_settings.html", {"base": _frame(request), "form": form})
