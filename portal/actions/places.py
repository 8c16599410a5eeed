"""Places: loading the table of codes, and switching a city on."""

import csv
import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, permissions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Place, PlaceKind, PlaceOpening, Post, User

PLACES_FILE = Path(__file__).resolve().parent.parent / "data" / "places.csv"


@transaction.atomic
def load(file: Path = PLACES_FILE) -> int:
    """Write the table of places; existing rows follow the file, none is deleted. Run twice, it changes nothing."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    known = {place.code: place for place in Place.objects.all()}
    written = 0
    for row in rows:  # the file lists a parent before its parts
        wanted = {
            "name": row["name"],
            "short_name": row["short_name"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "letters": row["letters"],
            "parent_id": known[row["parent"]].pk if row["parent"] else None,
        }
        place = known.get(row["code"])
        if place is not None and all(getattr(place, field) == value for field, value in wanted.items()):
            continue
        known[row["code"]] = Place.objects.update_or_create(code=row["code"], defaults=wanted)[0]
        written += 1
    return written


@transaction.atomic
def open_city(
    place: Place, *, from_date: datetime.date, by: User, post: Post | None, now: datetime.datetime
) -> PlaceOpening:
    """Switch the portal on in a city from a day; a city is open once at a time."""
    permissions.require_system_administrator(by, post, beijing_day(now))
    if place.kind != PlaceKind.CITY:
        raise Refused(_("Only a city can be switched on, not a province or a district."))
    if PlaceOpening.objects.filter(place=place, until_date__isnull=True).exists():
        raise Refused(_("%(place)s is already switched on.") % {"place": place})
    opening = PlaceOpening.objects.create(place=place, from_date=from_date)
    events.record("portal.city_opened", place, by=by, post=post, at=now, facts={"from_date": from_date.isoformat()})
    return opening
