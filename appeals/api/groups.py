"""Group appeals for programs of a branch or committee: which there are, who joined, what they come to. No driver."""

import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appeals import grouping, permissions, rollup
from appeals.api import shapes, showing
from appeals.api.desk import TAGS
from appeals.api.moves import page_request
from appeals.models import DeductionKind, Group, GroupMember
from appeals.views.desk import entry
from portal.api.door import Door
from portal.api.paging import PagedSerializer, page
from portal.calendar import beijing_day
from portal.models import Post
from portal.roles import HANDLE

FIGURES = ("appeals", "answered", "upheld", "unstated", "money_fen", "median_days")


class GroupRowSerializer(serializers.Serializer):
    """A group appeal: several drivers, one cause."""

    code = serializers.CharField()
    company = shapes.NamedSerializer()
    rule_version = shapes.RuleSerializer(allow_null=True)
    deduction_kind = serializers.ChoiceField(choices=DeductionKind.choices, allow_null=True)
    organisation = shapes.NamedSerializer(help_text=_("Who keeps it."))
    first_date = serializers.DateField()
    made_at = serializers.DateTimeField()
    changed_date = serializers.DateField(
        allow_null=True, help_text=_("From this day the company does it differently; marked, or its next version's.")
    )


class GroupPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    results = GroupRowSerializer(many=True)


class FiguresSerializer(serializers.Serializer):
    """30 days of the cause, among the cases the reader may see."""

    appeals = serializers.IntegerField()
    answered = serializers.IntegerField()
    upheld = serializers.IntegerField()
    unstated = serializers.IntegerField(help_text=_("Cases in which no amount was given."))
    money_fen = serializers.IntegerField()
    median_days = serializers.FloatField(allow_null=True, help_text=_("From filing to the first answer."))


class MembersSerializer(serializers.Serializer):
    """Cases by what their drivers decided, as far as the reader may see them."""

    invited = serializers.IntegerField()
    joined = serializers.IntegerField()
    declined = serializers.IntegerField()
    opted_out = serializers.IntegerField()


class GroupSerializer(GroupRowSerializer):
    lead = serializers.CharField(
        allow_null=True, help_text=_("Code of the case that leads, where the reader may see it.")
    )
    members = MembersSerializer()
    before = FiguresSerializer()
    after = FiguresSerializer(allow_null=True, help_text=_("Null: nothing has changed yet."))


def keeper_of(request: Request, now: datetime.datetime) -> Post:
    post = entry.require_post(page_request(request), HANDLE, now)
    if not grouping.may_keep_groups(post, beijing_day(now)):
        raise Http404
    return post


def seen_groups(post: Post, now: datetime.datetime) -> QuerySet[Group]:
    rows = grouping.visible_groups(post, beijing_day(now))
    return rows.select_related("company", "rule_version__rule", "organisation", "lead")


def _row(group: Group, changed: datetime.date | None) -> dict[str, Any]:
    version = group.rule_version
    return {
        **{name: getattr(group, name) for name in ("code", "first_date", "made_at")},
        "company": showing.named(group.company),
        "organisation": showing.named(group.organisation),
        "rule_version": showing.rule_version(version),
        "deduction_kind": group.deduction_kind or None,
        "changed_date": changed,
    }


def _figures(found: rollup.Figures) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIGURES}


class Groups(Door):
    is_asked = True

    @extend_schema(
        operation_id="desk_groups",
        summary=_("List group appeals"),
        tags=TAGS,
        parameters=[PagedSerializer],
        responses={200: GroupPageSerializer},
    )
    def get(self, request: Request) -> Response:
        asked = PagedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        rows = seen_groups(keeper_of(request, now), now).order_by("-made_at", "-pk")
        found = page(request, rows, asked.validated_data, lambda group: group)  # type: ignore[arg-type, return-value]
        changes = rollup.changes_of(found["results"])
        shown = [GroupRowSerializer(_row(one, changes[one.pk])).data for one in found["results"]]
        return Response({**found, "results": shown})


class OneGroup(Door):
    @extend_schema(
        operation_id="desk_group",
        summary=_("Read a group appeal and what it comes to"),
        tags=TAGS,
        responses={200: GroupSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        now = timezone.now()
        post = keeper_of(request, now)
        group = get_object_or_404(seen_groups(post, now), code=code)
        measured = rollup.measure([group], post, now)[0]
        members = grouping.seen_members(group, post, now).order_by().values_list("state")
        counts = dict.fromkeys(GroupMember.State.values, 0) | dict(members.annotate(n=Count("pk")))
        seen = permissions.visible_appeals(post, beijing_day(now)).filter(pk=group.lead_id)
        shown = {
            **_row(group, measured.changed_date),
            "lead": seen.values_list("code", flat=True).first() if group.lead_id else None,
            "members": counts,
            "before": _figures(measured.before),
            "after": _figures(measured.after) if measured.after else None,
        }
        return Response(GroupSerializer(shown).data)
