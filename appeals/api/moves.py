"""A move through the API: once for its key, on what was read, by the pages' own action."""

from typing import Any

from django.http import Http404, HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from appeals.actions import moving
from appeals.models import Appeal
from portal.api import keys
from portal.api.door import Door
from portal.errors import Refused

Values = dict[str, Any]


def page_request(request: Request) -> HttpRequest:
    """The request as the pages' reads know it, with its post."""
    return request._request


def with_version(shown: dict[str, Any], *, status: int = 200) -> Response:
    """A case and its ETag."""
    return Response(shown, status=status, headers={"ETag": keys.etag(shown["position"])})


def unchanged(request: Request, appeal: Appeal) -> Response | None:
    """304 for a program that has the case as it is; a version is the newest link of the case's log."""
    if not keys.is_known(request, appeal.position):
        return None
    return Response(status=304, headers={"ETag": keys.etag(appeal.position)})


class Move(Door):
    """One move of one kind. Each says who finds the case, which action makes it and how the case is shown after it."""

    makes = True
    matches = True
    move = ""
    body: type[serializers.Serializer]
    done_status = 200
    is_versioned = True

    def post(self, request: Request, code: str) -> Response:
        try:
            row_id = self.found(request, code)
        except Http404:
            # who first: whoever does not see it learns nothing of what he sent either
            return self.again(request, code)
        sent = self.body(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        verb, about = self.said(code, values)
        made = keys.before(request, verb=verb, body=about)
        if not made:
            seen = keys.seen_by(request, is_needed=self.needs_match) if self.matches else None
            made = keys.do_once(request, verb=verb, body=about, do=lambda: self.make(request, row_id, values, seen))
        return self.shown(request, made)

    def again(self, request: Request, code: str) -> Response:
        """The first answer was lost, and the move took the case out of sight: only its own key finds it."""
        try:
            sent = self.body(data=request.data)
            sent.is_valid(raise_exception=True)
            verb, about = self.said(code, dict(sent.validated_data))
            made = keys.before(request, verb=verb, body=about)
        except (APIException, Refused) as error:
            raise Http404 from error
        if not made:
            raise Http404
        return self.shown(request, made)

    def said(self, code: str, values: Values) -> tuple[str, Values]:
        """What makes two requests the same."""
        return f"{self.actor}.{self.move}", {"subject": code, **{name: str(value) for name, value in values.items()}}

    actor = ""

    def found(self, request: Request, code: str) -> int:
        """The row the move is about; 404 for whoever may not see it."""
        raise NotImplementedError

    def make(self, request: Request, row_id: int, values: Values, seen: int | None) -> str:
        raise NotImplementedError

    def shown(self, request: Request, made: str) -> Response:
        raise NotImplementedError


def require_seen(appeal_id: int, seen: int | None) -> None:
    """Stale when somebody decided after the program had read the case; asked while nobody can move it."""
    if seen is not None:
        moving.require_newest(Appeal.objects.for_update(appeal_id), seen)
