"""What is an administrator's own, counted: the rows of his start page, each leading to its page. Never an appeal."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import permissions, permissions_places, roles
from portal import permissions_corrections as corrections
from portal.actions.hooks import lines
from portal.calendar import beijing_day, end_of
from portal.models import (
    CalendarNotice,
    DailyRoot,
    Delivery,
    Event,
    Hook,
    HookMessage,
    Import,
    ImportState,
    JobRun,
    LogFilter,
    PlaceOpening,
    Post,
)

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """One line of a start page: where it leads, and how much is there."""

    url: str
    icon: str
    title: str
    sub: str


def of_system(post: Post, now: datetime.datetime) -> list[Row]:
    """A system administrator keeps the calendar, the cities, the registers, the organisations, and what runs."""
    day = beijing_day(now)
    cities = permissions_places.readable_places(post, day)
    ahead = PlaceOpening.objects.filter(place__in=cities).exclude(until_date__lt=day)
    imports = Import.objects.under(permissions.paths_for(post, roles.ADMINISTER_SYSTEM, day))
    reach = permissions.kept_organisations(post, day).live()
    hooks = Hook.objects.filter(organisation__in=lines(post, day))
    last = CalendarNotice.objects.order_by("-year").first()
    loaded = (
        _("Holiday notices are loaded up to %(year)s") % {"year": last.year} if last else _("No holiday notice yet")
    )
    on, changing = (
        cities.open_on(day).count(),
        (ahead.filter(from_date__gt=day) | ahead.exclude(until_date=None)).count(),
    )
    asked = corrections.before(post, now).filter(answered_at=None).count()
    imported = {
        "waiting": imports.filter(state=ImportState.CHECKED).count(),
        "stopped": imports.filter(state__in=(ImportState.FAILED, ImportState.UNREADABLE)).count(),
    }
    given_up = HookMessage.objects.filter(hook__in=hooks).exclude(failed_at=None).count()
    return [
        Row(reverse("portal:calendar"), "cal", _("Work calendar"), loaded),
        Row(
            reverse("portal:places"), "pin", pgettext("desk", "Cities"),
            _("%(on)s switched on, %(changing)s about to change") % {"on": on, "changing": changing},
        ),
        Row(
            reverse("portal:imports"), "file", pgettext("desk", "Import of registers"),
            _("%(waiting)s checked and waiting, %(stopped)s stopped or unreadable") % imported,
        ),
        Row(
            reverse("portal:corrections"), "pen", pgettext("desk", "Requests to correct"),
            _("%(number)s wait for an answer") % {"number": asked},
        ),
        Row(
            reverse("portal:organisations"), "office", _("Organisations"),
            _("%(number)s exist") % {"number": reach.count()},
        ),
        Row(
            reverse("portal:hooks"), "swap", pgettext("desk", "Web-hooks"),
            _("%(on)s switched on, %(failed)s messages given up")
            % {"on": hooks.filter(is_on=True).count(), "failed": given_up},
        ),
        _health(now),
    ]  # fmt: skip


def of_audit(post: Post, now: datetime.datetime) -> list[Row]:
    """An audit administrator reads the log, and sees that it is whole."""
    today = Event.objects.filter(at__gte=end_of(beijing_day(now) - DAY), at__lte=now).count()
    kept = LogFilter.objects.filter(post=post).count()
    root = DailyRoot.objects.order_by("-day").first()
    published = {"day": root.day.isoformat(), "leaves": root.leaves} if root else {}
    return [
        Row(
            reverse("portal:audit"), "shield", pgettext("desk", "Event log"),
            _("%(today)s entries today, %(kept)s looks kept by you") % {"today": today, "kept": kept},
        ),
        Row(
            reverse("portal:roots"), "hash", _("Daily roots"),
            _("The newest is of %(day)s, over %(leaves)s records") % published if root else _("None is published yet"),
        ),
        Row(reverse("portal:verify"), "check", _("Verify a record"), _("Was anything altered, left out or added?")),
        _health(now),
    ]  # fmt: skip


def _health(now: datetime.datetime) -> Row:
    counts = {
        "failed": JobRun.objects.filter(started_at__gte=now - DAY).exclude(error="").count(),
        "given_up": Delivery.objects.exclude(failed_at=None).count(),
    }
    return Row(
        reverse("portal:health"), "heart", _("Health and jobs"),
        _("%(failed)s jobs failed in 24 hours, %(given_up)s deliveries given up") % counts,
    )  # fmt: skip
