"""The API's own description: what every operation takes and every way in which it can answer."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from portal import problems

VERSION = "1.0.0"
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[\\x21-\\x7e]{8,200}$"},
    OpenApiParameter.HEADER,
    required=True,
    description=_("One random key for each thing that is to happen once; the same for every try of the same request."),
)


VERSIONED = OpenApiParameter(
    "ETag",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description=_("The version of the case, to be sent as If-Match."),
    response=[200, 201, 304],
)
KNOWN = OpenApiParameter(
    "If-None-Match",
    {"type": "string", "maxLength": 200},
    OpenApiParameter.HEADER,
    description=_("The ETag of the case as the program has it: 304 while nothing has happened in it since."),
)


def if_match(*, is_needed: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "If-Match",
        {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        OpenApiParameter.HEADER,
        required=is_needed,
        description=_("The ETag of the case as it was read. Somebody decided since: 412, with who did what."),
    )


class FieldProblemSerializer(serializers.Serializer):
    """One field that is not right."""

    field = serializers.CharField(allow_blank=True, help_text=_("Empty: it is about the whole."))
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """RFC 9457: why the request was turned down, said so that it can be shown to a person."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    reference = serializers.CharField(allow_blank=True, help_text=_("To be read out to us; finds the line in our log."))
    errors = FieldProblemSerializer(many=True, required=False)
    theirs = serializers.CharField(required=False, allow_blank=True, help_text=_("412: who moved the case, when, how."))


class Described(AutoSchema):
    """Adds to each operation the headers it asks for and the problems it can answer with."""

    def get_description(self) -> str:
        """Only what was written for the reader; a class's own words are for whoever builds it."""
        return ""

    def get_override_parameters(self) -> list[Any]:
        found = [VERSIONED] if getattr(self.view, "is_versioned", False) else []
        if found and self.method == "GET":
            found.append(KNOWN)
        if self.method != "POST" or not getattr(self.view, "makes", False):
            return found
        matches = getattr(self.view, "matches", False)
        return [*found, KEY, if_match(is_needed=self.view.needs_match)] if matches else [*found, KEY]

    def problem_statuses(self) -> list[int]:
        """In what ways this operation can be turned down."""
        if not getattr(self.view, "permission_classes", None):
            return []
        found = {401, 403, 404, 429}
        if self.method == "POST":
            found |= {400, 409, 415}
            found |= {422} if self.view.makes else set()
            found |= {412} if self.view.matches else set()
            found |= {428} if self.view.needs_match else set()
        elif getattr(self.view, "is_asked", False):
            found.add(400)
        return sorted(found | set(getattr(self.view, "more_problems", ())))

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if self.method == "GET" and getattr(self.view, "is_versioned", False):
            bodies["304"] = {"description": str(_("Nothing has happened in the case since."))}
        for status in self.problem_statuses():
            words = str(problems.KINDS[status][1])
            code = self._get_response_for_code(ProblemSerializer, str(status), [problems.MEDIA_TYPE])
            bodies[str(status)] = {**code, "description": words}
        return bodies


def only_described(endpoints: list[Any]) -> list[Any]:
    """Addresses that are described: not the one that catches what leads nowhere."""
    return [row for row in endpoints if getattr(row[3].cls, "schema", None) is not None]


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "sjzj_…",
            "description": _("A key for one post, or for a driver as himself, made under “Keys for programs”."),
        }


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "portal_session",
            "description": _("The session of the portal's own pages; a POST sends X-CSRFToken as well."),
        }
