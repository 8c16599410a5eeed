"""How much everybody at a desk has: in hand, meant for him, due today, resting, late promises, and who is away."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q

from appeals import chain, permissions
from appeals.inbox.conditions import OVER_BAND, due_in
from appeals.inbox.wanted import ALL, NOBODY, OVERDUE, RESTING, TODAY, TODO, Wanted
from appeals.models import Sight
from appeals.reads import TIER_ROLES
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarNotice, Post

HELD_BY = tuple(role for roles in TIER_ROLES.values() for role in roles)
# what is counted, and the list behind the number: one meaning, said twice only here
ASKED = {
    "in_hand": Wanted(show=ALL, state=chain.IN_HAND),
    "meant": Wanted(show=ALL, state=chain.WAITING),
    "today": Wanted(show=ALL, due=TODAY),
    "resting": Wanted(show=ALL, due=RESTING),
    "late": Wanted(show=ALL, state=chain.ANSWERED, due=OVERDUE),
}
UNTAKEN = Wanted(show=TODO, state=chain.WAITING, holder=NOBODY)


@dataclass(frozen=True)
class Amount:
    """A number and the list it counts."""

    count: int
    query: str


@dataclass(frozen=True)
class Hands:
    """One handler and what he has."""

    post: Post
    amounts: dict[str, Amount]
    is_away: bool

    @property
    def is_free(self) -> bool:
        return not any(amount.count for amount in self.amounts.values())


@dataclass(frozen=True)
class Load:
    """A desk: the cases meant for nobody, then everybody with what he has."""

    untaken: Amount
    hands: list[Hands]


def of(post: Post, now: datetime.datetime) -> Load:
    """Everybody who works at the post's own desk, who has most due today first; a constant number of queries."""
    today = beijing_day(now)
    numbers = _numbers(post, now, today)
    mine = [tier for tier, roles in TIER_ROLES.items() if post.role in roles]
    here = Q(organisation=post.organisation, role__in=HELD_BY) | Q(pk__in=[pk for pk, _tier in numbers if pk])
    posts = Post.objects.filter(here).select_related("person", "organisation", "deputy__person")
    made = [_hands_of(one, numbers, today) for one in posts]
    shown = [
        one
        for one in made
        if not one.is_free or (one.post.is_live(today) and one.post.organisation_id == post.organisation_id)
    ]
    shown.sort(key=lambda one: (-one.amounts["today"].count, -one.amounts["in_hand"].count, one.post.person.name))
    untaken = sum(numbers.get((None, tier), {}).get("meant", 0) for tier in mine)
    return Load(Amount(untaken, UNTAKEN.query()), shown)


def _numbers(post: Post, now: datetime.datetime, today: datetime.date) -> dict[tuple[int | None, int], dict[str, int]]:
    """Holder and tier -> how many of each; what the reader may not see is not counted."""
    calendar = CalendarNotice.objects.calendar()
    live = Q(turn__lt=OVER_BAND)
    rows = Sight.objects.filter(
        kind=Sight.Kind.LINE,
        organisation=post.organisation,
        is_here=True,
        appeal__in=permissions.visible_appeals(post, today),
    )
    counts = {
        name: Count("pk", filter=live & _condition(wanted, today, now, calendar)) for name, wanted in ASKED.items()
    }
    found: Any = rows.values("holder_id", "tier").order_by().annotate(**counts)
    return {(row["holder_id"], row["tier"]): {name: row[name] for name in ASKED} for row in found}


def _condition(wanted: Wanted, today: datetime.date, now: datetime.datetime, calendar: WorkCalendar) -> Q:
    state = Q(status=wanted.state) if wanted.state else Q()
    return state & due_in(wanted.due, today, now, calendar) if wanted.due else state


def _hands_of(one: Post, numbers: dict[tuple[int | None, int], dict[str, int]], today: datetime.date) -> Hands:
    rows = [row for (holder, _tier), row in numbers.items() if holder == one.pk]
    amounts = {
        name: Amount(sum(row[name] for row in rows), replace(wanted, holder=one.code).query())
        for name, wanted in ASKED.items()
    }
    return Hands(one, amounts, is_away=one.is_on_leave(today) or not one.is_live(today))
