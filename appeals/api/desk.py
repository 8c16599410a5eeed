"""A handler's or committee's programs: the desk's list, its cases, its moves. No telephone number comes out here."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import inbox
from appeals.actions import assigning, handling, overseeing
from appeals.api import bodies, examples, shapes, showing
from appeals.api.moves import Move, page_request, unchanged, with_version
from appeals.casefile import CaseFile
from appeals.models import Appeal
from appeals.views.desk import entry
from portal.actions import spending
from portal.api.door import Door
from portal.api.paging import page
from portal.calendar import beijing_day, end_of
from portal.models import Post
from portal.roles import HANDLE

TAGS = ["desk"]
OUT_OF_SIGHT = OpenApiResponse(description=_("Done; the case has left your sight."))


def seen_case(request: Request, code: str) -> CaseFile:
    now = timezone.now()
    post, appeal = entry.seen_case(page_request(request), code, now)
    return CaseFile(appeal, post, now)


def asked_of_list(values: dict[str, Any]) -> dict[str, str]:
    """The filter as the list's own address says it."""
    said = {bodies.LIST_NAMES.get(name, name): value for name, value in values.items()}
    return {name: "1" if value is True else str(value) for name, value in said.items() if value not in ("", False)}


def spend(post: Post, records: int, now: datetime.datetime) -> None:
    """Records of one person and day, whether pages or programs show them: past them it is 429 until midnight."""
    if records and not spending.spend(post, records, now=now):
        raise Throttled(int((end_of(beijing_day(now)) - now).total_seconds()))


class DeskPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = shapes.DeskRowSerializer(many=True)


class DeskCases(Door):
    is_asked = True

    @extend_schema(
        operation_id="desk_list",
        summary=_("List the desk's appeals"),
        description=_("The rows of the desk's list under the same filters, in the same order."),
        tags=TAGS,
        parameters=[bodies.DeskListSerializer],
        responses={200: DeskPageSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = bodies.DeskListSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        post = entry.require_post(page_request(request), HANDLE, now)
        wanted = inbox.Wanted.of(asked_of_list(asked.validated_data))
        rows = inbox.found(post, wanted, now).select_related("place", "respondent_at_event", "handling_org", "filer")
        shown = page(request, rows, asked.validated_data, showing.desk_row)
        spend(post, len(shown["results"]), now)
        return Response(shown)


class DeskCase(Door):
    is_versioned = True

    @extend_schema(
        operation_id="desk_read",
        summary=_("Read an appeal at the desk"),
        tags=TAGS,
        responses={200: shapes.DeskCaseSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        case = seen_case(request, code)
        known = unchanged(request, case.appeal)
        if known:
            return known
        spend(case.post, 1, case.now)
        return with_version(showing.desk_case(case))


class DeskTimeline(Door):
    @extend_schema(
        operation_id="desk_timeline",
        summary=_("What happened in an appeal, as the desk sees it"),
        tags=TAGS,
        responses={200: shapes.TimelineSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        case = seen_case(request, code)
        spend(case.post, 1, case.now)
        return Response(showing.timeline(case.appeal, is_driver=False, now=case.now))


@dataclass(frozen=True)
class Step:
    """A handler's move: what is sent, the action, what it is called. The body's fields are the action's arguments."""

    body: type[serializers.Serializer]
    act: Callable[..., Appeal]
    summary: str
    example: dict[str, Any] | None = None


STEPS = {
    "take": Step(bodies.NothingSerializer, handling.take, _("Take an appeal")),
    "ask": Step(bodies.QuestionSerializer, handling.ask, _("Ask the driver")),
    "hear_platform": Step(bodies.QuestionSerializer, handling.hear_platform, _("Ask the company, in a paraphrase")),
    "answer": Step(bodies.AnswerBodySerializer, handling.answer, _("Answer"), examples.ANSWER),
    "escalate": Step(bodies.ReasonSerializer, handling.escalate, _("Pass up")),
    "return_down": Step(bodies.ReasonSerializer, handling.return_down, _("Return to the tier below")),
    "transfer": Step(bodies.TransferSerializer, handling.transfer, _("Transfer to another body")),
    "mark_urgent": Step(bodies.ReasonSerializer, handling.mark_urgent, _("Mark as urgent")),
    "assign": Step(bodies.AssignSerializer, assigning.assign, _("Give it to a colleague")),
    "carry_out": Step(bodies.NoteSerializer, handling.carry_out, _("What was promised has been carried out")),
}


class DeskMove(Move):
    actor = "desk"
    needs_match = True
    act: Callable[..., Appeal]

    def found(self, request: Request, code: str) -> int:
        return seen_case(request, code).appeal.pk

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        post = page_request(request).post  # type: ignore[attr-defined]
        return type(self).act(row_id, by=post, now=timezone.now(), seen=seen, **values).code

    def shown(self, request: Request, made: str) -> Response:
        now = timezone.now()
        post = entry.require_post(page_request(request), HANDLE, now)
        if not entry.is_seen(post, made, now):
            return Response(status=204)
        return with_version(showing.desk_case(seen_case(request, made)), status=self.done_status)


class Reopen(DeskMove):
    """A closed case cannot be moved by anybody meanwhile: there is nothing to have read but its end."""

    move = "reopen"
    body = bodies.ReasonSerializer
    matches = needs_match = False
    done_status = 201

    @extend_schema(
        operation_id="desk_reopen",
        summary=_("Reopen a closed appeal under a new number"),
        tags=TAGS,
        request=bodies.ReasonSerializer,
        responses={201: shapes.DeskCaseSerializer, 204: OUT_OF_SIGHT},
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        post = page_request(request).post  # type: ignore[attr-defined]
        return overseeing.reopen(row_id, by=post, now=timezone.now(), **values).code


def move_view(name: str, step: Step) -> Any:
    """The view of one move."""
    made = type(
        f"Desk{name.title().replace('_', '')}",
        (DeskMove,),
        {"move": name, "body": step.body, "act": staticmethod(step.act)},
    )
    example = OpenApiExample(name, summary=step.summary, value=step.example, request_only=True)
    described = extend_schema(
        operation_id=f"desk_{name}",
        summary=step.summary,
        tags=TAGS,
        request=step.body,
        responses={200: shapes.DeskCaseSerializer, 204: OUT_OF_SIGHT},
        examples=[example] if step.example else [],
    )

    def post(self: DeskMove, request: Request, code: str) -> Response:
        return DeskMove.post(self, request, code)

    # a function of its own: a description is written on the function it describes
    made.post = described(post)  # type: ignore[attr-defined]
    return made.as_view()  # type: ignore[attr-defined]
