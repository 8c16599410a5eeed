"""Counting wrong tries at a claim, where a restart forgets nothing."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import ngettext

from drivers import pace
from drivers.models import ClaimPace
from portal.errors import Refused
from portal.models import User
from portal.sealing import keyed_hash

CLEARED = 50


class TooSoon(Refused):
    """After wrong tries the next one waits; nobody is locked out."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_wait_words(seconds))


@dataclass(frozen=True)
class Tries:
    """Whose tries are counted together."""

    person: User
    licence: str
    address: str

    @property
    def keys(self) -> dict[str, str]:
        return {
            "person": keyed_hash("claim-person", self.person.code),
            "licence": keyed_hash("claim-licence", self.licence),
            "address": keyed_hash("claim-address", self.address),
        }


@transaction.atomic
def hold(tries: Tries, *, now: datetime.datetime) -> None:
    """Refuse while he has to wait. His row stays locked until the try is counted: two at once are one after the other.

    Waiting costs nothing: what is refused here is not counted.
    """
    keys = tries.keys
    _held(keys["person"], now)
    rows = {row.key: row for row in ClaimPace.objects.filter(key__in=keys.values())}
    counts = {name: pace.Count(rows[key].wrong, rows[key].last_at) for name, key in keys.items() if key in rows}
    left = pace.seconds_left(counts, now)
    if left:
        raise TooSoon(left)


@transaction.atomic
def count_wrong(tries: Tries, *, now: datetime.datetime) -> None:
    """One more wrong try of this person, at this licence, from this address; always in the same order of rows."""
    for key in sorted(tries.keys.values()):
        row = _held(key, now)
        row.wrong = pace.Count(row.wrong, row.last_at).still(now) + 1
        row.last_at = now
        row.save(update_fields=["wrong", "last_at"])
    clear(now=now)


@transaction.atomic
def forgive(tries: Tries) -> None:
    """It fitted: his own wrong tries are forgotten, those of others at the licence and the address are not."""
    ClaimPace.objects.filter(key=tries.keys["person"]).delete()


@transaction.atomic
def clear(*, now: datetime.datetime) -> int:
    """Some counts that no longer make anybody wait are deleted, but none that somebody holds. Returns how many."""
    over = ClaimPace.objects.select_for_update(skip_locked=True).filter(last_at__lt=now - pace.FORGOTTEN)
    return ClaimPace.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:CLEARED])).delete()[0]


def _held(key: str, now: datetime.datetime) -> ClaimPace:
    """The row of a key, locked by the very statement that makes it where there is none: between two statements a
    forgiven or forgotten count may go."""
    row = ClaimPace(key=key, last_at=now)
    ClaimPace.objects.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    return ClaimPace.objects.get(key=key)


def _wait_words(seconds: int) -> str:
    if seconds <= 90:
        words = ngettext(
            "Please wait %(count)d second before you try again. Nothing is lost.",
            "Please wait %(count)d seconds before you try again. Nothing is lost.",
            seconds,
        )
        return words % {"count": seconds}
    minutes = -(-seconds // 60)
    words = ngettext(
        "Please wait %(count)d minute before you try again. Nothing is lost.",
        "Please wait %(count)d minutes before you try again. Nothing is lost.",
        minutes,
    )
    return words % {"count": minutes}
