"""The error pages: each says what happened, what is kept and what to do, and carries the request's reference number.

None of them reads the database or a context processor: they must still stand when those are what broke.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from portal import problems
from portal.errors import Refused, Stale


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400.html", 400)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """PermissionDenied: a signed-in person may see the thing, but the move is not his."""
    return _page(request, "403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lay open too long, or came from elsewhere: it is not carried out, and can be sent again."""
    return _page(request, "403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One text for what does not exist and for what one may not see."""
    return _page(request, "404.html", 404)


def refused(
    request: HttpRequest, refusal: Refused, kept: Iterable[tuple[object, object]] = (), *, back: str = ""
) -> HttpResponse:
    """
    A rule said no to a form. `kept` are (label, text) pairs the writer typed: they stay on the page, below the
    other person's decision when someone was quicker; `back` leads to the thing as it is now.
    """
    theirs = refusal.theirs if isinstance(refusal, Stale) else ""
    mine = [(label, text) for label, text in kept if str(text or "").strip()]
    words = {"refusal": refusal, "is_stale": isinstance(refusal, Stale), "theirs": theirs, "mine": mine, "back": back}
    return _page(request, "409.html", 409, **words)


def too_many(request: HttpRequest, *, minutes: int | None = None) -> HttpResponse:
    """Too many tries in a short time."""
    response = _page(request, "429.html", 429, minutes=minutes)
    if minutes:
        response["Retry-After"] = str(minutes * 60)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """More was sent at once than any form takes; it was not read."""
    return _page(request, "413.html", 413)


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours failed. The page stands alone: it inherits nothing and needs no manifest of static files."""
    return _page(request, "500.html", 500, static_url=settings.STATIC_URL)


def unavailable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Closed for maintenance."""
    return _page(request, "503.html", 503, static_url=settings.STATIC_URL)


def _page(request: HttpRequest, template: str, status: int, **words: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        # a program reads no page
        body = problems.problem(status, reference=getattr(request, "reference", ""))
        return JsonResponse(body, status=status, content_type=problems.MEDIA_TYPE)
    words |= {
        "status": status,
        "reference": getattr(request, "reference", ""),
        "is_demo": settings.DEMO,
        "lang": "zh-CN" if (get_language() or "").startswith("zh") else "en",
        "was_sending": request.method not in {"GET", "HEAD"},
    }
    response = HttpResponse(render_to_string(template, words), status=status)
    # a fragment's place is too small for an error: the whole text of the page gives way to it
    response["HX-Retarget"] = "#main"
    response["HX-Reselect"] = "#main"
    response["HX-Reswap"] = "outerHTML"
    return response
