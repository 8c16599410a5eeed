"""A driver's own cases: the list, the case, its receipt, how its due date was counted, its log."""

import datetime
import hashlib
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals import asks, chain, counting, evidence_list, hearings, outside, receipts, standing, timeline, watches
from appeals.forms.driver import OriginalForm
from appeals.models import Answer, Appeal, Draft, Leg
from portal import caselog, events
from portal.calendar import WorkCalendar, beijing_day
from portal.wording import day_date

PER_PAGE = 15
# what a driver may do, as he reads it: icon and words; the order is the page's
OFFERS = ("add", "not_carried_out", "go_on", "accept", "rate", "challenge", "withdraw")
LOOKS = frozenset(
    {
        "appeals.phone_revealed", "appeals.unsealing_asked", "appeals.unsealed", "appeals.unsealing_refused",
        "appeals.evidence_opened", "appeals.evidence_released",
    }
)  # fmt: skip


def own_appeals(request: HttpRequest) -> QuerySet[Appeal]:
    return Appeal.objects.of(request.user).select_related(  # type: ignore[arg-type]
        "place__parent", "district", "handling_org", "handler__person", "handler__organisation", "respondent_at_event",
        "driver__branch", "filer", "reopened_from",
    )  # fmt: skip


def own_appeal(request: HttpRequest, code: str) -> Appeal:
    """The person's own case; anybody else's is the same 404 as none."""
    return get_object_or_404(own_appeals(request), code=code)


# -- the list ---------------------------------------------------------------------------------------------------------


def row_of(appeal: Appeal, now: datetime.datetime, calendar: WorkCalendar) -> dict[str, Any]:
    """A case as one row of parts/rows.html."""
    tones = {chain.ASKED: "amber", chain.ANSWERED: "green"}
    icons = {chain.ASKED: "chat", chain.ANSWERED: "check", chain.CLOSED: "done", chain.WITHDRAWN: "x"}
    return {
        "url": reverse("appeals:detail", args=[appeal.code]),
        "title": standing.title_of(appeal),
        "facts": [
            appeal.get_category_display(),
            standing.state_words(appeal),
            day_date(beijing_day(appeal.filed_at), today=beijing_day(now)),
        ],
        "icon": icons.get(appeal.status, "file"),
        "tone": "red" if appeal.is_urgent and appeal.is_open else tones.get(appeal.status, ""),
        "due": standing.due_of(appeal, now, calendar),
    }


def mine(request: HttpRequest) -> HttpResponse:
    """Open cases first, then those with an answer, then the rest, the newest first."""
    now = timezone.now()
    rank = Case(
        When(status=chain.ASKED, then=Value(0)),
        When(status__in=chain.OPEN, then=Value(1)),
        When(status=chain.ANSWERED, then=Value(2)),
        When(status=chain.WITHDRAWN, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    rows = own_appeals(request).annotate(rank=rank).order_by("rank", "-filed_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    calendar = standing.work_calendar()
    context = {
        "page": page,
        "current": [row_of(appeal, now, calendar) for appeal in page if appeal.rank < 4],  # type: ignore[attr-defined]
        "past": [row_of(appeal, now, calendar) for appeal in page if appeal.rank == 4],  # type: ignore[attr-defined]
        "draft": Draft.objects.filter(person=request.user).first(),  # type: ignore[misc]
    }
    return render(request, "appeals/mine.html", context)


# -- the case ---------------------------------------------------------------------------------------------------------


def offer(move: str, appeal: Appeal) -> dict[str, str]:
    """A move as a row: where it leads, its words and its icon."""
    words = {
        "add": (_("Add something"), "pen"),
        "go_on": (_("Not satisfied: go on to the next tier"), "up"),
        "accept": (_("Accept the answer"), "check"),
        "not_carried_out": (_("What was promised was not done"), "warn"),
        "rate": (_("Rate the answer"), "star"),
        "challenge": (_("Ask for another handler, once"), "people"),
        "withdraw": (_("Withdraw the appeal"), "x"),
    }
    title, icon = words[move]
    return {"url": reverse(f"appeals:{move}", args=[appeal.code]), "title": title, "icon": icon}


def answers_of(appeal: Appeal) -> list[Answer]:
    related = appeal.answers.select_related("by__person", "by__organisation", "event", "leg")
    return list(related.prefetch_related("event__texts").order_by("-at"))


def answer_words(given: Answer, now: datetime.datetime) -> dict[str, Any]:
    """An answer as the case page quotes it; erased words are simply not there."""
    texts = {text.name: text.text for text in given.event.texts.all()}
    tone, promise = standing.promise_words(given, now)
    return {
        "given": given,
        "by": standing.post_words(given.by),
        "name": given.by.person.name,
        "reasons": texts.get("reasons") or "",
        "remedy": texts.get("remedy") or "",
        "promise": promise,
        "tone": tone,
    }


def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One case: where it is, who has it, by when, what was said, what he can do."""
    appeal = own_appeal(request, code)
    now = timezone.now()
    today = beijing_day(now)
    legs = standing.legs_of(appeal)
    answers = answers_of(appeal)
    given = answers[0] if answers else None
    moves = standing.moves(appeal, request.user, now, _running(legs), given)  # type: ignore[arg-type]
    line = timeline.of(appeal, is_driver=True, today=today)
    context = {
        "appeal": appeal,
        "title": standing.title_of(appeal),
        "standing": standing.of(appeal, now, legs),
        "urgent": standing.urgent_words(appeal, now),
        "question": next((entry for entry in line.entries if entry.kind == "appeals.asked"), None)
        if appeal.status == chain.ASKED
        else None,
        # while the case goes on at another tier, an earlier answer stands in what happened so far
        "answer": answer_words(given, now) if given and not appeal.is_open else None,
        "is_top": appeal.status == chain.ANSWERED and appeal.tier == chain.COMMITTEE and not appeal.accepted_at,
        "body": outside.BODIES.get(appeal.transferred_to),
        "moves": moves,
        "offers": [offer(move, appeal) for move in OFFERS if move in moves],
        "line": line,
        "watches": watches.newest(appeal),
        "asks": asks.of(appeal),
        "heard": [one for one in hearings.of_case(appeal, now) if one.replies],
        "looks": [entry for entry in line.entries if entry.kind in LOOKS],
        "story": _story(appeal, line, today),
        "files": evidence_list.for_driver(appeal, request.user),  # type: ignore[arg-type]
    }
    return render(request, "appeals/detail.html", context)


def _story(appeal: Appeal, line: timeline.Timeline, today: datetime.date) -> str:
    """His own words at filing; a reopened case has them in the one it goes back to."""
    if appeal.reopened_from_id:
        filed = timeline.last_of(appeal.reopened_from, "appeals.filed", today=today)  # type: ignore[arg-type]
    else:
        filed = next((entry for entry in reversed(line.entries) if entry.kind == "appeals.filed"), None)
    return filed.say if filed else ""


def _running(legs: list[Leg]) -> Leg | None:
    return legs[-1] if legs and legs[-1].left_at is None else None


def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Number, secret, QR code and due date, for a screenshot; it can be opened again at any time."""
    appeal = own_appeal(request, code)
    address = receipts.link(appeal)
    context = {
        "appeal": appeal,
        "standing": standing.of(appeal, timezone.now()),
        "urgent": standing.urgent_words(appeal, timezone.now()),
        "address": address,
        "qr": receipts.qr(address),
        "head": receipts.filed_head(appeal),
        "newest": receipts.newest_head(appeal),
    }
    return render(request, "appeals/receipt.html", context)


def clock(request: HttpRequest, code: str) -> HttpResponse:
    """How the due date was counted: each day, and why some do not count."""
    appeal = own_appeal(request, code)
    now = timezone.now()
    stays = counting.of(appeal, standing.legs_of(appeal), standing.work_calendar(), now=now)
    context = {"appeal": appeal, "stay": stays[0], "before": stays[1:], "standing": standing.of(appeal, now)}
    return render(request, "appeals/clock.html", context)


# -- the log ----------------------------------------------------------------------------------------------------------


def log(request: HttpRequest, code: str) -> HttpResponse:
    """What the log is, how to check it, and the download."""
    appeal = own_appeal(request, code)
    form = OriginalForm(request.POST, request.FILES) if request.method == "POST" else OriginalForm()
    context = {
        "appeal": appeal,
        "head": receipts.filed_head(appeal),
        "newest": receipts.newest_head(appeal),
        "files": evidence_list.for_driver(appeal, request.user),  # type: ignore[arg-type]
        "form": form,
        "looked": form.is_valid(),
    }
    if context["looked"]:
        digest = hashlib.file_digest(form.cleaned_data["file"], "sha256").hexdigest()
        context["found"] = next((one for one in context["files"] if one.sha256 == digest), None)  # type: ignore[union-attr]
    return render(request, "appeals/log.html", context, status=422 if form.errors else 200)


def log_file(request: HttpRequest, code: str) -> HttpResponse:
    """The whole log with all words: it is the driver's own case."""
    appeal = own_appeal(request, code)
    written = caselog.export(events.subject_of(appeal), now=timezone.now())
    response = JsonResponse(written, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{appeal.number}.json"'
    return response
