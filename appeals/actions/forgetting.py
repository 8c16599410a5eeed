"""A driver is forgotten: what he wrote and gave goes, the numbers, days and decisions of his cases stay."""

import datetime

from django.db import transaction

from appeals import chain
from appeals.actions import evidencing
from appeals.models import Appeal, Draft, Note
from portal import codes, events
from portal.actions.erasure import erase_words
from portal.models import User

UNFINISHED = (*chain.OPEN, chain.ANSWERED, chain.WITHDRAWN)


def unfinished(person: User) -> bool:
    """While a case goes on, or can be gone on with, somebody answers him: he withdraws it or waits for its end."""
    return Appeal.objects.of(person).filter(status__in=UNFINISHED).exists()


@transaction.atomic
def forget(person: User, *, now: datetime.datetime) -> None:
    """Words, files, order numbers and receipts of a person's cases go. Their logs verify as before."""
    for appeal in Appeal.objects.of(person).select_for_update(no_key=True).order_by("pk"):
        appeal.title, appeal.order_number, appeal.secret = "", "", codes.new_secret()
        Note.objects.filter(appeal=appeal).update(text="")
        erase_words(events.subject_of(appeal), by=None, now=now)
        appeal.save(update_fields=["title", "order_number", "secret"])
    Draft.objects.filter(person=person).delete()
    evidencing.erase(person, now=now)
