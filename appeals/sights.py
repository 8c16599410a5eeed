"""Through which rows of the sight table a post has cases before it, and the same question put to either table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from appeals import chain
from appeals.models import Appeal, Leg, Sight
from appeals.models.appeal import AppealQuerySet
from appeals.reads import TIER_ROLES
from branches.models import EnterpriseOrganisation
from portal.models import Organisation, OrganisationKind, Post, Role
from portal.same_person import own_accounts

# true of every line, and said only of a whole one: by it the database knows the indexes of the filters. A desk is asked
# by its own index, which is short: of a filter's it believes that it is shorter, and reads the whole line instead.
WHOLE = {"place__isnull": True}
OVERSEEING = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.ENTERPRISE_STAFF, Role.COMMITTEE_STAFF)


@dataclass(frozen=True)
class Lens:
    """One way by which a post has cases before it: what its rows of the sight table have in common.

    `companies`: an enterprise organisation's own, whose cases it has only where the driver chose it. `had_below`: the
    cases that are no work here to somebody, for he had them in hand at a tier below.
    """

    rows: dict[str, Any]
    companies: tuple[int, ...] = ()
    had_below: tuple[int, ...] = ()

    def on_sights(self) -> Q:
        own = Q(company__in=self.companies, appeal__wants_enterprise=False)
        return Q(**self.rows) & self._without(own, "appeal__in")

    def on_appeals(self) -> Q:
        own = Q(respondent_at_event__in=self.companies, wants_enterprise=False)
        return through("sights__", Q(**self.rows)) & self._without(own, "pk__in")

    def _without(self, own: Q, among: str) -> Q:
        rest = ~own if self.companies else Q()
        return rest & ~Q(**{among: self.had_below}) if self.had_below else rest


@dataclass(frozen=True)
class Sightline:
    """What a person has before him through some lenses, less what bars, kinship and ties keep from him."""

    lenses: list[Lens]
    unbarred: AppealQuerySet
    unbarred_sights: QuerySet[Sight]
    conditions: Q = field(default_factory=Q)

    def narrowed(self, conditions: Q) -> "Sightline":
        """The same with conditions on columns of the sight table; none of them negates another table's column."""
        return Sightline(self.lenses, self.unbarred, self.unbarred_sights, self.conditions & conditions)

    def by_case(self) -> "Sightline":
        """The same for a few cases named by their ids: the database looks each up, and knows no index of a whole line
        any more, which it would rather read through."""
        looked_up = [replace(lens, rows=dict(lens.rows.items() - WHOLE.items())) for lens in self.lenses]
        return replace(self, lenses=looked_up)

    def sights(self) -> QuerySet[Any, Any]:
        """The cases' ids, each once, from the narrow table alone: for counts."""
        return self.rows("appeal_id")

    def rows(self, *columns: str) -> QuerySet[Any, Any]:
        """Columns of the narrow table, each case once: all of them are the same wherever a case is seen."""
        if not self.lenses:
            return Sight.objects.none().values(*columns)
        seen = _any(lens.on_sights() for lens in self.lenses)
        rows = self.unbarred_sights.filter(seen, self.conditions).values(*columns)
        return rows.distinct() if len(self.lenses) > 1 else rows

    def counts(self, parts: dict[str, Q]) -> dict[str, int]:
        """How many cases fit each of these conditions, in one pass over all rows: for lines narrowed to a few."""
        if not self.lenses:
            return dict.fromkeys(parts, 0)
        rows = self.unbarred_sights.filter(_any(lens.on_sights() for lens in self.lenses), self.conditions)
        is_double = len(self.lenses) > 1
        fits = {name: Count("appeal_id", filter=part, distinct=is_double) for name, part in parts.items()}
        return rows.aggregate(**fits)

    def appeals(self) -> AppealQuerySet:
        """The cases, each once, joined to the row through which they are seen: `sights__turn` is their order."""
        if not self.lenses:
            return Appeal.objects.none()
        seen = _any(lens.on_appeals() for lens in self.lenses) & through("sights__", self.conditions)
        if len(self.lenses) > 1:
            both = _any(lens.on_sights() for lens in self.lenses)
            first = Sight.objects.filter(both, appeal=OuterRef("pk")).order_by("pk").values("pk")[:1]
            seen &= Q(sights__pk=Subquery(first))
        # one call of filter(): a second one would join the table once more
        return self.unbarred.filter(seen)


def _any(parts: Iterable[Q]) -> Q:
    whole = Q(pk__in=[])
    for number, part in enumerate(parts):
        whole = part if number == 0 else whole | part
    return whole


def through(prefix: str, condition: Q) -> Q:
    """The same condition asked of a table that is joined under this name."""
    children: list[Any] = condition.children
    parts = [
        through(prefix, child) if isinstance(child, Q) else (f"{prefix}{child[0]}", child[1]) for child in children
    ]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def any_sight(lenses: Iterable[Lens]) -> QuerySet[Sight]:
    """The rows through which these lenses have a case, for `Exists`."""
    found = list(lenses)
    return Sight.objects.filter(_any(lens.on_sights() for lens in found)) if found else Sight.objects.none()


def lenses_of(held: Post) -> list[Lens]:
    """What a post has before it: a contact his own cases, everybody else those that came into his line."""
    companies = own_companies(held.organisation)
    if held.role == Role.CONTACT:
        own = {"kind": Sight.Kind.OWN, "post": held.pk}
        free = {"kind": Sight.Kind.FREE, "organisation": held.organisation_id}
        return [Lens(own, companies), Lens(free, companies)]
    if held.role in OVERSEEING:
        return [Lens({"kind": Sight.Kind.LINE, "organisation": held.organisation_id, **WHOLE}, companies)]
    return []


def lenses_of_all(held: Iterable[Post], duty: list[Lens]) -> list[Lens]:
    return [lens for one in held for lens in lenses_of(one)] + duty


def desk_of(acting: Post, person_id: int) -> list[Lens]:
    """The cases at the very desk of a post, at which a person acts."""
    desks = [
        Lens({**dict(lens.rows.items() - WHOLE.items()), "is_here": True, "tier": tier}, lens.companies)
        for tier, roles in TIER_ROLES.items()
        if acting.role in roles
        for lens in lenses_of(acting)
    ]
    accounts = sorted(own_accounts(person_id)) if desks else []
    return [replace(desk, had_below=_had_below(desk, accounts)) for desk in desks]


def _had_below(desk: Lens, accounts: list[int]) -> tuple[int, ...]:
    """Of the cases at a desk, those somebody had in hand at a tier below: two lists read once each by their own index,
    for one question with OR would look at every case's stays."""
    if desk.rows["tier"] == chain.CONTACT:
        return ()
    below = Leg.objects.filter(tier__lt=desk.rows["tier"])
    had = below.filter(handler__person__in=accounts).values_list("appeal", flat=True)
    anywhere = list(had.union(below.filter(handed_on_by__overlap=accounts).values_list("appeal", flat=True)))
    here = Sight.objects.filter(Q(**desk.rows), appeal__in=anywhere)
    return tuple(here.values_list("appeal", flat=True)) if anywhere else ()


def duty_of(organisation: Organisation, places: list[int]) -> list[Lens]:
    """Urgent appeals of the cities for which somebody of this organisation is on duty."""
    if not places:
        return []
    return [Lens({"kind": Sight.Kind.DUTY, "place__in": places}, own_companies(organisation))]


def own_companies(organisation: Organisation) -> tuple[int, ...]:
    """The companies an enterprise organisation was founded in: it is barred from their cases unless chosen."""
    if organisation.kind != OrganisationKind.ENTERPRISE:
        return ()
    rows = EnterpriseOrganisation.objects.filter(organisation=organisation)
    return tuple(rows.values_list("company_id", flat=True))
