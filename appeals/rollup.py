"""What a group's cause comes to: appeals, upheld share, money, days; and the same for 30 days after a change.

Counted are the cases the reader may see, whether their drivers joined or not: the cause is measured, not the group.
"""

import datetime
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Min, OuterRef, Q, Subquery

from appeals import grouping, permissions
from appeals.models import Answer, Finding, Group
from platforms.models import RuleVersion
from portal.calendar import beijing_day, end_of
from portal.models import Post

UPHELD = (Finding.UPHELD, Finding.PARTLY)
DAY = datetime.timedelta(days=1)
# what a number of the table is made of, and opens
ALL, ANSWERED, RIGHT, UNSTATED = "all", "answered", "upheld", "unstated"


@dataclass(frozen=True)
class Figures:
    """The cases of one span of 30 days, and what they come to."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def parts(self) -> dict[str, list[dict[str, Any]]]:
        return {
            ALL: self.rows,
            ANSWERED: [row for row in self.rows if row["finding"]],
            RIGHT: [row for row in self.rows if row["finding"] in UPHELD],
            UNSTATED: [row for row in self.rows if row["amount_fen"] is None],
        }

    @property
    def appeals(self) -> int:
        return len(self.rows)

    @property
    def answered(self) -> int:
        return len(self.parts[ANSWERED])

    @property
    def upheld(self) -> int:
        return len(self.parts[RIGHT])

    @property
    def unstated(self) -> int:
        return len(self.parts[UNSTATED])

    @property
    def upheld_share(self) -> float | None:
        return self.upheld / self.answered if self.answered else None

    @property
    def money_fen(self) -> int:
        return sum(row["amount_fen"] or 0 for row in self.rows)

    @property
    def median_days(self) -> float | None:
        """From filing to the first answer, calendar days, of those that have one."""
        days = [
            (beijing_day(row["answered_at"]) - beijing_day(row["filed_at"])).days
            for row in self.rows
            if row["answered_at"]
        ]
        return statistics.median(days) if days else None


@dataclass(frozen=True)
class Measured:
    """A cause before and after its change."""

    group: Group
    before: Figures
    after: Figures | None
    changed_date: datetime.date | None
    today: datetime.date

    @property
    def last_date(self) -> datetime.date | None:
        """The last of the 30 days that are measured again."""
        return self.changed_date + grouping.WINDOW - DAY if self.changed_date else None

    @property
    def days_measured(self) -> int:
        """How many of the 30 days have passed."""
        if self.changed_date is None:
            return 0
        return max(0, min(30, (self.today - self.changed_date).days))

    @property
    def is_over(self) -> bool:
        return self.last_date is not None and self.today > self.last_date

    def span(self, name: str) -> Figures:
        return self.after or Figures() if name == "after" else self.before


def changes_of(groups: Iterable[Group]) -> dict[int, datetime.date | None]:
    """The day of the change: as the committee marked it, else the first day of the next version of the rule."""
    found = {group.pk: group.changed_date for group in groups}
    rules = {group.rule_version.rule_id for group in groups if group.rule_version and not group.changed_date}
    later = list(RuleVersion.objects.filter(rule__in=rules).order_by("from_date")) if rules else []
    for group in groups:
        version = group.rule_version
        if version is None or found[group.pk]:
            continue
        next_ones = [one.from_date for one in later if one.rule_id == version.rule_id and one.number > version.number]
        found[group.pk] = min(next_ones, default=None)
    return found


def measure(groups: list[Group], post: Post, now: datetime.datetime) -> list[Measured]:
    """Before and after for each group, in three queries however many groups and cases there are."""
    today = beijing_day(now)
    changes = changes_of(groups)
    rows = _rows(groups, changes, post, now)
    return [_measured(group, changes[group.pk], rows, today) for group in groups]


def _rows(
    groups: list[Group], changes: dict[int, datetime.date | None], post: Post, now: datetime.datetime
) -> list[dict[str, Any]]:
    if not groups:
        return []
    about = Q(pk__in=[])
    for group in groups:
        same = (
            Q(rule_version__rule=group.rule_version.rule_id)
            if group.rule_version
            else Q(deduction_kind=group.deduction_kind)
        )
        first = group.first_date
        last = (changes[group.pk] or first) + grouping.WINDOW
        filed = Q(filed_at__gte=end_of(first - DAY), filed_at__lt=end_of(max(last, group.window_end)))
        about |= Q(respondent_at_event=group.company_id) & same & filed
    newest = Answer.objects.filter(appeal=OuterRef("pk")).order_by("-at", "-pk").values("finding")[:1]
    seen = permissions.visible_appeals(post, beijing_day(now)).filter(about)
    found = seen.annotate(finding=Subquery(newest), answered_at=Min("answers__at")).values(
        "pk", "respondent_at_event", "rule_version", "rule_version__rule", "deduction_kind", "filed_at",
        "happened_date", "amount_fen", "finding", "answered_at",
    )  # fmt: skip
    return [dict(row) for row in found]


def _measured(
    group: Group, changed: datetime.date | None, rows: list[dict[str, Any]], today: datetime.date
) -> Measured:
    own = [row for row in rows if row["respondent_at_event"] == group.company_id]
    before = [row for row in own if _is_before(row, group, changed)]
    after = [row for row in own if changed and _is_after(row, group, changed)]
    is_measured = changed is not None and changed <= today
    return Measured(group, Figures(before), Figures(after) if is_measured else None, changed, today)


def _is_before(row: dict[str, Any], group: Group, changed: datetime.date | None) -> bool:
    is_same = (
        row["rule_version"] == group.rule_version_id
        if group.rule_version_id
        else row["deduction_kind"] == group.deduction_kind
    )
    filed = beijing_day(row["filed_at"])
    is_after = changed is not None and _is_after(row, group, changed)
    return is_same and group.first_date <= filed < group.window_end and not is_after


def _is_after(row: dict[str, Any], group: Group, changed: datetime.date) -> bool:
    """Filed within the 30 days from the change on, about something that happened since."""
    is_same = (
        row["rule_version__rule"] == group.rule_version.rule_id
        if group.rule_version
        else row["deduction_kind"] == group.deduction_kind
    )
    filed = beijing_day(row["filed_at"])
    return is_same and row["happened_date"] >= changed and changed <= filed < changed + grouping.WINDOW
