"""Where an appeal goes at a tier: which organisation, which person, and who was passed over and why."""

from dataclasses import dataclass, field

from appeals import chain
from appeals.models import Appeal, Leg, RespondentKind
from appeals.permissions import who_may_act
from appeals.reads import Reads, present_form
from branches.models import EnterpriseOrganisation, Pair
from portal.models import Organisation, Post


@dataclass
class Destination:
    """`designated` is the one contact an appeal is meant for; None means anyone of the organisation's handlers."""

    tier: int
    organisation: Organisation
    designated: Post | None = None
    skipped: list[dict[str, str | int]] = field(default_factory=list)
    is_empty: bool = False
    leg: Leg | None = None  # the stay that began there


def responsible_branch(appeal: Appeal, reads: Reads) -> Organisation | None:
    """The branch of the driver's record; for an unverified person the branch responsible for the district he named."""
    if appeal.driver and appeal.driver.branch:
        return present_form(appeal.driver.branch)
    return reads.branch_of(appeal.district_id)


def committee_of(appeal: Appeal, reads: Reads) -> Organisation:
    """The city's industry party committee; the province's when the city has none or is itself complained of."""
    city = appeal.place.city.pk
    own = next((found for found in reads.committees if found.place_id == city and found.parent_id), None)
    if own is None or own.pk == appeal.respondent_at_event_id:
        return next(found for found in reads.committees if found.parent_id is None)
    return own


def find(appeal: Appeal, tier: int, reads: Reads) -> Destination:
    """The destination at this tier, or at the first tier above it where somebody may act.

    A tier without anybody (vacant, all barred, all on leave) is skipped with the reason in `skipped`; at the very top
    the appeal rests with the province committee even when it is empty, and `is_empty` says so.
    """
    skipped: list[dict[str, str | int]] = []
    if tier == chain.CONTACT:
        found = _contact(appeal, reads, skipped)
        if found:
            return found
        tier = chain.BRANCH
    if tier == chain.BRANCH:
        organisation = _second_tier(appeal, reads, skipped)
        if organisation and who_may_act(appeal, organisation, chain.BRANCH, reads):
            return Destination(chain.BRANCH, organisation, skipped=skipped)
        if organisation:
            skipped.append({"tier": chain.BRANCH, "organisation": organisation.code, "why": "nobody"})
    committee = committee_of(appeal, reads)
    if not who_may_act(appeal, committee, chain.COMMITTEE, reads):
        skipped.append({"tier": chain.COMMITTEE, "organisation": committee.code, "why": "nobody"})
        committee = committee.parent or committee
        if not who_may_act(appeal, committee, chain.COMMITTEE, reads):
            return Destination(chain.COMMITTEE, committee, skipped=skipped, is_empty=True)
    return Destination(chain.COMMITTEE, committee, skipped=skipped)


def _contact(appeal: Appeal, reads: Reads, skipped: list[dict[str, str | int]]) -> Destination | None:
    own = Pair.objects.live(reads.day).filter(driver=appeal.driver).select_related("contact__organisation")
    pair = own.first() if appeal.driver else None
    branch = responsible_branch(appeal, reads)
    if pair and pair.contact.organisation_id != appeal.respondent_at_event_id:
        contact = pair.contact
        acting = {post.pk for post in who_may_act(appeal, contact.organisation, chain.CONTACT, reads)}
        if contact.pk in acting or (contact.is_on_leave(reads.day) and contact.deputy_id in acting):
            return Destination(chain.CONTACT, contact.organisation, contact, skipped)
        skipped.append({"tier": chain.CONTACT, "organisation": contact.organisation.code, "why": "own_contact"})
    if branch and branch.pk != appeal.respondent_at_event_id:
        if who_may_act(appeal, branch, chain.CONTACT, reads):
            return Destination(chain.CONTACT, branch, None, skipped)
        skipped.append({"tier": chain.CONTACT, "organisation": branch.code, "why": "nobody"})
    return None


def _second_tier(appeal: Appeal, reads: Reads, skipped: list[dict[str, str | int]]) -> Organisation | None:
    if appeal.wants_enterprise:
        links = EnterpriseOrganisation.objects.filter(company=appeal.respondent_at_event_id)
        link = links.select_related("organisation").first()
        if link:
            return present_form(link.organisation)
    branch = responsible_branch(appeal, reads)
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
