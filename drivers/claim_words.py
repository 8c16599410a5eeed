"""A claim as a page tells it: its steps, and the two sides without a name or a number in full."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from drivers.matching import is_same_name
from drivers.models import Claim, ClaimWay
from portal.models import Post, User
from portal.wording import mask_name, mask_phone, staff_time

SHOWN = 20


def _at(post: Post | None) -> str:
    return post.organisation.name if post else ""


def timeline(claim: Claim) -> list[dict[str, Any]]:
    """Newest first, for the timeline part; offices by their names, people by none."""
    found: list[tuple[datetime.datetime | None, str, str, str]] = [
        (claim.made_at if claim.way != ClaimWay.HOME else None, _began(claim), "", ""),
        (claim.first_at, _("Licence and person seen, first person"), "", _at(claim.first_by)),
        (claim.second_at, _("Licence and person seen, second person"), "", _at(claim.second_by)),
        (claim.agreed_at, _("The branch said yes; a second person has to agree"), "", _at(claim.agreed_by)),
    ]
    if claim.decided_at:
        found.append((claim.decided_at, claim.get_status_display(), claim.reason, _at(claim.decided_by)))
    entries = [
        {"state": "done", "time": staff_time(at), "at": at, "title": title, "text": text, "by": by}
        for at, title, text, by in found
        if at is not None
    ]
    if claim.is_open:
        entries.append({"state": "now", "time": _("Now"), "title": claim.get_status_display()})
    return entries[::-1]


def _began(claim: Claim) -> str:
    if claim.is_objection:
        return _("Objected: the record is his")
    return _("Asked the branch to check") if claim.way == ClaimWay.BRANCH else _("Licence, name and number given")


@dataclass(frozen=True)
class Side:
    """One of the two: pairs of a term and its masked value."""

    heading: str
    pairs: list[tuple[str, str]]


def _fits(is_so: bool) -> str:
    return _("fits") if is_so else _("does not fit")


def claimant(claim: Claim) -> Side:
    """Who claims: masked, with what fits the record he means."""
    person, driver = claim.person, claim.driver
    return Side(
        _("Who claims"),
        [
            (_("Name given"), claim.masked_name),
            (_("Licence given"), claim.masked_licence),
            (_("Number he signed in with"), claim.masked_phone),
            (_("Account since"), staff_time(person.joined_at)),
            (_("Name and record"), _fits(is_same_name(driver.name, claim.name)) if driver else ""),
            (_("Number and record"), _fits(driver.phone_hash == person.phone_hash) if driver else ""),
        ],
    )


def record(claim: Claim) -> Side:
    """The register's record, and the account it is tied to today."""
    driver = claim.driver
    if driver is None:
        return Side(_("The record"), [(_("In the register"), _("No record fits licence and name."))])
    holder = driver.person
    return Side(
        _("The record"),
        [
            (_("Name in the register"), driver.masked_name),
            (_("Licence in the register"), driver.masked_licence),
            (_("Number in the register"), driver.masked_phone),
            (_("District"), str(driver.place)),
            (_("Account it is tied to"), _account(holder, claim)),
            (_("That account was last here"), staff_time(holder.last_login) if holder and holder.last_login else ""),
        ],
    )


def _account(holder: User | None, claim: Claim) -> str:
    if holder is None:
        return _("none")
    if holder.pk == claim.person_id:
        return _("the claimant's own")
    return f"{mask_name(holder.name)} {mask_phone(holder.phone)}"
