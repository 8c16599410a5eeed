"""A person's own pages: name, language, and the ways on from here."""

import json
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from portal import front, own_words, permissions, roles, sign_in
from portal.actions import people
from portal.context import address
from portal.forms import NameForm

LANGUAGE_SECONDS = 400 * 86_400


def me(request: HttpRequest) -> HttpResponse:
    posts = sign_in.own_posts(request.user, timezone.now())  # type: ignore[arg-type]
    words = frame_for(request) | {
        "posts": posts,
        "needs_factor": any(roles.needs_second_factor(post.role) for post in posts),
        "has_factor": sign_in.has_factor(request.user),  # type: ignore[arg-type]
        "notices_url": address("portal:notice_settings"),
        "languages": settings.LANGUAGES,
        "language": translation.get_language(),
    }
    return render(request, "portal/me.html", words)


def name(request: HttpRequest) -> HttpResponse:
    """Asked once after the first sign-in, and open to change at any time."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})  # type: ignore[union-attr]
    if form.is_valid():
        people.rename(request.user, name=form.cleaned_data["name"], by=request.user, now=timezone.now())  # type: ignore[arg-type]
        return redirect(request.session.pop(sign_in.NEXT, "") or "portal:start")
    return render(request, "portal/name.html", {"form": form, "later": request.session.get(sign_in.NEXT) or "/"})


def sessions(request: HttpRequest) -> HttpResponse:
    """Out on every phone and computer at once, this one too: for a phone that was lost or lent."""
    if request.method == "POST":
        people.sign_out_everywhere(request.user, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        auth.logout(request)
        response = redirect("account_login")
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
    return render(request, "portal/sessions.html", frame_for(request))


def data(request: HttpRequest) -> HttpResponse:
    """Everything the portal holds about the person, room by room, for himself: to read, and as a file."""
    held = front.personal_data(request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        body = json.dumps(held, ensure_ascii=False, indent=2, default=str)
        response = HttpResponse(body, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="my-data.json"'
        return response
    return render(request, "portal/my_data.html", {**frame_for(request), "rooms": own_words.told(held)})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language of the pages, kept on this device: readers without an account choose it too."""
    wanted = request.POST.get("language", "")
    response = redirect("portal:me" if request.user.is_authenticated else "portal:start")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=LANGUAGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def frame_for(request: HttpRequest) -> dict[str, Any]:
    """A desk post sees these pages in the desk's frame; a driver, contact or volunteer in the phone's."""
    post = permissions.active_post(request)
    is_desk = post is not None and roles.needs_second_factor(post.role)
    return {"is_desk": is_desk, "base": "staff.html" if is_desk else "driver_inner.html"}
