"""What is past its time is deleted, class by class (portal.privacy.KEPT)."""

import datetime
from typing import Any

from django.db.models import QuerySet

from portal.models import Invitation, JobRun, Notice, PurposeConsent, Reading, SmsMessage
from portal.privacy import KEPT

BATCH = 5_000
BATCHES = 200


def sweep(*, now: datetime.datetime) -> dict[str, int]:
    """Delete in bounded batches; what a run leaves, the next one takes."""
    return {name: _delete(rows) for name, rows in past(now).items()}


def past(now: datetime.datetime) -> dict[str, QuerySet[Any]]:
    """The rows of each class that are past their time."""
    before = {name: now - datetime.timedelta(days=kept.days) for name, kept in KEPT.items()}
    return {
        "notices": Notice.objects.filter(read_at__lt=before["notices"]),
        "sms": SmsMessage.objects.filter(sent_at__lt=before["sms"]),
        "readings": Reading.objects.filter(last_at__lt=before["readings"]),
        "jobs": JobRun.objects.filter(finished_at__lt=before["jobs"]),
        "invitations": Invitation.objects.filter(answered_at=None, expires_at__lt=before["invitations"]),
        "consents": PurposeConsent.objects.filter(withdrawn_at__lt=before["consents"]),
    }


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    for _round in range(BATCHES):
        count = rows.model.objects.filter(pk__in=rows.order_by("pk").values("pk")[:BATCH]).delete()[0]
        deleted += count
        if count < BATCH:
            break
    return deleted
