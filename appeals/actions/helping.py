"""A volunteer at a driver home files for a driver, who confirmed it by the code on his own phone."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appeals.actions import filing
from appeals.actions.filing import Filing
from appeals.models import Appeal
from portal.actions import people
from portal.calendar import beijing_day
from portal.models import Post
from portal.permissions import has_permission
from portal.roles import HELP_AT_HOME


@transaction.atomic
def file_for(words: Filing, *, phone: str, name: str, by: Post, now: datetime.datetime) -> Appeal:
    """File what was read back to the driver and confirmed by his code: his appeal, with the same receipt and clocks.

    Whoever was not known here becomes known by this number; a name he already has here is not overwritten.
    """
    if not has_permission(by, HELP_AT_HOME, beijing_day(now)):
        raise PermissionDenied
    person = people.register(phone, now=now)
    if not person.name:
        people.rename(person, name=name, by=by.person, now=now)
    return filing.file(words, by=person, now=now, volunteer=by)
