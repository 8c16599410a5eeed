"""What stands beside a case at the desk: notes, other cases of the driver, similar answers, the watch.

Only what the holder of the post may see: another case he may not see is neither shown nor counted. A sealed case stands
alone, for that two cases are one driver's would open his name.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from appeals import chain, likeness, permissions, standing, watches
from appeals.models import Answer, Appeal, Identity, Link, Note
from portal.calendar import beijing_day
from portal.models import Post

MOST_OTHERS, MOST_SUGGESTED, MOST_SIMILAR, SUMMARY = 20, 3, 5, 140
NEAR = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Other:
    """Another case of the same driver; `link` where somebody put the two beside each other."""

    appeal: Appeal
    title: str
    link: Link | None
    is_suggested: bool


@dataclass(frozen=True)
class Similar:
    """An answer given in a case of the same kind against the same company under the same rule version."""

    answer: Answer
    title: str
    reasons: str


@dataclass(frozen=True)
class Beside:
    appeal: Appeal
    post: Post
    now: datetime.datetime

    @cached_property
    def _visible(self) -> QuerySet[Appeal]:
        return permissions.visible_appeals(self.post, beijing_day(self.now))

    @cached_property
    def notes(self) -> list[Note]:
        """The newest first; who sees the case in his line reads them."""
        return list(self.appeal.notes.select_related("by__person", "by__organisation").order_by("-at", "-pk"))

    @cached_property
    def watches(self) -> list[watches.Shown]:
        """The newest window of each measure, for the handler and the committee."""
        found = watches.newest(self.appeal)
        return found if found and permissions.may_see_watch(self.post, self.appeal, self.now) else []

    # -- the driver's other cases -------------------------------------------------------------------------------------

    @cached_property
    def others(self) -> list[Other]:
        if self.appeal.identity == Identity.SEALED:
            return []
        rows = self._visible.filter(filer=self.appeal.filer_id).exclude(pk=self.appeal.pk)
        rows = rows.exclude(identity=Identity.SEALED).select_related("respondent_at_event", "handling_org")
        links = {
            (link.from_appeal_id if link.to_appeal_id == self.appeal.pk else link.to_appeal_id): link
            for link in Link.objects.filter(Q(from_appeal=self.appeal) | Q(to_appeal=self.appeal))
        }
        return [
            Other(other, standing.title_of(other), links.get(other.pk), is_like(self.appeal, other))
            for other in rows.defer("secret", "order_number").order_by("-filed_at", "-pk")[:MOST_OTHERS]
        ]

    @property
    def linked(self) -> list[Other]:
        return [other for other in self.others if other.link]

    @property
    def suggested(self) -> list[Other]:
        """The newest that may be the same matter and are not linked yet; once one is, the next comes up."""
        return [other for other in self.others if other.is_suggested and not other.link][:MOST_SUGGESTED]

    @property
    def history(self) -> list[Other]:
        return [other for other in self.others if not other.link and other not in self.suggested]

    # -- similar cases ------------------------------------------------------------------------------------------------

    @cached_property
    def similar(self) -> list[Similar]:
        """Others' answers, newest first, without a name; his own stand in the list above."""
        appeal = self.appeal
        cases = self._visible.filter(
            category=appeal.category,
            respondent_kind=appeal.respondent_kind,
            respondent_at_event=appeal.respondent_at_event_id,
            rule_version=appeal.rule_version_id,
            status__in=(chain.ANSWERED, chain.CLOSED),
        ).exclude(filer=appeal.filer_id)
        rows = Answer.objects.filter(appeal__in=cases).select_related("appeal__filer", "by__organisation")
        newest = rows.prefetch_related("event__texts").order_by("-at", "-pk")[:MOST_SIMILAR]
        return [Similar(given, standing.title_of(given.appeal), _nameless(given)) for given in newest]


def is_like(appeal: Appeal, other: Appeal) -> bool:
    """May be the same matter: the same kind or respondent within 30 days, or nearly the same title."""
    is_near = abs(appeal.filed_at - other.filed_at) <= NEAR
    same_company = bool(appeal.respondent_at_event_id) and appeal.respondent_at_event_id == other.respondent_at_event_id
    if is_near and (appeal.category == other.category or same_company):
        return True
    return likeness.is_like(appeal.title, other.title)


def _nameless(given: Answer) -> str:
    """The reasons in short; where they call the driver by his name, without it, whether the case is sealed or not."""
    reasons = next((text.text or "" for text in given.event.texts.all() if text.name == "reasons"), "")
    name = given.appeal.filer.name
    if name:
        reasons = reasons.replace(name, pgettext("in place of a name", "the driver"))
    return reasons if len(reasons) <= SUMMARY else f"{reasons[:SUMMARY]}…"
