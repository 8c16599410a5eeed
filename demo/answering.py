"""What the demonstration's desks have at hand: libraries of answers, notes on cases, comparisons after filing."""

import datetime
import json
from pathlib import Path
from random import Random
from typing import Any

from appeals import chain
from appeals.actions import linking, noting, templating, watching
from appeals.actions.templating import Body
from appeals.blanks import Blank
from appeals.models import Appeal, Identity, LinkKind, WatchMeasure
from appeals.permissions import visible_appeals
from demo.lines import FOUNDED_AT, Lines
from portal.calendar import beijing_day
from portal.models import OrganisationKind, Post, Role

FOLDER = Path(__file__).resolve().parent
DAY = datetime.timedelta(days=1)
KNOWN_BRANCH = "江阳第二流动党支部"
NOTED, WATCHED = 45, 12
SOURCE = "demonstration"


def _told(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _body(row: dict[str, Any]) -> Body:
    fields = tuple(Blank(label, kind) for label, kind in row.get("fields", []))
    return Body(row["finding"], row["reasons"], row.get("remedy", ""), row.get("days"), fields)


def write_libraries(lines: Lines) -> None:
    """The province's, Luzhou's and the known branch's: one of them in two versions, one retired."""
    shelves = _told("templates")
    for shelf, organisation, role in (
        ("province", lines.province, Role.COMMITTEE_STAFF),
        ("committee", lines.committees["LZ"], Role.COMMITTEE_STAFF),
        ("branch", lines.branches[KNOWN_BRANCH], Role.SECRETARY),
    ):
        by = Post.objects.filter(organisation=organisation, role=role, until_date=None).order_by("-pk").first()
        assert by is not None
        for number, row in enumerate(shelves[shelf]):
            _write(by, row, FOUNDED_AT + DAY * (30 + 9 * number))


def _write(by: Post, row: dict[str, Any], at: datetime.datetime) -> None:
    words = {"category": row["category"], "title": row["title"]}
    before = row.get("before")
    template = templating.write(by=by, body=_body(row | before) if before else _body(row), now=at, **words)
    if before:
        templating.revise(template.pk, by=by, body=_body(row), now=at + DAY * 200, seen=1, **words)
    if row.get("retired"):
        templating.retire(template.pk, by=by, now=at + DAY * 100)


def work_beside_cases(now: datetime.datetime, random: Random) -> None:
    """Notes of those who have cases in hand, cases of one driver put beside each other, comparisons of older ones."""
    _note(now, random)
    _link(now)
    _watch(now, random)


def _note(now: datetime.datetime, random: Random) -> None:
    told = _told("notes")
    rows = Appeal.objects.filter(status__in=(chain.IN_HAND, chain.ASKED, chain.ANSWERED), is_demo=True)
    rows = rows.exclude(handler=None).select_related("handler__person", "handler__organisation")
    ours = [row for row in rows if row.handler and row.handler.organisation.name == KNOWN_BRANCH]
    others = [row for row in rows if row not in ours]
    for appeal in [*ours, *random.sample(others, min(len(others), NOTED))]:
        assert appeal.handler is not None
        at = min(appeal.moved_at + datetime.timedelta(minutes=random.randrange(5, 90)), now)
        if visible_appeals(appeal.handler, beijing_day(at)).filter(pk=appeal.pk).exists():
            noting.note(appeal.pk, by=appeal.handler, text=random.choice(told[appeal.category]), now=at)


def _link(now: datetime.datetime) -> None:
    """The first two unsealed cases of a driver that one handler sees."""
    rows = Appeal.objects.filter(is_demo=True).exclude(identity=Identity.SEALED).exclude(handler=None)
    first: dict[int, Appeal] = {}
    for appeal in rows.select_related("handler__person", "handler__organisation").order_by("-filed_at"):
        other = first.setdefault(appeal.filer_id, appeal)
        by = other.handler
        if other.pk == appeal.pk or by is None:
            continue
        if visible_appeals(by, beijing_day(now)).filter(pk__in=(appeal.pk, other.pk)).count() == 2:
            linking.link(other.pk, appeal.pk, by=by, kind=LinkKind.RELATED, now=now)
            return


def _watch(now: datetime.datetime, random: Random) -> None:
    """Cases against platforms that are four weeks old: most intervals hold zero, as they would."""
    latest = now - DAY * (watching.WATCH_DAYS + 1)
    rows = Appeal.objects.filter(is_demo=True, filed_at__lte=latest, respondent_kind="company")
    rows = rows.filter(respondent_at_event__kind=OrganisationKind.PLATFORM).order_by("-filed_at", "pk")
    for appeal in rows[:WATCHED]:
        first = beijing_day(appeal.filed_at)
        middle = random.randrange(-90, 60)
        watching.attach_watch(
            appeal.pk,
            low=middle - random.randrange(40, 90),
            high=middle + random.randrange(40, 90),
            measure=WatchMeasure.ORDERS_PER_HOUR,
            from_date=first,
            until_date=first + DAY * (watching.WATCH_DAYS - 1),
            by_source=SOURCE,
            now=now,
        )
