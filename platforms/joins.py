"""What this room offers the front door."""

import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from platforms import places
from platforms.actions import ties
from platforms.models import Kinship, Tie
from portal.front import Card, PlaceEvents
from portal.models import Place, Post, User


def personal_data(person: User) -> dict[str, Any]:
    """The ties and kinship the person declared, for himself."""
    return {
        "ties": [
            {
                "company": tie.company.name,
                "kind": str(tie.get_kind_display()),
                "from_date": tie.from_date.isoformat(),
                "until_date": tie.until_date.isoformat() if tie.until_date else None,
            }
            for tie in Tie.objects.filter(person=person).select_related("company").order_by("from_date", "pk")
        ],
        "relatives": [
            kinship.relative.name for kinship in Kinship.objects.filter(person=person).select_related("relative")
        ],
    }


def reading_pages() -> dict[str, Promise]:
    return {"platforms.company": pgettext_lazy("read on a page", "the register's page of a company")}


def place_settings(place: Place, post: Post, day: datetime.date) -> list[Card]:
    return [places.settings_of(place, post, day)]


def place_events(place: Place) -> PlaceEvents:
    return places.events_of(place)


def erase(person: User, _now: datetime.datetime) -> None:
    ties.erase(person)
