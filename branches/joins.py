"""What this room offers the front door, and what it does when a lower room reports something."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from branches import actions, places, settling
from branches.models import Pair, Responsibility, contact_for
from drivers.actions import claims
from drivers.models import Claim, Driver
from portal import events
from portal.calendar import beijing_day
from portal.front import Card, Check, HandOver, OpenWork, PlaceEvents
from portal.models import Event, Organisation, Place, PlaceKind, Post, Role, User


def place_claim(event: Event, now: datetime.datetime) -> None:
    """A claim to a record that no branch knows goes to the branch of the district the person named; where none answers
    for that, its committee keeps it."""
    claim = Claim.objects.select_related("driver", "place", "office").get(code=events.code_of(event.subject))
    is_known = claim.driver is not None and claim.driver.branch_id is not None
    branch = Responsibility.objects.branch_of(claim.place, beijing_day(now)) if claim.place and not is_known else None
    office = branch or (None if is_known else claim.office)
    if office is not None:
        claims.place_with(claim.pk, office=office, now=now)


events.consume("branches.settle", ["drivers.driver_registered"], actions.settle_driver)
events.consume("branches.settle_imported", settling.KINDS, settling.settle_imported)
events.consume("branches.place_claim", ["drivers.claim_asked"], place_claim)


def cards(user: User, post: Post | None) -> Iterable[Card]:
    """A driver's start page: who keeps contact with him. A contact's: the drivers he keeps contact with."""
    day = beijing_day(timezone.now())
    if post is None:
        driver = Driver.objects.listed().of(user).first()
        # whoever is not verified is shown by room drivers how to become it
        return [Card("branches/_contact.html", {"who": contact_for(driver, day)}, order=10)] if driver else []
    if post.role == Role.CONTACT:
        pairs = Pair.objects.visible_to(post, day).live(day).count()
        return [Card("branches/_my_pairs.html", {"pair_count": pairs, "branch": post.organisation}, order=30)]
    return []


def health(now: datetime.datetime) -> Iterable[Check]:
    """Every district of a city that is switched on has a branch; its drivers carry that branch."""
    day = beijing_day(now)
    districts = Place.objects.filter(kind=PlaceKind.DISTRICT, parent__in=Place.objects.open_on(day))
    orphaned = districts.exclude(responsibilities__in=Responsibility.objects.live(day)).count()
    adrift = Driver.objects.filter(branch=None, place__in=districts).count()
    return [
        Check("districts_without_branch", "yellow" if orphaned else "green", {"districts": orphaned}),
        Check("drivers_without_branch", "yellow" if adrift else "green", {"drivers": adrift}),
    ]


def open_work(over: HandOver) -> list[OpenWork]:
    return actions.open_work(over)


def hand_over(over: HandOver) -> int:
    return actions.hand_over(over)


def organisation_work(organisation: Organisation, _now: datetime.datetime) -> list[OpenWork]:
    return actions.organisation_work(organisation)


def place_settings(place: Place, post: Post, day: datetime.date) -> list[Card]:
    return [places.settings_of(place, post, day)]


def place_events(place: Place) -> PlaceEvents:
    return places.events_of(place)


def personal_data(person: User) -> dict[str, Any]:
    """The contacts a driver had and has. What he does as a contact himself belongs to his post."""
    pairs = Pair.objects.filter(driver__person=person).select_related("contact__person", "contact__organisation")
    return {
        "pairs": [
            {
                "contact": row.contact.person.name if row.contact.is_public else None,
                "branch": row.contact.organisation.name,
                "from_date": row.from_date.isoformat(),
                "until_date": row.until_date.isoformat() if row.until_date else None,
            }
            for row in pairs.order_by("from_date", "pk")
        ]
    }
