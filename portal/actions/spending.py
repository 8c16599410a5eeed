"""The day's budget of records: whoever copies a register record by record stops, and somebody is told."""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from portal import events
from portal.calendar import beijing_day
from portal.models import Post, RecordUse


@transaction.atomic
def spend(post: Post, records: int, *, now: datetime.datetime) -> bool:
    """Count records a person is shown or takes out today. False where they would go over the day's budget: they are
    not counted then, and the first time of the day it is an event that security administrators read."""
    today = beijing_day(now)
    person = post.person
    RecordUse.objects.bulk_create([RecordUse(person=person, date=today)], ignore_conflicts=True)
    used = RecordUse.objects.select_for_update(no_key=True).get(person=person, date=today)
    if used.records + records <= settings.DESK_RECORDS_A_DAY:
        RecordUse.objects.filter(pk=used.pk).update(records=F("records") + records)
        return True
    if used.stopped_at is None:
        RecordUse.objects.filter(pk=used.pk).update(stopped_at=now)
        facts = {"records": used.records, "wanted": records, "budget": settings.DESK_RECORDS_A_DAY}
        events.record("portal.budget_reached", person, by=person, at=now, post=post, facts=facts)
    return False
