"""Every write of the room: branches founded, districts taken over, drivers and contacts paired."""

import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from branches import permissions
from branches.models import EnterpriseOrganisation, Pair, Responsibility, enterprise_of
from drivers.actions import register as drivers
from drivers.models import Driver, Engagement
from platforms.models import Company
from portal import codes, events
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.front import HandOver, OpenWork
from portal.models import Event, Organisation, OrganisationKind, Place, PlaceKind, Post, Role, User

UNITS = (OrganisationKind.BRANCH, OrganisationKind.ENTERPRISE)


def _found(
    name: str, *, kind: str, short_name: str, committee: Organisation, place: Place, is_demo: bool
) -> Organisation:
    if committee.kind != OrganisationKind.COMMITTEE:
        raise Refused(_("A branch stands under an industry party committee."))
    if Organisation.objects.live().filter(parent=committee, name=name).exists():
        raise Refused(_("This committee already has a branch of that name."))
    code = codes.new_code()
    return Organisation.objects.create(
        code=code,
        kind=kind,
        name=name,
        short_name=short_name,
        parent=committee,
        path=f"{committee.path}{code}/",
        place=place,
        is_demo=is_demo,
    )


@transaction.atomic
def found_branch(
    name: str,
    *,
    short_name: str,
    committee: Organisation,
    place: Place,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Organisation:
    """Found a mobile party branch of a city under its committee."""
    permissions.require_founder(by, post, committee, now)
    if place.kind == PlaceKind.PROVINCE:
        raise Refused(_("A branch belongs to a city or a district."))
    branch = _found(
        name,
        kind=OrganisationKind.BRANCH,
        short_name=short_name,
        committee=committee,
        place=place,
        is_demo=by.is_demo,
    )
    facts = {"committee": committee.code, "place": place.code}
    events.record("branches.branch_founded", branch, by=by, post=post, at=now, facts=facts)
    return branch


@transaction.atomic
def found_enterprise_organisation(
    name: str,
    *,
    short_name: str,
    committee: Organisation,
    place: Place,
    company: Organisation,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Organisation:
    """Found the party organisation of a company; one per company, under a committee and never under the company."""
    permissions.require_founder(by, post, committee, now)
    if not Company.objects.filter(organisation=company).exists():
        raise Refused(_("An enterprise organisation is founded in a platform or leasing company."))
    if enterprise_of(company) is not None:
        raise Refused(_("This company already has an enterprise organisation."))
    organisation = _found(
        name,
        kind=OrganisationKind.ENTERPRISE,
        short_name=short_name,
        committee=committee,
        place=place,
        is_demo=by.is_demo,
    )
    EnterpriseOrganisation.objects.create(organisation=organisation, company=company)
    facts = {"committee": committee.code, "company": company.code, "place": place.code}
    events.record("branches.enterprise_founded", organisation, by=by, post=post, at=now, facts=facts)
    return organisation


@transaction.atomic
def make_responsible(
    district: Place,
    *,
    branch: Organisation,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Responsibility:
    """A branch takes a district over: the one before it ends the day before, and the drivers are told apart by it.

    Only from today or an earlier day: the branch is written on the district's drivers at once.
    """
    permissions.require_founder(by, post, branch, now)
    Place.objects.select_for_update(no_key=True).get(pk=district.pk)
    if district.kind != PlaceKind.DISTRICT:
        raise Refused(_("A branch answers for districts and counties."))
    if branch.kind != OrganisationKind.BRANCH or branch.merged_into_id or branch.closed_at:
        raise Refused(_("Only a mobile branch that exists can take a district over."))
    if branch.place.city != district.city:
        raise Refused(_("A branch answers for districts of its own city."))
    if from_date > beijing_day(now):
        raise Refused(_("A district is taken over from today or an earlier day, not from a later one."))
    held = Responsibility.objects.filter(district=district, until_date__isnull=True).first()
    if held is not None and held.branch_id == branch.pk:
        raise Refused(_("This branch answers for the district already."))
    if held is not None and from_date <= held.from_date:
        raise Refused(_("Another branch has answered for the district since that day or a later one."))
    if held is not None:
        held.until_date = from_date - datetime.timedelta(days=1)
        held.save(update_fields=["until_date"])
    taken = Responsibility.objects.create(district=district, branch=branch, from_date=from_date)
    facts = {"branch": branch.code, "district": district.code, "from_date": from_date.isoformat()}
    events.record("branches.district_taken", branch, by=by, post=post, at=now, facts=facts)
    drivers.set_branch_of_district(district, branch=branch, by=by, post=post, now=now)
    return taken


@transaction.atomic
def pair(
    driver: Driver,
    *,
    contact: Post,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Pair:
    """A contact begins to keep contact with a driver of his branch, or of the company his organisation belongs to."""
    permissions.require_pairer(by, post, contact.organisation, now)
    Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    day = beijing_day(now)
    if contact.role != Role.CONTACT or not contact.is_live(day) or contact.organisation.kind not in UNITS:
        raise Refused(_("Only a contact in post keeps contact with drivers."))
    if driver.person_id == contact.person_id:
        raise Refused(_("A contact cannot be paired with himself."))
    if not _belongs(driver, contact.organisation, day):
        raise Refused(_("This driver belongs to another branch."))
    if Pair.objects.filter(driver=driver, until_date__isnull=True).exists():
        raise Refused(_("This driver already has a contact."))
    made = Pair.objects.create(driver=driver, contact=contact, from_date=from_date)
    facts = {"contact": contact.code, "from_date": from_date.isoformat()}
    events.record("branches.paired", driver, by=by, post=post, at=now, facts=facts)
    return made


def _belongs(driver: Driver, organisation: Organisation, day: datetime.date) -> bool:
    if driver.branch_path.startswith(organisation.path):
        return True
    drives_for = Engagement.objects.on_day(day).filter(
        driver=driver, company__enterprise_organisations__organisation=organisation
    )
    return organisation.kind == OrganisationKind.ENTERPRISE and drives_for.exists()


@transaction.atomic
def end_pair(pair: Pair, *, until_date: datetime.date, by: User, post: Post | None, now: datetime.datetime) -> Pair:
    """A contact no longer keeps contact with a driver after the last day; the branch still answers for the driver."""
    permissions.require_pairer(by, post, pair.contact.organisation, now)
    held = Pair.objects.select_for_update(no_key=True).get(pk=pair.pk)
    if held.until_date is not None:
        raise Refused(_("This pair has ended already."))
    if until_date < held.from_date:
        raise Refused(_("A pair cannot end before it began."))
    held.until_date = until_date
    held.save(update_fields=["until_date"])
    facts = {"contact": held.contact.code, "until_date": until_date.isoformat()}
    events.record("branches.pair_ended", held.driver, by=by, post=post, at=now, facts=facts)
    return held


def _handed_over(over: HandOver) -> models.QuerySet[Pair]:
    """Pairs of a contact whose post ends. One who is away for a while stays the drivers' contact."""
    if over.is_leave:
        return Pair.objects.none()
    return Pair.objects.filter(contact=over.post, until_date__isnull=True)


def open_work(over: HandOver) -> list[OpenWork]:
    """The drivers a contact keeps contact with."""
    return [OpenWork(_("Drivers paired with this contact"), _handed_over(over).count())]


def organisation_work(organisation: Organisation) -> list[OpenWork]:
    """What a branch answers for: districts, drivers, pairs."""
    return [
        OpenWork(_("Districts it answers for"), organisation.responsibilities.filter(until_date=None).count()),
        OpenWork(_("Drivers of this branch"), organisation.drivers.count()),
    ]


@transaction.atomic
def hand_over(over: HandOver) -> int:
    """A contact's drivers get the colleague as their contact; where there is none their branch answers for them."""
    pairs = list(
        _handed_over(over).select_for_update(no_key=True, of=("self",)).select_related("driver").order_by("pk")
    )
    last = over.post.until_date or beijing_day(over.now) - datetime.timedelta(days=1)
    for ended in pairs:
        # a pair that began with somebody else's leaving today was in force on no day
        ended.from_date, ended.until_date = min(ended.from_date, last), last
        ended.save(update_fields=["from_date", "until_date"])
        facts = {"contact": over.post.code, "until_date": ended.until_date.isoformat()}
        events.record("branches.pair_ended", ended.driver, by=over.by, post=over.office, at=over.now, facts=facts)
        if over.to and over.to.role == Role.CONTACT and over.to.person_id != ended.driver.person_id:
            first = ended.until_date + datetime.timedelta(days=1)
            Pair.objects.create(driver=ended.driver, contact=over.to, from_date=first)
            facts = {"contact": over.to.code, "from_date": first.isoformat()}
            events.record("branches.paired", ended.driver, by=over.by, post=over.office, at=over.now, facts=facts)
    return len(pairs)


def settle_driver(event: Event, now: datetime.datetime) -> None:
    """A driver was registered: write down the branch that answers for his district. Nothing where there is none yet."""
    driver = Driver.objects.get(code=event.subject.partition(":")[2])
    branch = Responsibility.objects.branch_of(driver.place, beijing_day(now))
    if branch is not None and driver.branch_id != branch.pk:
        drivers.set_branch(driver, branch=branch, now=now)
