"""What routing asks again and again, read once for one action or one batch of a tick: posts, branches, clocks, kin."""

import datetime
from functools import cached_property

from django.db.models import Q

from appeals import chain
from appeals.models import ClockSetting
from branches.models import Responsibility
from platforms.models import Kinship, Tie
from portal.calendar import WorkCalendar, beijing_day
from portal.models import CalendarNotice, Organisation, OrganisationKind, Post, Role
from portal.same_person import accounts_of

TIER_ROLES = {
    chain.CONTACT: (Role.CONTACT,),
    chain.BRANCH: (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.ENTERPRISE_STAFF),
    chain.COMMITTEE: (Role.COMMITTEE_STAFF,),
}
Desk = tuple[int, int]  # an organisation's id and a tier


def present_posts(desks: set[Desk], day: datetime.date) -> dict[Desk, list[Post]]:
    """Per desk the posts that act that day: present, or the present deputy of one on leave."""
    found: dict[Desk, dict[int, Post]] = {desk: {} for desk in desks}
    posts = Post.objects.live(day).filter(organisation__in={organisation for organisation, _tier in desks})
    for post in posts.select_related("person", "organisation", "deputy__person", "deputy__organisation"):
        stand_in = post.deputy if post.is_on_leave(day) else post
        if stand_in is None or not stand_in.is_live(day) or stand_in.is_on_leave(day):
            continue
        for tier, tier_roles in TIER_ROLES.items():
            if post.role in tier_roles and (post.organisation_id, tier) in found:
                found[post.organisation_id, tier][stand_in.pk] = stand_in
    return {desk: list(acting.values()) for desk, acting in found.items()}


def kin_of(person_ids: set[int]) -> dict[int, set[int]]:
    """Each person with those declared as his relatives, whichever of the two declared it; all accounts of each."""
    own = accounts_of(person_ids)
    everybody = set().union(*own.values())
    declared = Kinship.objects.filter(Q(person__in=everybody) | Q(relative__in=everybody))
    pairs = [(row.person_id, row.relative_id) for row in declared]
    others = accounts_of({person for pair in pairs for person in pair} - everybody)
    kin = {person: set(accounts) for person, accounts in own.items()}
    for one, other in [*pairs, *((other, one) for one, other in pairs)]:
        for person, accounts in own.items():
            if one in accounts:
                kin[person] |= others.get(other, {other})
    return kin


def present_form(organisation: Organisation) -> Organisation:
    """The organisation that a merged one has become."""
    while organisation.merged_into:
        organisation = organisation.merged_into
    return organisation


class Reads:
    """The state of one moment; made anew for each action, kept for one batch of a tick."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now
        self.day = beijing_day(now)
        self._present: dict[Desk, list[Post]] = {}
        self._branches: dict[int | None, Organisation | None] = {}
        self._kin: dict[int, set[int]] = {}
        self._accounts: dict[int, set[int]] = {}
        self._tied: dict[int, set[int]] = {}

    @cached_property
    def calendar(self) -> WorkCalendar:
        return CalendarNotice.objects.calendar()

    @cached_property
    def clock_settings(self) -> list[ClockSetting]:
        return list(ClockSetting.objects.all())

    @cached_property
    def committees(self) -> list[Organisation]:
        return list(Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE).select_related("parent"))

    def present(self, organisation: Organisation, tier: int) -> list[Post]:
        desk = (organisation.pk, tier)
        if desk not in self._present:
            self._present |= present_posts({desk}, self.day)
        return self._present[desk]

    def branch_of(self, district_id: int | None) -> Organisation | None:
        """The branch responsible for a district today."""
        if district_id not in self._branches:
            rows = Responsibility.objects.live(self.day).filter(district=district_id)
            row = rows.select_related("branch__merged_into").first() if district_id else None
            self._branches[district_id] = present_form(row.branch) if row else None
        return self._branches[district_id]

    def kin(self, person_ids: set[int]) -> dict[int, set[int]]:
        unknown = person_ids - self._kin.keys()
        if unknown:
            self._kin |= kin_of(unknown)
        return {person_id: self._kin[person_id] for person_id in person_ids}

    def accounts(self, person_ids: set[int]) -> dict[int, set[int]]:
        """Each person with his other accounts: what bars one of them bars all."""
        unknown = person_ids - self._accounts.keys()
        if unknown:
            self._accounts |= accounts_of(unknown)
        return {person_id: self._accounts[person_id] for person_id in person_ids}

    def tied_to(self, organisation_id: int) -> set[int]:
        """People employed by an organisation, leading its fleets or holding a post in it."""
        if organisation_id not in self._tied:
            ties = Tie.objects.live(self.day).filter(company=organisation_id).values_list("person_id", flat=True)
            posts = Post.objects.live(self.day).filter(organisation=organisation_id)
            self._tied[organisation_id] = {*ties, *posts.values_list("person_id", flat=True)}
        return self._tied[organisation_id]
