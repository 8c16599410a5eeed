"""Lists taken out as files: asked for, decided on by a second person, handed out."""

import base64
import datetime
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from appeals import exports, inbox, lists_out
from appeals.actions import exporting
from appeals.forms import working as forms
from appeals.models import Export, ExportFormat, ExportState
from appeals.views import doors
from portal.calendar import beijing, beijing_day
from portal.errors import Refused
from portal.models import Event, Post
from portal.permissions import active_post
from portal.views import errors

SHOWN = 50
TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _exporter(request: HttpRequest, now: datetime.datetime) -> Post:
    post = active_post(request)
    if post is None or not exports.may_export(post, beijing_day(now)):
        raise Http404
    return post


def _seen(post: Post, code: str, now: datetime.datetime) -> Export:
    rows = Export.objects.filter(exports.seen_by(post, beijing_day(now)))
    related = rows.select_related("post__person", "post__organisation", "decided_by__person", "asked_event")
    return get_object_or_404(related, code=code)


@require_safe
def exports_list(request: HttpRequest) -> HttpResponse:
    """One's own of late, and those of others that wait for one's decision."""
    now = timezone.now()
    post = _exporter(request, now)
    rows = Export.objects.filter(exports.seen_by(post, beijing_day(now))).order_by("-asked_at")
    rows = rows.select_related("post__person", "post__organisation", "decided_by__person")[:SHOWN]
    asked = [(one, exports.wanted_of(one)) for one in rows]
    names = lists_out.names_of(wanted for _one, wanted in asked)
    shown = [(one, lists_out.filter_words(wanted, names)) for one, wanted in asked]
    words = {
        "waiting": [pair for pair in shown if pair[0].state == ExportState.ASKED and pair[0].post_id != post.pk],
        "mine": [pair for pair in shown if pair[0].post_id == post.pk],
        "decided": [pair for pair in shown if pair[0].post_id != post.pk and pair[0].decided_by_id == post.pk],
    }
    return render(request, "appeals/desk/exports.html", words)


def new_export(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered now: how many rows, as which file, and for a long one what for."""
    now = timezone.now()
    post = _exporter(request, now)
    wanted = replace(inbox.Wanted.of(request.GET.dict()), page="1")
    asked = wanted.asked()
    rows = inbox.found(post, wanted, now).count()
    is_long = exports.needs_second(rows)
    list_url = reverse("appeals:inbox") + (f"?{urlencode(asked)}" if asked else "")
    context = {
        "rows": rows,
        "is_long": is_long,
        "alone": settings.EXPORT_ROWS_ALONE,
        "filter_words": lists_out.filter_words(wanted),
        "columns": lists_out.header(wanted, post),
        "list_url": list_url,
    }
    return doors.make_move(
        request,
        forms.ExportForm(request.POST or None, is_long=is_long),
        verb="appeals.export",
        subject=urlencode(asked),
        do=lambda values: exporting.ask(post, wanted=asked, now=now, **values).code,
        to=lambda code: reverse("appeals:export", args=[code]),
        back=list_url,
        template="appeals/desk/new_export.html",
        context=context,
    )


@require_safe
def export(request: HttpRequest, code: str) -> HttpResponse:
    """One file: how far it is, who agreed, until when it lies here."""
    now = timezone.now()
    post = _exporter(request, now)
    return render(request, "appeals/desk/export.html", _words(_seen(post, code, now), post, now))


def _words(found: Export, post: Post, now: datetime.datetime) -> dict[str, Any]:
    texts = {text.name: text.text for text in found.asked_event.texts.all()}
    refused = Event.objects.filter(subject=f"appeals.export:{found.code}", kind="appeals.export_refused").first()
    reason = refused.texts.filter(name="reason").first() if refused else None
    return {
        "export": found,
        "is_mine": found.post_id == post.pk,
        "may_decide": found.state == ExportState.ASKED and exports.may_decide(post, found, beijing_day(now)),
        "filter_words": lists_out.filter_words(exports.wanted_of(found)),
        "purpose": texts.get("purpose") or "",
        "reason": (reason.text or "") if reason else "",
        "asked": [one.person.name for one in exports.seconds_for(found, beijing_day(now))],
        "share": 100 * found.rows_done // max(found.rows, 1),
        "agree_form": forms.AgreeForm(),
    }


def agree_export(request: HttpRequest, code: str) -> HttpResponse:
    return _decide(request, code, forms.AgreeForm, exporting.agree, "agree_export", "appeals/desk/export.html")


def refuse_export(request: HttpRequest, code: str) -> HttpResponse:
    return _decide(
        request, code, forms.RefuseForm, exporting.refuse, "refuse_export", "appeals/desk/refuse_export.html"
    )


def _decide(request: HttpRequest, code: str, form: Any, action: Any, verb: str, template: str) -> HttpResponse:
    now = timezone.now()
    post = _exporter(request, now)
    found = _seen(post, code, now)
    if not exports.may_decide(post, found, beijing_day(now)):
        raise PermissionDenied
    address = reverse("appeals:export", args=[code])
    return doors.make_move(
        request,
        form(request.POST or None),
        verb=f"appeals.{verb}",
        subject=code,
        do=lambda values: action(found.pk, by=post, now=now, **values).code,
        to=lambda _code: address,
        back=address,
        template=template,
        context={**_words(found, post, now)},
    )


@require_POST
def export_file(request: HttpRequest, code: str) -> HttpResponseBase:
    """The file itself, to whoever asked for it: each time is recorded."""
    now = timezone.now()
    post = _exporter(request, now)
    found = _seen(post, code, now)
    if found.post_id != post.pk:
        raise Http404
    try:
        exporting.hand_out(found.pk, by=post, now=now)
    except Refused as refusal:
        return errors.refused(request, refusal, back=reverse("appeals:export", args=[code]))
    response = StreamingHttpResponse(_content(found), content_type=TYPES[ExportFormat(found.format)])
    made = beijing(found.made_at or now)
    response["Content-Disposition"] = f'attachment; filename="appeals-{made:%Y%m%d-%H%M}.{found.format}"'
    response["Content-Length"] = str(found.size_bytes)
    response["X-Content-Type-Options"] = "nosniff"
    response.status_code = HTTPStatus.OK
    return response


def _content(found: Export) -> Iterator[bytes]:
    for sealed in found.parts.order_by("number").values_list("sealed", flat=True).iterator(chunk_size=4):
        yield base64.b64decode(sealed)
