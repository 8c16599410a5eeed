"""A driver's claim, by himself: what fits is his at once; for the rest the branch is asked."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from drivers.actions import pacing, tying
from drivers.actions.pacing import Tries
from drivers.matching import Given, is_same, is_same_name
from drivers.models import OPEN, Claim, ClaimStatus, ClaimWay, Driver
from drivers.models.claims import ClaimQuerySet
from portal import events
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, User

ASKED_MOST = 3  # times a person asks the branch within the days below
ASKED_DAYS = 30
# how long whoever has the register's number may object to a claim
OBJECT_DAYS = 30


@transaction.atomic
def match(given: Given, *, by: User, address: str, now: datetime.datetime) -> Claim | None:
    """Tie the record to him when licence, name and his proven number all fit and it is nobody's yet.

    None is the one answer to everything else: an unknown licence, another name, another number, a record that is
    taken or has ended.
    Each is looked up, compared and counted in the same way, so that neither words nor time tell which it was.
    """
    tries = Tries(by, given.number, address)
    pacing.hold(tries, now=now)
    hold_people(by.pk)
    # after the wait for a try of his own that runs: had that one fitted, this one is no wrong try
    _require_unverified(by)
    driver = Driver.objects.registered().with_licence(given.number)
    is_name = is_same_name(driver.name if driver else "", given.name)
    is_number = is_same(driver.phone_hash if driver else "", by.phone_hash)
    is_free = driver is not None and driver.person_id is None
    if driver is None or not (is_name and is_number and is_free):
        pacing.count_wrong(tries, now=now)
        events.record("drivers.claim_not_matched", by, by=by, at=now)
        return None
    pacing.forgive(tries)
    replace_open(by, by=by, now=now)
    claim = Claim.objects.create(
        person=by, driver=driver, way=ClaimWay.MATCH, status=ClaimStatus.GRANTED,
        name=given.name, licence=given.number, made_at=now, decided_at=now,
    )  # fmt: skip
    tying.tie(driver.pk, by, by=by, post=None, now=now)
    events.record("drivers.claim_granted", claim, by=by, at=now, facts={"way": claim.way, "driver": driver.code})
    return claim


@transaction.atomic
def ask_branch(given: Given, *, place: Place, said: str, by: User, now: datetime.datetime) -> Claim:
    """Ask the branch that answers for a district to check. He is told the same whether the register knows him or not.

    A record that fits licence and name goes to its own branch, which knows the driver; all else to the district's.
    """
    hold_people(by.pk)
    _require_unverified(by)
    if Claim.objects.of(by).filter(status__in=OPEN).exclude(status=ClaimStatus.SEEN).exists():
        raise Refused(_("The branch checks your claim already. Take it back first if something in it was wrong."))
    if _asked_lately(by, now, is_objection=False) >= ASKED_MOST:
        raise Refused(_("You asked the branch three times this month. Please go to a driver home with your licence."))
    replace_open(by, by=by, now=now)
    driver = find(given)
    claim = Claim(
        person=by, driver=driver, holder=driver.person if driver else None, way=ClaimWay.BRANCH,
        status=ClaimStatus.ASKED, name=given.name, licence=given.number, said=said, place=place, made_at=now,
    )  # fmt: skip
    return _send(claim, by, now)


@transaction.atomic
def object_to(claim_code: str, *, said: str, by: User, now: datetime.datetime) -> Claim:
    """Whoever holds the number the register has says that the record is his: both claims go to the branch."""
    found = claimed_with_number_of(by, now).filter(code=claim_code)
    hold_people(by.pk, *found.values_list("person", flat=True))
    # held, or the second look at the licence and this objection would overwrite each other
    other = found.select_for_update(no_key=True, of=("self",)).first()
    if other is None or other.driver is None:
        raise Refused(_("Nobody claims a record with your number."))
    if Claim.objects.of(by).filter(driver=other.driver, is_objection=True).open().exists():
        raise Refused(_("You have objected already; the branch looks at it."))
    # each objection is a message to everybody concerned
    if _asked_lately(by, now, is_objection=True) >= ASKED_MOST:
        raise Refused(_("You objected three times this month. Please go to a driver home with your licence."))
    if other.status == ClaimStatus.SEEN:
        other.status = ClaimStatus.ASKED
        other.save(update_fields=["status"])
        events.record("drivers.claim_contested", other, by=None, at=now, facts={"why": "objection"})
    replace_open(by, by=by, now=now)
    claim = Claim(
        person=by, driver=other.driver, holder=other.person, way=ClaimWay.BRANCH, status=ClaimStatus.ASKED,
        is_objection=True, name=by.name, said=said, place=other.driver.place, made_at=now,
    )  # fmt: skip
    return _send(claim, by, now)


@transaction.atomic
def withdraw(claim_id: int, *, by: User, now: datetime.datetime) -> Claim:
    """He takes his own claim back before anybody decided."""
    hold_people(by.pk)
    claim = Claim.objects.select_for_update(no_key=True).get(pk=claim_id, person=by)
    if not claim.is_open:
        raise Refused(_("This claim has come to its end already."))
    tying.close(claim, ClaimStatus.WITHDRAWN, now=now)
    events.record("drivers.claim_withdrawn", claim, by=by, at=now, facts={"why": "own"})
    return claim


@transaction.atomic
def place_with(claim_id: int, *, office: Organisation, now: datetime.datetime) -> Claim:
    """Give a claim to the office that decides it, which hears of it now. Room branches calls it with the branch of the
    district, or with the committee that has it where none answers for the district."""
    claim = Claim.objects.select_for_update(no_key=True).get(pk=claim_id)
    if claim.is_open:
        claim.office, claim.office_path = office, office.path
        claim.save(update_fields=["office", "office_path"])
        events.record("drivers.claim_placed", claim, by=None, at=now, facts={"office": office.code})
    return claim


def find(given: Given) -> Driver | None:
    """The record of the register whose licence and name both fit; whoever types one of the two finds nothing."""
    driver = Driver.objects.registered().with_licence(given.number)
    return driver if driver is not None and is_same_name(driver.name, given.name) else None


def claimed_with_number_of(person: User, now: datetime.datetime) -> ClaimQuerySet:
    """Claims of others to a record that has this person's number and is not his: he may object for some weeks."""
    since = now - datetime.timedelta(days=OBJECT_DAYS)
    rows = Claim.objects.filter(driver__phone_hash=person.phone_hash, made_at__gt=since)
    rows = rows.filter(status__in=[*OPEN, ClaimStatus.GRANTED], is_objection=False)
    return rows.exclude(person=person).exclude(driver__person=person).order_by("-made_at", "pk")


def hold_people(*ids: int) -> None:
    """Whoever changes claims first locks the people who made them, then the claims, then records: always in this order,
    so that no two ever wait for each other."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def replace_open(person: User, *, by: User, now: datetime.datetime) -> None:
    """A person has one open claim: a new one takes the place of the one before."""
    for claim in Claim.objects.of(person).open().select_for_update(no_key=True):
        tying.close(claim, ClaimStatus.WITHDRAWN, now=now)
        events.record("drivers.claim_withdrawn", claim, by=by, at=now, facts={"why": "replaced"})


def give_office(claim: Claim, place: Place) -> None:
    """The record's branch; where nobody knows it, the city's committee until the district's branch is found."""
    branch = claim.driver.branch if claim.driver else None
    office = branch or _committee_of(place)
    claim.office, claim.office_path = office, office.path


def _send(claim: Claim, by: User, now: datetime.datetime) -> Claim:
    assert claim.place is not None
    give_office(claim, claim.place)
    claim.save()
    facts = {"place": claim.place.code, "is_objection": claim.is_objection}
    events.record("drivers.claim_asked", claim, by=by, at=now, facts=facts)
    return claim


def _asked_lately(person: User, now: datetime.datetime, *, is_objection: bool) -> int:
    since = now - datetime.timedelta(days=ASKED_DAYS)
    rows = Claim.objects.of(person).filter(way=ClaimWay.BRANCH, made_at__gt=since)
    return rows.filter(is_objection=is_objection).count()


def _committee_of(place: Place) -> Organisation:
    committees = Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE)
    own = committees.filter(place=place.city, parent__isnull=False).first()
    return own or committees.get(parent=None)


def _require_unverified(person: User) -> None:
    if Driver.objects.of(person).exists():
        raise Refused(_("Your driver's record is tied to this account already."))
