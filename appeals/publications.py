"""Answers published without names: what is out, what is found by words, what stands beside a case or a filing."""

import datetime

from django.db.models import Q, QuerySet

from appeals import permissions
from appeals.likeness import pairs
from appeals.models import Appeal, PublishedAnswer, Publishing
from portal.calendar import beijing_day
from portal.models import Post

SHORTEST_WORDS = 2
OFFERED, CANDIDATES = 3, 200
RELATED = ("committee__place", "company", "rule_version__rule", "answer")


def pairs_of(publication: PublishedAnswer) -> list[str]:
    """What it is found by."""
    return sorted(pairs(publication.asked) | pairs(publication.answered) | pairs(publication.done))


def released() -> QuerySet[PublishedAnswer]:
    """What everybody may read, the newest first."""
    rows = PublishedAnswer.objects.filter(state=Publishing.RELEASED)
    return rows.select_related(*RELATED).defer("reason").order_by("-released_at", "-pk")


def found(words: str, category: str) -> QuerySet[PublishedAnswer]:
    """Published answers of a kind that hold all pairs of neighbouring characters of these words."""
    rows = released()
    if category:
        rows = rows.filter(category=category)
    for word in words.split():
        wanted = pairs(word)
        if wanted:
            rows = rows.filter(pairs__contains=sorted(wanted))
    return rows


def is_too_short(words: str) -> bool:
    """One character finds everything and nothing."""
    return any(not pairs(word) for word in words.split())


def offered(category: str, words: str = "") -> list[PublishedAnswer]:
    """Up to three answers that may spare a driver his filing: those of the kind that share most with his words; without
    words, the newest of the kind."""
    rows = released().filter(category=category)
    wanted = pairs(words)
    if not wanted:
        return list(rows[:OFFERED])
    some = rows.filter(pairs__overlap=sorted(wanted)).values_list("pk", "pairs", "asked")[:CANDIDATES]
    # what the question itself shares with his words counts twice
    shared = {pk: len(wanted & set(held)) + len(wanted & pairs(asked)) for pk, held, asked in some}
    best = sorted(shared, key=lambda pk: (-shared[pk], -pk))[:OFFERED]
    by_pk = rows.in_bulk(best)
    return [by_pk[pk] for pk in best]


# -- the desk and the driver of the case ------------------------------------------------------------------------------


def of_case(appeal: Appeal) -> PublishedAnswer | None:
    """The newest publication that was begun from a case, whatever became of it."""
    rows = appeal.publications.select_related("committee", "released_by__person", "proposed_by__person", "company")
    return rows.order_by("-pk").first()


def for_driver(appeal: Appeal) -> PublishedAnswer | None:
    """What the driver of the case was told of: announced, out, taken down, or kept back by himself."""
    rows = appeal.publications.filter(announced_at__isnull=False).select_related(*RELATED)
    return rows.order_by("-pk").first()


def seen_by(post: Post, now: datetime.datetime) -> QuerySet[PublishedAnswer]:
    """Publications begun from cases that the holder of this post may see."""
    seen = permissions.visible_appeals(post, beijing_day(now))
    related = ("appeal", "proposed_by__person", "released_by__person", *RELATED)
    return PublishedAnswer.objects.filter(appeal__in=seen).select_related(*related)


def to_decide(post: Post, now: datetime.datetime) -> QuerySet[PublishedAnswer]:
    """Proposed by somebody else, so that this person may be the second one."""
    waiting = seen_by(post, now).filter(state=Publishing.PROPOSED)
    return waiting.exclude(proposed_by__person=post.person_id)


PARTS: dict[str, Q] = {
    "proposed": Q(state=Publishing.PROPOSED),
    "announced": Q(state=Publishing.ANNOUNCED),
    "released": Q(state=Publishing.RELEASED),
    "over": Q(state__in=(Publishing.DECLINED, Publishing.OBJECTED, Publishing.WITHDRAWN)),
}
