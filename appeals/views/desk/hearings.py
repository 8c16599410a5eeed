"""A company's pages: what it was asked in a paraphrase, by when, and its reply. Never a name, never a case number."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from appeals import chain, evidence_list
from appeals import hearings as reads
from appeals.actions import replying, seeing
from appeals.forms import hearing as forms
from appeals.models import Hearing
from appeals.views import doors, files
from appeals.views.desk import entry
from portal.calendar import beijing_day
from portal.models import CalendarNotice, Post
from portal.roles import ANSWER_FOR_COMPANY

ROWS = 25
WAITING, LATE, REPLIED = "waiting", "late", "replied"
COUNTED_DAYS = 365


def _parts(now: datetime.datetime) -> dict[str, Q]:
    return {
        WAITING: Q(replied_at=None, due_at__gt=now),
        LATE: Q(replied_at=None, due_at__lte=now),
        REPLIED: Q(replied_at__isnull=False),
    }


def hearings(request: HttpRequest) -> HttpResponse:
    """Questions that wait, those that are late, those replied to; how often the company was late, counted."""
    now = timezone.now()
    post = entry.require_post(request, ANSWER_FOR_COMPANY, now)
    parts = _parts(now)
    show = request.GET.get("show", "")
    show = show if show in parts else WAITING
    rows = reads.for_company(post.organisation_id)
    since = now - datetime.timedelta(days=COUNTED_DAYS)
    counts = rows.order_by().aggregate(
        **{name: Count("pk", filter=part) for name, part in parts.items()},
        asked_year=Count("pk", filter=Q(asked_at__gte=since)),
        late_year=Count("pk", filter=Q(asked_at__gte=since, replied_at__gte=F("due_at"))),
        silent_year=Count("pk", filter=Q(asked_at__gte=since, replied_at=None, due_at__lte=now)),
    )
    order = ("-replied_at", "pk") if show == REPLIED else ("due_at", "pk")
    page = Paginator(rows.filter(parts[show]).order_by(*order), ROWS).get_page(request.GET.get("page"))
    calendar = CalendarNotice.objects.calendar()
    words = {
        "post": post,
        "page": page,
        "rows": [reads.as_company(asked, now, calendar) for asked in page],
        "counts": counts,
        "show": show,
    }
    return render(request, "appeals/desk/hearings.html", words)


def _own(post: Post) -> QuerySet[Hearing]:
    return reads.for_company(post.organisation_id).select_related("reply_event")


def hearing(request: HttpRequest, code: str) -> HttpResponse:
    """One question, and the form of the reply; once replied, the reply and what may be added."""
    now = timezone.now()
    post = entry.require_post(request, ANSWER_FOR_COMPANY, now)
    asked = get_object_or_404(_own(post), code=code)
    seeing.details_shown([asked], post, now=now)
    shown = reads.as_company(asked, now, CalendarNotice.objects.calendar())
    version = asked.paraphrase.rule_version if asked.paraphrase else None
    form = forms.ReplyForm(request.POST or None, question=shown.question, company_id=asked.company_id, asked=version)

    def do(values: dict[str, Any]) -> str:
        return replying.platform_reply(
            asked.pk, by=post, facts_given=form.facts(), rule_given=form.rule_words(), offer=values["offer"],
            contact=values["contact"], figures=form.figures(), evidence=values["evidence"], now=now,
        ).code  # fmt: skip

    return _answered(request, asked, form, do, "appeals.platform_reply", shown, now)


def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """Something is added to a reply; it is marked as added."""
    now = timezone.now()
    post = entry.require_post(request, ANSWER_FOR_COMPANY, now)
    asked = get_object_or_404(_own(post).exclude(replied_at=None), code=code)
    seeing.details_shown([asked], post, now=now)
    shown = reads.as_company(asked, now, CalendarNotice.objects.calendar())
    form = forms.SupplementForm(request.POST or None)

    def do(values: dict[str, Any]) -> str:
        return replying.add_to_reply(asked.pk, by=post, now=now, **values).code

    return _answered(request, asked, form, do, "appeals.add_to_reply", shown, now)


def _answered(
    request: HttpRequest, asked: Hearing, form: Any, do: Any, verb: str, shown: reads.Question, now: datetime.datetime
) -> HttpResponse:
    meant_for = f"hearing:{asked.code}"
    files.take(request, form, meant_for=meant_for)
    files.show(request, form, meant_for=meant_for)

    def to(code: str) -> str:
        files.drop(request, meant_for=meant_for)
        return reverse("appeals:hearing", args=[code])

    context = {
        "files": evidence_list.for_company(asked),
        "hearing": shown,
        "replies": reads.replies_of(asked, beijing_day(now)),
        "may_add": asked.replied_at is not None and asked.appeal.status in chain.OPEN,
        "is_supplement": verb == "appeals.add_to_reply",
    }
    return doors.make_move(
        request, form, verb=verb, subject=asked.code, do=do, template="appeals/desk/hearing.html", context=context,
        to=to, back=reverse("appeals:hearing", args=[asked.code]),
    )  # fmt: skip
