"""The switching of a city and the calendar's notices in words, for the history of its settings."""

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import events
from portal.front import PlaceEvents
from portal.models import CalendarNotice, Event, Place


def _opened(event: Event) -> str:
    return _("Switched on from %(day)s") % {"day": event.facts["from_date"]}


def _closed(event: Event) -> str:
    return _("Switched off after %(day)s") % {"day": event.facts["last_date"]}


def _kept(_event: Event) -> str:
    return _("The last day was taken back, the city stays switched on")


def _loaded(event: Event) -> str:
    facts = {name: event.facts[name] for name in ("year", "number")}
    return _("Holiday notice for %(year)s loaded: %(number)s") % facts


WORDS = {
    "portal.city_opened": _opened, "portal.city_closed": _closed, "portal.city_kept_open": _kept,
    "portal.calendar_loaded": _loaded,
}  # fmt: skip


def events_of(place: Place) -> PlaceEvents:
    """Its own; a holiday notice is every city's."""
    subjects = [events.subject_of(row) for row in (place, *CalendarNotice.objects.all())]
    return PlaceEvents(Q(subject__in=subjects, kind__in=list(WORDS)), WORDS)
