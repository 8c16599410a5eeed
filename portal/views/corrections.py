"""Something held about a person is wrong: he says so and reads the answer; whoever keeps the record answers."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import front, own_words, permissions
from portal import permissions_corrections as reach
from portal.actions import correcting as actions
from portal.actions.readings import note_reading
from portal.calendar import beijing_day
from portal.correction_forms import AnswerCorrectionForm, AskCorrectionForm
from portal.models import Correction, Post
from portal.privacy import Kind
from portal.views.doors import make_move
from portal.views.me import frame_for

PAGE = 25


@require_safe
def my_corrections(request: HttpRequest) -> HttpResponse:
    """What the person asked to be corrected, and what was answered; the newest first."""
    rows = Correction.objects.filter(person=request.user).select_related("answered_by__organisation")  # type: ignore[misc]
    page = Paginator(rows.order_by("-asked_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    shown = [(row, own_words.word_of(row.field)) for row in page]
    return render(request, "portal/my_corrections.html", {**frame_for(request), "page": page, "rows": shown})


def ask_correction(request: HttpRequest) -> HttpResponse:
    facts = front.correctable(request.user)  # type: ignore[arg-type]
    form = AskCorrectionForm(request.POST or None, facts=facts)

    def do(values: dict[str, Any]) -> str:
        asked = actions.ask(request.user, now=timezone.now(), **values)  # type: ignore[arg-type]
        messages.success(request, _("Asked for. You are told what becomes of it."))
        return asked.code

    return make_move(
        request, form, verb="portal.ask_correction", subject="", do=do,
        to=lambda _code: reverse("portal:my_corrections"), template="portal/ask_correction.html",
        context=frame_for(request),
    )  # fmt: skip


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What waits for this office, what is due first on top; or what was answered."""
    _post, rows = _before(request)
    is_open = request.GET.get("state") != "answered"
    rows = rows.filter(answered_at__isnull=is_open).select_related("person", "answered_by__organisation")
    rows = rows.order_by("due_at", "pk") if is_open else rows.order_by("-answered_at", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(row, own_words.word_of(row.field)) for row in page]
    now = timezone.now()
    words = {"page": page, "rows": shown, "is_open": is_open, "now": now, "today": beijing_day(now)}
    return render(request, "portal/corrections.html", words)


def correction(request: HttpRequest, code: str) -> HttpResponse:
    """One request: what the person says, the way to the record, and the answer."""
    post, rows = _before(request)
    found = get_object_or_404(rows.select_related("person", "answered_by__organisation"), code=code)
    now = timezone.now()
    form = AnswerCorrectionForm(request.POST or None)
    note_reading(
        found.person, by=post.person, post=post, what=(Kind.NAME, Kind.WORDS), where="portal.correction", now=now
    )

    def do(values: dict[str, Any]) -> str:
        actions.answer(found.pk, by=post.person, post=post, now=now, **values)
        messages.success(request, _("Answered. The person is told."))
        return found.code

    fact = front.correctable(found.person).get(found.field)
    words = {
        "found": found,
        "word": own_words.word_of(found.field),
        "url": fact.url if fact else "",
        "now": now,
        "today": beijing_day(now),
    }
    return make_move(
        request, form, verb="portal.answer_correction", subject=code, do=do,
        to=lambda _code: reverse("portal:corrections"), template="portal/correction.html", context=words,
    )  # fmt: skip


def _before(request: HttpRequest) -> tuple[Post, QuerySet[Correction]]:
    post, now = permissions.active_post(request), timezone.now()
    if post is None or not reach.may_answer(post, beijing_day(now)):
        raise Http404
    return post, reach.before(post, now)
