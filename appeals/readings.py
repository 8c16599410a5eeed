"""Second readings: what is asked of each, who may read, which of them a post sees, and the counts of what was found."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

from appeals import permissions
from appeals.models import Appeal, QualityDraw, QualityReading
from portal.calendar import beijing_day
from portal.models import Organisation, Post
from portal.same_person import own_accounts

# column -> (the question the reader answers, the short word of lists); the order is the form's
POINTS: dict[str, tuple[Promise, Promise]] = {
    "reasons_fit": (_l("Do the reasons answer what the driver asked?"), _l("Reasons")),
    "remedy_fits": (_l("Does the remedy fit the finding?"), _l("Remedy")),
    "is_plain": (_l("Is it written in plain words?"), _l("Plain words")),
    "clocks_kept": (_l("Were the clocks kept, at every tier?"), _l("Clocks")),
    "is_confidential": (_l("Did nobody learn more of the driver than was needed?"), _l("Confidentiality")),
    "carried_out": (_l("Was it carried out as was said?"), _l("Carried out")),
}
# where nothing was promised, these do not apply
MAY_NOT_APPLY = ("remedy_fits", "carried_out")
REOPEN = "should_reopen"
READING_DAYS = 10  # working days


def involved_people(appeal: Appeal) -> set[int]:
    """Whoever had a part in the case: had it in hand, handed it on, answered it or asked the company."""
    found = set(appeal.legs.exclude(handler=None).values_list("handler__person", flat=True))
    found |= {person for people in appeal.legs.values_list("handed_on_by", flat=True) for person in people}
    found |= set(appeal.answers.values_list("by__person", flat=True))
    found |= set(appeal.hearings.values_list("asked_by__person", flat=True))
    return found


def may_read(post: Post | None, reading: QualityReading, now: datetime.datetime) -> bool:
    """Staff of the committee of the line or of the one above it, who had no part in the case and is not barred."""
    appeal = reading.appeal
    return (
        post is not None
        and permissions.may_oversee(post, appeal, now)
        and not own_accounts(post.person_id) & involved_people(appeal)
    )


def seen_by(post: Post, now: datetime.datetime) -> QuerySet[QualityReading]:
    """Readings of one's own committee and those below it, of cases one may see; the newest week first."""
    seen = permissions.visible_appeals(post, beijing_day(now))
    rows = QualityReading.objects.filter(draw__committee__path__startswith=post.organisation.path, appeal__in=seen)
    related = ("draw__committee", "appeal__filer", "appeal__handling_org", "organisation", "reader__organisation")
    return rows.select_related(*related).order_by("-draw__week_date", "organisation__name", "pk")


def count_to_read(post: Post, now: datetime.datetime) -> int:
    """What waits for the reader's own committee. Few wait, so these are looked up first."""
    waiting = QualityReading.objects.filter(draw__committee=post.organisation_id, read_at=None)
    cases = list(waiting.values_list("appeal", flat=True))
    return permissions.visible_appeals(post, beijing_day(now)).filter(pk__in=cases).count() if cases else 0


def of_case(appeal: Appeal) -> QualityReading | None:
    """The second reading of a case, once it has been read; those who handled it learn the committee, not the reader."""
    rows = QualityReading.objects.filter(appeal=appeal, read_at__isnull=False)
    return rows.select_related("draw__committee").first()


def findings(reading: QualityReading) -> list[tuple[Promise, bool | None]]:
    """Question and finding, in the order of the form."""
    return [(question, getattr(reading, name)) for name, (question, _word) in POINTS.items()]


def lacking(reading: QualityReading) -> list[Promise]:
    """The short words of what was found wanting."""
    return [word for name, (_question, word) in POINTS.items() if getattr(reading, name) is False]


@dataclass
class Row:
    """One organisation's counts: how many of its answers were read, and how often each point was answered no."""

    organisation: Organisation
    read: int = 0
    reopen: int = 0
    wanting: dict[str, int] = field(default_factory=lambda: dict.fromkeys(POINTS, 0))


def counted(rows: Iterable[QualityReading]) -> list[Row]:
    """Counts of what was read, one row an organisation; each number has its rows behind it."""
    found: dict[int, Row] = {}
    for reading in rows:
        if reading.read_at is None:
            continue
        row = found.setdefault(reading.organisation_id, Row(reading.organisation))
        row.read += 1
        row.reopen += reading.should_reopen is True
        for name in POINTS:
            row.wanting[name] += getattr(reading, name) is False
    return sorted(found.values(), key=lambda row: row.organisation.name)


@dataclass
class Week:
    """One draw, as those see it who may see its cases."""

    draw: QualityDraw
    closed: int = 0
    drawn: int = 0
    read: int = 0
    late: int = 0


def weeks(post: Post, rows: Iterable[QualityReading], since: datetime.date, now: datetime.datetime) -> list[Week]:
    """Each week of each committee: closed, drawn, read, late; cases from which the reader is barred are not counted."""
    draws = QualityDraw.objects.filter(committee__path__startswith=post.organisation.path, week_date__gte=since)
    found = {
        draw.pk: Week(draw) for draw in draws.select_related("committee").order_by("-week_date", "committee__path")
    }
    pooled = {code: week for week in found.values() for code in week.draw.pool}
    seen = permissions.visible_appeals(post, beijing_day(now)).filter(code__in=pooled)
    for code in seen.values_list("code", flat=True):
        pooled[code].closed += 1
    today = beijing_day(now)
    for reading in rows:
        week = found.get(reading.draw_id)
        if week is None:
            continue
        week.drawn += 1
        week.read += reading.read_at is not None
        week.late += reading.read_at is None and week.draw.due_date < today
    return list(found.values())
