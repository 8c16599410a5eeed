"""Figures of the whole for readers who see no persons: counts rounded down to 5, made once a day, never a row.

Rounding down keeps every count from 1 to 4 at 0, and no total is told beside its parts: so none can be worked out.
"""

import datetime
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.functional import Promise

from appeals import chain
from appeals.models import Answer, Appeal, Leg
from portal.calendar import beijing_day

STEP = 5
KEPT_SECONDS = 172_800
SHARE_DAYS = 30
ENOUGH = 20  # of fewer clocks no share is told

Cell = tuple[int, int]


@dataclass(frozen=True)
class CityRow:
    """One city: per tier the open appeals and those of them that are late."""

    city: str
    tiers: list[Cell]


@dataclass(frozen=True)
class Figures:
    """`share` is the percentage of clocks met, rounded to 5; None where there were too few."""

    day: datetime.date
    rows: list[CityRow]
    share: int | None
    promises_late: int


def rounded(count: int) -> int:
    return count - count % STEP


def tiers() -> list[Promise]:
    return [words for _tier, words in chain.TIERS]


def of_today(now: datetime.datetime) -> Figures:
    """The figures of the day, as they stood when somebody first looked: two looks a day tell no difference."""
    day = beijing_day(now)
    key = f"appeals:figures:{day.isoformat()}"
    found: Figures | None = cache.get(key)
    if found is None:
        # of two first readers at the same moment both are told what the first one stored
        cache.add(key, _count(now, day), KEPT_SECONDS)
        found = cache.get(key) or _count(now, day)
    return found


def _count(now: datetime.datetime, day: datetime.date) -> Figures:
    late = Q(due_at__lte=now) & ~Q(status=chain.ASKED)
    cells = Appeal.objects.open().values("place__name", "place__code", "tier").order_by("place__code")
    counted: dict[str, dict[int, Cell]] = {}
    for cell in cells.annotate(open=Count("pk"), late=Count("pk", filter=late)):
        city = counted.setdefault(cell["place__name"], {})
        city[cell["tier"]] = (rounded(cell["open"]), rounded(cell["late"]))
    rows = [CityRow(city, [found.get(tier, (0, 0)) for tier, _words in chain.TIERS]) for city, found in counted.items()]
    owed = Answer.objects.filter(carried_out_at=None, carry_out_at__lte=now, appeal__status=chain.ANSWERED)
    return Figures(day, rows, _share(now), rounded(owed.count()))


def _share(now: datetime.datetime) -> int | None:
    """Of the stays that ended in the last 30 days, how many ended before their clock did."""
    ended = Leg.objects.filter(left_at__gt=now - datetime.timedelta(days=SHARE_DAYS), left_at__lte=now)
    found = ended.aggregate(all=Count("pk"), met=Count("pk", filter=Q(is_breached=False)))
    if found["all"] < ENOUGH:
        return None
    return STEP * round(100 * found["met"] / found["all"] / STEP)
