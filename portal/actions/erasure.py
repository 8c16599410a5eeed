"""Erasing words: the text and its salt go, the commitment stays, and the chain verifies as before."""

import datetime
from collections.abc import Callable, Iterable

from django.db import transaction

from portal import events
from portal.models import EventText, Notice, Post, SmsMessage, User

_followers: list[Callable[[str], None]] = []


def follow(forget: Callable[[str], None]) -> None:
    """Register what a room derived from words, such as an index: called with the subject when its words were erased,
    in the same transaction, so that nothing of them outlives them."""
    if forget not in _followers:
        _followers.append(forget)


@transaction.atomic
def erase_words(
    subject: str,
    *,
    by: User | None,
    now: datetime.datetime,
    post: Post | None = None,
    positions: Iterable[int] | None = None,
) -> int:
    """Erase the words of a subject's events, or of some of them, and what was told of these events.

    The rooms decide whose words may go and when; that it was done is itself an event of the subject, with the
    positions and no word. Returns how many texts were erased; erasing again changes nothing.
    """
    texts = EventText.objects.filter(event__subject=subject, erased_at__isnull=True)
    if positions is not None:
        texts = texts.filter(event__position__in=list(positions))
    found = list(texts.select_for_update(of=("self",)).values_list("pk", "event_id", "event__position"))
    if not found:
        return 0
    EventText.objects.filter(pk__in=[pk for pk, _event, _position in found]).update(text=None, salt=None, erased_at=now)
    touched = {event for _pk, event, _position in found}
    Notice.objects.filter(event__in=touched).delete()
    SmsMessage.objects.filter(event__in=touched, sent_at__isnull=True).delete()
    facts = {"positions": sorted({position for _pk, _event, position in found}), "texts": len(found)}
    events.record("portal.words_erased", subject, by=by, post=post, at=now, facts=facts)
    for forget in _followers:
        forget(subject)
    return len(found)
