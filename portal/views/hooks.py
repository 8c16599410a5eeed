"""Web-hooks at the system administrator's desk: which systems are told of what, and whether they answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from portal import permissions
from portal.actions import hooks as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.machine_forms import HookForm
from portal.models import Hook, HookMessage, Post
from portal.once import once
from portal.roles import ADMINISTER_SYSTEM

PAGE = 25


@require_safe
def hooks(request: HttpRequest) -> HttpResponse:
    rows = _hooks(request).annotate(
        waiting=Count("messages", filter=Q(messages__sent_at=None, messages__failed_at=None)),
        given_up=Count("messages", filter=Q(messages__failed_at__isnull=False)),
        last_sent_at=Max("messages__sent_at"),
    )
    words = {"hooks": rows.order_by("organisation__path", "pk"), "today": beijing_day(timezone.now())}
    return render(request, "portal/hooks.html", words)


@cache_control(no_store=True, private=True)
def new_hook(request: HttpRequest) -> HttpResponse:
    """Another system's address; its secret stands in the answer and can be changed at any time."""
    post, now = _require_administrator(request), timezone.now()
    lines = actions.lines(post, beijing_day(now)).order_by("path")
    form = HookForm(request.POST or None, organisations=lines, kinds=actions.kinds())
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        given = {"name": values["name"], "url": values["url"], "kinds_wanted": values["kinds"]}
        body = {"organisation": values["organisation"].code, **{name: str(value) for name, value in given.items()}}

        def do() -> str:
            return actions.add(values["organisation"], by=request.user, post=post, now=now, **given).code  # type: ignore[arg-type]

        try:
            code = once(values["key"], by=request.user, verb="portal.add_hook", body=body, now=now, do=do)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added. Give the secret to the other side, then send a ping."))
            return redirect("portal:hook_secret", code)
    return render(request, "portal/new_hook.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def hook(request: HttpRequest, code: str) -> HttpResponse:
    """One hook: what it is told of, what waits, and every try of the last messages."""
    shown = get_object_or_404(_hooks(request), code=code)
    rows = shown.messages.prefetch_related("attempts").order_by("-made_at", "-pk")
    state = request.GET.get("state", "")
    if state == "waiting":
        rows = rows.filter(sent_at=None, failed_at=None)
    elif state == "given_up":
        rows = rows.filter(failed_at__isnull=False)
    offered = {**actions.kinds(), actions.PING: _("Ping")}
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for message in page.object_list:
        message.word = offered.get(message.kind, message.kind)
    words = {
        "hook": shown,
        "kinds": [offered.get(kind, kind) for kind in shown.kinds],
        "page": page,
        "state": state,
        "now": timezone.now(),
        "today": beijing_day(timezone.now()),
    }
    return render(request, "portal/hook.html", words)


@require_POST
def switch_hook(request: HttpRequest, code: str) -> HttpResponse:
    """Pause, or let it go on."""
    is_on = request.POST.get("on") == "yes"
    done = _("It goes on.") if is_on else _("Paused. What happens from now on is not sent.")
    return _change(request, code, done, lambda pk, **who: actions.set_on(pk, is_on=is_on, **who))


@require_POST
def ping_hook(request: HttpRequest, code: str) -> HttpResponse:
    return _change(request, code, _("A ping goes out within half a minute. Look here again."), actions.ping)


@require_POST
def retry_message(request: HttpRequest, code: str) -> HttpResponse:
    """Try a message again that was given up."""
    shown = get_object_or_404(_hooks(request), code=code)
    message = get_object_or_404(HookMessage, hook=shown, code=request.POST.get("message", "")[:16].replace("\0", ""))
    done = _("It will be tried again within half a minute.")
    return _change(request, code, done, lambda _pk, **who: actions.retry(message.pk, **who))


@cache_control(no_store=True, private=True)
def hook_secret(request: HttpRequest, code: str) -> HttpResponse:
    """The secret with which the other side checks what it gets; a POST changes it."""
    shown = get_object_or_404(_hooks(request), code=code)
    if request.method == "POST":
        done = _("Changed. For one day messages are signed with both.")
        _change(request, code, done, actions.rotate)
        return redirect("portal:hook_secret", code)
    now = timezone.now()
    is_changing = shown.old_until_at is not None and now < shown.old_until_at
    words = {"hook": shown, "is_changing": is_changing, "today": beijing_day(now)}
    return render(request, "portal/hook_secret.html", words)


def _change(request: HttpRequest, code: str, done: str, do: Callable[..., Any]) -> HttpResponse:
    post = _require_administrator(request)
    shown = get_object_or_404(_hooks(request), code=code)
    try:
        do(shown.pk, by=request.user, post=post, now=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("portal:hook", code)


def _require_administrator(request: HttpRequest) -> Post:
    post = permissions.active_post(request)
    if post is None or not permissions.has_permission(post, ADMINISTER_SYSTEM):
        raise Http404
    return post


def _hooks(request: HttpRequest) -> QuerySet[Hook]:
    post = _require_administrator(request)
    reach = actions.lines(post, beijing_day(timezone.now()))
    return Hook.objects.filter(organisation__in=reach).select_related("organisation")
