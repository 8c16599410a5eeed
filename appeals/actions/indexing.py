"""What search looks through: made anew from a case's words whenever some are added or erased."""

from django.db import transaction

from appeals import gists
from appeals.models import Appeal, Gist


@transaction.atomic
def renew(appeal: Appeal) -> None:
    """Make a case findable by the words that are left of it, and by no others."""
    Gist.objects.update_or_create(appeal=appeal, defaults={"marks": sorted(gists.marks_of(appeal))})


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
