"""What the addresses of a person's rights point at."""

import datetime
from typing import TYPE_CHECKING

from portal.actions import erasing

if TYPE_CHECKING:
    from tests.house.cast import Cast


def wish_away(cast: "Cast", now: datetime.datetime) -> None:
    """A driver who asked to be forgotten, and may still undo it."""
    cast.things["erasure"] = erasing.ask(cast.people["other_driver"], now=now)
