"""A driver's account is forgotten: the record of the register is nobody's again, what he claimed goes."""

import datetime

from django.db import transaction

from drivers.actions import tying
from drivers.models import Claim, Driver
from portal import events
from portal.actions import imports
from portal.actions.erasure import erase_words
from portal.models import User


@transaction.atomic
def forget(person: User, *, now: datetime.datetime) -> None:
    """The register keeps its own record, which is the authority's; nothing leads from it to an account any more,
    and what it said before a file changed it is gone."""
    held = Driver.objects.of(person).first()
    if held is not None:
        imports.forget_former("drivers.drivers", held.pk)
        tying.untie(held.pk, why="erased", by=None, post=None, now=now)
    for claim in Claim.objects.of(person).select_for_update(no_key=True).order_by("pk"):
        erase_words(events.subject_of(claim), by=None, now=now)
        claim.delete()
