"""A person's rights: the notice in plain words, who read his data, what he agreed to, and being forgotten."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import front, reading_words
from portal.actions import erasing
from portal.actions import privacy as actions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Erasure, PurposeConsent
from portal.privacy import KEPT, NOTICE_VERSION, PURPOSES, Kind
from portal.views.me import frame_for

PAGE = 25


@login_not_required
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What is kept, why, how long, who sees it, how to take a consent back: for all to read."""
    in_use = [PURPOSES[name] for name in settings.PURPOSES_IN_USE]
    return render(
        request,
        "portal/privacy.html",
        {
            "version": NOTICE_VERSION,
            "kept": [(kept.word, kept.days) for kept in KEPT.values()],
            "purposes": in_use,
            "waits": settings.ERASURE_WAITS_DAYS,
        },
    )


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Who saw what of the person's data, where and when; the newest first."""
    now = timezone.now()
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    seen = reading_words.seen_of(request.user, kind)  # type: ignore[arg-type]
    words = {
        **frame_for(request),
        "page": Paginator(seen, PAGE).get_page(request.GET.get("page")),
        "kinds": [("", _("Everything")), *Kind.choices],
        "kind": kind,
        "today": beijing_day(now),
        "most": reading_words.MOST,
    }
    return render(request, "portal/my_readings.html", words)


@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """Every use that needs a yes of its own, and where the others are decided."""
    held = {row.purpose: row for row in PurposeConsent.objects.filter(person=request.user, withdrawn_at=None)}
    rows = [(name, PURPOSES[name], held.get(name)) for name in PURPOSES if name in (*settings.PURPOSES_IN_USE, *held)]
    return render(request, "portal/consents.html", {**frame_for(request), "rows": rows})


def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """One question, asked when it is needed; a no leads back as a yes does."""
    if purpose not in settings.PURPOSES_IN_USE and not _has(request, purpose):
        raise Http404
    to = request.POST.get("next", request.GET.get("next", ""))
    to = to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) and to.startswith("/") else ""
    if request.method == "POST":
        act = actions.give_consent if request.POST.get("answer") == "yes" else actions.withdraw_consent
        try:
            act(request.user, purpose, now=timezone.now())  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
        return redirect(to or "portal:consents")
    words = {"purpose": PURPOSES[purpose], "has": _has(request, purpose), "next": to, "version": NOTICE_VERSION}
    return render(request, "portal/my_consent.html", {**frame_for(request), **words})


def _has(request: HttpRequest, purpose: str) -> bool:
    return PurposeConsent.objects.filter(person=request.user, purpose=purpose, withdrawn_at=None).exists()


def erasure(request: HttpRequest) -> HttpResponse:
    """Being forgotten: what goes, what stays and why, then the days in which it can be undone."""
    now, person = timezone.now(), request.user
    refusal = ""
    if request.method == "POST":
        act = erasing.undo if "undo" in request.POST else erasing.ask
        try:
            act(person, now=now)  # type: ignore[arg-type]
        except Refused as refused:
            refusal = str(refused)
        else:
            return redirect("portal:erasure")
    asked = Erasure.objects.filter(person=person, undone_at=None, done_at=None).first()  # type: ignore[misc]
    words: dict[str, Any] = {
        "asked": asked,
        "refusal": refusal,
        "holds_posts": erasing.holds_posts(person, now),  # type: ignore[arg-type]
        "waits": _told(front.erasure_waits(person)),  # type: ignore[arg-type]
        "stays": _told(front.erasure_stays(person)),  # type: ignore[arg-type]
        "days": settings.ERASURE_WAITS_DAYS,
        "today": beijing_day(now),
    }
    return render(request, "portal/erasure.html", {**frame_for(request), **words}, status=409 if refusal else 200)


@login_not_required
@require_safe
def erased(request: HttpRequest, code: str) -> HttpResponse:
    """For whoever has the address and no account any more: whether it was done, and what stayed and why."""
    asked = get_object_or_404(Erasure, code=code)
    words = {"asked": asked, "stays": _told(asked.kept), "today": beijing_day(timezone.now())}
    return render(request, "portal/erased.html", words)


def _told(codes: list[str]) -> list[Any]:
    known = front.erasure_words()
    return [known[code] for code in codes if code in known]
