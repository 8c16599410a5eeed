"""Sending the SMS that are due, each in a transaction of its own."""

import datetime
from collections import Counter

from django.db import transaction

from portal import jobs, sms
from portal.models import SmsMessage

MAX_TRIES = 5
FIRST_PAUSE = datetime.timedelta(minutes=1)
BATCH = 200


def send_due(*, now: datetime.datetime, limit: int = BATCH) -> Counter[str]:
    """Send what is due, the longest waiting first, at most `limit` at a time."""
    due = SmsMessage.objects.filter(sent_at__isnull=True, send_after__lte=now, tries__lt=MAX_TRIES)
    ids = list(due.order_by("send_after", "pk").values_list("pk", flat=True)[:limit])
    return Counter(send(pk, now=now) for pk in ids)


def send(message_id: int, *, now: datetime.datetime) -> str:
    """Send one SMS: "sent", "failed", or "left" to whoever holds it.

    The try is counted and committed before the supplier is called, and the row is locked while he is: two workers
    never send the same one. Only a worker that dies between the supplier's yes and our commit leaves a doubt, and then
    the SMS goes out once more after the pause: its words carry no fact, so twice is better than never.
    """
    if not _count_try(message_id, now):
        return "left"
    is_sent, error = jobs.attempt("sms", _hand_over, message_id, now)
    if error:
        return "failed"
    return "sent" if is_sent else "left"


@transaction.atomic
def _count_try(message_id: int, now: datetime.datetime) -> bool:
    due = SmsMessage.objects.select_for_update(skip_locked=True).filter(sent_at__isnull=True, send_after__lte=now)
    message = due.filter(pk=message_id, tries__lt=MAX_TRIES).first()
    if message is None:
        return False
    message.tries += 1
    message.send_after = now + FIRST_PAUSE * 2 ** (message.tries - 1)
    message.save(update_fields=["tries", "send_after"])
    return True


@transaction.atomic
def _hand_over(message_id: int, now: datetime.datetime) -> bool:
    rows = SmsMessage.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    message = rows.filter(pk=message_id, sent_at__isnull=True).first()
    if message is None:
        return False
    sms.door().send(message.person.phone, message.text)
    message.sent_at = now
    message.save(update_fields=["sent_at"])
    return True
