"""The pages of lists taken out, the same for every room: asked for, decided on by a second person, handed out."""

import base64
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from portal import events
from portal.actions import exporting
from portal.calendar import beijing, beijing_day
from portal.errors import Refused
from portal.export_forms import AgreeForm, ExportForm, RefuseForm
from portal.exports import Lists, Pairs, is_long, seen_by
from portal.models import Event, ExportFormat, ExportState, Post
from portal.views import doors, errors

SHOWN = 50
TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Asked:
    """A list one is about to take out: where it stands, what would be in the file, and the action that asks for it.
    `tabs` lead to other files of the same list."""

    key: str
    address: str
    rows: int
    filter_words: Pairs
    columns: list[str]
    masks: str
    ask: Callable[[dict[str, Any]], str]
    whole: str = ""
    tabs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Pages:
    """`exporter` is the post that takes lists out here (without one there are no such pages), `back` where they are
    reached from, `file_name` what a file is called."""

    lists: Lists[Any]
    exporter: Callable[[HttpRequest, datetime.datetime], Post]
    back: str
    file_name: Callable[[Any], str]

    @property
    def room(self) -> str:
        return self.lists.room

    def to(self, code: str) -> str:
        return reverse(f"{self.room}:export", args=[code])

    def _seen(self, post: Post, code: str) -> Any:
        rows = self.lists.model.objects.filter(seen_by(post))
        related = rows.select_related("post__person", "post__organisation", "decided_by__person", "asked_event")
        found = get_object_or_404(related, code=code)
        if not self._concerns(post, found, beijing_day(timezone.now())):
            raise Http404
        return found

    def _concerns(self, post: Post, found: Any, day: datetime.date) -> bool:
        """His own, one on which he may decide, or one on which he did."""
        if found.post_id == post.pk:
            return True
        if found.state == ExportState.ASKED:
            return self.lists.may_decide(post, found, day)
        return self.lists.may_export(post, found, day)

    def index(self, request: HttpRequest) -> HttpResponse:
        """One's own of late, and those of others that wait for one's decision."""
        now = timezone.now()
        post = self.exporter(request, now)
        found = self.lists.model.objects.filter(seen_by(post)).order_by("-asked_at")
        found = found.select_related("post__person", "post__organisation__place__parent", "decided_by__person")
        day, askers = beijing_day(now), dict[int, Post]()
        rows = []
        for one in found[:SHOWN]:
            # what a post may do is asked once for all its lists; few wait at a time, and none for longer than a day
            one.post = askers.setdefault(one.post_id, one.post)
            if self._concerns(post, one, day):
                rows.append(one)
        shown = list(zip(rows, self.lists.filter_words(rows, in_full=False), strict=True))
        words = {
            "room": self.room,
            "back": reverse(self.back),
            "waiting": [pair for pair in shown if pair[0].state == ExportState.ASKED and pair[0].post_id != post.pk],
            "mine": [pair for pair in shown if pair[0].post_id == post.pk],
            "decided": [pair for pair in shown if pair[0].post_id != post.pk and pair[0].decided_by_id == post.pk],
        }
        return render(request, "portal/exports.html", words)

    def new(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        """The list as it is filtered now: how many rows, as which file, and what for where somebody else decides."""
        words = {
            "asked": asked,
            "rows": asked.rows,
            "is_long": is_long(asked.rows),
            "alone": settings.EXPORT_ROWS_ALONE,
        }
        return doors.make_move(
            request,
            ExportForm(request.POST or None, is_long=is_long(asked.rows), whole=asked.whole),
            verb=f"{self.room}.export",
            subject=asked.key,
            do=asked.ask,
            to=self.to,
            back=asked.address,
            template="portal/new_export.html",
            context=words,
        )

    def one(self, request: HttpRequest, code: str) -> HttpResponse:
        """One file: how far it is, who agreed, until when it lies here."""
        now = timezone.now()
        post = self.exporter(request, now)
        return render(request, "portal/export.html", self._words(self._seen(post, code), post, now))

    def _words(self, found: Any, post: Post, now: datetime.datetime) -> dict[str, Any]:
        day, is_open = beijing_day(now), found.state == ExportState.ASKED
        texts = {text.name: text.text for text in found.asked_event.texts.all()}
        kind = f"{self.room}.export_refused"
        refused = Event.objects.filter(subject=events.subject_of(found), kind=kind).first()
        reason = refused.texts.filter(name="reason").first() if refused else None
        return {
            "room": self.room,
            "export": found,
            "is_mine": found.post_id == post.pk,
            "may_decide": is_open and self.lists.may_decide(post, found, day),
            "filter_words": self.lists.filter_words([found], in_full=True)[0],
            "purpose": texts.get("purpose") or "",
            "reason": (reason.text or "") if reason else "",
            "asked": [one.person.name for one in self.lists.seconds_for(found, day)] if is_open else [],
            "share": 100 * found.rows_done // max(found.rows, 1),
            "agree_form": AgreeForm(),
        }

    def agree(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._decide(request, code, AgreeForm, exporting.agree, "agree_export", "portal/export.html")

    def refuse(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._decide(request, code, RefuseForm, exporting.refuse, "refuse_export", "portal/refuse_export.html")

    def _decide(
        self, request: HttpRequest, code: str, form: Any, action: Any, verb: str, template: str
    ) -> HttpResponse:
        now = timezone.now()
        post = self.exporter(request, now)
        found = self._seen(post, code)
        if not self.lists.may_decide(post, found, beijing_day(now)):
            raise PermissionDenied
        return doors.make_move(
            request,
            form(request.POST or None),
            verb=f"{self.room}.{verb}",
            subject=code,
            do=lambda values: action(self.lists, found.pk, by=post, now=now, **values).code,
            to=self.to,
            back=self.to(code),
            template=template,
            context=self._words(found, post, now),
        )

    def file(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """The file itself, to whoever asked for it: each time is recorded."""
        now = timezone.now()
        post = self.exporter(request, now)
        found = self._seen(post, code)
        if found.post_id != post.pk:
            raise Http404
        try:
            exporting.hand_out(self.lists, found.pk, by=post, now=now)
        except Refused as refusal:
            return errors.refused(request, refusal, back=self.to(code))
        response = StreamingHttpResponse(_content(found), content_type=TYPES[ExportFormat(found.format)])
        name = f"{self.file_name(found)}-{beijing(found.made_at or now):%Y%m%d-%H%M}.{found.format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Content-Length"] = str(found.size_bytes)
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _content(found: Any) -> Iterator[bytes]:
    for sealed in found.parts.order_by("number").values_list("sealed", flat=True).iterator(chunk_size=4):
        yield base64.b64decode(sealed)
