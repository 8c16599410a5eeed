"""What stands beside a case at the desk: handlers' notes, and the colleagues it can be given to."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import leading, permissions, standing
from appeals.actions import moving, noting
from appeals.api import bodies
from appeals.api.desk import TAGS, DeskMove, seen_case, spend
from appeals.api.moves import page_request
from appeals.models import Note
from appeals.views.desk import entry
from portal.api.door import Door
from portal.api.paging import PagedSerializer, page
from portal.calendar import beijing_day
from portal.models import Post
from portal.roles import HANDLE

RELATED = ("by__person", "by__organisation")


class NoteRowSerializer(serializers.Serializer):
    """What a handler wrote down for the others. The driver and the company never read it."""

    code = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text=_("Empty: it was taken back, its words are erased."))
    at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField()
    post = serializers.CharField()


class NotePageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = NoteRowSerializer(many=True)


class ColleagueSerializer(serializers.Serializer):
    """Somebody the case can be given to."""

    code = serializers.CharField(help_text=_("Of his post; what assigning takes."))
    name = serializers.CharField()
    post = serializers.CharField()


class ColleagueListSerializer(serializers.Serializer):
    colleagues = ColleagueSerializer(many=True)


def _shown(note: Note) -> dict[str, Any]:
    plain = {name: getattr(note, name) for name in ("code", "text", "at", "withdrawn_at")}
    row = {**plain, "by": note.by.person.name, "post": standing.post_words(note.by)}
    return dict(NoteRowSerializer(row).data)


class OnNotes(DeskMove):
    """Notes move nothing: there is nothing to have read before."""

    matches = needs_match = is_versioned = False

    def shown(self, request: Request, made: str) -> Response:
        note = Note.objects.select_related(*RELATED).get(code=made)
        return Response(_shown(note), status=self.done_status)


class Notes(OnNotes):
    move = "note"
    body = bodies.NoteTextSerializer
    done_status = 201
    is_asked = True

    @extend_schema(
        operation_id="desk_notes",
        summary=_("List the handlers' notes of an appeal"),
        tags=TAGS,
        parameters=[PagedSerializer],
        responses={200: NotePageSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        asked = PagedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        case = seen_case(request, code)
        spend(case.post, 1, case.now)
        rows = case.appeal.notes.select_related(*RELATED).order_by("-at", "-pk")
        return Response(page(request, rows, asked.validated_data, _shown))

    @extend_schema(
        operation_id="desk_note",
        summary=_("Write a note for the other handlers"),
        tags=TAGS,
        request=bodies.NoteTextSerializer,
        responses={201: NoteRowSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        return noting.note(row_id, by=_post(request), now=timezone.now(), **values).code


class WithdrawNote(OnNotes):
    """His own note only; anybody else's is the 404 of none."""

    move = "withdraw_note"
    body = bodies.NothingSerializer

    @extend_schema(
        operation_id="desk_note_withdraw",
        summary=_("Take one's own note back; its words are erased"),
        tags=TAGS,
        request=bodies.NothingSerializer,
        responses={200: NoteRowSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        return super().post(request, code)

    def found(self, request: Request, code: str) -> int:
        now = timezone.now()
        post = entry.require_post(page_request(request), HANDLE, now)
        seen = permissions.visible_appeals(post, beijing_day(now))
        return get_object_or_404(Note, code=code, by__person=post.person_id, appeal__in=seen).pk

    def make(self, request: Request, row_id: int, values: dict[str, Any], seen: int | None) -> str:
        return noting.withdraw(row_id, by=_post(request), now=timezone.now()).code


class Colleagues(Door):
    @extend_schema(
        operation_id="desk_colleagues",
        summary=_("To whom an appeal can be given now"),
        description=_("Empty for whoever does not lead the desk it lies at."),
        tags=TAGS,
        responses={200: ColleagueListSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        case = seen_case(request, code)
        found: list[Post] = []
        if "assign" in leading.moves(case.post, case.appeal, case.now):
            found = leading.colleagues(case.appeal, moving.current_leg(case.appeal), case.post, case.now)
        rows = [{"code": one.code, "name": one.person.name, "post": standing.post_words(one)} for one in found]
        return Response(ColleagueListSerializer({"colleagues": rows}).data)


def _post(request: Request) -> Post:
    post: Post = page_request(request).post  # type: ignore[attr-defined]
    return post
