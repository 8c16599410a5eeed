"""Every write of the room: companies, the versions of their rules, and who is declared too close to them."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.models import Company, DispatchRule, Kinship, RuleVersion, Tie
from portal import codes, events
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, Post, User

COMPANY_KINDS = (OrganisationKind.PLATFORM, OrganisationKind.LEASING)


@transaction.atomic
def register_company(
    name: str,
    *,
    kind: str,
    short_name: str,
    place: Place,
    cities: Iterable[Place],
    take_cap_permille: int | None = None,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Company:
    """Enter a platform or leasing company with the cities it works in; a platform may publish a take-rate cap."""
    permissions.require_registrar(by, post, now)
    works_in = list(cities)
    if kind not in COMPANY_KINDS:
        raise Refused(_("A company is either a platform or a leasing company."))
    if Organisation.objects.live().filter(kind__in=COMPANY_KINDS, name=name).exists():
        raise Refused(_("A company with this name is already registered."))
    if any(city.kind != PlaceKind.CITY for city in works_in):
        raise Refused(_("A company works in cities, not in districts."))
    if take_cap_permille is not None and (kind != OrganisationKind.PLATFORM or not 0 < take_cap_permille < 1000):
        raise Refused(_("A cap on the take rate belongs to a platform and lies between 0 and 100 percent."))
    code = codes.new_code()
    organisation = Organisation.objects.create(
        code=code, kind=kind, name=name, short_name=short_name, path=f"{code}/", place=place, is_demo=by.is_demo
    )
    company = Company.objects.create(organisation=organisation, take_cap_permille=take_cap_permille)
    company.cities.set(works_in)
    events.record(
        "platforms.company_registered",
        organisation,
        by=by,
        post=post,
        at=now,
        facts={"kind": kind, "cities": sorted(city.code for city in works_in), "take_cap_permille": take_cap_permille},
    )
    return company


@transaction.atomic
def open_rule(company: Company, title: str, *, by: User, post: Post | None, now: datetime.datetime) -> DispatchRule:
    """Name a rule of a platform; its text follows as a version."""
    permissions.require_publisher(by, post, company, now)
    if company.organisation.kind != OrganisationKind.PLATFORM:
        raise Refused(_("Only a platform has dispatch rules."))
    if company.rules.filter(title=title).exists():
        raise Refused(_("This platform already has a rule of that name: publish a new version of it."))
    rule = DispatchRule.objects.create(company=company, title=title)
    events.record("platforms.rule_opened", rule, by=by, post=post, at=now, facts={"company": company.organisation.code})
    return rule


@transaction.atomic
def publish_version(
    rule: DispatchRule,
    text: str,
    *,
    published_date: datetime.date,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> RuleVersion:
    """Publish the next version of a rule; the one before it ends the day before. A published text never changes."""
    permissions.require_publisher(by, post, rule.company, now)
    DispatchRule.objects.select_for_update().get(pk=rule.pk)
    newest = rule.versions.order_by("-number").first()
    if not text.strip():
        raise Refused(_("A version needs its text."))
    if from_date < published_date:
        raise Refused(_("A rule cannot hold before the day it was published."))
    if newest is not None and from_date <= newest.from_date:
        raise Refused(_("A new version begins after the one before it."))
    if newest is not None and text.strip() == newest.text:
        raise Refused(_("This is the text of the version before it: nothing was changed."))
    if newest is not None:
        newest.until_date = from_date - datetime.timedelta(days=1)
        newest.save(update_fields=["until_date"])
    version = RuleVersion.objects.create(
        rule=rule,
        number=newest.number + 1 if newest else 1,
        text=text.strip(),
        published_date=published_date,
        from_date=from_date,
    )
    events.record(
        "platforms.version_published",
        rule,
        by=by,
        post=post,
        at=now,
        facts={
            "number": version.number,
            "published_date": published_date.isoformat(),
            "from_date": from_date.isoformat(),
        },
        words={"text": version.text},
    )
    return version


@transaction.atomic
def declare_tie(
    person: User,
    *,
    company: Organisation,
    kind: str,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Tie:
    """Declare that a person is employed by a company or leads drivers for it: he is barred from its cases.

    A person declares his own ties; a security administrator enters those of others. Driving for a company is no tie.
    """
    permissions.require_declarer(by, post, person, now)
    if company.kind not in COMPANY_KINDS:
        raise Refused(_("A tie is to a platform or a leasing company."))
    if Tie.objects.filter(person=person, company=company, until_date__isnull=True).exists():
        raise Refused(_("This tie is declared already."))
    tie = Tie.objects.create(person=person, company=company, kind=kind, from_date=from_date)
    events.record(
        "platforms.tie_declared", person, by=by, post=post, at=now, facts={"company": company.code, "kind": kind}
    )
    return tie


@transaction.atomic
def end_tie(tie: Tie, *, until_date: datetime.date, by: User, post: Post | None, now: datetime.datetime) -> Tie:
    """A tie ends on its last day; past cases stay barred as they were."""
    permissions.require_declarer(by, post, tie.person, now)
    if tie.until_date is not None:
        raise Refused(_("This tie has ended already."))
    if until_date < tie.from_date:
        raise Refused(_("A tie cannot end before it began."))
    tie.until_date = until_date
    tie.save(update_fields=["until_date"])
    facts = {"company": tie.company.code, "until_date": until_date.isoformat()}
    events.record("platforms.tie_ended", tie.person, by=by, post=post, at=now, facts=facts)
    return tie


@transaction.atomic
def declare_kinship(person: User, *, relative: User, by: User, post: Post | None, now: datetime.datetime) -> Kinship:
    """Declare two people as relatives, in both directions: each is barred from the other's cases."""
    permissions.require_declarer(by, post, person, now)
    if person == relative:
        raise Refused(_("Nobody is his own relative."))
    if Kinship.objects.filter(person=person, relative=relative).exists():
        raise Refused(_("This kinship is declared already."))
    kinship = Kinship.objects.create(person=person, relative=relative)
    Kinship.objects.create(person=relative, relative=person)
    # the row's own chain: a kinship says something about both people, and belongs to neither's log alone
    facts = {"people": sorted([person.code, relative.code])}
    events.record("platforms.kinship_declared", kinship, by=by, post=post, at=now, facts=facts)
    return kinship
