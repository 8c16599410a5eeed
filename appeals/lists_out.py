"""A list as the rows of a file: the same cases in the same order, the same columns, masked as the list masks them."""

import datetime
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from appeals import chain, inbox
from appeals.inbox import DUES, WAITS, Row, Wanted
from appeals.inbox.columns import COLUMNS, USUAL
from appeals.models import Category, ListColumns, Status
from portal import sheets
from portal.calendar import beijing, beijing_day
from portal.models import CalendarNotice, Organisation, Place, Post

Cell = Callable[[Row, datetime.date], str]
ROWS_A_STEP = 500


# -- what stands in a row ---------------------------------------------------------------------------------------------


def header(wanted: Wanted, post: Post) -> list[str]:
    return [str(head) for head, _cell in columns(wanted, post)]


def cells_of(post: Post, wanted: Wanted, now: datetime.datetime, cases: list[int]) -> Iterator[sheets.Row]:
    """The list's own rows in its order, as many as one file takes."""
    rows = inbox.found(post, wanted, now)
    rows = rows.select_related("filer", "respondent_at_event", "handling_org", "handler__person", "place", "district")
    rows = rows.defer("secret", "order_number", "filer__phone", "handler__person__phone")
    calendar = CalendarNotice.objects.calendar()
    by_company, today = wanted.show == inbox.COMPANY, beijing_day(now)
    shown = columns(wanted, post)
    for appeal in rows[: settings.EXPORT_ROWS_MOST].iterator(chunk_size=ROWS_A_STEP):
        cases.append(appeal.pk)
        row = inbox.row_of(appeal, post, now, calendar, by_company=by_company)
        yield [cell(row, today) for _head, cell in shown]


def columns(wanted: Wanted, post: Post) -> list[tuple[Promise, Cell]]:
    """What each row of the list says, then the columns its reader keeps; days are written as they sort."""
    kept = ListColumns.objects.filter(person=post.person_id).values_list("columns", flat=True).first()
    names = [name for name in COLUMNS if name in (USUAL if kept is None else kept)]
    day = _reply_day if wanted.show == inbox.COMPANY else _due_day
    always: list[tuple[Promise, Cell]] = [
        (pgettext_lazy("column", "Case number"), lambda row, _today: row.appeal.number),
        (pgettext_lazy("column", "Appeal"), lambda row, _today: row.title),
        (pgettext_lazy("column", "Driver"), lambda row, _today: row.name),
        (pgettext_lazy("column", "Due"), day),
        (pgettext_lazy("column", "How the clock stands"), _clock_words),
    ]
    return always + [(COLUMNS[name].word, SORTABLE.get(name, COLUMNS[name].text)) for name in names]


def _clock_words(row: Row, _today: datetime.date) -> str:
    return row.due.staff if row.due else str(row.appeal.get_status_display())


def _due_day(row: Row, _today: datetime.date) -> str:
    if row.due is None:
        return ""
    appeal = row.appeal
    day = appeal.clock_date if appeal.status == chain.ANSWERED else appeal.due_date  # type: ignore[attr-defined]
    return day.isoformat() if day else ""


def _reply_day(row: Row, _today: datetime.date) -> str:
    day: datetime.date | None = row.appeal.company_due_date  # type: ignore[attr-defined]
    return day.isoformat() if day else ""


def _moment(at: datetime.datetime | None) -> str:
    return f"{beijing(at):%Y-%m-%d %H:%M}" if at else ""


SORTABLE: dict[str, Cell] = {
    "filed": lambda row, _today: _moment(row.appeal.filed_at),
    "entered": lambda row, _today: _moment(row.entered_at),
}


# -- which list it was ------------------------------------------------------------------------------------------------


def filter_facts(wanted: Wanted) -> dict[str, str]:
    """The filter for the log: codes only, what was typed is among the words."""
    return {name: value for name, value in wanted.asked().items() if name not in ("q", "n", "page")}


def search_words(wanted: Wanted) -> str:
    """What was searched for; of a phone or plate only that there was one."""
    return " ".join([wanted.words, *(_("[a whole number]") for _token in wanted.numbers.split())]).strip()


def filter_words(wanted: Wanted, names: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """The filter as people read it: what is asked for, and the value. `names` are those of many filters, read once."""
    names = names_of([wanted]) if names is None else names
    asked = [
        (_("List"), str(inbox.CHIPS[wanted.show])),
        (_("Search"), search_words(wanted)),
        (pgettext("column", "Due"), str(DUES.get(wanted.due, ""))),
        (pgettext("column", "Kind"), str(Category(wanted.category).label) if wanted.category else ""),
        (pgettext("column", "Place"), names.get(wanted.place, wanted.place)),
        (pgettext("column", "Company"), names.get(wanted.company, wanted.company)),
        (pgettext("column", "With"), _holder_words(wanted.holder, names)),
        (_("Waits"), str(WAITS.get(wanted.waits, ""))),
        (pgettext("column", "State"), str(Status(wanted.state).label) if wanted.state else ""),
        (_("Tier"), str(dict(chain.TIERS)[int(wanted.tier)]) if wanted.tier else ""),
        (_("Urgent"), _("Only urgent ones") if wanted.urgent else ""),
        (_("Group"), _("Of a group") if wanted.group else ""),
        (_("Filed from"), wanted.from_date),
        (_("Filed until"), wanted.until_date),
        (_("Order"), str(inbox.SORTS[wanted.sort])),
    ]
    return [(str(term), words) for term, words in asked if words]


def names_of(asked: Iterable[Wanted]) -> dict[str, str]:
    """What the codes of filters stand for: places, companies, handlers."""
    codes = {code for one in asked for code in (one.place, one.company, one.holder) if code}
    places = {place.code: str(place) for place in Place.objects.filter(code__in=codes)}
    companies = dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))
    return places | companies | dict(Post.objects.filter(code__in=codes).values_list("code", "person__name"))


def _holder_words(holder: str, names: dict[str, str]) -> str:
    if holder in (inbox.NOBODY, inbox.ME):
        return _("Nobody") if holder == inbox.NOBODY else _("Whoever took it out")
    return names.get(holder, holder)
