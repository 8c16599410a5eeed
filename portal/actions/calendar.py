"""The work calendar: loading a year's holiday notice, and what it would change."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import departures, events, front, permissions
from portal.calendar import WorkCalendar, beijing_day, end_of
from portal.departures import ALWAYS_CLOSED, Departure, Draft
from portal.errors import Refused, Stale
from portal.front import DueRow
from portal.models import CalendarDay, CalendarNotice, Post, User
from portal.wording import staff_time

# The notice for the next year is out in the first half of November: from then on somebody should be looking for it.
YELLOW_DAYS = 60
RED_DAYS = 1


@dataclass(frozen=True)
class Preview:
    """What loading a notice would change: days beside what holds now, due dates, public holidays left out."""

    calendar: WorkCalendar
    changes: list[tuple[Departure, str]]
    due_rows: list[DueRow]
    forgotten: list[datetime.date]


def preview(draft: Draft, *, now: datetime.datetime) -> Preview:
    """Work out what loading this notice would change. Nothing is written."""
    _require_loadable(draft, now)
    before = {day.date: day for day in _stored(draft.year)}
    after = {day.date: day for day in draft.days}
    changes = [
        (day, "new" if date not in before else "changed") for date, day in after.items() if day != before.get(date)
    ]
    changes += [(day, "removed") for date, day in before.items() if date not in after]
    candidate = _candidate(draft)
    fixed = [datetime.date(draft.year, month, day) for month, day in ALWAYS_CLOSED]
    return Preview(
        calendar=candidate,
        changes=sorted(changes),
        due_rows=front.due_rows(candidate),
        forgotten=[day for day in fixed if candidate.is_working(day)],
    )


@transaction.atomic
def load(draft: Draft, *, by: User, post: Post | None, now: datetime.datetime) -> CalendarNotice:
    """Put a year's notice in force, or correct the one that is.

    A corrected year's days are replaced as a whole. The same notice loaded twice changes nothing. Due dates stored by
    the rooms are renewed by their consumers of the event, and never made earlier than a date already promised.
    """
    if post is None or post.person_id != by.pk:
        raise PermissionDenied(_("Your post does not allow this."))
    permissions.require_permission(post, "administer_system", beijing_day(now))
    CalendarNotice.objects.hold_calendar()
    return _load(draft, by=by, post=post, now=now)


@transaction.atomic
def load_shipped(*, now: datetime.datetime) -> list[CalendarNotice]:
    """Load the notices that come with the portal, each only while its year has none: part of setting up."""
    CalendarNotice.objects.hold_calendar()
    known = set(CalendarNotice.objects.values_list("year", flat=True))
    missing = [draft for draft in departures.shipped() if draft.year not in known]
    return [_load(draft, by=None, post=None, now=now) for draft in missing]


def state_of(year: int) -> str:
    """A word for the state of a year's notice, which changes with every load: what a page was drawn from."""
    notice = CalendarNotice.objects.filter(year=year).first()
    return f"{notice.pk}@{notice.loaded_at.isoformat()}" if notice else ""


def horizon(now: datetime.datetime) -> dict[str, int | str]:
    """How far due dates are certain: days until the last published year ends. Red once it has ended: a red part takes
    the portal out of service behind a proxy, which a notice that is merely late does not deserve."""
    last_year = CalendarNotice.objects.order_by("-year").values_list("year", flat=True).first()
    if last_year is None:
        return {"level": "red", "last_year": 0, "days_left": 0}
    days = (end_of(datetime.date(last_year, 12, 31)) - now).days
    level = "red" if days < RED_DAYS else "yellow" if days < YELLOW_DAYS else "green"
    return {"level": level, "last_year": last_year, "days_left": max(0, days)}


def _load(draft: Draft, *, by: User | None, post: Post | None, now: datetime.datetime) -> CalendarNotice:
    _require_loadable(draft, now)
    current = CalendarNotice.objects.filter(year=draft.year).first()
    if current and _is_same(current, draft):
        return current
    _require_fresh(draft, current, now)
    before = CalendarNotice.objects.calendar()
    notice = current or CalendarNotice(year=draft.year)
    notice.number, notice.published_date = draft.number, draft.published_date
    notice.loaded_at, notice.loaded_by = now, by
    notice.save()
    notice.days.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(notice=notice, date=day.date, is_working=day.is_working, name=day.name) for day in draft.days
    )
    changed = CalendarNotice.objects.calendar().differences(before)
    facts = {
        "year": draft.year,
        "number": draft.number,
        "published": draft.published_date.isoformat(),
        "days": {day.date.isoformat(): int(day.is_working) for day in draft.days},
        "changed": [day.isoformat() for day in changed],
    }
    events.record("portal.calendar_loaded", notice, by=by, at=now, facts=facts, post=post)
    return notice


def _candidate(draft: Draft) -> WorkCalendar:
    """The calendar as it will be with this notice."""
    current = CalendarNotice.objects.calendar()
    replaced = {day.date for day in _stored(draft.year)}
    kept = {date: is_working for date, is_working in current.departures.items() if date not in replaced}
    days: Mapping[datetime.date, bool] = kept | {day.date: day.is_working for day in draft.days}
    return WorkCalendar(days, last_year=max(current.last_year, draft.year))


def _stored(year: int) -> list[Departure]:
    rows = CalendarDay.objects.filter(notice__year=year).order_by("date")
    return [Departure(row.date, row.is_working, row.name) for row in rows]


def _is_same(notice: CalendarNotice, draft: Draft) -> bool:
    said = (notice.number, notice.published_date, _stored(draft.year))
    return said == (draft.number, draft.published_date, sorted(draft.days))


def _require_loadable(draft: Draft, now: datetime.datetime) -> None:
    """The rules a notice has to meet whoever loads it."""
    today = beijing_day(now)
    if not draft.days:
        raise Refused(_("The notice names no day."))
    sentence = next(departures.faults(draft.days, draft.year), "")
    if sentence:
        raise Refused(sentence)
    if draft.published_date > today:
        raise Refused(_("The notice cannot have been published after today."))
    if draft.published_date.year not in (draft.year - 1, draft.year):
        raise Refused(
            _("The notice for %(year)d is published in the year before, or corrected in the year itself.")
            % {"year": draft.year}
        )
    years = set(CalendarNotice.objects.values_list("year", flat=True))
    if years and not years & {draft.year - 1, draft.year, draft.year + 1}:
        # a gap would make the dates inside it look certain
        nearest = max(years) + 1 if draft.year > max(years) else min(years) - 1
        raise Refused(_("Load the notice for %(year)d first.") % {"year": nearest})
    others = CalendarDay.objects.exclude(notice__year=draft.year).filter(date__in=[day.date for day in draft.days])
    taken = others.select_related("notice").order_by("date").first()
    if taken:
        raise Refused(
            _("%(date)s is already set by the notice for %(year)d. Take it out here, or correct that notice first.")
            % {"date": taken.date.isoformat(), "year": taken.notice.year}
        )


def _require_fresh(draft: Draft, current: CalendarNotice | None, now: datetime.datetime) -> None:
    """Nobody confirms a preview that was drawn from a notice somebody has replaced since."""
    if draft.seen == state_of(draft.year):
        return
    theirs = ""
    if current:
        who = current.loaded_by.name if current.loaded_by else _("the set-up")
        theirs = _("%(number)s, loaded %(at)s by %(who)s") % {
            "number": current.number,
            "at": staff_time(current.loaded_at, today=beijing_day(now)),
            "who": who,
        }
    raise Stale(_("The notice for %(year)d was loaded by someone else meanwhile.") % {"year": draft.year}, theirs)
