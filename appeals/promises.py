"""What was promised to drivers and by when: owed, late, kept. A count and its rows are one condition."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appeals import chain, inbox, permissions, standing
from appeals.models import Answer, Appeal
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarNotice, Post, Role
from portal.permissions import paths_for
from portal.roles import HANDLE
from portal.wording import Due, due_state

PAGE_ROWS = 25
OPEN, LATE, KEPT = "open", "late", "kept"
CHIPS: dict[str, Promise] = {
    OPEN: pgettext_lazy("promises", "To be carried out"),
    LATE: pgettext_lazy("promises", "Late"),
    KEPT: pgettext_lazy("promises", "Carried out"),
}


def superseded() -> Exists:
    """Of several answers of a case only the newest promises something."""
    return Exists(Answer.objects.filter(appeal=OuterRef("appeal"), at__gt=OuterRef("at")))


def visible(post: Post, now: datetime.datetime) -> QuerySet[Answer]:
    """Promises given in the post's line, of cases it may see; a contact's are those of his own cases."""
    day = beijing_day(now)
    rows = Answer.objects.filter(appeal__in=permissions.visible_appeals(post, day), carry_out_date__isnull=False)
    if post.role == Role.CONTACT:
        return rows
    line = Q(pk__in=[])
    for path in paths_for(post, HANDLE, day):
        line |= Q(leg__organisation_path__startswith=path)
    return rows.filter(line)


def conditions(today: datetime.date) -> dict[str, Q]:
    owed = ~Q(superseded()) & Q(appeal__status=chain.ANSWERED, carried_out_at=None)
    return {
        OPEN: owed,
        LATE: owed & Q(carry_out_date__lt=today),
        KEPT: Q(carried_out_at__isnull=False),
    }


@dataclass(frozen=True)
class Row:
    """One promise as the list shows it."""

    answer: Answer
    title: str
    name: str
    remedy: str
    due: Due | None
    was_late: bool
    is_mine: bool


@dataclass(frozen=True)
class Promises:
    """A page of the list, the count behind every chip, and how each organisation of the line stands."""

    rows: list[Row]
    page: "Page[Answer]"
    counts: dict[str, int]
    organisations: list[dict[str, Any]]


def read(post: Post, show: str, organisation: str, page: str, now: datetime.datetime) -> Promises:
    """The list as wanted, in a constant number of queries however long it is."""
    parts = conditions(beijing_day(now))
    seen = visible(post, now)
    by_organisation: list[Any] = list(
        seen.values(where=F("leg__organisation__code"), whose=F("leg__organisation__short_name"))
        .annotate(**{name: Count("pk", filter=condition) for name, condition in parts.items()})
        .order_by(f"-{LATE}", f"-{OPEN}", "whose")
    )
    counted = [one for one in by_organisation if not organisation or one["where"] == organisation]
    rows = seen.filter(leg__organisation__code=organisation) if organisation else seen
    mine = Exists(Appeal.objects.filter(inbox.at_my_desk(post, now), pk=OuterRef("appeal")))
    order = ("-carried_out_at", "-pk") if show == KEPT else ("carry_out_date", "pk")
    found: QuerySet[Any] = rows.filter(parts[show]).annotate(is_mine=mine).order_by(*order)
    found = found.select_related(
        "appeal__filer", "appeal__respondent_at_event", "leg__organisation", "by__person"
    ).prefetch_related("event__texts")
    shown = Paginator(found, PAGE_ROWS).get_page(page)
    calendar = CalendarNotice.objects.calendar()
    return Promises(
        rows=[row_of(given, now, calendar) for given in shown],
        page=shown,
        counts={name: sum(int(one[name]) for one in counted) for name in parts},
        organisations=by_organisation,
    )


def row_of(given: Answer, now: datetime.datetime, calendar: WorkCalendar) -> Row:
    today = beijing_day(now)
    assert given.carry_out_date is not None
    due = None
    if given.carried_out_at is None:
        left = calendar.working_days_left(today, given.carry_out_date)
        due = due_state(given.carry_out_date, today=today, days_left=left, clock="carry_out")
    return Row(
        answer=given,
        title=standing.title_of(given.appeal),
        name=inbox.name_of(given.appeal),
        remedy=remedy_of(given.event.texts.all()),
        due=due,
        was_late=given.carried_out_at is not None and beijing_day(given.carried_out_at) > given.carry_out_date,
        is_mine=given.is_mine,  # type: ignore[attr-defined]
    )


def remedy_of(texts: Iterable[object]) -> str:
    return next((text.text or "" for text in texts if text.name == "remedy"), "")  # type: ignore[attr-defined]
