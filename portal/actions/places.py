"""Places: loading the table of codes, and switching a city on and off."""

import csv
import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, front, permissions_places
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Place, PlaceKind, PlaceOpening, Post, User
from portal.wording import listed

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
    _hold(place, by, post, now)
    if place.kind != PlaceKind.CITY:
        raise Refused(_("Only a city can be switched on, not a province or a district."))
    if from_date < beijing_day(now):
        raise Refused(_("A city is switched on from today on, not from a day that has passed."))
    last = PlaceOpening.objects.filter(place=place).order_by("-from_date").first()
    if last and (last.until_date is None or last.until_date >= from_date):
        raise Refused(_("%(place)s is already switched on.") % {"place": place})
    opening = PlaceOpening.objects.create(place=place, from_date=from_date)
    events.record("portal.city_opened", place, by=by, post=post, at=now, facts={"from_date": from_date.isoformat()})
    return opening


@transaction.atomic
def close_city(
    place: Place, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> PlaceOpening:
    """Switch the portal off in a city after a day. From then on nobody files there; what was filed before has to be
    able to come to its end by that day."""
    _hold(place, by, post, now)
    opening = PlaceOpening.objects.current(place, beijing_day(now))
    if opening is None:
        raise Refused(_("%(place)s is not switched on.") % {"place": place})
    if opening.until_date is not None:
        raise Refused(_("It ends already on %(day)s. Take that back first.") % {"day": opening.until_date})
    if last_date < max(beijing_day(now), opening.from_date):
        raise Refused(_("The last day is today at the earliest, and not before the first day."))
    left = [f"{work.word} {work.count}" for work in front.place_work(place, last_date, now) if work.count]
    if left:
        words = _("It cannot be switched off yet: %(found)s. Have them settled first, or choose a later last day.")
        raise Refused(words % {"found": listed(left)})
    opening.until_date = last_date
    opening.save(update_fields=["until_date"])
    facts = {"last_date": last_date.isoformat()}
    events.record("portal.city_closed", place, by=by, post=post, at=now, facts=facts, words={"reason": reason.strip()})
    return opening


@transaction.atomic
def keep_city_open(place: Place, *, by: User, post: Post | None, now: datetime.datetime) -> PlaceOpening:
    """Take back a last day that has not passed: the city stays switched on."""
    _hold(place, by, post, now)
    opening = PlaceOpening.objects.current(place, beijing_day(now))
    if opening is None or opening.until_date is None:
        raise Refused(_("There is no last day to take back."))
    opening.until_date = None
    opening.save(update_fields=["until_date"])
    events.record("portal.city_kept_open", place, by=by, post=post, at=now)
    return opening


def _hold(place: Place, by: User, post: Post | None, now: datetime.datetime) -> None:
    """Of two who switch one city, the second sees what the first has done."""
    permissions_places.require_place_keeper(by, post, place, beijing_day(now))
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)
