"""Drivers that an import brought to a district: the branch that answers for it is written on them, batch by batch."""

import datetime

from branches.models import Responsibility
from drivers.actions import importing
from drivers.models import Driver
from portal.calendar import beijing_day
from portal.models import Event, ImportedRow, Place

KINDS = ("drivers.drivers_imported", "drivers.drivers_taken_back")


def settle_imported(event: Event, now: datetime.datetime) -> None:
    """A batch was written or taken back: its drivers get the branch of their district, where there is one."""
    rows = ImportedRow.objects.filter(run__code=event.facts["import"], batch=event.facts["batch"])
    drivers: dict[int, list[int]] = {}
    for pk, place in Driver.objects.filter(pk__in=rows.values("record")).values_list("pk", "place"):
        drivers.setdefault(place, []).append(pk)
    day = beijing_day(now)
    for place in Place.objects.filter(pk__in=drivers):
        branch = Responsibility.objects.branch_of(place, day)
        if branch is not None:
            importing.set_branches(drivers[place.pk], branch=branch)
