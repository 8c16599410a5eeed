"""Appeals about one cause: suggested with the drivers counted, never named; who may make and see a group.

Candidates: one company, one version of a dispatch rule or one kind of deduction, filed within 30 days, five drivers or
more, among the cases the post itself may see.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.hearings import version_words
from appeals.models import Appeal, DeductionKind, Group, GroupMember, RespondentKind
from appeals.models.appeal import AppealQuerySet
from appeals.models.group import GroupQuerySet
from platforms.models import RuleVersion
from portal.calendar import beijing_day
from portal.models import Organisation, Post, Role, User
from portal.permissions import has_permission
from portal.roles import HANDLE

WINDOW = datetime.timedelta(days=30)
FEWEST_DRIVERS = 5
# a secretary and his deputy for the branch, the committee's staff above it; a contact and an enterprise handle cases
KEEPERS = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_STAFF)


@dataclass(frozen=True)
class Cause:
    """What a group is about, as a value that fits into an address: company and rule version, or kind of deduction."""

    company: Organisation
    rule_version: RuleVersion | None = None
    deduction_kind: str = ""

    @property
    def key(self) -> str:
        about = f"rule-{self.rule_version.pk}" if self.rule_version else f"deduction-{self.deduction_kind}"
        return f"{self.company.code}-{about}"

    @property
    def words(self) -> str:
        return version_words(self.rule_version) or str(DeductionKind(self.deduction_kind).label)

    @property
    def title(self) -> str:
        return _("%(company)s: %(what)s") % {"company": self.company.short_name, "what": self.words}

    def condition(self) -> Q:
        """The cases of this cause."""
        about = Q(rule_version=self.rule_version) if self.rule_version else Q(deduction_kind=self.deduction_kind)
        return Q(respondent_kind=RespondentKind.COMPANY, respondent_at_event=self.company) & about


@dataclass(frozen=True)
class Candidate:
    """A group that could be made: how many drivers and cases, since when."""

    cause: Cause
    drivers: int
    cases: int
    first_date: datetime.date

    @property
    def words(self) -> str:
        return _("%(n)d drivers say the same, it can be handled as one") % {"n": self.drivers}

    @property
    def headline(self) -> str:
        return _("%(cause)s. ") % {"cause": self.cause.title}


def may_keep_groups(post: Post | None, day: datetime.date) -> bool:
    """May this post make groups at all?"""
    return post is not None and post.role in KEEPERS and post.is_live(day) and has_permission(post, HANDLE, day)


def _loose(post: Post, now: datetime.datetime) -> AppealQuerySet:
    """Recent cases the post may see that no group has: open, or answered and not closed yet."""
    seen = permissions.visible_appeals(post, beijing_day(now))
    fresh = seen.filter(
        filed_at__gt=now - WINDOW,
        respondent_kind=RespondentKind.COMPANY,
        status__in=(*chain.OPEN, chain.ANSWERED),
    )
    return fresh.exclude(pk__in=GroupMember.objects.values("appeal"))


def _counted(rows: AppealQuerySet, *by: str) -> list[dict[str, Any]]:
    counts = rows.order_by().values("respondent_at_event", *by)
    found = counts.annotate(drivers=Count("filer", distinct=True), cases=Count("pk"), first=Min("filed_at"))
    return list(found.filter(drivers__gte=FEWEST_DRIVERS))


def _found(post: Post, now: datetime.datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows = _loose(post, now)
    by_rule = _counted(rows.exclude(rule_version=None), "rule_version")
    by_kind = _counted(rows.exclude(deduction_kind=""), "deduction_kind")
    return by_rule, by_kind


def candidates(post: Post | None, now: datetime.datetime) -> list[Candidate]:
    """What could be handled as one, most drivers first; four queries however many cases there are."""
    if post is None or not may_keep_groups(post, beijing_day(now)):
        return []
    by_rule, by_kind = _found(post, now)
    both = [*by_rule, *by_kind]
    companies = Organisation.objects.in_bulk([row["respondent_at_event"] for row in both])
    versions = RuleVersion.objects.select_related("rule").in_bulk([row["rule_version"] for row in by_rule])
    found = [
        Candidate(
            Cause(
                companies[row["respondent_at_event"]],
                versions.get(row.get("rule_version", 0)),
                row.get("deduction_kind", ""),
            ),
            row["drivers"],
            row["cases"],
            beijing_day(row["first"]),
        )
        for row in both
    ]
    return sorted(found, key=lambda one: (-one.drivers, one.cause.key))


def candidate_named(post: Post | None, key: str, now: datetime.datetime) -> Candidate | None:
    return next((one for one in candidates(post, now) if one.cause.key == key), None)


def candidate_ids(post: Post | None, now: datetime.datetime) -> QuerySet[Any, Any]:
    """The ids of the cases behind the suggestions, for the inbox's filter: two counts, then one condition."""
    if post is None or not may_keep_groups(post, beijing_day(now)):
        return Appeal.objects.none().values("pk")
    by_rule, by_kind = _found(post, now)
    wanted = Q(pk__in=[])
    for row in by_rule:
        wanted |= Q(respondent_at_event=row["respondent_at_event"], rule_version=row["rule_version"])
    for row in by_kind:
        wanted |= Q(respondent_at_event=row["respondent_at_event"], deduction_kind=row["deduction_kind"])
    return _loose(post, now).filter(wanted).values("pk")


def loose_cases(post: Post, cause: Cause, now: datetime.datetime) -> AppealQuerySet:
    """The cases that would be asked to join: one for each driver, his newest."""
    rows = _loose(post, now).filter(cause.condition())
    newest = rows.order_by("filer", "-filed_at", "-pk").distinct("filer").values("pk")
    return rows.filter(pk__in=newest)


# -- groups that exist ------------------------------------------------------------------------------------------------


def visible_groups(post: Post | None, day: datetime.date) -> GroupQuerySet:
    """The groups of a post's line; none about a company that he or a relative is tied to."""
    if post is None or not may_keep_groups(post, day):
        return Group.objects.none()
    rows = Group.objects.filter(path__startswith=post.organisation.path)
    return rows.exclude(company__in=_tied(post.person, day))


def _tied(person: User, day: datetime.date) -> set[int]:
    return permissions.tied_organisations(person, day)


def cause_of(group: Group) -> Cause:
    return Cause(group.company, group.rule_version, group.deduction_kind)


def seen_members(group: Group, post: Post, now: datetime.datetime) -> QuerySet[GroupMember]:
    """The members whose cases the post may see. The others are neither shown nor counted for him."""
    seen = permissions.visible_appeals(post, beijing_day(now))
    return group.members.filter(appeal__in=seen)
