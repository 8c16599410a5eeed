"""What a chip and each filter mean, as conditions on the sight table: a count and its list share them."""

import datetime
from collections.abc import Callable

from django.db.models import Q, Subquery

from appeals import chain, grouping
from appeals.inbox.wanted import (
    ALL,
    ANSWERED,
    CANDIDATES,
    COMPANY,
    DRIVER,
    LATER,
    ME,
    NOBODY,
    OVERDUE,
    RESTING,
    SOON,
    TODAY,
    TODO,
    Wanted,
)
from appeals.models import GroupMember
from portal.calendar import WorkCalendar, beijing_day, end_of
from portal.models import CalendarNotice, Organisation, Place, Post
from portal.wording import SOON_DAYS

# bands of Sight.turn: urgent and untaken below, what owes nothing above
URGENT_BAND, OVER_BAND = 10_000_000_000, 15_000_000_000
JOINED = (GroupMember.State.INVITED, GroupMember.State.JOINED)


def of_chip(chip: str, today: datetime.date) -> Q:
    """The condition behind a chip; all but the last are asked of one's own desk."""
    promised_by_now = Q(status=chain.ANSWERED, clock_date__lte=today)
    return {
        TODO: Q(turn__lt=OVER_BAND) & (Q(status__in=(chain.WAITING, chain.IN_HAND)) | promised_by_now),
        DRIVER: Q(turn__lt=OVER_BAND, status=chain.ASKED),
        COMPANY: Q(turn__lt=OVER_BAND, status=chain.IN_HAND, reply_date__isnull=False),
        ANSWERED: Q(turn__lt=OVER_BAND, status=chain.ANSWERED),
        ALL: Q(),
    }[chip]


def standing(today: datetime.date) -> dict[str, Q]:
    """How a desk stands as a whole: in hand, due today, promises that are late."""
    live = Q(turn__lt=OVER_BAND)
    active = live & Q(status__in=(chain.WAITING, chain.IN_HAND))
    return {
        "in_hand": live & Q(status__in=chain.OPEN),
        "today": active & Q(clock_date=today),
        "owed": live & Q(status=chain.ANSWERED, clock_date__lt=today),
    }


def of_filter(wanted: Wanted, post: Post, now: datetime.datetime) -> Q:
    """Everything the reader narrowed the list by, but the words he looks for."""
    found = Q()
    for name, condition in FILTERS.items():
        value = getattr(wanted, name)
        if value:
            found &= condition(value, post, now)
    return found


def due_in(state: str, today: datetime.date, now: datetime.datetime, calendar: WorkCalendar) -> Q:
    """Cases whose clock stands so, as the mark on their row says; an untaken urgent one runs by the hour."""
    untaken = Q(is_urgent=True, status=chain.WAITING)
    by_day = Q(is_urgent=False) | Q(status__in=(chain.IN_HAND, chain.ANSWERED))
    moment = int(now.timestamp()) - URGENT_BAND
    until = last_soon(today, calendar)
    # said once more of the order, which has an index: no clock runs beyond the end of its day
    tonight, later = int(end_of(today).timestamp()), int(end_of(until).timestamp())
    by_tonight = Q(turn__lte=tonight)
    return {
        OVERDUE: by_tonight & ((by_day & Q(clock_date__lt=today)) | (untaken & Q(turn__lte=moment))),
        TODAY: _of_today(today, now) & Q(turn__gt=moment),
        SOON: by_day & Q(clock_date__gt=today, clock_date__lte=until, turn__gte=tonight, turn__lte=later),
        LATER: by_day & Q(clock_date__gt=until, turn__gte=later),
        RESTING: Q(status=chain.ASKED),
    }[state]


def _of_today(today: datetime.date, now: datetime.datetime) -> Q:
    """What runs out today. Late in the evening an untaken urgent case may run out after midnight: until then it is
    tonight's; only then is the database asked for two days, which no index has in the list's order."""
    last = beijing_day(now + datetime.timedelta(hours=chain.URGENT_HOURS))
    if last == today:
        return Q(clock_date=today)
    return Q(clock_date__in=(today, last), turn__lte=int(end_of(today).timestamp()))


def last_soon(today: datetime.date, calendar: WorkCalendar) -> datetime.date:
    """The last day that is at most two working days ahead: the eve of the third."""
    day = today
    while calendar.working_days_left(today, day + datetime.timedelta(days=1)) <= SOON_DAYS:
        day += datetime.timedelta(days=1)
    return day


def _due(value: str, _post: Post, now: datetime.datetime) -> Q:
    return due_in(value, beijing_day(now), now, CalendarNotice.objects.calendar())


def _place(value: str, _post: Post, _now: datetime.datetime) -> Q:
    """A city by a code that ends in 00, a district by any other."""
    column = "city" if value.endswith("00") else "district"
    return Q(**{column: Subquery(Place.objects.filter(code=value).values("pk")[:1])})


def _company(value: str, _post: Post, _now: datetime.datetime) -> Q:
    return Q(company=Subquery(Organisation.objects.filter(code=value).values("pk")[:1]))


def _holder(value: str, post: Post, _now: datetime.datetime) -> Q:
    """Who has it in hand, or for whom it is meant."""
    if value == NOBODY:
        return Q(holder__isnull=True)
    if value == ME:
        return Q(holder=post.pk)
    return Q(holder=Subquery(Post.objects.filter(code=value).values("pk")[:1]))


def _waits(value: str, _post: Post, _now: datetime.datetime) -> Q:
    if value == DRIVER:
        return Q(status=chain.ASKED)
    return Q(status=chain.IN_HAND, reply_date__isnull=False)


def _group(value: str, post: Post, now: datetime.datetime) -> Q:
    """The cases of a group, or those that might become one."""
    if value == CANDIDATES:
        return Q(appeal__in=grouping.candidate_ids(post, now))
    return Q(appeal__in=GroupMember.objects.filter(group__code=value, state__in=JOINED).values("appeal"))


def _filed_from(value: str, _post: Post, _now: datetime.datetime) -> Q:
    return Q(filed_at__gte=end_of(datetime.date.fromisoformat(value) - datetime.timedelta(days=1)))


def _filed_until(value: str, _post: Post, _now: datetime.datetime) -> Q:
    return Q(filed_at__lt=end_of(datetime.date.fromisoformat(value)))


FILTERS: dict[str, Callable[[str, Post, datetime.datetime], Q]] = {
    "due": _due,
    "category": lambda value, _post, _now: Q(category=value),
    "place": _place,
    "company": _company,
    "holder": _holder,
    "waits": _waits,
    "group": _group,
    "urgent": lambda _value, _post, _now: Q(is_urgent=True),
    "tier": lambda value, _post, _now: Q(tier=int(value)),
    "state": lambda value, _post, _now: Q(status=value),
    "from_date": _filed_from,
    "until_date": _filed_until,
}
