"""What only the same person can say, asked of whoever comes back after a long silence: his number may be another's now.

A room that keeps something of a person offers `proof(person) -> Proof | None`; the lowest room that has one is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from portal import front
from portal.models import User


@dataclass(frozen=True)
class Proof:
    """A question beside the name, and whether an answer holds."""

    label: str | Promise
    holds: Callable[[str], bool]


def of(person: User) -> Proof | None:
    return next((found for _room, found in front.ask("proof", person) if found is not None), None)
