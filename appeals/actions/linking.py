"""Cases of one driver that belong together: linked both ways, each with its own clocks, none of them closed or lost."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from appeals import permissions
from appeals.actions import moving
from appeals.models import Appeal, Identity, Link, LinkKind
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post


@transaction.atomic
def link(appeal_id: int, other_id: int, *, by: Post, kind: str, now: datetime.datetime) -> Link:
    """Say that two cases of one driver belong together. Whoever sees both may; both go on as they are.

    A sealed case is linked with none: that it is the same driver's would open his name. The sentence is the same as
    for two drivers, so that trying tells nothing.
    """
    appeal, other = _both(appeal_id, other_id, by, now)
    is_sealed = Identity.SEALED in (appeal.identity, other.identity)
    if appeal.pk == other.pk or appeal.filer_id != other.filer_id or is_sealed:
        raise Refused(_("Only two unsealed cases of one driver are put together."))
    if Link.objects.filter(Q(from_appeal=appeal, to_appeal=other) | Q(from_appeal=other, to_appeal=appeal)).exists():
        raise Refused(_("These two cases are linked already."))
    if kind not in LinkKind.values:
        raise Refused(_("Say how they belong together."))
    made = Link.objects.create(from_appeal=appeal, to_appeal=other, kind=kind, by=by, at=now)
    _log_both(appeal, other, "linked", by=by, now=now, facts={"link": made.code, "kind": kind})
    return made


@transaction.atomic
def unlink(link_id: int, *, by: Post, reason: str, now: datetime.datetime) -> Appeal:
    """Say that two cases do not belong together after all, and why; whoever sees both may. Returns the first of them.

    That they were linked, and that it was undone, stays in the log of both; they can be linked again.
    """
    found = Link.objects.filter(pk=link_id).first()
    if found is None:
        raise Refused(_("These two cases are not linked any more."))
    appeal, other = _both(found.from_appeal_id, found.to_appeal_id, by, now)
    if not reason.strip():
        raise Refused(_("Say why they do not belong together."))
    gone, _rows = Link.objects.filter(pk=link_id).delete()
    if not gone:
        raise Refused(_("These two cases are not linked any more."))
    facts = {"link": found.code, "kind": found.kind}
    _log_both(appeal, other, "unlinked", by=by, now=now, facts=facts, words={"reason": reason.strip()})
    return appeal


def _both(appeal_id: int, other_id: int, by: Post, now: datetime.datetime) -> tuple[Appeal, Appeal]:
    """Both cases, held in the order of their keys; only for who sees both."""
    rows = {
        row.pk: row
        for row in Appeal.objects.filter(pk__in=(appeal_id, other_id)).order_by("pk").select_for_update(no_key=True)
    }
    if permissions.visible_appeals(by, beijing_day(now)).filter(pk__in=rows).count() < len({appeal_id, other_id}):
        raise PermissionDenied
    return rows[appeal_id], rows[other_id]


def _log_both(
    appeal: Appeal,
    other: Appeal,
    verb: str,
    *,
    by: Post,
    now: datetime.datetime,
    facts: dict[str, str],
    words: dict[str, str] | None = None,
) -> None:
    for one, far in ((appeal, other), (other, appeal)):
        moving.log(
            one, verb, by=by.person, post=by, now=now, facts={**facts, "other": far.number}, words=words
        )  # fmt: skip
        one.save(update_fields=["position", "moved_at"])
