"""What a driver is asked beside the moves of his case: what the company may see, whether he joins others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import grouping, hearings, standing
from appeals.actions import consenting, joining
from appeals.api import bodies, shapes, showing
from appeals.api.driver import TAGS, OwnMove, own_appeal, own_appeals
from appeals.api.moves import require_seen
from appeals.models import Appeal, Consent, Detail, Finding, GroupMember
from portal.api.door import Door
from portal.api.paging import PagedSerializer, page

CONSENT_STATES = ("asked", "given", "refused", "withdrawn", "shown")
State = GroupMember.State
Act = Callable[..., Appeal]


class ConsentSerializer(serializers.Serializer):
    """A question whether the company may see something, word for word; no has no effect on the case."""

    code = serializers.CharField()
    state = serializers.ChoiceField(
        choices=CONSENT_STATES, help_text=_("shown: the company has seen it; it cannot be taken back any more.")
    )
    details = shapes.DetailSerializer(many=True)
    reason = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    post = serializers.CharField()


class ConsentListSerializer(serializers.Serializer):
    consents = ConsentSerializer(many=True)


class OfferSerializer(serializers.Serializer):
    """The lead case's answer in words for all, to take or to leave."""

    finding = serializers.ChoiceField(choices=Finding.choices)
    reasons = serializers.CharField(allow_blank=True)
    remedy = serializers.CharField(allow_blank=True)
    carry_out_date = serializers.DateField(allow_null=True)


class InvitationSerializer(serializers.Serializer):
    """A group appeal that one of his cases was asked to join. Nobody else in it is named."""

    code = serializers.CharField()
    appeal = serializers.CharField(help_text=_("Code of his own case."))
    number = serializers.CharField()
    company = shapes.NamedSerializer()
    about = serializers.CharField(help_text=_("Rule and version, or kind of deduction."))
    state = serializers.ChoiceField(choices=State.choices)
    invited_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    offer = OfferSerializer(allow_null=True)
    moves = serializers.ListField(child=serializers.CharField())


class InvitationPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = InvitationSerializer(many=True)


# -- what the company may see -----------------------------------------------------------------------------------------


def state_of(consent: Consent) -> str:
    if consent.decided_at is None:
        return "asked"
    if not consent.is_given:
        return "refused"
    if consent.withdrawn_at:
        return "withdrawn"
    return "shown" if consent.shown_at else "given"


def _consent(one: Consent) -> dict[str, Any]:
    texts = hearings.texts_of(one.asked_event)
    return {
        "code": one.code,
        "state": state_of(one),
        "details": [{"name": str(Detail(name).label), "words": texts.get(name, "")} for name in one.items],
        "reason": texts.get("reason", ""),
        "asked_at": one.asked_at,
        "decided_at": one.decided_at,
        "by": one.asked_by.person.name,
        "post": standing.post_words(one.asked_by),
    }


class Consents(Door):
    @extend_schema(
        operation_id="appeals_consents",
        summary=_("What the company may see: what was asked, and what was said"),
        tags=TAGS,
        responses={200: ConsentListSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        rows = own_appeal(request, code).consents.select_related(
            "asked_event", "asked_by__person", "asked_by__organisation"
        )
        found = rows.prefetch_related("asked_event__texts").order_by("-asked_at", "-pk")
        return Response(ConsentListSerializer({"consents": [_consent(one) for one in found]}).data)


# -- group appeals ----------------------------------------------------------------------------------------------------


def own_invitations(request: Request) -> QuerySet[GroupMember]:
    return GroupMember.objects.filter(appeal__in=own_appeals(request).values("pk")).select_related(
        "appeal", "group__company", "group__rule_version__rule", "offered_answer"
    )


def moves_of(member: GroupMember) -> list[str]:
    """What he may do now; the actions check again."""
    if member.state == State.INVITED:
        return ["join", "decline"]
    if member.state != State.JOINED:
        return []
    return ["leave", "take_answer", "keep_own"] if _is_offered(member) else ["leave"]


def _is_offered(member: GroupMember) -> bool:
    return bool(member.offered_answer_id) and member.is_taken is None and member.appeal.is_open


def _invitation(member: GroupMember) -> dict[str, Any]:
    given, offer = member.offered_answer, None
    if given and member.state == State.JOINED and _is_offered(member):
        texts = joining.offered_texts(member.appeal)
        offer = {
            "finding": given.finding,
            "reasons": texts.get("reasons", ""),
            "remedy": texts.get("remedy", ""),
            "carry_out_date": joining.own_promise(given, timezone.now()),
        }
    shown = {
        **{name: getattr(member, name) for name in ("code", "state", "invited_at", "decided_at")},
        "appeal": member.appeal.code,
        "number": member.appeal.number,
        "company": showing.named(member.group.company),
        "about": grouping.cause_of(member.group).words,
        "offer": offer,
        "moves": moves_of(member),
    }
    return dict(InvitationSerializer(shown).data)


class Invitations(Door):
    is_asked = True

    @extend_schema(
        operation_id="invitations_list",
        summary=_("List the group appeals one was asked to join"),
        tags=TAGS,
        parameters=[PagedSerializer],
        responses={200: InvitationPageSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = PagedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = own_invitations(request).order_by("-invited_at", "-pk")
        return Response(page(request, rows, asked.validated_data, _invitation))


# -- the moves --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A decision: which rows it is about, the action, what it is called."""

    rows: Callable[[Request], QuerySet[Any]]
    act: Act
    summary: Any


def own_consents(request: Request) -> QuerySet[Consent]:
    return Consent.objects.filter(appeal__in=own_appeals(request).values("pk"))


def _decide(*, agrees: bool) -> Act:
    return lambda consent_id, **who: consenting.decide_consent(consent_id, agrees=agrees, **who)


STEPS = {
    "consents/give": Step(own_consents, _decide(agrees=True), _("Agree that the company may see it")),
    "consents/refuse": Step(own_consents, _decide(agrees=False), _("Say no: the company does not see it")),
    "consents/withdraw": Step(own_consents, consenting.withdraw_consent, _("Take a consent back")),
    "invitations/join": Step(own_invitations, joining.join, _("Join the group appeal")),
    "invitations/decline": Step(own_invitations, joining.decline, _("Go on alone")),
    "invitations/leave": Step(own_invitations, joining.leave, _("Leave the group appeal")),
    "invitations/take_answer": Step(own_invitations, joining.take_answer, _("Take the lead case's answer")),
    "invitations/keep_own": Step(own_invitations, joining.keep_own, _("Wait for one's own answer")),
}


class OwnDecision(OwnMove):
    """About a consent or an invitation; answered with the case as it stands then."""

    body = bodies.NothingSerializer
    rows: Callable[[Request], QuerySet[Any]]

    def found(self, request: Request, code: str) -> int:
        return int(get_object_or_404(type(self).rows(request), code=code).pk)

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        require_seen(type(self).rows(request).values_list("appeal_id", flat=True).get(pk=row_id), seen)
        return type(self).act(row_id, by=request.user, now=timezone.now()).code


def decision_view(name: str, step: Step) -> Any:
    """The view of one decision."""
    made = type(
        f"Own{name.title().translate(str.maketrans('', '', '/_'))}",
        (OwnDecision,),
        {"move": name, "rows": staticmethod(step.rows), "act": staticmethod(step.act)},
    )
    described = extend_schema(
        operation_id=name.replace("/", "_"),
        summary=step.summary,
        tags=TAGS,
        request=bodies.NothingSerializer,
        responses={200: shapes.OwnCaseSerializer},
    )

    def post(self: OwnDecision, request: Request, code: str) -> Response:
        return OwnDecision.post(self, request, code)

    made.post = described(post)  # type: ignore[attr-defined]
    return made.as_view()  # type: ignore[attr-defined]
