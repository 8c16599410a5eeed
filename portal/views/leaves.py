"""Leave that the holder of a post asks for, and the list of those who confirm it."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import permissions
from portal.actions import leaves as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import LeaveRequest, Post
from portal.post_forms import AskLeaveForm
from portal.views.doors import make_move
from portal.views.me import frame_for
from portal.views.posts import deputies

PAGE = 25


def ask_leave(request: HttpRequest, code: str) -> HttpResponse:
    """The holder asks for leave from one of his own posts."""
    now = timezone.now()
    own = Post.objects.filter(person=request.user).live(beijing_day(now)).select_related("organisation")  # type: ignore[misc]
    post = get_object_or_404(own, code=code)
    form = AskLeaveForm(request.POST or None, deputies=deputies(post))

    def do(values: dict[str, Any]) -> str:
        span: tuple[datetime.date, datetime.date] = (values["from_date"], values["until_date"])
        asked = actions.ask(post, span=span, deputy=values["deputy"], by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Asked for. You are told when it is confirmed."))
        return asked.code

    waiting = LeaveRequest.objects.filter(post=post, decided_at=None).first()
    return make_move(
        request, form, verb="portal.ask_leave", subject=code, do=do, to=lambda _code: reverse("portal:posts"),
        template="portal/ask_leave.html", context=frame_for(request) | {"asked_post": post, "waiting": waiting},
    )  # fmt: skip


@require_safe
def leave_requests(request: HttpRequest) -> HttpResponse:
    """What waits for the post one acts in."""
    _office, rows = _before(request)
    rows = rows.filter(decided_at=None).select_related("post__person", "post__organisation", "deputy__person")
    page = Paginator(rows.order_by("from_date", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/leave_requests.html", {"page": page})


@require_POST
def decide_leave(request: HttpRequest, code: str) -> HttpResponse:
    office, rows = _before(request)
    asked = get_object_or_404(rows, code=code)
    is_agreed = "yes" in request.POST
    try:
        actions.decide(asked.pk, is_agreed=is_agreed, by=request.user, office=office, now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Confirmed; it stands on the post.") if is_agreed else _("Not confirmed."))
    return redirect("portal:leave_requests")


def _before(request: HttpRequest) -> tuple[Post, Any]:
    post, now = permissions.active_post(request), timezone.now()
    if post is None or not actions.may_decide(post, now):
        raise Http404
    return post, actions.before(post, now)
