"""Answers without names and second readings of the demonstration: out, on their way; read, still to read."""

import datetime
import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from appeals import readings
from appeals.actions import publishing, reading
from appeals.models import Appeal, Finding, Identity, PublishedAnswer, QualityReading, Status
from portal.calendar import BEIJING, beijing_day
from portal.errors import Refused
from portal.models import OrganisationKind, Post, Role

TEXTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("told_anew.json").read_text(encoding="utf-8"))
DAY = datetime.timedelta(days=1)
# the last two texts are still on their way: announced two days ago, proposed yesterday
ON_THEIR_WAY = 2
WEEKS_DRAWN = 5
RELEASED_AFTER = datetime.timedelta(minutes=20)
READ_AFTER = (2, 3, 4, 6)  # days from the draw


def tell(now: datetime.datetime, random: Random) -> None:
    """Publish what fits a closed case, each by two people and after the driver's seven days; then draw and read."""
    _publish(now)
    _draw(now, random)


# -- answers without names --------------------------------------------------------------------------------------------


def _publish(now: datetime.datetime) -> None:
    used: set[int] = set()
    out, announced, proposed = TEXTS[:-ON_THEIR_WAY], TEXTS[-2], TEXTS[-1]
    for text in out:
        _begin(text, used, now, begun_at=None)
    _begin(announced, used, now, begun_at=now - 2 * DAY)
    _begin(proposed, used, now, begun_at=now - DAY, is_agreed=False)


def _begin(
    text: dict[str, Any],
    used: set[int],
    now: datetime.datetime,
    *,
    begun_at: datetime.datetime | None,
    is_agreed: bool = True,
) -> None:
    """From the first case it fits whose people may do it, and whose words give nobody away."""
    for case in _fitting(text, used, (begun_at or now - 12 * DAY)):
        start = begun_at or case.moved_at + DAY
        try:
            with transaction.atomic():
                made = _propose(case, text, start)
                if is_agreed:
                    _agree(made, case, start + DAY / 4, now)
        except (Refused, PermissionDenied):
            continue
        used.add(case.pk)
        return


def _fitting(text: dict[str, Any], used: set[int], before: datetime.datetime) -> list[Appeal]:
    """Cases of the kind that were closed before then; those whose title speaks of the same come first."""
    rows: QuerySet[Appeal] = Appeal.objects.filter(
        status=Status.CLOSED, category=text["category"], moved_at__lt=before, answers__isnull=False, is_urgent=False
    ).exclude(identity=Identity.SEALED)
    cases = list(rows.exclude(pk__in=used).distinct().order_by("-moved_at"))
    findings = text["findings"] or Finding.values
    fitting = [case for case in cases if case.answers.latest("at").finding in findings]
    return sorted(fitting, key=lambda case: not any(word in case.title for word in text["titles"]))


def _propose(case: Appeal, text: dict[str, Any], at: datetime.datetime) -> PublishedAnswer:
    wording = publishing.Wording(text["asked"], text["answered"], text["done"])
    return publishing.propose(case.pk, by=case.answers.latest("at").by, wording=wording, now=at)


def _agree(made: PublishedAnswer, case: Appeal, at: datetime.datetime, now: datetime.datetime) -> None:
    staff = [post for post in _staff_of(case) if post.person_id != made.proposed_by.person_id]
    if not staff:
        raise Refused("Nobody is there to be the second person.")
    made = publishing.announce(made.pk, by=staff[0], names_company=False, now=at)
    assert made.appears_at is not None
    if made.appears_at < now:
        publishing.release_due(now=made.appears_at + RELEASED_AFTER)


def _staff_of(case: Appeal) -> list[Post]:
    """The committee's staff of the city, those of the province after them."""
    rows = Post.objects.filter(
        role=Role.COMMITTEE_STAFF, organisation__kind=OrganisationKind.COMMITTEE, until_date=None
    ).select_related("person", "organisation")
    return sorted(
        (post for post in rows if case.handling_path.startswith(post.organisation.path)),
        key=lambda post: -len(post.organisation.path),
    )


# -- second readings --------------------------------------------------------------------------------------------------


def _draw(now: datetime.datetime, random: Random) -> None:
    """Week by week as the job would have drawn; older weeks were read, the newest still waits."""
    monday = reading.monday_of(beijing_day(now))
    draws = [
        datetime.datetime.combine(monday - 7 * DAY * ago, datetime.time(4, 10), BEIJING)
        for ago in range(WEEKS_DRAWN, -1, -1)
    ]
    draws = [drawn_at for drawn_at in draws if drawn_at <= now]
    for drawn_at, following in pairwise([*draws, now]):
        reading.draw_weeks(now=drawn_at)
        if following != now:
            _read(drawn_at, random)


def _read(drawn_at: datetime.datetime, random: Random) -> None:
    waiting = QualityReading.objects.filter(draw__drawn_at=drawn_at).select_related("appeal", "answer")
    for drawn in waiting.order_by("pk"):
        at = drawn_at + DAY * random.choice(READ_AFTER) + datetime.timedelta(hours=random.uniform(5, 13))
        readers = [post for post in _staff_of(drawn.appeal) if readings.may_read(post, drawn, at)]
        if readers and random.random() < 0.9:
            reading.read(drawn.pk, by=readers[0], findings=_findings(drawn, random), now=at)


def _findings(drawn: QualityReading, random: Random) -> reading.Findings:
    given = drawn.answer
    is_kept = given.carried_out_at is not None and not given.is_breached
    reasons_fit = random.random() > 0.08
    is_plain = random.random() > 0.2
    return reading.Findings(
        reasons_fit=reasons_fit,
        remedy_fits=random.random() > 0.05 if given.carry_out_date else None,
        is_plain=is_plain,
        clocks_kept=not drawn.appeal.legs.filter(is_breached=True).exists(),
        is_confidential=True,
        carried_out=is_kept if given.carry_out_date else None,
        should_reopen=False,
        note="" if reasons_fit and is_plain else "结论写得对，但理由里术语多，司机不容易看懂，建议举一个例子。",
    )
