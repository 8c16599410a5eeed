"""What is past its time is deleted, class by class (portal.privacy.KEPT)."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.calendar import beijing_day
from portal.models import (
    Correction,
    ImportProblem,
    Invitation,
    JobRun,
    Notice,
    PurposeConsent,
    Reading,
    RecordUse,
    SmsMessage,
)
from portal.privacy import KEPT

BATCH = 5_000
BATCHES = 200


def sweep(*, now: datetime.datetime) -> dict[str, int]:
    """Delete in bounded batches; what a run leaves, the next one takes."""
    return {name: sum(_batches(rows)) for name, rows in past(now).items()}


def past(now: datetime.datetime) -> dict[str, QuerySet[Any]]:
    """The rows of each class that are past their time."""
    before = {name: now - datetime.timedelta(days=kept.days) for name, kept in KEPT.items()}
    return {
        "notices": Notice.objects.filter(read_at__lt=before["notices"]),
        "sms": SmsMessage.objects.filter(sent_at__lt=before["sms"]),
        "readings": Reading.objects.filter(last_at__lt=before["readings"]),
        "imports": ImportProblem.objects.filter(run__asked_at__lt=before["imports"]),
        "uses": RecordUse.objects.filter(date__lt=beijing_day(before["uses"])),
        "jobs": JobRun.objects.filter(finished_at__lt=before["jobs"]),
        "invitations": Invitation.objects.filter(answered_at=None, expires_at__lt=before["invitations"]),
        "corrections": Correction.objects.filter(answered_at__lt=before["corrections"]),
        "consents": PurposeConsent.objects.filter(withdrawn_at__lt=before["consents"]),
    }


def _batches(rows: QuerySet[Any]) -> Iterator[int]:
    for _round in range(BATCHES):
        count = _delete_batch(rows)
        yield count
        if count < BATCH:
            return


@transaction.atomic
def _delete_batch(rows: QuerySet[Any]) -> int:
    count: int = rows.model.objects.filter(pk__in=rows.order_by("pk").values("pk")[:BATCH]).delete()[0]
    return count
