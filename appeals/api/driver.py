"""A driver's programs: he files, lists, reads and moves his own cases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import chain, receipts, respondents
from appeals.actions import driving, filing
from appeals.api import bodies, examples, shapes, showing
from appeals.api.moves import Move, require_seen, unchanged, with_version
from appeals.drafts import LAST, Sheet
from appeals.forms.driver import WithdrawForm
from appeals.models import Appeal, Category, Identity
from appeals.models.appeal import AppealQuerySet, DeductionKind
from portal.api import keys
from portal.api.door import Door
from portal.api.paging import page
from portal.calendar import beijing_day

TAGS = ["driver"]
# the filing's fields -> the answers of the five pages
ANSWERS = {"place": "where", "respondent": "about"}


def own_appeals(request: Request) -> AppealQuerySet:
    """His own cases; a key that was made for a post has none, whoever holds it."""
    if request.auth and request.auth.post_id:
        raise Http404
    return Appeal.objects.of(request.user).select_related(*showing.RELATED)


def own_appeal(request: Request, code: str) -> Appeal:
    return get_object_or_404(own_appeals(request), code=code)


class OwnPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = shapes.CaseSerializer(many=True)


class OwnCases(Door):
    makes = True
    is_asked = True

    @extend_schema(
        operation_id="appeals_list",
        summary=_("List one's own appeals"),
        tags=TAGS,
        parameters=[bodies.OwnListSerializer],
        responses={200: OwnPageSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = bodies.OwnListSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = own_appeals(request)
        state = asked.validated_data["state"]
        if state == "open":
            rows = rows.open()
        elif state == "over":
            rows = rows.exclude(status__in=chain.OPEN)
        return Response(page(request, rows.order_by("-filed_at", "-pk"), asked.validated_data, showing.own_row))

    @extend_schema(
        operation_id="appeals_file",
        summary=_("File an appeal"),
        description=_("The same rules as on the five pages: places and respondents come from the choices."),
        tags=TAGS,
        request=bodies.FilingSerializer,
        responses={201: shapes.OwnCaseSerializer},
        examples=[OpenApiExample("filing", summary=_("An appeal"), value=examples.FILING, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        sent = bodies.FilingSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        own_appeals(request)
        about = {name: str(value) for name, value in sent.validated_data.items()}
        made = keys.before(request, verb="driver.file", body=about)
        if not made:
            ready = ready_filing(request, sent.validated_data)
            now = timezone.now()
            made = keys.do_once(
                request, verb="driver.file", body=about, do=lambda: filing.file(ready, by=request.user, now=now).code
            )
        appeal = own_appeal(request, made)
        return with_version(showing.own_case(appeal, request.user, timezone.now()), status=201)


def ready_filing(request: Request, values: dict[str, Any]) -> filing.Filing:
    """The five pages' own forms read it, so that a program can say no more and no less than a person."""
    said = {name: value for name, value in values.items() if value is not None and name != "evidence"}
    answers = {ANSWERS.get(name, name): value for name, value in said.items()}
    answers["is_urgent"] = "yes" if values["is_urgent"] else "no"
    answers["happened_date"] = values["happened_date"].isoformat()
    if values.get("amount_fen"):
        answers["amount_fen"] = f"{values['amount_fen'] // 100}.{values['amount_fen'] % 100:02d}"
    sheet = Sheet(request.user, beijing_day(timezone.now()), answers=answers)
    back = {answer: name for name, answer in ANSWERS.items()}
    wrong: dict[str, list[str]] = {}
    for number in range(1, LAST + 1):
        errors = sheet.form(number, is_checked=True).errors
        wrong |= {back.get(name, name): [str(one) for one in said] for name, said in errors.items()}
    if wrong:
        raise ValidationError(wrong)
    return replace(sheet.filing(), evidence=tuple(values["evidence"]))


class OwnCase(Door):
    is_versioned = True

    @extend_schema(
        operation_id="appeals_read",
        summary=_("Read one's own appeal"),
        tags=TAGS,
        responses={200: shapes.OwnCaseSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        appeal = own_appeal(request, code)
        known = unchanged(request, appeal)
        return known or with_version(showing.own_case(appeal, request.user, timezone.now()))


class OwnTimeline(Door):
    @extend_schema(
        operation_id="appeals_timeline",
        summary=_("What happened in one's own appeal"),
        tags=TAGS,
        responses={200: shapes.TimelineSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        appeal = own_appeal(request, code)
        return Response(showing.timeline(appeal, is_driver=True, now=timezone.now()))


class OwnReceipt(Door):
    @extend_schema(
        operation_id="appeals_receipt",
        summary=_("The receipt of one's own appeal"),
        description=_(
            "Number and secret together open state and due date without an account: keep them apart from logs."
        ),
        tags=TAGS,
        responses={200: shapes.ReceiptSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        appeal = own_appeal(request, code)
        head = receipts.filed_head(appeal)
        shown = {
            "number": appeal.number,
            "secret": appeal.secret,
            "link": receipts.link(appeal),
            "check_code": head.full if head else None,
        }
        return Response(shapes.ReceiptSerializer(shown).data)


class Choices(Door):
    is_asked = True

    @extend_schema(
        operation_id="appeals_choices",
        summary=_("What a filing may say"),
        tags=TAGS,
        parameters=[bodies.ChoicesQuerySerializer],
        responses={200: shapes.ChoicesSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = bodies.ChoicesQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        own_appeals(request)
        today = beijing_day(timezone.now())
        happened = asked.validated_data.get("happened_date", today)
        shown = {
            "categories": showing.choices(Category.choices),
            "identities": showing.choices(Identity.choices),
            "deductions": showing.choices(DeductionKind.choices),
            "places": showing.choice_groups(respondents.place_choices(today)),
            "respondents": showing.choice_groups(respondents.choices(request.user, happened)),
        }
        return Response(shapes.ChoicesSerializer(shown).data)


def withdraw(appeal_id: int, *, why: str, words: str, **who: Any) -> Appeal:
    """The reason as the page writes it down: the choice in its words, and what was added."""
    form = WithdrawForm({"why": why, "words": words, "key": "-"})
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in said] for name, said in form.errors.items()})
    return driving.withdraw(appeal_id, reason=form.reason(), **who)


@dataclass(frozen=True)
class Step:
    """A driver's move: what is sent, the action, what it is called. The body's fields are the action's arguments."""

    body: type[serializers.Serializer]
    act: Callable[..., Appeal]
    summary: str


STEPS = {
    "add": Step(bodies.WordsSerializer, driving.add, _("Add something")),
    "reply": Step(bodies.WordsSerializer, driving.reply, _("Answer the handler's question")),
    "challenge": Step(bodies.ShortReasonSerializer, driving.challenge, _("Ask for another handler, once")),
    "withdraw": Step(bodies.WithdrawalSerializer, withdraw, _("Withdraw")),
    "come_back": Step(bodies.NothingSerializer, driving.come_back, _("Take it up again")),
    "go_on": Step(bodies.ShortReasonSerializer, driving.go_on, _("Go on to the next tier")),
    "accept": Step(bodies.NothingSerializer, driving.accept, _("Accept the answer")),
    "not_carried_out": Step(bodies.ShortReasonSerializer, driving.not_carried_out, _("It was not carried out")),
    "rate": Step(bodies.RatingSerializer, driving.rate, _("Rate the answer")),
}


class OwnMove(Move):
    actor = "driver"
    act: Callable[..., Appeal]

    def found(self, request: Request, code: str) -> int:
        return own_appeal(request, code).pk

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        require_seen(row_id, seen)
        return type(self).act(row_id, by=request.user, now=timezone.now(), **values).code

    def shown(self, request: Request, made: str) -> Response:
        return with_version(showing.own_case(own_appeal(request, made), request.user, timezone.now()))


def move_view(name: str, step: Step) -> Any:
    """The view of one move."""
    made = type(
        f"Own{name.title().replace('_', '')}",
        (OwnMove,),
        {"move": name, "body": step.body, "act": staticmethod(step.act)},
    )
    described = extend_schema(
        operation_id=f"appeals_{name}",
        summary=step.summary,
        tags=TAGS,
        request=step.body,
        responses={200: shapes.OwnCaseSerializer},
    )

    def post(self: OwnMove, request: Request, code: str) -> Response:
        return OwnMove.post(self, request, code)

    # a function of its own: a description is written on the function it describes
    made.post = described(post)  # type: ignore[attr-defined]
    return made.as_view()  # type: ignore[attr-defined]
