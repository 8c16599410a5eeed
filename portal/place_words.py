"""The switching of a city in words, for the history of its settings."""

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import events
from portal.front import PlaceEvents
from portal.models import Event, Place


def _opened(event: Event) -> str:
    return _("Switched on from %(day)s") % {"day": event.facts["from_date"]}


def _closed(event: Event) -> str:
    return _("Switched off after %(day)s") % {"day": event.facts["last_date"]}


def _kept(_event: Event) -> str:
    return _("The last day was taken back, the city stays switched on")


WORDS = {"portal.city_opened": _opened, "portal.city_closed": _closed, "portal.city_kept_open": _kept}


def events_of(place: Place) -> PlaceEvents:
    return PlaceEvents(Q(subject=events.subject_of(place), kind__in=list(WORDS)), WORDS)
