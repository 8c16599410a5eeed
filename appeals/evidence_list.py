"""The files of a case as a page lists them: for the driver with his own names, for staff with what the scanner said."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appeals import permissions_evidence
from appeals.evidence_names import why_closed
from appeals.models import Appeal, Evidence, Hearing, Scan
from portal.models import Post, User

TONES = {Scan.CLEAN: "green", Scan.NOT_SCANNED: "amber", Scan.WAITING: "amber", Scan.FOUND: "red"}


@dataclass(frozen=True)
class Shown:
    """One file, with the names appeals/_evidence.html reads."""

    code: str
    title: str
    meta: list[str]
    at: datetime.datetime
    is_picture: bool
    has_small: bool
    is_open: bool
    closed: str = ""
    is_own: bool = False
    asks_original: bool = False
    may_show: bool = False
    scan: str | Promise = ""
    tone: str = ""
    sha256: str = ""


def for_driver(appeal: Appeal, person: User) -> list[Shown]:
    """What he sent and what handlers gave him; a company's papers are for the handlers who asked it."""
    rows = Evidence.objects.filter(appeal=appeal, hearing=None).select_related("post__organisation")
    return [_shown(row, is_own=row.owner_id == person.pk) for row in rows.order_by("position")]


def for_staff(appeal: Appeal, post: Post, now: datetime.datetime) -> list[Shown]:
    """Everything given to the case, and what a company gave to a question that belongs to it too."""
    rows = Evidence.objects.filter(Q(appeal=appeal) | Q(hearing__cases__appeal=appeal)).distinct()
    found = list(
        rows.select_related("post__organisation", "hearing__company", "appeal")
        .prefetch_related("released_to")
        .order_by("appeal", "position")
    )
    asks = bool(found) and permissions_evidence.may_ask_for_original(post, found[0], now)
    may_show = bool(found) and appeal.hearings.exists() and permissions_evidence.may_release(post, appeal, now)
    return [_as_staff(row, asks=asks, may_show=may_show) for row in found]


def _as_staff(row: Evidence, *, asks: bool, may_show: bool) -> Shown:
    is_companys, was_shown = row.hearing_id is not None, bool(row.released_to.all())
    shown = _shown(row, is_staff=True)
    return replace(
        shown,
        asks_original=asks and row.is_open and not is_companys,
        may_show=may_show and row.is_open and not is_companys and not was_shown,
        meta=[*shown.meta, _("the company sees it")] if was_shown else shown.meta,
    )


def for_sender(rows: Iterable[Evidence]) -> list[Shown]:
    """Files that are about to be sent, as whoever sends them knows them."""
    return [_shown(row, is_own=True) for row in rows]


def for_company(asked: Hearing) -> list[Shown]:
    """What the company gave to a question, and what of the case it was let see with it."""
    rows = Evidence.objects.filter(Q(hearing=asked) | Q(released_to=asked)).distinct()
    rows = rows.select_related("hearing__company", "post__organisation")
    return [_shown(row, is_numbered=False) for row in rows.order_by("position")]


def _shown(
    row: Evidence,
    *,
    is_own: bool = False,
    is_staff: bool = False,
    is_numbered: bool = True,
) -> Shown:
    return Shown(
        code=row.code,
        title=row.name if is_own and row.name else _title(row, is_numbered),
        meta=[part for part in (_from_whom(row, is_own), size_words(row.size_bytes), _pages(row)) if part],
        at=row.received_at,
        is_picture=row.is_picture,
        has_small=row.is_open and row.small_bytes > 0,
        is_open=row.is_open,
        closed="" if row.is_open else why_closed(row),
        is_own=is_own,
        scan=Scan(row.scan).label if is_staff and row.scan else "",
        tone=TONES.get(Scan(row.scan), "") if is_staff and row.scan else "",
        sha256=row.sha256,
    )


def _title(row: Evidence, is_numbered: bool) -> str:
    """A company counts nothing: how many files a case has is not its business."""
    return f"{row.get_kind_display()} {row.position}" if is_numbered else f"{row.get_kind_display()} {row.code[:4]}"


def _from_whom(row: Evidence, is_own: bool) -> str:
    if row.hearing:
        return row.hearing.company.short_name
    if is_own:
        return ""
    if row.post is None or row.owner_id != row.post.person_id:
        return pgettext("sender of a file", "the driver")
    return row.post.organisation.short_name


def _pages(row: Evidence) -> str:
    return _("%(n)d pages") % {"n": row.pages} if row.pages and row.pages > 1 else ""


def size_words(size: int) -> str:
    """340 KB, 2.4 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"
