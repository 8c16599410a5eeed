"""Who is declared too close to a company, or to each other."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from platforms import permissions
from platforms.actions.companies import COMPANY_KINDS
from platforms.models import Kinship, Tie
from portal import events
from portal.errors import Refused
from portal.models import Organisation, Post, User


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


@transaction.atomic
def erase(person: User) -> None:
    """A person is forgotten: whom he declared himself close to goes with him."""
    Tie.objects.filter(person=person).delete()
    Kinship.objects.filter(Q(person=person) | Q(relative=person)).delete()
