"""The committee's second readings: the list, one reading, and the counts with the rows behind each number."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from appeals import permissions
from appeals import readings as reads
from appeals.actions import reading as quality
from appeals.actions import seeing
from appeals.casefile import CaseFile
from appeals.forms.reading import ReadingForm
from appeals.models import QualityReading
from appeals.views import doors
from appeals.views.desk import entry
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarNotice, Organisation, Post
from portal.roles import OVERSEE
from portal.wording import Due, due_state

PER_PAGE = 25
TODO, READ, ALL = "todo", "read", "all"
WEEKS = (4, 13, 52)


@dataclass(frozen=True)
class Wanted:
    """What of the list is asked for: a state, a week, an organisation, a point that was found wanting."""

    state: str = TODO
    week: datetime.date | None = None
    branch: str = ""
    point: str = ""
    since: datetime.date | None = None

    @classmethod
    def of(cls, asked: dict[str, str]) -> "Wanted":
        point = asked.get("point", "")
        return cls(
            state=asked.get("show", "") if asked.get("show") in (TODO, READ, ALL) else TODO,
            week=_day(asked.get("week", "")),
            branch=asked.get("branch", ""),
            point=point if point in (*reads.POINTS, reads.REOPEN) else "",
            since=_day(asked.get("since", "")),
        )

    def rows(self, seen: QuerySet[QualityReading]) -> QuerySet[QualityReading]:
        rows = seen
        if self.week:
            rows = rows.filter(draw__week_date=self.week)
        if self.since:
            rows = rows.filter(draw__week_date__gte=self.since)
        if self.branch:
            rows = rows.filter(organisation__code=self.branch)
        if self.point:
            # to be reopened counts when it is so, the other points when they are not
            rows = rows.filter(**{self.point: self.point == reads.REOPEN})
        return rows

    @property
    def is_narrow(self) -> bool:
        return bool(self.week or self.branch or self.point or self.since)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _in_state(rows: QuerySet[QualityReading], state: str) -> QuerySet[QualityReading]:
    if state == TODO:
        return rows.filter(read_at=None).order_by("draw__due_date", "pk")
    if state == READ:
        return rows.exclude(read_at=None).order_by(F("read_at").desc(), "-pk")
    return rows


@require_safe
def readings_list(request: HttpRequest) -> HttpResponse:
    """What is to be read, soonest due first; what has been read and what was found."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    wanted = Wanted.of(request.GET.dict())
    rows = wanted.rows(reads.seen_by(post, now))
    calendar = CalendarNotice.objects.calendar()
    page = Paginator(_in_state(rows, wanted.state), PER_PAGE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "shown": [(one, _due(one, calendar, now), reads.lacking(one)) for one in page],
        "wanted": wanted,
        "organisation": Organisation.objects.filter(code=wanted.branch).first() if wanted.branch else None,
        "point": _point_words(wanted.point),
        "tabs": _tabs(request, rows, wanted.state),
        "is_wide": post.organisation.parent_id is None,
    }
    return render(request, "appeals/desk/readings.html", words)


def _tabs(request: HttpRequest, rows: QuerySet[QualityReading], current: str) -> list[dict[str, Any]]:
    kept = {name: value for name, value in request.GET.items() if name not in ("show", "page")}
    words = {
        TODO: pgettext("readings", "To read"),
        READ: pgettext("readings", "Read"),
        ALL: pgettext("readings", "All"),
    }
    return [
        {
            "url": f"{reverse('appeals:readings')}?{urlencode({**kept, 'show': name})}",
            "word": word,
            "count": _in_state(rows, name).count(),
            "is_current": name == current,
        }
        for name, word in words.items()
    ]


def _point_words(point: str) -> str:
    if point == reads.REOPEN:
        return pgettext("readings", "to be reopened")
    return str(reads.POINTS[point][1]) if point else ""


def _due(reading: QualityReading, calendar: WorkCalendar, now: datetime.datetime) -> Due | None:
    if reading.read_at is not None:
        return None
    today, due = beijing_day(now), reading.draw.due_date
    left = calendar.working_days_left(today, due) if due >= today else None
    return due_state(due, today=today, days_left=left)


def reading(request: HttpRequest, code: str) -> HttpResponse:
    """One reading: the case as it went, and the form; once read, what was found."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    found = get_object_or_404(reads.seen_by(post, now).select_related("answer__by__organisation"), code=code)
    may_read = reads.may_read(post, found, now)
    if request.method == "POST" and not may_read:
        raise PermissionDenied
    form = ReadingForm(request.POST or None)
    form.prepare(found)
    return doors.make_move(
        request,
        form,
        verb="appeals.read_again",
        subject=found.code,
        do=lambda _values: quality.read(found.pk, by=post, findings=quality.Findings(**form.findings()), now=now).code,
        to=lambda made: reverse("appeals:reading", args=[made]),
        back=reverse("appeals:readings"),
        template="appeals/desk/reading.html",
        context={
            "reading": found,
            "case": _case(found, post, now),
            "due": _due(found, CalendarNotice.objects.calendar(), now),
            "may_read": may_read,
            "findings": reads.findings(found) if found.read_at else [],
            "may_reopen": permissions.may_oversee(post, found.appeal, now) and not found.appeal.reopened_as.exists(),
        },
    )


def _case(found: QualityReading, post: Post, now: datetime.datetime) -> CaseFile:
    seeing.case_shown(found.appeal, post, now=now)
    return CaseFile(found.appeal, post, now)


@require_safe
def reading_counts(request: HttpRequest) -> HttpResponse:
    """How often each point was found wanting, by organisation; and the weeks drawn, each with its seed."""
    now = timezone.now()
    post = entry.require_post(request, OVERSEE, now)
    span = int(request.GET.get("weeks", "")) if request.GET.get("weeks") in map(str, WEEKS) else WEEKS[1]
    since = quality.monday_of(beijing_day(now)) - quality.WEEK * span
    rows = list(reads.seen_by(post, now).filter(draw__week_date__gte=since))
    words = {
        "rows": [_numbers(row, since) for row in reads.counted(rows)],
        "points": [word for _question, word in reads.POINTS.values()],
        "weeks": reads.weeks(post, rows, since, now),
        "since": since,
        "spans": [(weeks, weeks == span) for weeks in WEEKS],
        "is_wide": post.organisation.parent_id is None,
    }
    return render(request, "appeals/desk/reading_counts.html", words)


def _numbers(row: reads.Row, since: datetime.date) -> dict[str, Any]:
    """A row of the table: each number with the address of the rows behind it."""
    kept = {"show": READ, "branch": row.organisation.code, "since": since.isoformat()}

    def behind(**more: str) -> str:
        return f"{reverse('appeals:readings')}?{urlencode({**kept, **more})}"

    return {
        "organisation": row.organisation,
        "read": (row.read, behind()),
        "wanting": [
            (word, row.wanting[name], behind(point=name)) for name, (_question, word) in reads.POINTS.items()
        ],
        "reopen": (row.reopen, behind(point=reads.REOPEN)),
    }  # fmt: skip
