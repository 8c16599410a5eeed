"""What search looks through: made anew from a case's words whenever some are added or erased."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from appeals import gists
from appeals.models import Appeal, Gist
from appeals.models.appeal import AppealQuerySet


@transaction.atomic
def renew(appeal: Appeal) -> None:
    """Make a case findable by the words that are left of it, and by no others."""
    made = {"marks": sorted(gists.marks_of(appeal)), "edition": gists.EDITION}
    Gist.objects.update_or_create(appeal=appeal, defaults=made)


def waiting(*, every: bool = False) -> AppealQuerySet:
    """Cases that search does not find as it should: filed before there was an index, or marked by older rules."""
    if every:
        return Appeal.objects.all()
    marked = Gist.objects.filter(appeal=OuterRef("pk"), edition=gists.EDITION)
    return Appeal.objects.filter(~Exists(marked))


def lagging() -> int:
    """How many wait; two counts, for every case has one row of marks at most."""
    return Appeal.objects.count() - Gist.objects.filter(edition=gists.EDITION).count()


@transaction.atomic
def renew_some(after: int, *, most: int, every: bool = False) -> list[Appeal]:
    """Make the marks of the next cases behind a key, in the order of their keys; none are left when it gives none.

    Each case is held, so that words which are added meanwhile are not missed. What was done stays done: whoever begins
    again goes on where it stopped.
    """
    rows = waiting(every=every).filter(pk__gt=after).select_related("filer", "reopened_from").order_by("pk")
    found = list(rows.select_for_update(no_key=True, of=("self",))[:most])
    for appeal in found:
        renew(appeal)
    return found


def forget(subject: str) -> None:
    """Words of a case were erased: so are their marks, also on the series it was reopened as."""
    room, _separator, code = subject.partition(":")
    if room != Appeal._meta.label_lower:
        return
    waiting = list(Appeal.objects.filter(code=code))
    while waiting:
        appeal = waiting.pop()
        renew(appeal)
        waiting += appeal.reopened_as.all()
