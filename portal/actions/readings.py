"""Noting who read whose data: one row for each reader, page and day, which the person himself may look up."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from portal import front
from portal.calendar import beijing_day
from portal.models import Post, User
from portal.privacy import Kind, page_of

_UPSERT = """
    INSERT INTO portal_reading (person_id, by_id, post_id, what, "where", day, first_at, last_at, times)
    SELECT person, %(by)s, %(post)s, string_to_array(kinds, ','), page, %(day)s, %(now)s, %(now)s, 1
    FROM unnest(%(people)s::bigint[], %(pages)s::text[], %(kinds)s::text[]) AS shown (person, page, kinds)
    ON CONFLICT (person_id, day, by_id, post_id, "where", what) DO UPDATE
    SET times = portal_reading.times + 1, last_at = greatest(portal_reading.last_at, excluded.last_at)
"""


@dataclass(frozen=True)
class Shown:
    """One person's data on a page. `person_id` None: a record nobody has claimed, whose readings nobody could look up.

    `what`: one or several of `privacy.Kind`. `where`: a page of some room's `reading_pages()`, and after a colon what
    it was about, as "appeals.case:LZ-261112-7KQ2MX".
    """

    person_id: int | None
    what: str | Collection[str]
    where: str

    @property
    def kinds(self) -> str:
        return ",".join(
            sorted({Kind(kind).value for kind in ([self.what] if isinstance(self.what, str) else self.what)})
        )


def note_reading(
    person: User | None, *, by: User, post: Post | None, what: str | Collection[str], where: str, now: datetime.datetime
) -> None:
    """Somebody has been shown a person's data without a mask; see `note_all`."""
    note_all([Shown(person.pk if person else None, what, where)], by=by, post=post, now=now)


def note_all(shown: Iterable[Shown], *, by: User, post: Post | None, now: datetime.datetime) -> None:
    """All the people of one page at once: one statement, whatever their number.

    The same again on the same Beijing day counts up. What one reads of oneself is no reading.
    """
    # in one order, so that two pages which show the same people wait for each other in line
    rows = sorted({(one.person_id, one.where, one.kinds) for one in shown if one.person_id not in (None, by.pk)})
    rows = [row for row in rows if row[2]]
    known = front.reading_pages() if rows else {}
    unknown = {page_of(where) for _person, where, _kinds in rows} - set(known)
    if unknown:
        raise ValueError(f"No room's reading_pages() says what these are: {sorted(unknown)}")
    if rows:
        people, pages, kinds = (list(column) for column in zip(*rows, strict=True))
        values: dict[str, Any] = {
            "people": people,
            "pages": pages,
            "kinds": kinds,
            "by": by.pk,
            "post": post.pk if post else None,
        }
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, {**values, "day": beijing_day(now), "now": now})
