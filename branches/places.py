"""Which branch answers for which district of a city: for the page of its settings."""

import datetime
from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext as _

from branches import permissions
from branches.models import Responsibility
from portal import events
from portal.front import Card, PlaceEvents
from portal.models import Event, Organisation, Place, Post


def settings_of(place: Place, post: Post, day: datetime.date) -> Card:
    """Every district with the branch that holds it now, since when, and those before it."""
    held: dict[int, list[Responsibility]] = defaultdict(list)
    rows = list(
        Responsibility.objects.filter(district__parent=place).select_related("branch").order_by("-from_date", "-pk")
    )
    for row in rows:
        held[row.district_id].append(row)
    shown = []
    for district in Place.objects.filter(parent=place).order_by("code"):
        rows_here = held[district.pk]
        now = next((row for row in rows_here if row.until_date is None or row.until_date >= day), None)
        shown.append((district, now, [row for row in rows_here if row is not now]))
    seen = Organisation.objects.filter(permissions.visible_branches(post, day), pk__in={row.branch_id for row in rows})
    words = {
        "rows": shown,
        "seen": set(seen.values_list("pk", flat=True)),
        "sets": permissions.may_assign_districts(post, day),
    }
    return Card("branches/_place.html", words, order=20)


def events_of(place: Place) -> PlaceEvents:
    """Districts that changed hands; the chain is the branch's."""
    names = {row.code: str(row) for row in Place.objects.filter(parent=place)}
    branches = Organisation.objects.filter(responsibilities__district__parent=place).distinct()
    short = {events.subject_of(row): row.short_name for row in branches}

    def taken(event: Event) -> str:
        facts = event.facts
        words = {"branch": short[event.subject], "district": names[facts["district"]], "day": facts["from_date"]}
        return _("%(branch)s answers for %(district)s from %(day)s") % words

    found = Q(subject__in=list(short), kind="branches.district_taken", facts__district__in=list(names))
    return PlaceEvents(found, {"branches.district_taken": taken})
