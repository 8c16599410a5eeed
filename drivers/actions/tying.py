"""Tying an account to the register's record, and letting it go: one record has one account, an account one record."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from drivers.models import Claim, ClaimStatus, Driver
from platforms.actions import keeping
from portal import events
from portal.errors import Refused
from portal.models import Event, Post, User


@transaction.atomic
def tie(driver_id: int, person: User, *, by: User, post: Post | None, now: datetime.datetime) -> Driver:
    """Tie an account to a record that has none. Whoever calls has made certain that it is the same person.

    The account is locked before the record: two claims of one person are one after the other, as are two to one record.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    held = Driver.objects.select_for_update(no_key=True).get(pk=driver_id)
    if held.person_id is not None:
        raise Refused(_("This record already belongs to an account."))
    keeping.require_open(held)
    if Driver.objects.of(account).exists():
        raise Refused(_("This account already has a driver's record."))
    if not account.is_active:
        raise Refused(_("This account is switched off."))
    held.person = account
    held.save(update_fields=["person"])
    events.record("drivers.person_attached", held, by=by, post=post, at=now, facts={"person": account.code})
    return held


@transaction.atomic
def untie(driver_id: int, *, why: str, by: User | None, post: Post | None, now: datetime.datetime) -> Driver:
    """The record is nobody's again; the account keeps its own cases and sees nothing of the record any more."""
    held = Driver.objects.select_for_update(no_key=True).select_related(None).get(pk=driver_id)
    if held.person_id is None:
        raise Refused(_("This record belongs to no account."))
    facts = {"person": User.objects.get(pk=held.person_id).code, "why": why}
    held.person = None
    held.save(update_fields=["person"])
    events.record("drivers.person_detached", held, by=by, post=post, at=now, facts=facts)
    return held


@transaction.atomic
def let_go(*, by: User, now: datetime.datetime) -> Driver:
    """The driver himself: this is not me, or I no longer drive. His appeals stay his."""
    held = Driver.objects.of(by).first()
    if held is None:
        raise Refused(_("No driver's record is tied to this account."))
    return untie(held.pk, why="own", by=by, post=None, now=now)


@transaction.atomic
def number_left(event: Event, now: datetime.datetime) -> None:
    """The number is somebody else's by now: nothing of the record hangs on the old account until it is claimed anew."""
    person = User.objects.select_for_update(no_key=True).get(code=events.code_of(event.subject))
    held = Driver.objects.of(person).first()
    if held is not None:
        untie(held.pk, why="number", by=None, post=None, now=now)
    for claim in Claim.objects.of(person).open().select_for_update(no_key=True):
        close(claim, ClaimStatus.WITHDRAWN, now=now)
        events.record("drivers.claim_withdrawn", claim, by=None, at=now, facts={"why": "number"})


def close(claim: Claim, status: ClaimStatus, *, now: datetime.datetime) -> None:
    """A claim has come to its end."""
    claim.status, claim.decided_at = status, now
    claim.save(update_fields=["status", "decided_at"])
