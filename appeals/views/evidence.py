"""The one door to a stored file: asked for each time, handed out sealed against whatever it might do, never shown in
place of a page."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appeals import evidence_names, permissions_evidence
from appeals.actions import evidencing, seeing
from appeals.models import Evidence
from portal import vault
from portal.errors import Refused
from portal.permissions import active_post, has_permission
from portal.roles import ANSWER_FOR_COMPANY
from portal.views import errors

# whatever is in it, it runs nothing and reaches nothing
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def _seen(request: HttpRequest, code: str) -> Evidence:
    visible = permissions_evidence.visible_evidence(request.user, active_post(request), timezone.now())  # type: ignore[arg-type]
    return get_object_or_404(visible.select_related("appeal", "hearing"), code=code)


@require_safe
def file(request: HttpRequest, code: str) -> HttpResponseBase:
    """The copy made for looking at, as a download."""
    evidence = _seen(request, code)
    if not evidence.is_open:
        return errors.refused(request, Refused(evidence_names.why_closed(evidence)))
    for_company = has_permission(active_post(request), ANSWER_FOR_COMPANY)
    seeing.file_shown(evidence, by=request.user, post=active_post(request), now=timezone.now())  # type: ignore[arg-type]
    name = evidence_names.copy_name(evidence, for_company=for_company)
    kind = evidence_names.copy_type(evidence)
    return _handed_out(evidence, evidencing.COPY, name, kind, evidence.copy_bytes)


@require_safe
def file_small(request: HttpRequest, code: str) -> HttpResponseBase:
    """The small picture of a list."""
    evidence = _seen(request, code)
    if not (evidence.is_open and evidence.small_bytes):
        return errors.not_found(request)
    seeing.file_shown(evidence, by=request.user, post=active_post(request), now=timezone.now())  # type: ignore[arg-type]
    return _handed_out(evidence, evidencing.SMALL, "", "image/jpeg", evidence.small_bytes)


def file_original(request: HttpRequest, code: str) -> HttpResponseBase:
    """As it was sent: his own to its owner; to a committee by a POST, which the driver reads."""
    evidence, post, now = _seen(request, code), active_post(request), timezone.now()
    is_own = permissions_evidence.may_open_original(request.user, evidence)  # type: ignore[arg-type]
    if not is_own and (post is None or not permissions_evidence.may_ask_for_original(post, evidence, now)):
        return errors.not_found(request)
    methods = ["GET", "HEAD"] if is_own else ["POST"]
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not evidence.is_open:
        return errors.refused(request, Refused(evidence_names.why_closed(evidence)))
    if not is_own and post is not None:
        evidencing.open_original(evidence.pk, by=post, now=now)
    name = evidence_names.own_name(evidence) if is_own else evidence_names.original_name(evidence)
    kind = evidence_names.own_type(evidence)
    return _handed_out(evidence, evidencing.ORIGINAL, name, kind, evidence.size_bytes)


@require_POST
def file_release(request: HttpRequest, code: str) -> HttpResponse:
    """Let the company that was asked see a file; the driver reads it."""
    evidence, post, now = _seen(request, code), active_post(request), timezone.now()
    if post is None or evidence.appeal is None or not permissions_evidence.may_see_case(post, evidence.appeal, now):
        return errors.not_found(request)
    asked = evidence.appeal.hearings.order_by("-asked_at").first()
    if asked is None or not permissions_evidence.may_release(post, evidence.appeal, now):
        raise PermissionDenied
    try:
        evidencing.release(evidence.pk, asked, by=post, now=now)
    except Refused as refusal:
        return errors.refused(request, refusal)
    messages.success(request, _("The company sees it with your question."))
    return redirect("appeals:case", evidence.appeal.code)


def _handed_out(evidence: Evidence, part: str, name: str, kind: str, length: int) -> HttpResponse:
    response = StreamingHttpResponse(_opened(evidence, part), content_type=kind)
    response["Content-Length"] = str(length)
    response["Content-Disposition"] = content_disposition_header(bool(name), name) or "inline"
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response  # type: ignore[return-value]


def _opened(evidence: Evidence, part: str) -> Iterator[bytes]:
    return vault.read(evidence.store, part, evidence.file_key)
