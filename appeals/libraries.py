"""Whose templates a post reads, is offered and edits: its organisation's own, and to copy from those above it."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from appeals.models import AnswerTemplate, AnswerTemplateVersion, Appeal
from portal.models import Post
from portal.permissions import has_permission
from portal.roles import HANDLE

# a form has room for a few; who has more narrows them by retiring what nobody uses
OFFERED = 6


def readable(post: Post | None, day: datetime.date) -> QuerySet[AnswerTemplate]:
    """The post's own library and those of the organisations above its own; for whoever handles no appeals, none."""
    if post is None or not has_permission(post, HANDLE, day):
        return AnswerTemplate.objects.none()
    line = [code for code in post.organisation.path.split("/") if code]
    return AnswerTemplate.objects.filter(organisation__code__in=line).select_related("organisation")


def with_versions(rows: QuerySet[AnswerTemplate]) -> QuerySet[AnswerTemplate]:
    """Each with its versions, the newest first, in one more query."""
    newest = AnswerTemplateVersion.objects.select_related("by__person", "by__organisation").order_by("-number")
    return rows.prefetch_related(Prefetch("versions", queryset=newest))


def may_edit(post: Post | None, template: AnswerTemplate, day: datetime.date) -> bool:
    """Only handlers of the organisation whose library it stands in."""
    return post is not None and template.organisation_id == post.organisation_id and has_permission(post, HANDLE, day)


def require_editor(post: Post, template: AnswerTemplate, day: datetime.date) -> None:
    if not may_edit(post, template, day):
        raise PermissionDenied


def offered(post: Post, appeal: Appeal, day: datetime.date) -> list[AnswerTemplate]:
    """For answering a case: those of its kind, the own library before others', the most used first."""
    is_others = Case(
        When(organisation=post.organisation_id, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    fitting = readable(post, day).filter(category=appeal.category, is_retired=False)
    rows: QuerySet[Any] = with_versions(fitting.annotate(is_others=is_others))
    return list(rows.order_by("is_others", "-uses", "title", "pk")[:OFFERED])


def version_named(post: Post, name: str, day: datetime.date) -> AnswerTemplateVersion | None:
    """The version `<code>.<number>` of a template this post reads; of a code alone, the newest."""
    code, _dot, number = name.partition(".")
    rows = AnswerTemplateVersion.objects.filter(template__in=readable(post, day), template__code=code)
    if number:
        rows = rows.filter(number=int(number)) if number.isdecimal() and len(number) < 6 else rows.none()
    return rows.select_related("template__organisation").order_by("-number").first()
