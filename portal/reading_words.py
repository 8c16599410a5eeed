"""Who saw a person's data, for himself: the rows written down for him, and what the logs of his cases say already."""

import datetime
from dataclasses import dataclass
from operator import attrgetter

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import front
from portal.models import Post, Reading, User
from portal.privacy import Kind, page_of
from portal.wording import listed

MOST = 1000


@dataclass(frozen=True)
class Seen:
    """One look, or those of one day on one page: 泸州第三流动党支部书记 看了 您的姓名."""

    at: datetime.datetime
    who: str
    what: tuple[str, ...]
    where: str
    times: int = 1

    @property
    def what_words(self) -> str:
        return listed([str(Kind(kind).label) for kind in self.what])


def who(post: Post | None) -> str:
    """By post: the office answers for it; a person of the portal without one is an administrator's program."""
    return post.words if post else _("Somebody without a post")


def where(page: str, pages: dict[str, Promise]) -> str:
    words = pages.get(page_of(page), page_of(page))
    return str(words) % {"about": page.partition(":")[2]} if "%(about)s" in str(words) else str(words)


def seen_of(person: User, kind: str = "") -> list[Seen]:
    """The newest first, of one kind or of all."""
    pages = front.reading_pages()
    rows = Reading.objects.filter(person=person).select_related("post__organisation").order_by("-last_at", "-pk")
    if kind:
        rows = rows.filter(what__contains=[kind])
    noted = [
        Seen(row.last_at, who(row.post), tuple(row.what), where(row.where, pages), row.times) for row in rows[:MOST]
    ]
    logged = [
        Seen(event.at, who(event.post), (what,), where(page, pages))
        for _room, answer in front.ask("logged_readings", person)
        for event, what, page in answer
        if kind in ("", what)
    ]
    return sorted([*noted, *logged], key=attrgetter("at"), reverse=True)
