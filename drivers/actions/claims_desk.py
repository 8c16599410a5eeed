"""A driver's claim at a desk: two people of a driver home look at his licence; a branch decides what is contested."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers import permissions_claims as permissions
from drivers.actions import claims, pacing, tying
from drivers.actions.pacing import Tries
from drivers.matching import Given
from drivers.models import OPEN, Claim, ClaimStatus, ClaimWay, Driver
from portal import events, sms
from portal.actions import people
from portal.actions.readings import note_reading
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Event, Post, User
from portal.privacy import Kind
from portal.telling import sms_text

# after so many days the person himself has to come again: who saw the licence last week has forgotten the face
SECOND_DAYS = 7
NO_RECORD = gettext_lazy("No record fits this licence and this name. Read both from the licence once more.")
CLAIMED = sms_text(gettext_lazy("Driver Home: a record with your number is claimed. Not you? Sign in."))


@transaction.atomic
def look_up(given: Given, *, by: Post, address: str, now: datetime.datetime) -> Driver | None:
    """The record of the licence on the table, for a volunteer: licence and name, or nothing, and slower each time."""
    permissions.require_volunteer(by, now)
    tries = Tries(by.person, given.number, address)
    pacing.hold(tries, now=now)
    driver = claims.find(given)
    if driver is None:
        pacing.count_wrong(tries, now=now)
    return driver


@transaction.atomic
def see(given: Given, *, phone: str, by: Post, now: datetime.datetime) -> Claim:
    """The first of two: a volunteer saw licence and person, and the driver gave the code from his own phone."""
    permissions.require_volunteer(by, now)
    driver = claims.find(given)
    if driver is None:
        raise Refused(str(NO_RECORD))
    person = people.register(phone, now=now)
    # one open claim a person: what he asks for himself meanwhile waits here
    claims.hold_people(person.pk)
    if permissions.is_one_of_two(by.person, Claim(person=person, driver=driver, holder=driver.person)):
        raise Refused(_("Nobody looks at his own licence here: a colleague does it."))
    if driver.person_id == person.pk:
        raise Refused(_("This record is tied to this number already: nothing is left to do."))
    if Driver.objects.of(person).exists():
        raise Refused(_("This number has another driver's record. The branch has to look at it."))
    if not person.name:
        people.rename(person, name=given.name, by=by.person, now=now)
    claims.replace_open(person, by=by.person, now=now)
    claim = Claim(
        person=person, driver=driver, holder=driver.person, way=ClaimWay.HOME, status=ClaimStatus.SEEN,
        name=given.name, licence=given.number, place=driver.place, made_at=now, first_by=by, first_at=now,
    )  # fmt: skip
    claims.give_office(claim, driver.place)
    claim.save()
    events.record("drivers.claim_seen", claim, by=by.person, post=by, at=now, facts={"driver": driver.code})
    return claim


@transaction.atomic
def look_again(claim_id: int, *, by: Post, now: datetime.datetime) -> Claim:
    """The second of two, another person: the record is his, or the branch decides where another account has it."""
    claim, driver = _held(claim_id)
    permissions.require_looker(by, claim, now)
    if claim.status != ClaimStatus.SEEN or claim.first_by is None or driver is None:
        raise Refused(_("This claim no longer waits for a second person."))
    if claim.first_by.person_id == by.person_id:
        raise Refused(_("You looked at this licence first. Now another person has to look."))
    if now - claim.made_at > datetime.timedelta(days=SECOND_DAYS):
        raise Refused(_("That was more than a week ago. The driver has to come once more with his licence."))
    if driver.ended_date is not None:
        # it left the register since the first look
        raise Refused(str(NO_RECORD))
    claim.second_by, claim.second_at = by, now
    claim.holder = driver.person
    claim.save(update_fields=["second_by", "second_at", "holder"])
    events.record("drivers.claim_seen_again", claim, by=by.person, post=by, at=now)
    if driver.person_id is not None:
        claim.status = ClaimStatus.ASKED
        claim.save(update_fields=["status"])
        events.record("drivers.claim_contested", claim, by=by.person, post=by, at=now, facts={"why": "account"})
        return claim
    return _grant(claim, driver, by, now)


@transaction.atomic
def grant(claim_id: int, given: Given, *, reason: str, by: Post, now: datetime.datetime) -> Claim:
    """The branch says yes, having read licence and name from the paper itself.

    Where another account has the record, the first yes only proposes it: a second person reads the paper too.
    """
    claim, known = _held(claim_id)
    _require_at_branch(claim, by, now)
    driver = claims.find(given)
    if driver is None:
        raise Refused(str(NO_RECORD))
    if known is not None and known.pk != driver.pk:
        raise Refused(_("That is not the licence of the record that is claimed."))
    if known is None and not permissions.is_in_line(by, driver, beijing_day(now)):
        raise Refused(
            _(
                "The record of this licence belongs to another branch."
                " Refuse, and ask him to name the district he drives from."
            )
        )
    Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    if claim.status == ClaimStatus.AGREED and claim.holder_id != driver.person_id:
        # the first yes was to taking the record from somebody else than has it now
        claim.status, claim.agreed_by, claim.agreed_at = ClaimStatus.ASKED, None, None
    claim.driver, claim.holder, claim.reason = driver, driver.person, reason
    if permissions.is_one_of_two(by.person, claim):
        raise Refused(_("Nobody looks at his own licence here: a colleague does it."))
    if known is None:
        # only now somebody can be told whose number the record has
        events.record("drivers.claim_found", claim, by=by.person, post=by, at=now, facts={"driver": driver.code})
    if claim.takes_from_account and claim.status == ClaimStatus.ASKED:
        claim.status, claim.agreed_by, claim.agreed_at = ClaimStatus.AGREED, by, now
        claim.save(update_fields=["driver", "holder", "reason", "status", "agreed_by", "agreed_at"])
        events.record("drivers.claim_agreed", claim, by=by.person, post=by, at=now, facts={"driver": driver.code})
        return claim
    if claim.agreed_by is not None and claim.agreed_by.person_id == by.person_id:
        raise Refused(_("You agreed first. Another person has to agree as well before a record leaves an account."))
    claim.decided_by = by
    claim.save(update_fields=["driver", "holder", "reason", "decided_by", "status", "agreed_by", "agreed_at"])
    if claim.takes_from_account:
        tying.untie(driver.pk, why="branch", by=by.person, post=by, now=now)
    return _grant(claim, driver, by, now)


@transaction.atomic
def refuse(claim_id: int, *, reason: str, by: Post, now: datetime.datetime) -> Claim:
    """The branch says no, with a reason both sides read; the record stays as it is."""
    claim, _driver = _held(claim_id)
    _require_at_branch(claim, by, now)
    claim.reason, claim.decided_by = reason, by
    if claim.agreed_by_id == by.pk:
        claim.agreed_by, claim.agreed_at = None, None
    claim.save(update_fields=["reason", "decided_by", "agreed_by", "agreed_at"])
    tying.close(claim, ClaimStatus.REFUSED, now=now)
    events.record("drivers.claim_refused", claim, by=by.person, post=by, at=now)
    return claim


def show_words(claim: Claim, *, by: Post, now: datetime.datetime) -> None:
    """The claimant's own words stand on the office's page as he wrote them: he can see who read them."""
    if claim.said:
        note_reading(claim.person, by=by.person, post=by, what=Kind.WORDS, where=f"drivers.claim:{claim.code}", now=now)


def warn_old_number(event: Event, now: datetime.datetime) -> None:
    """The register's own number, where it is not the claimant's: somebody claims the record, and how to object.

    An account with that number is told by a notice; here only numbers behind which there is none are written to.
    """
    rows = Claim.objects.select_related("driver", "person")
    claim = rows.filter(code=events.code_of(event.subject), status__in=[*OPEN, ClaimStatus.GRANTED]).first()
    driver = claim.driver if claim else None
    # a claim whose person was erased is gone
    if claim is None or driver is None or driver.phone_hash == claim.person.phone_hash:
        return
    if not User.objects.filter(phone_hash=driver.phone_hash).exists():
        sms.door().send(driver.phone, str(CLAIMED.words))


def _held(claim_id: int) -> tuple[Claim, Driver | None]:
    """The claim and its record as they are now, locked, after the person who made it."""
    claims.hold_people(Claim.objects.values_list("person", flat=True).get(pk=claim_id))
    claim = Claim.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "person", "first_by__person", "first_by__organisation", "agreed_by__person"
    ).get(pk=claim_id)  # fmt: skip
    rows = Driver.objects.select_for_update(no_key=True, of=("self",)).select_related("person", "branch")
    driver = rows.filter(pk=claim.driver_id).first() if claim.driver_id else None
    claim.driver = driver
    return claim, driver


def _require_at_branch(claim: Claim, by: Post, now: datetime.datetime) -> None:
    permissions.require_decider(by, claim, now)
    if not claim.is_at_branch:
        raise Refused(_("This claim does not lie with the branch any more."))


def _grant(claim: Claim, driver: Driver, by: Post, now: datetime.datetime) -> Claim:
    tying.tie(driver.pk, claim.person, by=by.person, post=by, now=now)
    tying.close(claim, ClaimStatus.GRANTED, now=now)
    facts = {"way": claim.way, "driver": driver.code}
    events.record("drivers.claim_granted", claim, by=by.person, post=by, at=now, facts=facts)
    return claim
