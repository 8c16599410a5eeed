"""Case after case: after a move that was begun beside the list, the list comes back with the next case open."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appeals import chain
from appeals.models import Appeal

COOKIE = "portal_list"
KEPT_SECONDS = 3600
# whoever takes a case goes on with the same one
STAYS = frozenset({"take"})


def remember(response: HttpResponse, opened: str, then: str) -> HttpResponse:
    """Which case is open beside the list, and the list's address with the one after it; codes and a filter only."""
    response.set_cookie(
        COOKIE,
        json.dumps([opened, then]),
        max_age=KEPT_SECONDS,
        path=reverse("appeals:inbox"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def after(request: HttpRequest, appeal: Appeal, verb: str) -> str:
    """Where to go once this case was moved; empty where it was not opened from a list."""
    then = _kept(request, appeal.code)
    if verb in STAYS or not then:
        return ""
    words = {"number": appeal.number, "what": chain.MOVES[verb].label}
    messages.success(request, _("%(number)s is done: %(what)s") % words)
    return then


def _kept(request: HttpRequest, code: str) -> str:
    try:
        kept: Any = json.loads(request.COOKIES.get(COOKIE, ""))
        opened, then = kept
    except (ValueError, TypeError):
        return ""
    # somebody else's address is not followed: only the list itself, with whatever it is asked for
    path = str(then).partition("?")[0]
    return str(then) if opened == code and path == reverse("appeals:inbox") else ""
