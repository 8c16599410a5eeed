"""Where an appeal goes at a tier: which organisation, which person, and who was passed over and why."""

import datetime
from dataclasses import dataclass, field

from appeals import chain
from appeals.models import Appeal, RespondentKind
from appeals.permissions import who_may_act
from branches.models import EnterpriseOrganisation, Pair, Responsibility
from portal.calendar import beijing_day
from portal.models import Organisation, OrganisationKind, Post


@dataclass
class Destination:
    """`designated` is the one contact an appeal is meant for; None means anyone of the organisation's handlers."""

    tier: int
    organisation: Organisation
    designated: Post | None = None
    skipped: list[dict[str, str | int]] = field(default_factory=list)
    is_empty: bool = False


def responsible_branch(appeal: Appeal, day: datetime.date) -> Organisation | None:
    """The branch of the driver's record; for an unverified person the branch responsible for the district he named."""
    if appeal.driver and appeal.driver.branch:
        return _present_form(appeal.driver.branch)
    row = Responsibility.objects.live(day).filter(district=appeal.district).select_related("branch").first()
    return _present_form(row.branch) if row else None


def _present_form(organisation: Organisation) -> Organisation:
    while organisation.merged_into:
        organisation = organisation.merged_into
    return organisation


def committee_of(appeal: Appeal) -> Organisation:
    """The city's industry party committee; the province's when the city has none or is itself complained of."""
    committees = Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE)
    city = committees.filter(place=appeal.place.city).first()
    if city is None or city.pk == appeal.respondent_at_event_id:
        return committees.get(parent=None)
    return city


def find(appeal: Appeal, tier: int, now: datetime.datetime) -> Destination:
    """The destination at this tier, or at the first tier above it where somebody may act.

    A tier without anybody (vacant, all barred, all on leave) is skipped with the reason in `skipped`; at the very top
    the appeal rests with the province committee even when it is empty, and `is_empty` says so.
    """
    day = beijing_day(now)
    skipped: list[dict[str, str | int]] = []
    if tier == chain.CONTACT:
        found = _contact(appeal, now, day, skipped)
        if found:
            return found
        tier = chain.BRANCH
    if tier == chain.BRANCH:
        organisation = _second_tier(appeal, day, skipped)
        if organisation and who_may_act(appeal, organisation, chain.BRANCH, now):
            return Destination(chain.BRANCH, organisation, skipped=skipped)
        if organisation:
            skipped.append({"tier": chain.BRANCH, "organisation": organisation.code, "why": "nobody"})
    committee = committee_of(appeal)
    if not who_may_act(appeal, committee, chain.COMMITTEE, now):
        skipped.append({"tier": chain.COMMITTEE, "organisation": committee.code, "why": "nobody"})
        committee = committee.parent or committee
        if not who_may_act(appeal, committee, chain.COMMITTEE, now):
            return Destination(chain.COMMITTEE, committee, skipped=skipped, is_empty=True)
    return Destination(chain.COMMITTEE, committee, skipped=skipped)


def _contact(
    appeal: Appeal, now: datetime.datetime, day: datetime.date, skipped: list[dict[str, str | int]]
) -> Destination | None:
    pair = (
        Pair.objects.live(day).filter(driver=appeal.driver).select_related("contact__organisation").first()
        if appeal.driver
        else None
    )
    branch = responsible_branch(appeal, day)
    if pair and pair.contact.organisation_id != appeal.respondent_at_event_id:
        acting = {post.pk for post in who_may_act(appeal, pair.contact.organisation, chain.CONTACT, now)}
        if pair.contact_id in acting or (pair.contact.is_on_leave(day) and pair.contact.deputy_id in acting):
            return Destination(chain.CONTACT, pair.contact.organisation, pair.contact, skipped)
        skipped.append({"tier": chain.CONTACT, "organisation": pair.contact.organisation.code, "why": "own_contact"})
    if branch and branch.pk != appeal.respondent_at_event_id and who_may_act(appeal, branch, chain.CONTACT, now):
        return Destination(chain.CONTACT, branch, None, skipped)
    if branch:
        skipped.append({"tier": chain.CONTACT, "organisation": branch.code, "why": "nobody"})
    return None


def _second_tier(appeal: Appeal, day: datetime.date, skipped: list[dict[str, str | int]]) -> Organisation | None:
    if appeal.wants_enterprise:
        link = (
            EnterpriseOrganisation.objects.filter(company=appeal.respondent_at_event_id)
            .select_related("organisation")
            .first()
        )
        if link:
            return _present_form(link.organisation)
    branch = responsible_branch(appeal, day)
    if branch is None:
        skipped.append({"tier": chain.BRANCH, "organisation": "", "why": "no_branch"})
    elif branch.pk == appeal.respondent_at_event_id:
        skipped.append({"tier": chain.BRANCH, "organisation": branch.code, "why": "complained_of"})
        return None
    return branch


def first_tier(appeal: Appeal) -> int:
    """Where an appeal starts: above whoever it is about; at tier 2 when urgent, or where the driver chose to."""
    if appeal.respondent_kind in (RespondentKind.BRANCH, RespondentKind.COMMITTEE):
        return chain.COMMITTEE
    if appeal.is_urgent or appeal.respondent_kind == RespondentKind.CONTACT or appeal.skips_contact:
        return chain.BRANCH
    return chain.CONTACT
