"""Looking at the event log is itself written down where something leaves the portal; looks can be kept."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, permissions, roles
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import LogFilter, Post, User

MOST_ROWS = 10_000
MOST_KEPT = 20


@transaction.atomic
def take_out(*, rows: int, looked_for: dict[str, Any], by: User, post: Post, now: datetime.datetime) -> None:
    """Write down that so many lines of the log left as a file, and which were looked for. Codes and numbers only."""
    _require_auditor(by, post, now)
    if not 0 < rows <= MOST_ROWS:
        raise Refused(_("A file takes between 1 and %(most)d lines: narrow the look.") % {"most": MOST_ROWS})
    facts = {"rows": rows, **{name: value for name, value in looked_for.items() if value}}
    events.record("portal.log_taken_out", post, by=by, post=post, at=now, facts=facts)


@transaction.atomic
def keep(name: str, *, query: str, by: User, post: Post, now: datetime.datetime) -> LogFilter:
    """Keep a look at the log under a name; the same name replaces the one before."""
    _require_auditor(by, post, now)
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if not name.strip() or not query:
        raise Refused(_("Filter first, then give the look a name."))
    others = LogFilter.objects.filter(post=post).exclude(name=name.strip())
    if others.count() >= MOST_KEPT:
        raise Refused(_("%(most)d looks are kept already. Drop one first.") % {"most": MOST_KEPT})
    kept, _is_new = LogFilter.objects.update_or_create(
        post=post, name=name.strip()[:40], defaults={"query": query[:400], "saved_at": now}
    )
    return kept


@transaction.atomic
def drop(code: str, *, by: User, post: Post, now: datetime.datetime) -> None:
    """Drop a look that was kept for one's own post."""
    _require_auditor(by, post, now)
    LogFilter.objects.filter(post=post, code=code).delete()


def _require_auditor(by: User, post: Post, now: datetime.datetime) -> None:
    day = beijing_day(now)
    if not permissions.may_act_in(by, post, day) or not permissions.has_permission(post, roles.READ_AUDIT, day):
        raise PermissionDenied
