"""Who else has a case open at a desk just now. Seen by colleagues only, kept for three quarters of a minute, no record.

Only a page that its reader may see notes him, and only to readers of the same case is he shown: nobody learns of a
barred person, and a driver never learns who looks at his case when (who looked at his number is in its log).
"""

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from redis import RedisError

from appeals.models import Appeal
from portal.calendar import beijing_day
from portal.models import Post

LIFE_SECONDS = 45  # two signs of life, every 20 seconds, and a little
LOOKS, ANSWERS, ACTS = "looks", "answers", "acts"
DOING: dict[str, Promise] = {
    LOOKS: pgettext_lazy("has the case open", "is looking"),
    ANSWERS: pgettext_lazy("has the case open", "is writing an answer"),
    ACTS: pgettext_lazy("has the case open", "is at a move"),
}


@dataclass(frozen=True)
class Other:
    """A colleague who has the same case open."""

    name: str
    organisation: str
    doing: Promise


def note(appeal: Appeal, post: Post, doing: str, now: datetime.datetime) -> None:
    """A sign of life. Two who open a case in the same instant may miss each other until the next sign."""
    with _whatever_happens():
        there = {**_alive(appeal, now), post.code: (doing if doing in DOING else LOOKS, now.timestamp())}
        cache.set(_key(appeal), there, LIFE_SECONDS)


def others(appeal: Appeal, post: Post, now: datetime.datetime) -> list[Other]:
    """The colleagues who have it open, without the reader himself and without posts that ended."""
    there: dict[str, tuple[str, float]] = {}
    with _whatever_happens():
        there = _alive(appeal, now)
    found = set(there) - {post.code}
    if not found:
        return []
    posts = Post.objects.live(beijing_day(now)).filter(code__in=found).exclude(person=post.person_id)
    rows = posts.select_related("person", "organisation").order_by("person__name", "pk")
    return [Other(row.person.name, row.organisation.short_name, DOING[there[row.code][0]]) for row in rows]


def words(appeal: Appeal, post: Post, doing: str, now: datetime.datetime) -> dict[str, Any]:
    """What a page with the case on it shows: it is a sign of life itself."""
    note(appeal, post, doing, now)
    found = others(appeal, post, now)
    return {"others": found, "others_mark": mark(found), "doing": doing}


def mark(found: list[Other]) -> str:
    """Changes when what is shown changes."""
    return ",".join(f"{one.name}:{one.doing}" for one in found)


def _key(appeal: Appeal) -> str:
    return f"open:{appeal.code}"


def _alive(appeal: Appeal, now: datetime.datetime) -> dict[str, tuple[str, float]]:
    there = cache.get(_key(appeal)) or {}
    since = now.timestamp() - LIFE_SECONDS
    return {code: (doing, at) for code, (doing, at) in there.items() if at > since}


@contextlib.contextmanager
def _whatever_happens() -> Iterator[None]:
    """A broker that is down takes this small help away and nothing else."""
    with contextlib.suppress(RedisError):
        yield
