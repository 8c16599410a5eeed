"""Finding cases by what somebody typed. What one may not see is left out by the list that asks, not here."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigAutoField, Lookup, Q, QuerySet

from appeals import gists, marks
from appeals.models import Appeal, Gist
from portal import codes
from portal.models import Organisation, Post

MOST_WORDS = 5
FEW = 2000  # found in so many cases or fewer, a word is asked for first and the lists are narrowed to these cases
MOST_COMPANIES = 50
SHORTEST = 2


@BigAutoField.register_lookup
class Among(Lookup):  # type: ignore[type-arg]
    """One of these ids, handed over as one value: a page asks six questions about up to two thousand, and to write them
    out one by one takes longer than to answer."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs]


@dataclass(frozen=True)
class Hits:
    """The cases in which words are found: their ids where they are few, else only how to look at a case.

    The database cannot guess how common a word is, and each way is a hundred times slower for the other's words.
    """

    cases: "list[int] | QuerySet[Gist, Any]"

    @property
    def is_common(self) -> bool:
        return not isinstance(self.cases, list)

    @property
    def condition(self) -> Q:
        """Of a row that names a case."""
        return Q(appeal__in=self.cases) if self.is_common else Q(appeal__pk__among=self.cases)


def search(typed: str, numbers: Sequence[str], post: Post, now: datetime.datetime) -> Hits:
    rows = found_by(typed, numbers, post, now)
    ids = list(rows.values_list("appeal", flat=True)[: FEW + 1])
    return Hits(ids if len(ids) <= FEW else rows)


def found_by(typed: str, numbers: Sequence[str], post: Post, now: datetime.datetime) -> QuerySet[Gist, Any]:
    """Ids of the cases in which every typed word is found: in the number, title, story or an answer, as the company,
    or as an order. Tokens (marks.parted) find the driver's phone and his plate. A sealed case is found by the latter
    three only by its handler for whom it was unsealed."""
    search = _Search(_unsealed_for(post, now))
    words = typed.split()[:MOST_WORDS]
    found = Q()
    for word in words:
        found &= search.meant(word)
    number = codes.tidy_case_number(typed)
    if number:
        found |= _all(marks.of_number(number))
    # an order typed with spaces; of one word it has been asked already
    if len(words) > 1:
        found |= search.personally(marks.personal(typed))
    for token in numbers:
        found &= search.personally(marks.of_token(token))
    return Gist.objects.filter(found).values("appeal")


def is_too_short(typed: str) -> bool:
    return any(len(word) < SHORTEST for word in typed.split())


@dataclass(frozen=True)
class _Search:
    """By the driver himself the index finds no sealed case; those unsealed for the reader are looked into."""

    unsealed: dict[int, set[int]]

    def meant(self, word: str) -> Q:
        """Any one of what a word may mean."""
        condition = self.personally(marks.personal(word))
        for kind, wanted in marks.asked_for(word, _companies(word)):
            condition |= _all(wanted) if kind == "all" else Q(marks__overlap=sorted(wanted))
        return condition

    def personally(self, wanted: frozenset[int]) -> Q:
        found = Q(marks__overlap=sorted(wanted)) if wanted else Q(pk__in=[])
        mine = [pk for pk, known in self.unsealed.items() if wanted & known]
        return found | Q(appeal__in=mine) if mine else found


def _unsealed_for(post: Post, now: datetime.datetime) -> dict[int, set[int]]:
    """The sealed cases whose name this person may see now, with what their drivers are known by."""
    opened = Appeal.objects.filter(
        unsealings__for_person=post.person_id, unsealings__is_agreed=True, unsealings__until_at__gt=now
    )
    return {appeal.pk: gists.personal_marks(appeal) for appeal in opened.select_related("filer")}


def _all(wanted: "frozenset[int] | set[int]") -> Q:
    return Q(marks__contains=sorted(wanted))


def _companies(word: str) -> list[int]:
    if len(word) < SHORTEST:
        return []
    named = Organisation.objects.filter(Q(name__icontains=word) | Q(short_name__icontains=word))
    return list(named.values_list("pk", flat=True)[:MOST_COMPANIES])
