"""Evidence of a case: given to it, shown to a company, its original opened, scanned later, erased."""

import datetime
from collections.abc import Iterable
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from appeals import permissions, permissions_evidence, scanning
from appeals.actions import moving
from appeals.actions.receiving import COPY, ORIGINAL, PARTS, SMALL, begin, extend, finish, hold, receive, remove
from appeals.models import Appeal, Evidence, EvidenceState, Hearing, Scan
from portal import vault
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Import, Post, User
from portal.permissions import has_permission
from portal.roles import ANSWER_FOR_COMPANY

__all__ = [
    "COPY", "ORIGINAL", "SMALL", "attach", "begin", "discard", "erase", "extend", "finish", "hold", "open_original",
    "receive", "release", "remove", "rescan", "sweep", "sweep_orphans",
]  # fmt: skip

MOST_AT_ONCE, MOST_A_SIDE = 10, 50
# what is left of a process that died while it wrote
ORPHAN_TIME = datetime.timedelta(days=2)


@transaction.atomic
def attach(
    codes: Iterable[str],
    appeal: Appeal,
    *,
    by: User,
    now: datetime.datetime,
    post: Post | None = None,
    hearing: Hearing | None = None,
) -> list[Evidence]:
    """Give loose files of one's own to a case; their hashes become a link of its log, their names do not.

    The filer himself, a handler with his post, a company's liaison with his post and the hearing. What a volunteer
    received for a driver is the driver's from now on.
    """
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return []
    _require_giver(appeal, by, post, hearing, now)
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(_("At most 10 files at a time. Leave some out; more can be added once it is filed."))
    rows = Evidence.objects.loose().received().select_for_update(no_key=True).filter(owner=by, code__in=wanted)
    found = {row.code: row for row in rows}
    if len(found) < len(wanted):
        raise Refused(_("A file is not there any more, or has not arrived whole. Choose it again."))
    given = [found[code] for code in wanted]
    before = Evidence.objects.filter(appeal=appeal)
    if before.filter(hearing=hearing, post=post).count() + len(given) > MOST_A_SIDE:
        raise Refused(_("There are 50 files of yours on this case already. Say in words what is missing."))
    last = before.aggregate(last=Max("position"))["last"] or 0
    facts = {
        "files": [{"code": one.code, "sha256": one.sha256, "bytes": one.size_bytes, "kind": one.kind} for one in given],
        "company": hearing.company.code if hearing else None,
    }
    event = moving.log(appeal, "evidence_added", by=by, now=now, post=post, facts=facts)
    for position, one in enumerate(given, start=last + 1):
        one.appeal, one.hearing, one.post, one.event, one.position = appeal, hearing, post, event, position
        one.owner = appeal.filer if post and post.pk == appeal.filed_by_id else by
        one.meant_for, one.expires_at = "", None
        one.save()
    appeal.save(update_fields=["position", "moved_at"])
    return given


def _require_giver(
    appeal: Appeal, by: User, post: Post | None, hearing: Hearing | None, now: datetime.datetime
) -> None:
    if post is not None and post.person_id != by.pk:
        raise PermissionDenied
    if hearing is not None:
        is_theirs = post is not None and hearing.company_id == post.organisation_id and hearing.appeal_id == appeal.pk
        if not is_theirs or not has_permission(post, ANSWER_FOR_COMPANY, beijing_day(now)):
            raise PermissionDenied
    elif post is None:
        permissions.require_filer(by, appeal)
        if not appeal.is_open:
            raise Refused(_("The case is not open any more, so nothing can be added to it."))
    elif appeal.filed_by_id != post.pk or appeal.filed_at != now:
        # a volunteer gives what he received with the filing itself, and nothing afterwards
        permissions.require_handler(post, appeal, now)


def discard(codes: Iterable[str], *, by: User) -> int:
    """Take loose files of one's own out again: they are gone at once. What a case has stays."""
    rows = list(Evidence.objects.loose().filter(owner=by, code__in=list(codes)))
    for row in rows:
        remove(row)
    return len(rows)


def discard_for(person: User, *, meant_for: str) -> int:
    """A form that was thrown away takes its files with it."""
    return discard(
        Evidence.objects.loose().filter(owner=person, meant_for=meant_for).values_list("code", flat=True), by=person
    )


@transaction.atomic
def open_original(evidence_id: int, *, by: Post, now: datetime.datetime) -> Evidence:
    """A committee opens a file as it was sent, with whatever is in it; the driver reads that it did."""
    evidence = Evidence.objects.select_related("appeal").get(pk=evidence_id)
    if not permissions_evidence.may_ask_for_original(by, evidence, now):
        raise PermissionDenied
    if not evidence.is_open:
        raise Refused(_("This file cannot be opened now."))
    assert evidence.appeal is not None
    appeal = Appeal.objects.for_update(evidence.appeal.pk)
    facts = {"code": evidence.code, "sha256": evidence.sha256}
    moving.log(appeal, "evidence_opened", by=by.person, post=by, now=now, facts=facts)
    appeal.save(update_fields=["position", "moved_at"])
    return evidence


@transaction.atomic
def release(evidence_id: int, hearing: Hearing, *, by: Post, now: datetime.datetime) -> Evidence:
    """Let the company that was asked see the copy of a file; only where the driver shows the company his name."""
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=evidence_id)
    if evidence.appeal_id != hearing.appeal_id or evidence.appeal is None:
        raise PermissionDenied
    if not permissions_evidence.may_release(by, evidence.appeal, now):
        raise PermissionDenied
    if evidence.hearing_id or not evidence.is_open:
        raise Refused(_("This file cannot be shown to the company."))
    if evidence.released_to.filter(pk=hearing.pk).exists():
        return evidence
    appeal = Appeal.objects.for_update(evidence.appeal.pk)
    evidence.released_to.add(hearing)
    facts = {"code": evidence.code, "sha256": evidence.sha256, "company": hearing.company.code}
    moving.log(appeal, "evidence_released", by=by.person, post=by, now=now, facts=facts)
    appeal.save(update_fields=["position", "moved_at"])
    return evidence


# -- later ------------------------------------------------------------------------------------------------------------


def sweep(*, now: datetime.datetime, most: int = 500) -> int:
    """Loose files whose time is over go."""
    overdue = list(Evidence.objects.overdue(now).order_by("expires_at")[:most])
    for row in overdue:
        remove(row)
    return len(overdue)


def sweep_orphans(*, now: datetime.datetime) -> int:
    """What a process that died left on the disk goes: files without a row are noise that nobody can read."""
    gone = 0
    for stores in vault.left_behind(now - ORPHAN_TIME):
        known = set(Evidence.objects.filter(store__in=stores, erased_at=None).values_list("store", flat=True))
        known |= set(Import.objects.filter(store__in=stores).exclude(file_key="").values_list("store", flat=True))
        for store in stores.keys() - known:
            for path in stores[store]:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def rescan(*, now: datetime.datetime, most: int = 50) -> int:
    """Ask the scanner about what it has not seen. While it is silent, everything stays as it is."""
    if not scanning.is_there():
        return 0
    unseen = Evidence.objects.received().filter(scan__in=(Scan.WAITING, Scan.NOT_SCANNED), erased_at=None)
    done = 0
    for evidence in unseen.order_by("received_at")[:most]:
        told = scanning.scan(vault.read(evidence.store, ORIGINAL, evidence.file_key))
        if told == Scan.WAITING:
            break
        _note_scan(evidence.pk, told, now)
        done += 1
    return done


@transaction.atomic
def _note_scan(evidence_id: int, told: Scan, now: datetime.datetime) -> None:
    """What the scanner said later. Of a file in which it found something only the hash stays."""
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("appeal").get(pk=evidence_id)
    evidence.scan = told
    if told != Scan.FOUND:
        evidence.state = EvidenceState.READY
        evidence.save(update_fields=["scan", "state"])
        return
    if evidence.appeal is None:
        remove(evidence)
        return
    appeal = Appeal.objects.for_update(evidence.appeal.pk)
    facts = {"code": evidence.code, "sha256": evidence.sha256}
    moving.log(appeal, "evidence_rejected", by=None, now=now, facts=facts)
    appeal.save(update_fields=["position", "moved_at"])
    evidence.state, evidence.why, evidence.file_key = EvidenceState.REFUSED, "virus", ""
    evidence.save(update_fields=["scan", "state", "why", "file_key"])
    transaction.on_commit(lambda: vault.delete(evidence.store, *PARTS))


@transaction.atomic
def erase(person: User, *, now: datetime.datetime) -> int:
    """The files of a person go, and what he called them; their hashes stay in the log. Returns how many."""
    rows = list(Evidence.objects.select_for_update().filter(owner=person, erased_at=None))
    for row in rows:
        row.name, row.file_key, row.erased_at = "", "", now
        row.save(update_fields=["name", "file_key", "erased_at"])
        transaction.on_commit(partial(vault.delete, row.store, *PARTS))
    return len(rows)
