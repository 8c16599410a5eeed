"""Evidence through the API: sent as a form's file, loose until a case takes it, read back as the copy all see."""

import hashlib
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import evidence_names, permissions_evidence
from appeals.actions import evidencing
from appeals.api import bodies
from appeals.api.desk import seen_case
from appeals.api.driver import own_appeal, own_appeals
from appeals.api.moves import Move, page_request
from appeals.models import Appeal, Evidence, EvidenceState, Scan
from appeals.models.evidence import EvidenceKind, EvidenceQuerySet
from appeals.views import evidence as pages
from portal.api import keys
from portal.api.door import Door
from portal.errors import Refused
from portal.permissions import active_post

# loose files of programs are no page's
MEANT_FOR = "api"


class EvidenceSerializer(serializers.Serializer):
    """A picture or document."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    state = serializers.ChoiceField(choices=EvidenceState.choices)
    scan = serializers.ChoiceField(choices=Scan.choices)
    sha256 = serializers.CharField(help_text=_("Of the original as it was sent; it stands in the case log."))
    size_bytes = serializers.IntegerField()
    pages = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    is_erased = serializers.BooleanField()


class EvidenceListSerializer(serializers.Serializer):
    files = EvidenceSerializer(many=True)


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField()


def shown(row: Evidence) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in EvidenceSerializer().fields if name != "is_erased"},
        "is_erased": bool(row.erased_at),
    }


def listed(rows: EvidenceQuerySet) -> Response:
    files = [shown(row) for row in rows.received().order_by("position", "pk")]
    return Response(EvidenceListSerializer({"files": files}).data)


def visible(request: Request) -> EvidenceQuerySet:
    """What the pages would show; a key for a post has nothing of what its holder filed himself."""
    person, post = request.user, active_post(page_request(request))
    rows = permissions_evidence.visible_evidence(person, post, timezone.now())
    if request.auth and request.auth.post_id:
        rows = rows.exclude(appeal__filer=person).exclude(owner=person, appeal=None)
    return rows


class Uploads(Door):
    makes = True
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="evidence_send",
        summary=_("Send a file"),
        description=_("JPEG, PNG, WebP or PDF, 20 MB at most. It is loose for a day, until a case takes it."),
        tags=["driver"],
        request={"multipart/form-data": UploadSerializer},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Request) -> Response:
        own_appeals(request)
        sent = UploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        source = sent.validated_data["file"]
        about = {"sha256": hashlib.file_digest(source, "sha256").hexdigest(), "name": evidence_names.clean(source.name)}
        source.seek(0)
        now = timezone.now()

        def do() -> str:
            return evidencing.receive(source, name=about["name"], by=request.user, now=now, meant_for=MEANT_FOR).code

        made = keys.do_once(request, verb="driver.evidence", body=about, do=do)
        row = get_object_or_404(Evidence.objects.filter(owner=request.user), code=made)
        return Response(EvidenceSerializer(shown(row)).data, status=201)


class OneFile(Door):
    more_problems = (409,)

    @extend_schema(
        operation_id="evidence_read",
        summary=_("Read a file"),
        description=_("The copy made for looking at, without what a camera writes into its pictures."),
        tags=["common"],
        responses={
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        row = get_object_or_404(visible(request), code=code)
        if not row.is_open:
            raise Refused(pages.why_closed(row))
        return pages.file(page_request(request), code)


class DeskEvidence(Door):
    @extend_schema(
        operation_id="desk_evidence",
        summary=_("Files of an appeal at the desk"),
        tags=["desk"],
        responses={200: EvidenceListSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        appeal = seen_case(request, code).appeal
        return listed(visible(request).filter(appeal=appeal))


class OwnEvidence(Move):
    """Files of one's own case: read, and given to it."""

    actor = "driver"
    move = "attach"
    matches = is_versioned = False
    body = bodies.EvidenceCodesSerializer

    @extend_schema(
        operation_id="appeals_evidence",
        summary=_("Files of one's own appeal"),
        tags=["driver"],
        responses={200: EvidenceListSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        return listed(visible(request).filter(appeal=own_appeal(request, code)))

    @extend_schema(
        operation_id="appeals_attach",
        summary=_("Give files to one's own appeal"),
        tags=["driver"],
        request=bodies.EvidenceCodesSerializer,
        responses={200: EvidenceListSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def found(self, request: Request, code: str) -> int:
        return own_appeal(request, code).pk

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        appeal = Appeal.objects.for_update(row_id)
        evidencing.attach(values["evidence"], appeal, by=request.user, now=timezone.now())
        return appeal.code

    def shown(self, request: Request, made: str) -> Response:
        return listed(visible(request).filter(appeal=own_appeal(request, made)))
