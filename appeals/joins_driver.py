"""What this room puts on a driver's start page: what needs him, and how his open appeal stands."""

import datetime
import unicodedata
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals import asks, chain, standing
from appeals.models import Appeal, Draft
from portal.calendar import beijing_day
from portal.front import Card
from portal.models import User
from portal.proofs import Proof
from portal.wording import driver_date

MOST_NEEDS = 5


def driver_cards(user: User) -> list[Card]:
    """One card: questions and answers that wait for him first, then his newest open appeal."""
    now = timezone.now()
    rows = Appeal.objects.of(user).select_related(
        "place__parent", "handling_org", "handler__person", "handler__organisation", "driver__branch", "filer"
    )
    waiting = rows.filter(status__in=(chain.ASKED, chain.ANSWERED)).prefetch_related("answers").order_by("due_at")
    needs = [row for appeal in waiting[: 2 * MOST_NEEDS] for row in _needs(appeal, now)]
    needs += _asked(list(rows.open().order_by("-moved_at")[: 2 * MOST_NEEDS]))
    current = rows.open().order_by("-is_urgent", "-moved_at").first() or waiting.order_by("-moved_at").first()
    context: dict[str, Any] = {
        "needs": [*needs[:MOST_NEEDS], *_draft(user)],
        "appeal": current,
        "count": rows.count(),
        "standing": standing.of(current, now) if current else None,
        "title": standing.title_of(current) if current else "",
    }
    return [Card("appeals/_driver_cards.html", context, order=20)]


def _needs(appeal: Appeal, now: datetime.datetime) -> list[dict[str, str]]:
    """What this appeal wants of the driver, if anything."""
    if appeal.due_date is None:
        return []
    until = driver_date(appeal.due_date, today=beijing_day(now))
    if appeal.status == chain.ASKED:
        return [_row(appeal, "reply", _("Answer a question about your appeal"), "chat", "amber")]
    if appeal.status == chain.ANSWERED:
        return _after_answer(appeal, until, now)
    return []


def _after_answer(appeal: Appeal, until: str, now: datetime.datetime) -> list[dict[str, str]]:
    given = standing.last_answer(appeal.answers.all())
    if given and given.is_owed and standing.was_promise_due(given, now):
        return [_row(appeal, "detail", _("What was promised is late: was it done?"), "warn", "red")]
    if appeal.accepted_at is None:
        return [
            _row(appeal, "detail", _("There is an answer; you can go on %(date)s") % {"date": until}, "check", "green")
        ]
    return []


def _row(appeal: Appeal, page: str, words: str, icon: str, tone: str = "") -> dict[str, str]:
    return {
        "url": reverse(f"appeals:{page}", args=[appeal.code]),
        "title": words,
        "sub": standing.title_of(appeal),
        "icon": icon,
        "tone": tone,
    }


def _asked(appeals: list[Appeal]) -> list[dict[str, str]]:
    """What a driver decides beside the moves: a consent, others to join, an answer to take."""
    found = asks.of_cases(appeals)
    return [
        {
            "url": ask["url"],
            "title": ask["title"],
            "sub": standing.title_of(appeal),
            "icon": ask["icon"],
            "tone": "amber",
        }
        for appeal in appeals
        for ask in found[appeal.pk]
    ]


def _draft(user: User) -> list[dict[str, str]]:
    if not Draft.objects.filter(person=user).exists():
        return []
    return [
        {
            "url": reverse("appeals:new"),
            "title": _("Go on with your draft"),
            "sub": _("It is not filed yet"),
            "icon": "pen",
        }
    ]


def driver_proof(person: User) -> Proof | None:
    """Whoever filed an appeal and comes back after a long silence gives the number of one: it stands on his receipt."""
    numbers = {_letters(number) for number in Appeal.objects.of(person).values_list("number", flat=True)}
    if not numbers:
        return None
    return Proof(gettext_lazy("The number of an appeal you filed"), lambda typed: _letters(typed) in numbers)


def _letters(number: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", number).upper() if letter.isalnum())
