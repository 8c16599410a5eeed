"""The columns of the desk's list: due and title always, the others as each person wants them."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appeals.inbox.rows import Row
from portal.wording import staff_time


@dataclass(frozen=True)
class Column:
    word: Promise
    text: Callable[[Row, datetime.date], str]
    is_right: bool = False


def _filed(row: Row, today: datetime.date) -> str:
    return staff_time(row.appeal.filed_at, today=today)


def _entered(row: Row, today: datetime.date) -> str:
    return staff_time(row.entered_at, today=today)


COLUMNS: dict[str, Column] = {
    "kind": Column(pgettext_lazy("column", "Kind"), lambda row, _today: str(row.appeal.get_category_display())),
    "company": Column(pgettext_lazy("column", "Company"), lambda row, _today: row.company),
    "place": Column(pgettext_lazy("column", "Place"), lambda row, _day: str(row.appeal.district or row.appeal.place)),
    "holder": Column(pgettext_lazy("column", "In hand of"), lambda row, _today: row.holder),
    "state": Column(pgettext_lazy("column", "State"), lambda row, _today: str(row.appeal.get_status_display())),
    "tier": Column(pgettext_lazy("column", "Tier"), lambda row, _today: str(row.appeal.get_tier_display())),
    "filed": Column(pgettext_lazy("column", "Filed"), _filed, is_right=True),
    "entered": Column(pgettext_lazy("column", "Here since"), _entered, is_right=True),
}
USUAL = ("kind", "company", "entered")


def chosen(kept: Iterable[str] | None) -> list[Column]:
    """The columns a person keeps, in the list's own order; the usual ones where he keeps none."""
    wanted = set(USUAL if kept is None else kept)
    return [column for name, column in COLUMNS.items() if name in wanted]
