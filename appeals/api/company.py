"""A company's programs: what it was asked, by when, and its reply. Never a name, a case number or an exact time."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appeals.actions import replying, seeing
from appeals.actions.replying import Figures
from appeals.api import bodies, examples, shapes, showing
from appeals.api.moves import Move, page_request
from appeals.forms.hearing import versions_of
from appeals.hearings import for_company, version_words
from appeals.models import Hearing
from appeals.views.desk import entry
from platforms.models import RuleVersion
from portal.api.door import Door
from portal.api.paging import page
from portal.roles import ANSWER_FOR_COMPANY

TAGS = ["company"]


def own_hearings(request: Request) -> QuerySet[Hearing]:
    post = entry.require_post(page_request(request), ANSWER_FOR_COMPANY, timezone.now())
    rows = for_company(post.organisation_id)
    return rows.prefetch_related("replies__event__texts", "replies__rule_version__rule")


class HearingPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = shapes.HearingSerializer(many=True)


class RuleRowSerializer(shapes.RuleSerializer):
    from_date = serializers.DateField()


class RuleListSerializer(serializers.Serializer):
    rules = RuleRowSerializer(many=True)


class Hearings(Door):
    is_asked = True

    @extend_schema(
        operation_id="hearings_list",
        summary=_("List what the company was asked"),
        tags=TAGS,
        parameters=[bodies.HearingListSerializer],
        responses={200: HearingPageSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = bodies.HearingListSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = own_hearings(request)
        state = asked.validated_data["state"]
        if state != "all":
            rows = rows.filter(replied_at__isnull=state == "waits")
        now = timezone.now()
        rows = rows.order_by("due_at", "pk")
        listed = page(request, rows, asked.validated_data, lambda one: one)
        seeing.details_shown(listed["results"], page_request(request).post, now=now)  # type: ignore[attr-defined]
        return Response({**listed, "results": [showing.hearing(one, now) for one in listed["results"]]})


def shown_to_company(request: Request, code: str) -> Response:
    """One question, and a note to its driver when details of his stand beside it."""
    now = timezone.now()
    asked = get_object_or_404(own_hearings(request), code=code)
    seeing.details_shown([asked], page_request(request).post, now=now)  # type: ignore[attr-defined]
    return Response(showing.hearing(asked, now))


class OneHearing(Door):
    @extend_schema(
        operation_id="hearings_read",
        summary=_("Read a question to the company"),
        tags=TAGS,
        responses={200: shapes.HearingSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        return shown_to_company(request, code)


class Rules(Door):
    @extend_schema(
        operation_id="hearings_rules",
        summary=_("The company's rules and versions, as a reply can name them"),
        tags=TAGS,
        responses={200: RuleListSerializer},
    )
    def get(self, request: Request) -> Response:
        post = entry.require_post(page_request(request), ANSWER_FOR_COMPANY, timezone.now())
        rows = [
            {**(showing.rule_version(one) or {}), "from_date": one.from_date}
            for one in versions_of(post.organisation_id)
        ]  # fmt: skip
        return Response(RuleListSerializer({"rules": rows}).data)


def _version(company_id: int, code: str | None) -> RuleVersion | None:
    """The company's own version of this code."""
    if code is None:
        return None
    found = next((one for one in versions_of(company_id) if showing.version_code(one) == code), None)
    if found is None:
        raise ValidationError({"rule_version": [_("Choose a rule of your own company.")]})
    return found


class OnHearing(Move):
    """Answered with the question as it stands then. A reply is given once: there is no version to have read."""

    actor = "company"
    matches = is_versioned = False

    def found(self, request: Request, code: str) -> int:
        return get_object_or_404(own_hearings(request), code=code).pk

    def shown(self, request: Request, made: str) -> Response:
        asked = get_object_or_404(own_hearings(request), code=made)
        return Response(showing.hearing(asked, timezone.now()))


class Reply(OnHearing):
    move = "reply"
    body = bodies.HearingReplySerializer

    @extend_schema(
        operation_id="hearings_reply",
        summary=_("Reply for the company, once"),
        tags=TAGS,
        request=bodies.HearingReplySerializer,
        responses={200: shapes.HearingSerializer},
        examples=[OpenApiExample("reply", summary=_("A reply"), value=examples.REPLY, request_only=True)],
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        post = page_request(request).post  # type: ignore[attr-defined]
        said = {name: values[name] for name in ("facts_given", "rule_given", "offer", "contact")}
        figures = {name: values[name] for name in Figures.__dataclass_fields__}
        version = _version(post.organisation_id, figures["rule_version"])
        if version and not said["rule_given"]:
            said["rule_given"] = version_words(version)
        counted = Figures(**{**figures, "rule_version": version, "stance": figures["stance"] or ""})
        return replying.platform_reply(row_id, by=post, now=timezone.now(), figures=counted, **said).code


class Addition(OnHearing):
    move = "add"
    body = bodies.HearingAdditionSerializer

    @extend_schema(
        operation_id="hearings_add",
        summary=_("Add to the company's reply, until the case is answered"),
        tags=TAGS,
        request=bodies.HearingAdditionSerializer,
        responses={200: shapes.HearingSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        post = page_request(request).post  # type: ignore[attr-defined]
        return replying.add_to_reply(row_id, by=post, now=timezone.now(), **values).code
