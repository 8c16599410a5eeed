"""Who is told of a driver's claim: the claimant at each step, whoever has the record or its number, the office."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers.actions.claims_desk import CLAIMED
from drivers.models import Claim
from portal import events
from portal.calendar import beijing_day
from portal.models import Event, OrganisationKind, Post, Role, User
from portal.telling import SmsText, Telling, on

TO_CLAIMANT: dict[str, tuple[Promise, bool]] = {
    "drivers.claim_granted": (_("You are verified as a driver: record, contracts and contact are open to you."), True),
    "drivers.claim_refused": (_("You were not verified as a driver. Read why, and what you can do."), True),
    "drivers.claim_seen": (_("A volunteer saw your licence. A second person has to look at it."), False),
    "drivers.claim_asked": (_("The branch was asked to check who you are. It answers here."), False),
    "drivers.claim_contested": (_("Your claim needs a decision of the branch. It answers here."), False),
}  # fmt: skip
TO_HOLDER: dict[str, Promise] = {
    "drivers.claim_seen": _("Somebody says that your driver's record is his. Was it not you, object."),
    "drivers.claim_asked": _("Somebody says that your driver's record is his. Was it not you, object."),
    "drivers.claim_found": _("Somebody says that your driver's record is his. Was it not you, object."),
    "drivers.claim_contested": _("The branch decides whose driver's record it is: yours or another person's."),
    "drivers.claim_agreed": _("A first person agreed that your driver's record is another's. A second one decides."),
    "drivers.claim_refused": _("The claim to your driver's record was refused. It stays yours."),
}
OBJECTABLE = ("drivers.claim_seen", "drivers.claim_asked", "drivers.claim_found")
TO_OFFICE = ("drivers.claim_asked", "drivers.claim_placed", "drivers.claim_contested", "drivers.claim_agreed")
LEADING = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_STAFF)


def _claim(event: Event) -> Claim:
    related = ("person", "holder", "driver__person", "office")
    return Claim.objects.select_related(*related).get(code=events.code_of(event.subject))


@on(*TO_CLAIMANT)
def claimant(event: Event) -> Iterator[Telling]:
    claim = _claim(event)
    sentence, is_sms = TO_CLAIMANT[event.kind]
    yield Telling(claim.person, sentence, reverse("drivers:claim_shown", args=[claim.code]), sms=is_sms)


@on(*TO_HOLDER)
def holder(event: Event) -> Iterator[Telling]:
    """The account that has the record, and the one that has its number in the register."""
    claim = _claim(event)
    if claim.driver is None:
        return
    own: bool | SmsText = CLAIMED if event.kind in OBJECTABLE else True
    # of a record found with the decision its account hears by the decision itself
    told = [claim.driver.person] if event.kind != "drivers.claim_found" else []
    if event.kind in OBJECTABLE:
        told.append(User.objects.filter(phone_hash=claim.driver.phone_hash).first())
    for person in told:
        if person is not None and person.pk != claim.person_id:
            yield Telling(person, TO_HOLDER[event.kind], reverse("drivers:claim"), sms=own)


@on("drivers.claim_granted")
def lost(event: Event) -> Iterator[Telling]:
    """Whoever had the record until then."""
    claim = _claim(event)
    if claim.holder is not None and claim.holder_id != claim.person_id:
        words = _("Your driver's record was given to another account. Read why, and how to object.")
        yield Telling(claim.holder, words, reverse("drivers:claim"), sms=True)


@on("drivers.person_detached")
def detached(event: Event) -> Iterator[Telling]:
    """The driver himself, when he let go: had it been somebody with his phone, he finds out."""
    if event.facts["why"] == "own":
        person = User.objects.get(code=event.facts["person"])
        words = _("Your driver's record is no longer tied to this account. You can claim it again at any time.")
        yield Telling(person, words, reverse("drivers:claim"), sms=True)


@on(*TO_OFFICE)
def office(event: Event) -> Iterator[Telling]:
    """Those who lead the branch; the committee only where no branch answers for the district."""
    claim = _claim(event)
    if claim.office is None or (event.kind == "drivers.claim_asked" and claim.office.kind != OrganisationKind.BRANCH):
        return
    words = pgettext_lazy("to the branch", "A driver's claim waits for your decision.")
    for post in Post.objects.live(beijing_day(event.at)).filter(organisation=claim.office, role__in=LEADING):
        if post.person_id not in (claim.person_id, claim.holder_id):
            yield Telling(post.person, words, reverse("drivers:desk_claim", args=[claim.code]))


@on("drivers.claim_seen")
def second(event: Event) -> Iterator[Telling]:
    """The colleagues of the home."""
    claim = _claim(event)
    if claim.first_by is None:
        return
    words = _("A driver's licence waits for a second pair of eyes.")
    for post in Post.objects.live(beijing_day(event.at)).filter(organisation=claim.first_by.organisation):
        if post.pk != claim.first_by_id:
            yield Telling(post.person, words, reverse("drivers:desk_claim", args=[claim.code]))
