"""One move for many cases: each by itself through the single action, whatever becomes of the others."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from appeals import chain, inbox, permissions, standing
from appeals.models import Appeal
from portal.calendar import beijing_day
from portal.errors import Refused, Stale
from portal.models import Post
from portal.once import once

MOST = 50
VERBS = ("take", "assign", "ask")
DONE, REFUSED, MOVED, NOT_HIS = "done", "refused", "moved", "not_his"
Do = Callable[[int, int], Appeal]


@dataclass(frozen=True)
class Chosen:
    """A case as it stood on the list where it was ticked."""

    appeal: Appeal
    seen: int

    @property
    def title(self) -> str:
        return standing.title_of(self.appeal)

    @property
    def name(self) -> str:
        return inbox.name_of(self.appeal)

    @property
    def value(self) -> str:
        return f"{self.appeal.code}.{self.seen}"


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    appeal: Appeal
    state: str
    words: str = ""

    @property
    def title(self) -> str:
        return standing.title_of(self.appeal)

    @property
    def name(self) -> str:
        return inbox.name_of(self.appeal)


def chosen_of(values: list[str], post: Post, now: datetime.datetime) -> list[Chosen]:
    """The ticked cases that the post may see, in the order of the list; whatever else was sent does not exist."""
    seen: dict[str, int] = {}
    for value in values:
        code, _dot, position = value.partition(".")
        if position.isascii() and position.isdigit():
            seen.setdefault(code, int(position))
    rows = permissions.visible_appeals(post, beijing_day(now)).filter(code__in=seen)
    related = rows.select_related("filer", "respondent_at_event", "handling_org", "handler__person", "place")
    found = {appeal.code: appeal for appeal in related}
    return [Chosen(found[code], position) for code, position in seen.items() if code in found]


def each(
    chosen: list[Chosen], verb: str, *, by: Post, key: str, body: dict[str, str], now: datetime.datetime, do: Do
) -> list[Outcome]:
    """Make the move case by case. Sent twice it is made once: each case has a key of its own under the form's."""
    return [_one(one, verb, by=by, key=key, body=body, now=now, do=do) for one in chosen]


def _one(
    one: Chosen, verb: str, *, by: Post, key: str, body: dict[str, str], now: datetime.datetime, do: Do
) -> Outcome:
    code = one.appeal.code
    try:
        once(
            f"{key}:{code}",
            by=by.person,
            verb=f"appeals.{verb}",
            body={"subject": code, **body},
            now=now,
            do=lambda: do(one.appeal.pk, one.seen).code,
        )
    except Stale as stale:
        return Outcome(one.appeal, MOVED, stale.theirs or str(stale))
    except Refused as refusal:
        return Outcome(one.appeal, REFUSED, str(refusal))
    except PermissionDenied:
        return Outcome(one.appeal, NOT_HIS, _("It is not yours to move now."))
    return Outcome(one.appeal, DONE)


def again(outcomes: list[Outcome], verb: str, post: Post, now: datetime.datetime) -> list[Chosen]:
    """Those that did not go through and might now, as they stand now."""
    left = [f"{one.appeal.code}.0" for one in outcomes if one.state not in (DONE, NOT_HIS)]
    now_there = [Chosen(one.appeal, one.appeal.position) for one in chosen_of(left, post, now)]
    return [one for one in now_there if chain.why_not(verb, one.appeal.status, one.appeal.tier) is None]
