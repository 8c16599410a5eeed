"""The quality sample: each week one in twenty of the closed cases is drawn and read a second time at the committee."""

import datetime
import secrets
from dataclasses import dataclass, fields

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from appeals import chain, readings, sampling
from appeals.actions import moving
from appeals.models import Answer, Appeal, QualityDraw, QualityReading
from portal import events
from portal.calendar import beijing_day, end_of
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Post

WEEK = datetime.timedelta(days=7)
WEEKS_BACK = 4  # a week that was missed while the portal was down is drawn late
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Findings:
    """What the second reader found: yes, no, or None where a point does not apply."""

    reasons_fit: bool | None
    remedy_fits: bool | None
    is_plain: bool | None
    clocks_kept: bool | None
    is_confidential: bool | None
    carried_out: bool | None
    should_reopen: bool
    note: str = ""


def monday_of(day: datetime.date) -> datetime.date:
    return day - _DAY * day.weekday()


def draw_weeks(*, now: datetime.datetime) -> dict[str, int]:
    """Draw for the week that has ended, once for each committee, however often it is asked."""
    monday = monday_of(beijing_day(now))
    weeks = [monday - WEEK * ago for ago in range(WEEKS_BACK, 0, -1)]
    rows = list(Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE).order_by("path"))
    made = [draw for week in weeks for committee in rows if (draw := draw_week(committee.pk, week, now=now))]
    return {"draws": len(made), "drawn": sum(draw.readings.count() for draw in made)}


@transaction.atomic
def draw_week(committee_id: int, week_date: datetime.date, *, now: datetime.datetime) -> QualityDraw | None:
    """Draw from the answered cases of a committee's line that were closed in a week; None when that was done already,
    or there are none.

    The seed is random and written down with the pool, so that anybody can draw again and find the same cases.
    """
    # two workers at the same moment: the second one waits here and then finds the draw
    committee = Organisation.objects.select_for_update(no_key=True).get(pk=committee_id)
    if QualityDraw.objects.filter(committee=committee, week_date=week_date).exists():
        return None
    cases = {case.code: case for case in _closed_in(committee, week_date)}
    if not cases:
        return None
    draw = QualityDraw.objects.create(
        committee=committee,
        week_date=week_date,
        seed=secrets.token_hex(32),
        pool=sorted(cases),
        drawn_at=now,
        due_date=moving.work_calendar().due(now, readings.READING_DAYS).due_date,
    )
    drawn = sampling.drawn(draw.seed, cases)
    QualityReading.objects.bulk_create(_reading(draw, cases[code]) for code in drawn)
    year, number, _weekday = week_date.isocalendar()
    facts = {
        "committee": committee.code,
        "week": f"{year}-W{number:02d}",
        "seed": draw.seed,
        "closed": len(cases),
        "drawn": drawn,
    }
    events.record("appeals.quality_drawn", draw, by=None, at=now, facts=facts)
    return draw


def _closed_in(committee: Organisation, week_date: datetime.date) -> QuerySet[Appeal]:
    """Answered cases closed in that Beijing week in this line and in no line below it that has a committee of its own;
    a case that was withdrawn has no answer to be read."""
    rows = Appeal.objects.filter(
        status=chain.CLOSED,
        closed_at__gte=end_of(week_date - _DAY),
        closed_at__lt=end_of(week_date + WEEK - _DAY),
        handling_path__startswith=committee.path,
        answers__isnull=False,
        quality_reading=None,
    )
    below = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE, path__startswith=committee.path)
    for path in below.exclude(pk=committee.pk).values_list("path", flat=True):
        rows = rows.exclude(handling_path__startswith=path)
    newest = Answer.objects.select_related("leg").order_by("-at", "-pk")
    return rows.distinct().prefetch_related(Prefetch("answers", newest))


def _reading(draw: QualityDraw, appeal: Appeal) -> QualityReading:
    given = appeal.answers.all()[0]
    return QualityReading(draw=draw, appeal=appeal, answer=given, organisation_id=given.leg.organisation_id)


@transaction.atomic
def read(reading_id: int, *, by: Post, findings: Findings, now: datetime.datetime) -> QualityReading:
    """Write down what the second reading found, once. Nobody reads a case in which he had a part.

    Nothing of the case changes by it: whoever finds that it should go on uses the committee's own move, reopening.
    """
    reading = QualityReading.objects.select_for_update(no_key=True, of=("self",)).select_related("appeal").get(
        pk=reading_id
    )  # fmt: skip
    if not readings.may_read(by, reading, now):
        raise PermissionDenied
    if reading.read_at is not None:
        raise Refused(_("Somebody has read this case a second time already."))
    missing = [
        name
        for name in readings.POINTS
        if getattr(findings, name) is None and name not in readings.MAY_NOT_APPLY
    ]  # fmt: skip
    if missing:
        raise Refused(_("Answer every point with yes or no."))
    for one in fields(findings):
        setattr(reading, one.name, getattr(findings, one.name))
    reading.note, reading.reader, reading.read_at = findings.note.strip(), by, now
    reading.save()
    found = {name: getattr(findings, name) for name in readings.POINTS} | {readings.REOPEN: findings.should_reopen}
    events.record("appeals.quality_read", reading, by=by.person, post=by, at=now, facts=found)
    return reading
