"""Uploads that go on after the line broke: tus 1.0.0 with creation, termination, expiration; for who is signed in.

Why it is written here and not taken from a library: docs/decisions/0008-evidence.md.
"""

import base64
import binascii
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date

from appeals.actions import evidencing
from appeals.actions.receiving import OffsetMoved
from appeals.gate import Turned
from appeals.models import Evidence, EvidenceState
from portal import vault
from portal.errors import Refused

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
PART = "application/offset+octet-stream"
LONGEST_NAME, LONGEST_PURPOSE = 400, 64


def uploads(request: HttpRequest) -> HttpResponse:
    """Announce a file: its length and name; the answer says where to send it."""
    if request.method == "OPTIONS":
        return _said(204, **{"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": _most()})
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "OPTIONS"])
    if request.headers.get("Tus-Resumable") != VERSION:
        return _said(412, **{"Tus-Version": VERSION})
    size, told = _number(request, "Upload-Length"), _told(request)
    if size is None or told is None:
        return _said(400)
    now = timezone.now()
    try:
        made = evidencing.begin(
            size=size,
            name=told.get("filename", "")[:LONGEST_NAME],
            by=request.user,  # type: ignore[arg-type]
            now=now,
            meant_for=told.get("for", "")[:LONGEST_PURPOSE],
        )
    except Turned as turned:
        return _said(413 if turned.why == "large" else 422, str(turned))
    except Refused as refusal:
        return _said(422, str(refusal))
    return _said(201, Location=reverse("appeals:upload", args=[made.code]), **_expiry(made))


def upload(request: HttpRequest, code: str) -> HttpResponse:
    """One file on its way in: where it is, the next part of it, or that it is not wanted any more."""
    made = get_object_or_404(Evidence.objects.loose().filter(owner=request.user), code=code)
    if request.method not in ("HEAD", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["HEAD", "PATCH", "DELETE"])
    if request.headers.get("Tus-Resumable") != VERSION:
        return _said(412, **{"Tus-Version": VERSION})
    if request.method == "DELETE":
        evidencing.discard([made.code], by=request.user)  # type: ignore[arg-type]
        return _said(204)
    try:
        return _where(_settled(made), 200) if request.method == "HEAD" else _extended(request, made)
    except Turned as turned:
        return _said(422, str(turned))
    except OffsetMoved as moved:
        return _said(409, str(moved))
    except vault.Busy:
        return _said(423)
    except Refused as refusal:
        return _said(503, str(refusal), **{"Retry-After": 30})


def _extended(request: HttpRequest, made: Evidence) -> HttpResponse:
    offset = _number(request, "Upload-Offset")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.content_type != PART:
        return _said(415)
    if offset is None:
        return _said(400)
    if length > made.size_bytes - offset:
        # more than was announced: not read
        return _said(413)
    made = evidencing.extend(made, _body(request), at=offset, now=timezone.now())
    return _where(_settled(made), 204)


def _settled(made: Evidence) -> Evidence:
    """Whole, and not looked at yet: now, or because the one who was to do it died."""
    is_due = made.state == EvidenceState.RECEIVING and made.is_whole
    return evidencing.finish(made) if is_due else made


def _body(request: HttpRequest) -> Iterator[bytes]:
    """What arrives, for as long as the line holds: what came before it broke is kept."""
    try:
        while piece := request.read(vault.PIECE):
            yield piece
    except UnreadablePostError:
        return


def _where(made: Evidence, status: int) -> HttpResponse:
    """How far it is. `Evidence` is the file's code, which is another's when the same file was there already."""
    length = {"Upload-Offset": made.offset_bytes, "Upload-Length": made.size_bytes}
    return _said(status, **length, **_expiry(made), Evidence=made.code)


def _expiry(made: Evidence) -> dict[str, str]:
    return {"Upload-Expires": http_date(made.expires_at.timestamp())} if made.expires_at else {}


def _said(status: int, words: str = "", **headers: object) -> HttpResponse:
    """The protocol's answer; a sentence only where a person will read it."""
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name] = str(value)
    return response


def _most() -> int:
    most: int = settings.UPLOAD_FILE_BYTES
    return most


def _number(request: HttpRequest, header: str) -> int | None:
    given = request.headers.get(header, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def _told(request: HttpRequest) -> dict[str, str] | None:
    """`filename d29ya2VkLmpwZw==,for YWRk`: names, and values in base64."""
    told: dict[str, str] = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
    return told
