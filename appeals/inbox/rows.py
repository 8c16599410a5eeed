"""One case as a row: its title, its masked name, its one clock, who has it."""

import datetime
from dataclasses import dataclass

from django.utils.translation import pgettext

from appeals import chain, permissions, standing
from appeals.models import Appeal, Identity, RespondentKind
from portal.calendar import WorkCalendar, beijing_day
from portal.models import Post
from portal.wording import Due, due_state, urgent_due


@dataclass(frozen=True)
class Row:
    """One case as the list shows it."""

    appeal: Appeal
    title: str
    name: str
    company: str
    due: Due | None
    entered_at: datetime.datetime
    who: str

    @property
    def holder(self) -> str:
        """Who has it in hand, or the desk where it waits."""
        handler = self.appeal.handler
        return handler.person.name if handler else self.appeal.handling_org.short_name


def row_of(
    appeal: Appeal, post: Post, now: datetime.datetime, calendar: WorkCalendar, *, by_company: bool = False
) -> Row:
    """A row of `found`, which knows the promise, the company's date and the entry of each case."""
    due = clock_of(appeal, now=now, calendar=calendar, promised_date=appeal.clock_date)  # type: ignore[attr-defined]
    if by_company:
        due = company_clock(appeal.company_due_date, now=now, calendar=calendar)  # type: ignore[attr-defined]
    handler = appeal.handler
    return Row(
        appeal=appeal,
        title=standing.title_of(appeal),
        name=name_of(appeal),
        company=respondent_words(appeal),
        due=due,
        entered_at=appeal.entered_at,  # type: ignore[attr-defined]
        who=_who(appeal, post) if handler is None or handler.pk != post.pk else "",
    )


def _who(appeal: Appeal, post: Post) -> str:
    """Who has it, where that is not the reader himself."""
    if appeal.handling_org_id != post.organisation_id:
        return appeal.handling_org.short_name
    return appeal.handler.person.name if appeal.handler and appeal.status in chain.OPEN else ""


def name_of(appeal: Appeal) -> str:
    """周** , or 化名 014 for a sealed case."""
    name = permissions.shown_name(appeal)
    if appeal.identity != Identity.SEALED:
        return name
    return pgettext("name of a sealed case", "Alias %(number)s") % {"number": name}


def respondent_words(appeal: Appeal) -> str:
    """Whom the appeal is about: the organisation's short name, else the kind; empty for nobody in particular."""
    if appeal.respondent_at_event:
        return appeal.respondent_at_event.short_name
    return "" if appeal.respondent_kind == RespondentKind.NONE else str(appeal.get_respondent_kind_display())


def clock_of(
    appeal: Appeal, *, now: datetime.datetime, calendar: WorkCalendar, promised_date: datetime.date | None = None
) -> Due | None:
    """The one clock that now counts for a case; none once nothing is owed."""
    today = beijing_day(now)
    if appeal.status == chain.ANSWERED and promised_date:
        left = calendar.working_days_left(today, promised_date)
        return due_state(promised_date, today=today, days_left=left, clock="carry_out")
    if not appeal.is_open or appeal.due_date is None or appeal.due_at is None:
        return None
    if appeal.status == chain.ASKED:
        return due_state(appeal.due_date, today=today, resting=True)
    if appeal.is_urgent and appeal.status == chain.WAITING:
        return urgent_due(appeal.due_at, now=now)
    left = calendar.working_days_left(today, appeal.due_date)
    return due_state(appeal.due_date, today=today, days_left=left, provisional=appeal.is_provisional)


def company_clock(day: datetime.date | None, *, now: datetime.datetime, calendar: WorkCalendar) -> Due | None:
    """A company's clock: silence stays overdue in place, and the decision does not wait for it."""
    today = beijing_day(now)
    if day is None:
        return None
    return due_state(day, today=today, days_left=calendar.working_days_left(today, day), clock="platform")
