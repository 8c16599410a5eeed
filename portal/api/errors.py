"""Whatever turns a request down, as a problem: the one place that knows which refusal is which status."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from portal import problems
from portal.errors import Refused, Stale
from portal.once import KeyUsed


class NotRead(Refused):
    """A move without If-Match where it is asked for."""


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem for an error; None for what is a fault of ours, which goes to the log and to the 500 answer."""
    found = _read(error)
    if found is None:
        return None
    status, words, headers = found
    reference = getattr(context["request"]._request, "reference", "")
    body = problems.problem(status, reference=reference, **words)
    return Response(body, status=status, headers=headers, content_type=problems.MEDIA_TYPE)


def _read(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    """Status, words and headers."""
    match error:
        case Http404():
            return 404, {}, {}
        case PermissionDenied():
            return 403, {"detail": str(error)}, {}
        case Stale():
            return 412, {"detail": str(error), "theirs": error.theirs}, {}
        case KeyUsed():
            return 422, {"detail": ""}, {}
        case NotRead():
            return 428, {"detail": str(error)}, {}
        case Refused():
            return 409, {"detail": str(error)}, {}
        case exceptions.ValidationError():
            return 400, {"errors": fields_of(error.detail)}, {}
        case exceptions.ParseError():
            return 400, {"detail": _("What was sent cannot be read."), "errors": []}, {}
        case exceptions.APIException():
            return error.status_code, {"detail": _own_words(error)}, _headers(error)
    return None


def _own_words(error: exceptions.APIException) -> str:
    """Sentences of the framework are replaced by ours; what was said on purpose stays."""
    if isinstance(error, exceptions.AuthenticationFailed):
        return str(error.detail)
    if isinstance(error, exceptions.Throttled) and error.wait:
        return _("Try again in %(seconds)d seconds.") % {"seconds": error.wait}
    return ""


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if isinstance(error, exceptions.Throttled) and error.wait:
        headers["Retry-After"] = str(int(error.wait))
    return headers


def fields_of(detail: Any, name: str = "") -> list[dict[str, str]]:
    """Each wrong field with its sentence; nested ones as `parent.child`."""
    if isinstance(detail, dict):
        return [
            row
            for key, inside in detail.items()
            for row in fields_of(inside, ".".join(part for part in (name, str(key)) if part))
        ]
    if isinstance(detail, list):
        return [row for inside in detail for row in fields_of(inside, name)]
    return [{"field": "" if name in ("non_field_errors", "__all__") else name, "detail": str(detail)}]
