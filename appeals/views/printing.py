"""A case's newest answer as a letter to be printed, with a QR code to the page that verifies a case log."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appeals import casefile, chain, inbox, outside, receipts
from appeals.models import Answer, Appeal
from appeals.views.desk import entry
from portal.calendar import beijing_day, calendar_days
from portal.errors import Refused
from portal.views import errors


@require_safe
def own(request: HttpRequest, code: str) -> HttpResponse:
    """The driver's own letter: it carries his name."""
    appeal = get_object_or_404(Appeal.objects.of(request.user).select_related("filer", "place"), code=code)  # type: ignore[arg-type]
    return _letter(request, appeal, name=appeal.filer.name, back=reverse("appeals:detail", args=[code]))


@require_safe
def desk(request: HttpRequest, code: str) -> HttpResponse:
    """The same letter from the desk: it calls the driver what the desk calls him."""
    now = timezone.now()
    post, appeal = entry.seen_case(request, code, now)
    name = casefile.CaseFile(appeal, post, now).name
    return _letter(request, appeal, name=name, back=reverse("appeals:case", args=[code]))


def _letter(request: HttpRequest, appeal: Appeal, *, name: str, back: str) -> HttpResponse:
    rows = appeal.answers.select_related("by__person", "by__organisation", "leg").prefetch_related("event__texts")
    answers = list(rows.order_by("-at", "-pk"))
    if not answers:
        return errors.refused(request, Refused(_("There is no answer yet that could be printed.")), back=back)
    given = answers[0]
    words = {
        "appeal": appeal,
        "name": name,
        "given": given,
        "before": answers[1:],
        "texts": {text.name: text.text for text in given.event.texts.all()},
        "outcome": casefile.outcome_of(given, beijing_day(timezone.now())),
        "about": inbox.respondent_words(appeal),
        "go_on_until": _go_on_until(appeal, given),
        "bodies": [outside.BODIES[code] for code in outside.ALWAYS_SHOWN],
        "head": receipts.newest_head(appeal),
        "qr": receipts.qr(settings.PUBLIC_URL + reverse("portal:verify")),
        "verify_url": settings.PUBLIC_URL + reverse("portal:verify"),
        "back": back,
    }
    return render(request, "appeals/letter.html", words)


def _go_on_until(appeal: Appeal, given: Answer) -> Any:
    """The last day on which the driver may go on to the next tier; None when he cannot, or has accepted."""
    if appeal.status != chain.ANSWERED or appeal.accepted_at or appeal.tier == chain.COMMITTEE:
        return None
    return calendar_days(given.at, chain.WINDOW_DAYS).due_date
