"""Finding cases by what somebody typed. What one may not see is left out by the list that asks, not here."""

import datetime

from django.db.models import Q, QuerySet

from appeals import gists, marks
from appeals.models import Appeal, Gist
from portal import codes
from portal.models import Organisation, Post

MOST_WORDS = 5
MOST_COMPANIES = 50
SHORTEST = 2


def found_by(typed: str, post: Post, now: datetime.datetime) -> QuerySet[Gist]:
    """Ids of the cases in which every typed word is found: in the number, title, story or an answer, as the company,
    or as the driver's phone, his plate or an order. A sealed case is found by the latter only by its handler for whom
    it was unsealed."""
    whole = marks.personal(typed) | marks.personal("".join(typed.split()))
    each = Q()
    for word in typed.split()[:MOST_WORDS]:
        each &= _meant(word, post, now)
    number = _all(marks.of_number(tidy)) if (tidy := codes.tidy_case_number(typed)) else Q(pk__in=[])
    rows = Gist.objects.filter(each | number | _personally(whole, post, now))
    return rows.values("appeal")


def is_too_short(typed: str) -> bool:
    return any(len(word) < SHORTEST for word in typed.split())


def _meant(word: str, post: Post, now: datetime.datetime) -> Q:
    condition = _personally(marks.personal(word), post, now)
    for kind, wanted in marks.asked_for(word, _companies(word)):
        condition |= _all(wanted) if kind == "all" else Q(marks__overlap=sorted(wanted))
    return condition


def _all(wanted: "frozenset[int] | set[int]") -> Q:
    return Q(marks__contains=sorted(wanted))


def _companies(word: str) -> list[int]:
    if len(word) < SHORTEST:
        return []
    named = Organisation.objects.filter(Q(name__icontains=word) | Q(short_name__icontains=word))
    return list(named.values_list("pk", flat=True)[:MOST_COMPANIES])


def _personally(wanted: frozenset[int], post: Post, now: datetime.datetime) -> Q:
    """By the driver himself: the index has no such marks of sealed cases; the reader's unsealed ones are asked."""
    opened = Appeal.objects.filter(
        unsealings__for_person=post.person_id, unsealings__is_agreed=True, unsealings__until_at__gt=now
    )
    mine = [appeal.pk for appeal in opened.select_related("filer") if wanted & gists.personal_marks(appeal)]
    found = Q(marks__overlap=sorted(wanted)) if wanted else Q(pk__in=[])
    return found | Q(appeal__in=mine) if mine else found
