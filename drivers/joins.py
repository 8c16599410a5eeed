"""What this room offers the front door."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers.actions import claims_desk, forgetting, tying
from drivers.actions.claims import claimed_with_number_of
from drivers.matching import is_same, tidy_licence
from drivers.models import Claim, Driver, licence_hash
from drivers.permissions_claims import may_see_claims
from portal import events
from portal.calendar import beijing_day
from portal.front import Card, Correctable, OpenWork
from portal.models import Organisation, Place, Post, Role, User
from portal.own_words import word_of
from portal.permissions import active_post
from portal.proofs import Proof

events.consume("drivers.number_left", ["portal.number_parted"], tying.number_left)
events.consume(
    "drivers.warn_old_number",
    ["drivers.claim_seen", "drivers.claim_asked", "drivers.claim_found"],
    claims_desk.warn_old_number,
)


def cards(user: User, post: Post | None) -> Iterable[Card]:
    """A driver whom nobody has verified yet: how he becomes it, or how far his claim is; and who may object to one.
    For a home's volunteer the licences that wait."""
    now = timezone.now()
    if post is not None:
        return _volunteers_card(post, beijing_day(now))
    contested = claimed_with_number_of(user, now).first()
    is_verified = Driver.objects.of(user).exists()
    if is_verified and contested is None:
        return []
    claim = None if is_verified else Claim.objects.of(user).open().first()
    words = {"is_verified": is_verified, "claim": claim, "contested": contested}
    return [Card("drivers/_claim_card.html", words, order=15)]


def _volunteers_card(post: Post, day: datetime.date) -> list[Card]:
    if post.role != Role.VOLUNTEER or not may_see_claims(post, day):
        return []
    waiting = Claim.objects.visible_to(post, day).open().count()
    return [Card("drivers/_desk_claims_card.html", {"waiting": waiting}, order=15)]


def counts(request: HttpRequest) -> dict[str, int]:
    """Claims that wait for this post."""
    post, day = active_post(request), beijing_day(timezone.now())
    if post is None or not may_see_claims(post, day):
        return {}
    return {"drivers:desk_claims": Claim.objects.visible_to(post, day).open().count()}


def organisation_work(organisation: Organisation, _now: datetime.datetime) -> list[OpenWork]:
    """Claims lie with an office, not with one of its people: the office cannot be closed over them."""
    return [OpenWork(_("Drivers' claims to be decided"), Claim.objects.filter(office=organisation).open().count())]


def proof(person: User) -> Proof | None:
    """A verified driver who comes back after a long silence shows by his licence that it is still he."""
    driver = Driver.objects.of(person).first()
    if driver is None:
        return None
    known = driver.licence_hash
    return Proof(
        _("The number on your driving licence"), lambda typed: is_same(known, licence_hash(tidy_licence(typed)))
    )


def _claims(person: User) -> list[dict[str, Any]]:
    return [
        {
            "way": str(claim.get_way_display()),
            "status": str(claim.get_status_display()),
            "name": claim.name,
            "licence": claim.licence,
            "words": claim.said,
            "made_at": claim.made_at.isoformat(),
            "decided_at": claim.decided_at.isoformat() if claim.decided_at else None,
            "reason": claim.reason,
        }
        for claim in Claim.objects.of(person).order_by("made_at", "pk")
    ]


CHANGEABLE = ("name", "phone", "licence", "licence_until_date", "certificate", "certificate_from_date",
              "certificate_until_date", "place", "since_date")  # fmt: skip


def correctable(person: User) -> list[Correctable]:
    """The facts of his record, each changed on its page."""
    driver = Driver.objects.of(person).first()
    if driver is None:
        return []
    change, page = (reverse(f"drivers:{name}", args=[driver.code]) for name in ("change_driver", "driver"))
    keys = {**dict.fromkeys(CHANGEABLE, change),
            **dict.fromkeys(("branch", "companies", "vehicles", "contracts"), page)}  # fmt: skip
    return [Correctable(f"drivers.{key}", word_of(f"drivers.{key}"), url) for key, url in keys.items()]


def registered_in(city: Place) -> Q:
    here = Driver.objects.filter(Q(place=city) | Q(place__parent=city), person__isnull=False)
    return Q(field__startswith="drivers.", person__in=here.values("person"))


def personal_data(person: User) -> dict[str, Any]:
    """The register's record of the person as a driver, whom he drives for, and his contracts; and his claims to it."""
    claims = _claims(person)
    driver = Driver.objects.listed().of(person).first()
    if driver is None:
        return {"claims": claims} if claims else {}
    return {
        "claims": claims,
        "name": driver.name,
        "phone": driver.phone,
        "licence": driver.licence,
        "licence_until_date": _day(driver.licence_until_date),
        "certificate": driver.certificate,
        "certificate_from_date": _day(driver.certificate_from_date),
        "certificate_until_date": _day(driver.certificate_until_date),
        "state": str(driver.get_state_display()),
        "place": driver.place.name,
        "since_date": driver.since_date.isoformat(),
        "branch": driver.branch.name if driver.branch else None,
        "companies": [
            {
                "name": row.company.name,
                "from_date": row.from_date.isoformat(),
                "until_date": _day(row.until_date),
            }
            for row in driver.engagements.listed()
        ],
        "vehicles": [
            {
                "plate": row.vehicle.plate,
                "company": row.company.name,
                "from_date": row.from_date.isoformat(),
                "until_date": _day(row.until_date),
            }
            for row in driver.drivings.select_related("vehicle", "company").order_by("from_date", "pk")
        ],
        "contracts": [
            {
                "company": row.company.name,
                "kind": str(row.get_kind_display()),
                "plate": row.vehicle.plate if row.vehicle else None,
                "from_date": row.from_date.isoformat(),
                "until_date": _day(row.until_date),
            }
            for row in driver.contracts.select_related("company", "vehicle")
        ],
    }


def _day(date: datetime.date | None) -> str | None:
    return date.isoformat() if date else None


def reading_pages() -> dict[str, Promise]:
    """Where staff read a driver's number or licence in full."""
    return {
        "drivers.list": pgettext_lazy("read on a page", "a list of the register of drivers"),
        "drivers.taken_out": pgettext_lazy("read on a page", "a list of the register taken out as a file"),
        "drivers.record": pgettext_lazy("read on a page", "your record in the register of drivers"),
        "drivers.claim": pgettext_lazy("read on a page", "your claim to a driver's record"),
        "drivers.vehicle": pgettext_lazy("read on a page", "the register's page of a vehicle you drive"),
    }


def erase(person: User, now: datetime.datetime) -> None:
    forgetting.forget(person, now=now)


def erasure_stays(person: User) -> list[str]:
    return ["drivers.record"] if Driver.objects.of(person).exists() else []


def erasure_words() -> dict[str, Promise]:
    return {
        "drivers.record": pgettext_lazy(
            "stays after erasing",
            "The authority's record of your licence: the register is kept whether or not you have an account here.",
        )
    }
