"""The list itself: which cases, in which order, how many; a page of it in a constant number of questions."""

import datetime
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from appeals import permissions
from appeals.inbox.conditions import of_chip, of_filter, standing
from appeals.inbox.rows import Row, row_of
from appeals.inbox.wanted import (
    ALL,
    ANSWERED,
    BY_COMPANY,
    BY_DUE,
    BY_ENTRY,
    BY_FILED,
    CHIPS,
    COMPANY,
    DRIVER,
    TODO,
    Wanted,
)
from appeals.models import Appeal, DutyPost
from appeals.searching import search
from appeals.sights import Lens, Sightline, any_sight, desk_of, duty_of, lenses_of_all
from portal.calendar import beijing_day
from portal.models import CalendarNotice, Post, User
from portal.permissions import has_permission
from portal.roles import HANDLE

PAGE_ROWS = 25
MOST = 1000  # more than this nobody leafs through: the list says so and asks to be narrowed
MOST_OF_COMMON = 100  # of a word that is in thousands of cases
SHOWN = ("appeal_id", "turn", "entered_at", "filed_at", "clock_date", "reply_date", "company_id")
ORDERS: dict[str, tuple[str, ...]] = {
    BY_DUE: ("sights__turn", "sights__appeal_id"),
    BY_ENTRY: ("-sights__entered_at", "-sights__appeal_id"),
    BY_FILED: ("-sights__filed_at", "-sights__appeal_id"),
    # a company's cases stand together; in which order the companies do says nothing, and an index has this one
    BY_COMPANY: ("sights__company_id", "sights__turn", "sights__appeal_id"),
}
BY_REPLY = ("sights__reply_date", "sights__turn", "sights__appeal_id")


@dataclass(frozen=True)
class Inbox:
    """A page of the list, the count behind every chip and kept filter, and how the desk stands as a whole."""

    rows: list[Row]
    page: "Page[Appeal]"
    counts: dict[str, int]
    desk: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    most: int = MOST
    is_cut: bool = False


@dataclass(frozen=True)
class Desk:
    """A post at an instant: what it sees, and what lies at its own desk."""

    post: Post
    now: datetime.datetime

    @cached_property
    def today(self) -> datetime.date:
        return beijing_day(self.now)

    @cached_property
    def absent(self) -> list[Post]:
        return permissions.stands_in_for(self.post, self.today)

    @cached_property
    def duties(self) -> list[DutyPost]:
        return permissions.duties_of(self.post, self.today)

    @cached_property
    def seen(self) -> Sightline:
        """Everything the post may see today."""
        if not self.post.is_live(self.today) or not has_permission(self.post, HANDLE, self.today):
            return permissions.sightline(self.post, [], self.today)
        duty = duty_of(self.post.organisation, [duty.place_id for duty in self.duties])
        return permissions.sightline(self.post, lenses_of_all([self.post, *self.absent], duty), self.today)

    @cached_property
    def mine(self) -> Sightline:
        """At which this post acts today: its own desk's, of whom it stands in for, and of its duty."""
        lenses = self._desks() if self.seen.lenses else []
        return Sightline(lenses, self.seen.unbarred, self.seen.unbarred_sights)

    def _desks(self) -> list[Lens]:
        acting = self.absent if self.post.is_on_leave(self.today) else [self.post, *self.absent]
        places = [duty.place_id for duty in self.duties if duty.from_at <= self.now < duty.until_at]
        desks = [lens for one in acting for lens in desk_of(one, self.post.person_id)]
        return desks + duty_of(self.post.organisation, places)

    def behind(self, chip: str, narrowed: Q) -> Sightline:
        """The cases behind a chip, narrowed."""
        return (self.seen if chip == ALL else self.mine).narrowed(of_chip(chip, self.today) & narrowed)

    def narrowing(self, wanted: Wanted) -> "Narrowing":
        condition = of_filter(wanted, self.post, self.now)
        if not wanted.words and not wanted.numbers:
            return Narrowing(condition, MOST)
        hits = search(wanted.words, wanted.numbers.split(), self.post, self.now)
        if hits.is_common:
            return Narrowing(condition & hits.condition, MOST_OF_COMMON)
        return Narrowing(condition & hits.condition, MOST, is_few=True)


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed by, and up to how many cases it is counted and leafed through."""

    condition: Q
    most: int
    is_few: bool = False  # to these cases by their ids


def found(post: Post, wanted: Wanted, now: datetime.datetime) -> QuerySet[Appeal]:
    """Exactly the list's rows in its order, however many there are: what exports and the API hand out."""
    desk = Desk(post, now)
    return _found(desk, wanted, desk.narrowing(wanted).condition)


def _found(desk: Desk, wanted: Wanted, narrowed: Q) -> QuerySet[Appeal]:
    rows = desk.behind(wanted.show, narrowed).appeals()
    if not desk.seen.lenses:
        return rows
    known = {"entered_at": "sights__entered_at", "clock_date": "sights__clock_date"}
    rows = rows.annotate(**{name: F(column) for name, column in known.items()})
    return rows.annotate(company_due_date=F("sights__reply_date")).order_by(*order_of(wanted))


def at_my_desk(post: Post, now: datetime.datetime) -> Q:
    """The cases at which this post acts today, as a condition on appeals: for lists of other things about them."""
    mine = any_sight(Desk(post, now).mine.lenses)
    return Q(Exists(mine.filter(appeal=OuterRef("pk"))))


def todo_count(post: Post, now: datetime.datetime) -> int:
    desk = Desk(post, now)
    return tally({TODO: desk.behind(TODO, Q()).sights()})[TODO]


def tally(asked: dict[str, QuerySet[Any, Any]], most: int | None = None) -> dict[str, int]:
    """How many rows each has, counted up to one more than the list shows: all of them in one question."""
    counts, parts = dict.fromkeys(asked, 0), {}
    values: list[Any] = []
    for name, rows in asked.items():
        try:
            sql, params = rows[: (most or MOST) + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts[name] = f"(SELECT count(*) FROM ({sql}) AS found)"
        values += params
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts.values())}", values)
            counts |= dict(zip(parts, cursor.fetchone(), strict=True))
    return counts


def read(
    post: Post,
    wanted: Wanted,
    now: datetime.datetime,
    *,
    rows_a_page: int = PAGE_ROWS,
    kept: dict[str, Wanted] | None = None,
) -> Inbox:
    """The list as wanted, in a constant number of questions however long it is. `kept` are filters to count beside."""
    desk = Desk(post, now)
    narrowed = desk.narrowing(wanted)
    asked = {f"desk {chip}": desk.behind(chip, Q()).sights() for chip in ((TODO,) if wanted.is_narrowed else CHIPS)}
    asked |= {f"desk {name}": desk.mine.narrowed(part).sights() for name, part in standing(desk.today).items()}
    for code, one in (kept or {}).items():
        asked[f"kept {code}"] = desk.behind(one.show, desk.narrowing(one).condition).sights()
    shown = desk.behind(wanted.show, narrowed.condition)
    if narrowed.is_few:
        shown = shown.by_case()
        asked[f"found {ALL}"] = desk.behind(ALL, narrowed.condition).by_case().sights()
    counted = tally(asked)
    whole = _named("desk", counted)
    counts = {chip: whole[chip] for chip in CHIPS if chip in whole}
    if narrowed.is_few:
        # a few cases are gone through once, not once for each chip
        at_desk = {chip: of_chip(chip, desk.today) for chip in CHIPS if chip != ALL}
        counts = desk.mine.narrowed(narrowed.condition).counts(at_desk) | _named("found", counted)
    elif wanted.is_narrowed:
        counts = tally({chip: desk.behind(chip, narrowed.condition).sights() for chip in CHIPS}, narrowed.most)
    listed: Any = Listed(shown, wanted)
    paginator: Paginator[Appeal] = Paginator(listed, rows_a_page)
    # the chip's own count: one question less, and never two truths
    paginator.count = min(counts[wanted.show], narrowed.most)
    page = paginator.get_page(wanted.page)
    calendar = CalendarNotice.objects.calendar()
    rows = [row_of(appeal, post, now, calendar, by_company=wanted.show == COMPANY) for appeal in page]
    is_cut = counts[wanted.show] > narrowed.most
    return Inbox(rows, page, counts, whole, _named("kept", counted), narrowed.most, is_cut=is_cut)


@dataclass(frozen=True)
class Listed:
    """The list as a page cuts it out: the cases' ids from the narrow table in its order, then these cases alone."""

    line: Sightline
    wanted: Wanted

    def sights(self) -> QuerySet[Any, Any]:
        order = [part.replace("sights__", "") for part in order_of(self.wanted)]
        return self.line.rows(*SHOWN).order_by(*order)

    def __getitem__(self, piece: slice) -> list[Appeal]:
        known = {row["appeal_id"]: row for row in self.sights()[piece]}
        appeals = _shown(Appeal.objects.filter(pk__in=known)).in_bulk()
        for pk, row in known.items():
            found: Any = appeals[pk]
            found.entered_at, found.clock_date = row["entered_at"], row["clock_date"]
            found.company_due_date = row["reply_date"]
        return [appeals[pk] for pk in known]


def order_of(wanted: Wanted) -> tuple[str, ...]:
    return BY_REPLY if wanted.show == COMPANY and wanted.sort == BY_DUE else ORDERS[wanted.sort]


def _named(kind: str, counted: dict[str, int]) -> dict[str, int]:
    return {name.partition(" ")[2]: count for name, count in counted.items() if name.startswith(f"{kind} ")}


def _shown(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """With what a row shows, and without what none of them needs opened.

    Most of it is read beside: to plan one question over eight tables takes the database longer than to answer it.
    """
    rows = rows.select_related("filer", "handling_org").defer("secret", "order_number", "filer__phone")
    people = User.objects.only("name")
    return rows.prefetch_related(
        "respondent_at_event", "place", "district", "handler", Prefetch("handler__person", people)
    )  # fmt: skip


def empty_words(wanted: Wanted) -> tuple[str, str]:
    """One bold fact, and what will happen, for a list without rows."""
    if wanted.is_narrowed:
        return _("No appeal fits"), ""
    return {
        TODO: (_("Nothing waits for you"), _("New appeals come here by themselves, with the day they are due.")),
        DRIVER: (_("No driver has been asked"), _("A case that waits on the driver's answer stands here.")),
        COMPANY: (_("No company has been asked"), _("A case that waits on a company's reply stands here.")),
        ANSWERED: (_("Nothing has been answered"), _("Answered cases stand here until they are closed.")),
        ALL: (_("No appeal has come here yet"), _("New appeals come here by themselves, with the day they are due.")),
    }[wanted.show]
