"""A company's pages: what it was asked in a paraphrase, by when, and its reply. Never a name, never a case number."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from appeals import casefile, inbox
from appeals.actions import replying
from appeals.forms.desk import HearingReplyForm
from appeals.models import Hearing
from appeals.views import doors
from appeals.views.desk import entry
from portal.calendar import WorkCalendar
from portal.models import CalendarNotice, Post
from portal.roles import ANSWER_FOR_COMPANY
from portal.wording import Due

SHOWN_REPLIED = 50
REFERENCE_LETTERS = 6


def hearings(request: HttpRequest) -> HttpResponse:
    """Questions that wait, the soonest due first, and those replied to."""
    now = timezone.now()
    post = entry.require_post(request, ANSWER_FOR_COMPANY, now)
    rows = _hearings(post)
    waiting = rows.filter(replied_at=None).order_by("due_at", "pk")
    calendar = CalendarNotice.objects.calendar()
    words = {
        "post": post,
        "waiting": [_shown(hearing, now, calendar) for hearing in waiting],
        "replied": [
            _shown(hearing, now, calendar)
            for hearing in rows.exclude(replied_at=None).order_by("-replied_at")[:SHOWN_REPLIED]
        ],
    }
    return render(request, "appeals/desk/hearings.html", words)


def hearing(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    post = entry.require_post(request, ANSWER_FOR_COMPANY, now)
    asked = get_object_or_404(_hearings(post), code=code)
    version = asked.appeal.rule_version
    rule = f"{version.rule.title} {version.number}" if version else ""
    form = HearingReplyForm(request.POST or None, initial={"rule_given": rule})

    def do(values: dict[str, Any]) -> str:
        return replying.platform_reply(asked.pk, by=post, now=now, **values).code

    reply = {text.name: text.text for text in asked.reply_event.texts.all()} if asked.reply_event else {}
    context = {"hearing": _shown(asked, now, CalendarNotice.objects.calendar()), "reply": reply}
    return doors.make_move(
        request, form, verb="appeals.platform_reply", subject=asked.code, do=do,
        to=lambda code: reverse("appeals:hearing", args=[code]), template="appeals/desk/hearing.html", context=context,
    )  # fmt: skip


def _hearings(post: Post):
    rows = Hearing.objects.filter(company=post.organisation_id)
    rows = rows.select_related("appeal__place", "appeal__rule_version__rule", "asked_event", "reply_event")
    return rows.prefetch_related("asked_event__texts", "reply_event__texts")


def _shown(asked: Hearing, now: datetime.datetime, calendar: WorkCalendar) -> dict[str, Any]:
    """What a company may know: the question, its kind, city and rule version; a reference of its own."""
    question = next((text.text for text in asked.asked_event.texts.all() if text.name == "question"), "")
    return {
        "code": asked.code,
        "reference": asked.code[:REFERENCE_LETTERS],
        "question": question,
        "kind": asked.appeal.get_category_display(),
        "city": asked.appeal.place.city,
        "rule_version": asked.appeal.rule_version,
        "asked_at": asked.asked_at,
        "due_date": asked.due_date,
        "replied_at": asked.replied_at,
        "state": casefile.hearing_state(asked, now),
        "due": _due(asked, now, calendar),
    }


def _due(asked: Hearing, now: datetime.datetime, calendar: WorkCalendar) -> Due | None:
    if asked.replied_at:
        return None
    return inbox.company_clock(asked.due_date, now=now, calendar=calendar)
