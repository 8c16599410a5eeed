"""Who may take a list of cases out as a file, and who else has to agree."""

import datetime
import json

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from appeals.inbox import Wanted
from appeals.models import Export, ExportState
from appeals.sights import OVERSEEING
from portal.models import Post
from portal.permissions import has_permission
from portal.roles import HANDLE
from portal.same_person import are_one


def may_export(post: Post | None, day: datetime.date) -> bool:
    """Desks take lists out; a contact works case by case on his phone, and a company has no list of cases at all."""
    return post is not None and post.role in OVERSEEING and post.is_live(day) and has_permission(post, HANDLE, day)


def require_exporter(post: Post | None, day: datetime.date) -> Post:
    if post is None or not may_export(post, day):
        raise PermissionDenied
    return post


def needs_second(rows: int) -> bool:
    return rows > settings.EXPORT_ROWS_ALONE


def may_decide(post: Post | None, export: Export, day: datetime.date) -> bool:
    """The second person: another one, who works at the same organisation or above it and may take lists out himself."""
    return (
        post is not None
        and may_export(post, day)
        and post.person_id != export.post.person_id
        and export.post.organisation.path.startswith(post.organisation.path)
    )


def require_second(post: Post | None, export: Export, day: datetime.date) -> Post:
    if post is None or not may_decide(post, export, day) or are_one(post.person_id, export.post.person_id):
        raise PermissionDenied
    return post


def seconds_for(export: Export, day: datetime.date) -> list[Post]:
    """Those who are asked: of the same organisation whoever is present, else of the nearest one above."""
    codes = [code for code in export.post.organisation.path.split("/") if code]
    posts = Post.objects.present(day).filter(organisation__code__in=codes, role__in=OVERSEEING)
    able = [post for post in posts.select_related("person", "organisation") if may_decide(post, export, day)]
    nearest = max((len(post.organisation.path) for post in able), default=0)
    return [post for post in able if len(post.organisation.path) == nearest]


def seen_by(post: Post, day: datetime.date) -> Q:
    """One's own, and those of others on which one may decide."""
    line = Q(post__organisation__path__startswith=post.organisation.path) & ~Q(post__person=post.person_id)
    asked = Q(state=ExportState.ASKED) | Q(decided_by=post)
    return Q(post=post) | (line & asked if may_export(post, day) else Q(pk__in=[]))


def wanted_of(export: Export) -> Wanted:
    return Wanted.of(json.loads(export.wanted))
