"""The event log for auditors: kinds, subjects, times and codes; never a text, never a name."""

import datetime
import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal import codes, permissions, roles, sheets
from portal.actions import auditing
from portal.calendar import beijing, beijing_day, end_of
from portal.errors import Refused
from portal.models import Event, LogFilter, Post

PAGE = 50
# the log is large: without a day, a person or a subject what is shown and counted reaches back so far
WINDOW_DAYS = 31
KINDS_SECONDS = 600
# days on whose either side there is a day
FIRST_YEAR, LAST_YEAR = 2000, 2100
CODE = re.compile(f"[{codes.ALPHABET}]{{16}}")
KIND = re.compile(r"[a-z]+\.[a-z_]+")
SUBJECT = re.compile(f"[a-z]+\\.[a-z]+:{CODE.pattern}")


@dataclass(frozen=True)
class Look:
    """What is looked for: a kind, a day, who did it (account code), what it was done to (a chain's name)."""

    kind: str = ""
    day: str = ""
    who: str = ""
    subject: str = ""

    @classmethod
    def of(cls, asked: dict[str, str]) -> "Look":
        values = {name: str(asked.get(name, "")).strip()[:80] for name in cls.__dataclass_fields__}
        return cls(**values)

    @property
    def date(self) -> datetime.date | None:
        try:
            day = datetime.date.fromisoformat(self.day)
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

    @property
    def wrong(self) -> list[str]:
        """Which of them cannot be read; they are left out."""
        found = {
            "day": bool(self.day) and self.date is None,
            "who": bool(self.who) and not CODE.fullmatch(self.who),
            "subject": bool(self.subject) and not SUBJECT.fullmatch(self.subject),
        }
        return [name for name, is_wrong in found.items() if is_wrong]

    @property
    def read(self) -> dict[str, str]:
        """What could be read of it, and looks like what it should be: nothing else goes into the log or is kept."""
        values = {name: value for name, value in asdict(self).items() if name not in self.wrong}
        return values if KIND.fullmatch(self.kind) else values | {"kind": ""}

    @property
    def is_whole_log(self) -> bool:
        """A person's or a subject's events are found by index, however old."""
        return bool({"who", "subject"} & ({name for name, value in asdict(self).items() if value} - {*self.wrong}))

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def events(self, now: datetime.datetime) -> QuerySet[Event]:
        rows, last = Event.objects.all(), self.date or beijing_day(now)
        if self.date or not self.is_whole_log:
            first = self.date or last - datetime.timedelta(days=WINDOW_DAYS - 1)
            rows = rows.filter(at__gte=end_of(first - datetime.timedelta(days=1)), at__lt=end_of(last))
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.who and "who" not in self.wrong:
            rows = rows.filter(by__code=self.who)
        if self.subject and "subject" not in self.wrong:
            rows = rows.filter(subject=self.subject)
        return rows.select_related("by", "post").order_by("-at", "-pk")


def audit(request: HttpRequest) -> HttpResponse:
    post = _auditor(request)
    look = Look.of(request.GET.dict())  # type: ignore[arg-type]
    page = Paginator(look.events(timezone.now()), PAGE).get_page(request.GET.get("page"))
    words = {
        "page": page,
        "rows": [(event, *event.subject.partition(":")[::2], list(event.facts.items())) for event in page],
        "kinds": cache.get_or_set("audit:kinds", _kinds, KINDS_SECONDS),
        "window_days": WINDOW_DAYS,
        "look": look,
        "kept": LogFilter.objects.filter(post=post).order_by("name"),
        "most": auditing.MOST_ROWS,
    }
    return render(request, "portal/audit.html", words)


@require_POST
def audit_file(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What is looked for as a file; that it left is itself an event."""
    post, now = _auditor(request), timezone.now()
    look = Look.of(request.POST.dict())  # type: ignore[arg-type]
    events = look.events(now)
    rows = events[: auditing.MOST_ROWS + 1].count()
    try:
        auditing.take_out(rows=rows, looked_for=look.read, by=request.user, post=post, now=now)  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('portal:audit')}?{look.query}")
    header = ("at", "kind", "subject", "position", "by", "post", "facts", "hash")
    lines = (
        (
            beijing(event.at).isoformat(), event.kind, event.subject, event.position,
            event.by.code if event.by else "", event.post.code if event.post else "",
            json.dumps(event.facts, ensure_ascii=False, sort_keys=True), event.hash,
        )
        for event in events.iterator(500)
    )  # fmt: skip
    answer = StreamingHttpResponse(sheets.csv_pieces(header, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="log-{beijing_day(now).isoformat()}.csv"'
    return answer


@require_POST
def keep_look(request: HttpRequest) -> HttpResponse:
    """Keep the look under a name, or drop one."""
    post, now = _auditor(request), timezone.now()
    look = Look.of(request.POST.dict())  # type: ignore[arg-type]
    try:
        if "drop" in request.POST:
            auditing.drop(request.POST["drop"], by=request.user, post=post, now=now)  # type: ignore[arg-type]
        else:
            auditing.keep(
                request.POST.get("name", ""), query=Look(**look.read).query, by=request.user, post=post, now=now
            )  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('portal:audit')}?{look.query}")


def _auditor(request: HttpRequest) -> Post:
    post = permissions.active_post(request)
    if post is None or not permissions.has_permission(post, roles.READ_AUDIT):
        raise Http404
    return post


def _kinds() -> list[str]:
    return list(Event.objects.order_by("kind").values_list("kind", flat=True).distinct())
