"""Invitations to posts: the administrator's list, and the page of whoever was invited."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal import permissions, sign_in
from portal.actions import invitations as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Invitation
from portal.post_forms import InviteForm
from portal.register_forms import KeyForm
from portal.views.doors import answered_before, make_move
from portal.views.me import frame_for
from portal.views.posts import require_administrator

PAGE = 25


@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """Those that wait for an answer, or with ?state=over the others."""
    now, state = timezone.now(), request.GET.get("state", "")
    rows = _in_reach(request).select_related("organisation", "by__person", "person")
    waiting = rows.filter(answered_at=None)
    shown = rows.exclude(answered_at=None) if state == "over" else waiting
    page = Paginator(shown.order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    words = {"page": page, "state": state, "now": now, "waiting": waiting.count(), "most": actions.MOST_SENT}
    return render(request, "portal/invitations.html", words)


def invite(request: HttpRequest) -> HttpResponse:
    office = require_administrator(request)
    now = timezone.now()
    reach = permissions.administered_organisations(office).live().order_by("path")
    first = {"from_date": beijing_day(now), "organisation": reach.filter(code=request.GET.get("at", "")).first()}
    form = InviteForm(request.POST or None, organisations=reach, initial=first)

    def do(values: dict[str, Any]) -> str:
        made = actions.invite(values.pop("phone"), by=request.user, now=now, **values)  # type: ignore[arg-type]
        messages.success(request, _("The SMS is on its way. The post begins when it is accepted."))
        return made.code

    return make_move(
        request, form, verb="portal.invite", subject="", do=do, to=lambda _code: reverse("portal:invitations"),
        template="portal/invite.html", context={"days": actions.VALID.days},
    )  # fmt: skip


@require_POST
def invite_again(request: HttpRequest, code: str) -> HttpResponse:
    return _change(request, code, actions.send_again, _("Sent again; it is valid for another week."))


@require_POST
def withdraw_invitation(request: HttpRequest, code: str) -> HttpResponse:
    return _change(request, code, actions.withdraw, _("Withdrawn. The number was taken away with it."))


def _change(request: HttpRequest, code: str, action: Any, done: str) -> HttpResponse:
    invitation = get_object_or_404(_in_reach(request), code=code)
    try:
        action(invitation.pk, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("portal:invitations")


@never_cache
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """What one is invited to. With another number there is no such page, and neither is there after the answer."""
    if again := answered_before(request, _to_posts):
        return again
    own = Invitation.objects.filter(phone_hash=request.user.phone_hash, answered_at=None)  # type: ignore[union-attr]
    found = get_object_or_404(own.select_related("organisation", "by__organisation"), code=code)
    now = timezone.now()
    lacks_factor = actions.lacks_factor(found, request.user)  # type: ignore[arg-type]
    if lacks_factor:
        # after it was set up, back here
        request.session[sign_in.NEXT] = reverse("portal:invitation", args=[code])
    is_no = "decline" in request.POST

    def do(_values: dict[str, Any]) -> str:
        if is_no:
            actions.decline(found.pk, by=request.user, now=now)  # type: ignore[arg-type]
            messages.success(request, _("Declined. Nothing begins."))
            return "declined"
        post = actions.accept(found.pk, by=request.user, now=now)  # type: ignore[arg-type]
        messages.success(request, _("Accepted. Choose the post to begin."))
        return post.code

    words = frame_for(request) | {"found": found, "is_open": found.is_open(now), "lacks_factor": lacks_factor}
    return make_move(
        request, KeyForm(request.POST or None), verb="portal.decline" if is_no else "portal.accept", subject=code,
        do=do, to=_to_posts, template="portal/invitation.html", context=words,
    )  # fmt: skip


def _to_posts(_answer: str) -> str:
    return reverse("portal:posts")


def _in_reach(request: HttpRequest) -> Any:
    office = require_administrator(request)
    return Invitation.objects.filter(organisation__in=permissions.administered_organisations(office))
