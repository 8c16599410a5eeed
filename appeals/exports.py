"""Who may take a list of cases out as a file, who else has to agree, and what stands in it."""

import datetime
import json
from collections.abc import Iterable

from django.utils.translation import pgettext

from appeals import inbox, lists_out
from appeals.actions import taking_out
from appeals.inbox import Wanted
from appeals.models import Export
from appeals.sights import OVERSEEING
from portal import events
from portal.exports import Facts, Lists, Pairs, is_long
from portal.models import Event, Post
from portal.permissions import has_permission
from portal.roles import HANDLE
from portal.sheet_pieces import Sheet


def may_export(post: Post | None, day: datetime.date) -> bool:
    """Desks take lists out; a contact works case by case on his phone, and a company has no list of cases at all."""
    return post is not None and post.role in OVERSEEING and post.is_live(day) and has_permission(post, HANDLE, day)


def wanted_of(export: Export) -> Wanted:
    return Wanted.of(json.loads(export.wanted))


class Cases(Lists[Export]):
    """The inbox as it is filtered."""

    room = "appeals"
    model = Export
    task = "appeals.make_export"
    roles = OVERSEEING

    def may_export(self, post: Post, _export: Export, day: datetime.date) -> bool:
        return may_export(post, day)

    def needs_second(self, export: Export) -> bool:
        return is_long(export.rows)

    def count(self, export: Export, now: datetime.datetime) -> int:
        return inbox.found(export.post, wanted_of(export), now).count()

    def sheet(self, export: Export, now: datetime.datetime, taken: list[int]) -> Sheet:
        wanted = wanted_of(export)
        rows = lists_out.cells_of(export.post, wanted, now, taken)
        return Sheet(pgettext("sheet", "Appeals"), lists_out.header(wanted, export.post), rows)

    def note(self, export: Export, taken: list[int], now: datetime.datetime) -> None:
        taking_out.note(export, taken, now=now)

    def tell_log(
        self, export: Export, *, verb: str, by: Post | None, now: datetime.datetime, facts: Facts, words: dict[str, str]
    ) -> Event:
        person = by.person if by else None
        return events.record(f"appeals.{verb}", export, by=person, at=now, post=by, facts=facts, words=words)

    def filter_facts(self, export: Export) -> Facts:
        return {**lists_out.filter_facts(wanted_of(export))}

    def search_of(self, export: Export) -> str:
        return lists_out.search_words(wanted_of(export))

    def filter_words(self, exports: Iterable[Export], *, in_full: bool) -> list[Pairs]:
        asked = [wanted_of(export) for export in exports]
        names = lists_out.names_of(asked)
        return [lists_out.filter_words(wanted, names) for wanted in asked]


CASES = Cases()
seconds_for = CASES.seconds_for
