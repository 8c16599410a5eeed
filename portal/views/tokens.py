"""Keys for programs: one's own, and for the security administrator those of his line."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal import permissions, roles
from portal.actions import tokens as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.machine_forms import TokenForm
from portal.models import ApiToken, Post
from portal.once import once
from portal.views.me import frame_for

PAGE = 25


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own keys, of whatever post; those that open nothing any more stand below."""
    rows = ApiToken.objects.filter(person=request.user).select_related("post__organisation")  # type: ignore[misc]
    words = frame_for(request) | _states(list(rows.order_by("-created_at", "-pk")[:50]))
    return render(request, "portal/tokens.html", words | {"may_have": _may_have(request)})


@cache_control(no_store=True, private=True)
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a key for the post one acts in, or for oneself. Its secret stands once in the answer, and nowhere else."""
    post = permissions.active_post(request)
    form = TokenForm(request.POST or None)
    words = frame_for(request) | {"form": form, "post": post, "may_have": _may_have(request)}
    if request.method == "POST" and form.is_valid():
        made: list[tuple[ApiToken, str]] = []
        try:
            _make(request, post, form.cleaned_data, made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if not made:
                # the same form again: it was shown then
                return redirect("portal:tokens")
            token, secret = made[0]
            return render(request, "portal/token_made.html", frame_for(request) | {"token": token, "secret": secret})
    return render(request, "portal/new_token.html", words, status=422 if form.errors else 200)


def _make(request: HttpRequest, post: Post | None, values: dict[str, Any], made: list[tuple[ApiToken, str]]) -> None:
    now = timezone.now()
    given = {name: values[name] for name in ("name", "days", "networks")}

    def do() -> str:
        made.append(actions.issue(post, by=request.user, now=now, **given))  # type: ignore[arg-type]
        return made[0][0].code

    body = {"post": post.code if post else "", **{name: str(value) for name, value in given.items()}}
    once(values["key"], by=request.user, verb="portal.issue_token", body=body, now=now, do=do)  # type: ignore[arg-type]


def revoke_token(request: HttpRequest, code: str) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.filter(person=request.user), code=code)  # type: ignore[misc]
    return _revoke(request, token, back="portal:tokens", words=frame_for(request))


@require_safe
def desk_tokens(request: HttpRequest) -> HttpResponse:
    """Keys for posts of the line, so that one that should not be there can be ended."""
    rows = _in_line(request).order_by("-created_at", "-pk")
    typed = request.GET.get("q", "").replace("\0", "").strip()[:60]
    if typed:
        rows = rows.filter(_matching(typed))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/desk_tokens.html", {"page": page, "q": typed, **_states(list(page))})


def desk_revoke_token(request: HttpRequest, code: str) -> HttpResponse:
    token = get_object_or_404(_in_line(request), code=code)
    return _revoke(request, token, back="portal:desk_tokens", words={"is_desk": True, "base": "staff.html"})


def _revoke(request: HttpRequest, token: ApiToken, *, back: str, words: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        return render(request, "portal/revoke_token.html", words | {"token": token, "back": reverse(back)})
    try:
        actions.revoke(token.pk, by=request.user, post=permissions.active_post(request), now=timezone.now())  # type: ignore[arg-type]
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Revoked. The key opens nothing from now on."))
    return redirect(back)


def _may_have(request: HttpRequest) -> bool:
    post = permissions.active_post(request)
    return post is None or actions.may_have_token(post)


def _in_line(request: HttpRequest) -> QuerySet[ApiToken]:
    office = permissions.active_post(request)
    if office is None or not permissions.has_permission(office, roles.ADMINISTER_SECURITY):
        raise Http404
    reach = permissions.administered_organisations(office)
    return ApiToken.objects.filter(post__organisation__in=reach).select_related("person", "post__organisation")


def _matching(typed: str) -> Q:
    return (
        Q(name__icontains=typed)
        | Q(prefix__istartswith=typed.removeprefix(f"{actions.MARK}_")[:8])
        | Q(person__name__icontains=typed)
        | Q(post__organisation__name__icontains=typed)
    )


def _states(rows: list[ApiToken]) -> dict[str, Any]:
    """The keys in force and the others, each with why it opens nothing."""
    now = timezone.now()
    day = beijing_day(now)
    held = [row for row in rows if row.is_in_force(now) and (row.post is None or row.post.is_live(day))]
    return {"held": held, "over": [row for row in rows if row not in held], "today": day, "now": now}
