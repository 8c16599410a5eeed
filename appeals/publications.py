"""Answers published without names: what is out, what is found by words, what stands beside a case or a filing."""

import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.likeness import pairs
from appeals.models import Answer, Appeal, Identity, PublishedAnswer, Publishing
from appeals.models.published import LIVE
from portal.calendar import beijing_day, calendar_days
from portal.models import Post

OFFERED, CANDIDATES = 3, 200
QUIET_DAYS = 14  # after the answer, so that nobody who heard of it meanwhile knows whose it is
ANSWERED = (chain.ANSWERED, chain.CLOSED)
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


# -- whose case it may come from --------------------------------------------------------------------------------------


def why_not(appeal: Appeal) -> str:
    """Why nothing may be published from this case, in a sentence; empty when it may."""
    if appeal.identity == Identity.SEALED:
        return _("The driver sealed his name: nothing of this case is published.")
    if appeal.status not in ANSWERED or not appeal.answers.exists():
        return _("Only an answer that was given and stands can be published.")
    if appeal.publications.filter(state=Publishing.OBJECTED).exists():
        return _("The driver does not want this case to be published. That stays so.")
    if appeal.publications.filter(state__in=LIVE).exists():
        return _("An answer from this case has been proposed or published already.")
    return ""


def earliest(given: Answer) -> datetime.datetime:
    """Never before this: 14 calendar days after the answer."""
    return calendar_days(given.at, QUIET_DAYS).due_at


# -- beginning one from a case ----------------------------------------------------------------------------------------


def source_words(appeal: Appeal) -> dict[str, str]:
    """What was said in the case, to be told anew: the question to the company, the reasons, the remedy, what was done.
    Words that were erased are not there."""
    given = appeal.answers.order_by("-at", "-pk").first()
    found = {text.name: text.text or "" for text in given.event.texts.all()} if given else {}
    asked = appeal.hearings.order_by("-asked_at", "-pk").first()
    question = asked.asked_event.texts.filter(name="question").first() if asked else None
    return {
        "question": (question.text or "") if question else "",
        "reasons": found.get("reasons", ""),
        "remedy": found.get("remedy", ""),
    }


def first_words(appeal: Appeal) -> dict[str, str]:
    """What the form begins with: the words that were sent back, else those of the case."""
    declined = appeal.publications.filter(state=Publishing.DECLINED).order_by("-pk").first()
    if declined:
        return {"asked": declined.asked, "answered": declined.answered, "done": declined.done}
    said = source_words(appeal)
    return {"asked": appeal.title, "answered": said["reasons"], "done": said["remedy"]}


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


def count_to_decide(post: Post, now: datetime.datetime) -> int:
    """Proposed by somebody else, so that this person may be the second one. Few wait, so these are looked up first."""
    waiting = PublishedAnswer.objects.filter(state=Publishing.PROPOSED).exclude(proposed_by__person=post.person_id)
    cases = list(waiting.values_list("appeal", flat=True))
    return permissions.visible_appeals(post, beijing_day(now)).filter(pk__in=cases).count() if cases else 0


PARTS: dict[str, Q] = {
    "proposed": Q(state=Publishing.PROPOSED),
    "announced": Q(state=Publishing.ANNOUNCED),
    "released": Q(state=Publishing.RELEASED),
    "over": Q(state__in=(Publishing.DECLINED, Publishing.OBJECTED, Publishing.WITHDRAWN)),
}
