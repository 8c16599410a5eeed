"""Which companies have a permit in a city: for the page of its settings."""

import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from platforms.models import Permit
from portal import events
from portal.front import Card, PlaceEvents
from portal.models import Event, Place, Post

MOST = 50


def settings_of(place: Place, post: Post, day: datetime.date) -> Card:
    """Permits in force first, then those that ended; the register has the others."""
    rows = Permit.objects.visible_to(post, day).filter(city=place).listed()
    rows = rows.order_by(F("ended_date").desc(nulls_first=True), "-until_date", "pk")
    return Card("platforms/_place.html", {"permits": rows[:MOST], "count": rows.count(), "today": day}, order=50)


def events_of(place: Place) -> PlaceEvents:
    permits = {events.subject_of(row): row for row in Permit.objects.filter(city=place).listed()}

    def named(event: Event, words: str) -> str:
        row = permits[event.subject]
        return words % {"company": row.company.organisation.short_name, "number": row.number}

    words = {
        "platforms.permit_entered": lambda event: named(event, _("%(company)s: permit %(number)s entered")),
        "platforms.permit_changed": lambda event: named(event, _("%(company)s: permit %(number)s changed")),
        "platforms.permit_ended": lambda event: named(event, _("%(company)s: permit %(number)s ended")),
    }
    return PlaceEvents(Q(subject__in=list(permits), kind__in=list(words)), words)
