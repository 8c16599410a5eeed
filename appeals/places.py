"""Clocks and duties of a city for the page of its settings, and what keeps it from being switched off."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appeals import chain, clocks
from appeals.models import Appeal, Category, ClockSetting, DutyPost, Status
from appeals.reads import Reads
from portal import events
from portal.calendar import end_of
from portal.front import Card, OpenWork, PlaceEvents
from portal.models import Event, Organisation, OrganisationKind, Place, Post, Role
from portal.permissions import has_permission
from portal.roles import OVERSEE
from portal.wording import staff_time

PAST_DUTIES = 10
ClockRow = tuple[str, str, clocks.Days, ClockSetting | None, ClockSetting | None]


def settings_of(place: Place, post: Post, day: datetime.date) -> list[Card]:
    now = timezone.now()
    reads = Reads(now)
    oversees, sets = has_permission(post, OVERSEE, day), post.role == Role.COMMITTEE_STAFF
    duties = DutyPost.objects.filter(place=place).select_related("post__person", "post__organisation")
    running = duties.filter(until_at__gt=now).order_by("from_at", "pk")
    duty = {
        "running": [(row, row.from_at <= now) for row in running],
        "past": duties.filter(until_at__lte=now).order_by("-until_at")[:PAST_DUTIES],
        "oversees": oversees,
        "sets": sets,
    }
    rows = clock_rows(place, day, reads)
    return [
        Card("appeals/desk/_place_clocks.html", {"rows": rows, "oversees": oversees, "sets": sets}, order=30),
        Card("appeals/desk/_place_duty.html", duty, order=40),
    ]


def clock_rows(place: Place, day: datetime.date, reads: Reads) -> list[ClockRow]:
    """(kind, tier, days, the setting that holds, the next that changes them) for all kinds, and for a kind only where
    something of its own is or will be set."""
    here = [row for row in reads.clock_settings if row.place_id in (place.pk, None)]
    own = sorted({row.category for row in here if row.category})
    found = []
    for category in ("", *own):
        for tier, words in chain.TIERS:
            if category and not any((row.category, row.tier) == (category, tier) for row in here):
                continue
            days = clocks.days_at(place.pk, category, tier, day, reads)
            ahead = {row.from_date for row in here if row.tier == tier and row.from_date > day}
            later = (clocks.setting_at(place.pk, category, tier, date, reads) for date in sorted(ahead))
            holds = clocks.setting_at(place.pk, category, tier, day, reads)
            found.append((_kind(category), str(words), days, holds, next((row for row in later if row != holds), None)))
    return found


def _kind(category: str) -> str:
    return str(Category(category).label) if category else pgettext("of appeals", "All kinds")


def events_of(place: Place) -> PlaceEvents:
    """What the committees wrote for this city; the province's for all cities too."""
    committees = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE)
    committees = committees.filter(Q(place=place) | Q(parent=None))
    subjects = [events.subject_of(row) for row in committees]
    tiers = dict(chain.TIERS)

    def clock(event: Event) -> str:
        facts = event.facts
        return _("%(tier)s, %(kind)s: take %(take)s, answer %(answer)s working days from %(day)s") % {
            "tier": tiers[facts["tier"]], "kind": _kind(facts["category"]), "take": facts["take_days"],
            "answer": facts["answer_days"], "day": facts["from"],
        }  # fmt: skip

    def duty(event: Event) -> str:
        first, last = (datetime.datetime.fromisoformat(event.facts[name]) for name in ("from", "until"))
        return _("Duty set from %(first)s until %(last)s") % {"first": staff_time(first), "last": staff_time(last)}

    # a clock without a place is every city's
    here = Q(facts__place=place.code) | Q(facts__place=None, kind="appeals.clock_set")
    found = Q(subject__in=subjects, kind__in=("appeals.clock_set", "appeals.duty_set")) & here
    return PlaceEvents(found, {"appeals.clock_set": clock, "appeals.duty_set": duty})


def left_over(place: Place, last_date: datetime.date, now: datetime.datetime) -> list[OpenWork]:
    """Appeals whose round, or whose days to go on, would not be over; one past its limit may take any time."""
    end = end_of(last_date)
    is_over = Q(limit_at__gt=now, limit_at__lte=end)
    open_then = Appeal.objects.open().filter(place=place).exclude(is_over)
    answered = Appeal.objects.filter(place=place, status=Status.ANSWERED, due_at__gt=end)
    return [
        OpenWork(_("Open appeals that may last longer"), open_then.count()),
        OpenWork(_("Answered appeals with which drivers may still go on"), answered.count()),
    ]
