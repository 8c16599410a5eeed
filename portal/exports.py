"""Lists taken out as files: who has to agree, and what a room says of the lists it lets out."""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import ClassVar, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from portal.models import Event, ExportState, Post, TakenOut
from portal.same_person import are_one
from portal.sheet_pieces import Sheet

Facts = dict[str, object]
Pairs = list[tuple[str, str]]
One = TypeVar("One", bound=TakenOut)


class Lists(ABC, Generic[One]):
    """The lists of a room that are taken out as files. The room has tables, events and pages of its own for them."""

    room: ClassVar[str]  # whose pages they are
    model: type[One]
    task: ClassVar[str]  # the job that makes a file in the background
    roles: ClassVar[Sequence[str]]  # which posts may be asked to decide

    @abstractmethod
    def may_export(self, post: Post, export: One, day: datetime.date) -> bool:
        """May this post take out such a list?"""

    @abstractmethod
    def needs_second(self, export: One) -> bool:
        """Once its rows are counted."""

    @abstractmethod
    def count(self, export: One, now: datetime.datetime) -> int:
        """The rows of the list as its asker sees it now."""

    @abstractmethod
    def sheet(self, export: One, now: datetime.datetime, taken: list[int]) -> Sheet:
        """These rows; `taken` gathers what is in the file, for `note`."""

    @abstractmethod
    def note(self, export: One, taken: list[int], now: datetime.datetime) -> None:
        """Say to those whose records are in the file that they are. Some hundred at a time; twice does no harm."""

    @abstractmethod
    def tell_log(
        self, export: One, *, verb: str, by: Post | None, now: datetime.datetime, facts: Facts, words: dict[str, str]
    ) -> Event:
        """A link of the export's own log, under the room's name."""

    @abstractmethod
    def filter_facts(self, export: One) -> Facts:
        """The filter for the log: codes only, what was typed is among the words."""

    @abstractmethod
    def search_of(self, export: One) -> str:
        """What was typed."""

    @abstractmethod
    def filter_words(self, exports: Iterable[One], *, in_full: bool) -> list[Pairs]:
        """The filter of each as people read it: what is asked for, and the value. A list of exports may say less."""

    def reads_all(self, post: Post, export: One, day: datetime.date) -> bool:
        """Does this post read every row of the list itself? So it does where each organisation reads what those below
        it read."""
        return True

    # -- the same for all --------------------------------------------------------------------------------------------

    def may_decide(self, post: Post | None, export: One, day: datetime.date) -> bool:
        """The second person: another one, at the same organisation or above it, who may take such a list out himself
        and sees as much of it."""
        return (
            post is not None
            and self.may_export(post, export, day)
            and export.post.organisation.path.startswith(post.organisation.path)
            and not are_one(post.person_id, export.post.person_id)
            and self.reads_all(post, export, day)
        )

    def require_exporter(self, post: Post | None, export: One, day: datetime.date) -> None:
        if post is None or not self.may_export(post, export, day):
            raise PermissionDenied

    def require_second(self, post: Post | None, export: One, day: datetime.date) -> None:
        if not self.may_decide(post, export, day):
            raise PermissionDenied

    def seconds_for(self, export: One, day: datetime.date) -> list[Post]:
        """Those who are asked: of the same organisation whoever is present, else of the nearest one above."""
        codes = [code for code in export.post.organisation.path.split("/") if code]
        posts = Post.objects.present(day).filter(organisation__code__in=codes, role__in=self.roles)
        rows = posts.select_related("person", "organisation__place__parent").order_by("-organisation__path", "pk")
        for _path, near in groupby(rows, key=lambda post: post.organisation.path):
            if able := [post for post in near if self.may_decide(post, export, day)]:
                return able
        return []


def is_long(rows: int) -> bool:
    """Longer than one person takes out on his own."""
    return rows > settings.EXPORT_ROWS_ALONE


def seen_by(post: Post) -> Q:
    """One's own, and those of others on which one may decide."""
    line = Q(post__organisation__path__startswith=post.organisation.path) & ~Q(post__person=post.person_id)
    asked = Q(state=ExportState.ASKED) | Q(decided_by=post)
    return Q(post=post) | (line & asked)
