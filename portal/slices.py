"""A page of a register of hundreds of thousands: the rows after a row, and a count that stops where it gets dear."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

SIZE = 20
COUNTED = 1_000  # a longer list says "more than"


@dataclass(frozen=True)
class Slice:
    """The `rows` of a page, how many the whole list has (COUNTED at most), and the row the next page begins after."""

    rows: list[Any]
    count: int
    is_counted: bool
    after: str
    is_first: bool


def take(rows: QuerySet[Any], after: str, size: int = SIZE) -> Slice:
    """The newest rows first. `after` is the code of the last row of the page before; an unknown one begins anew.

    The position is the row itself, not a number of rows to skip: a page deep in the list costs what the first costs.
    """
    last = rows.model._base_manager.filter(code=after).values_list("pk", flat=True).first() if after else None
    counted = rows.order_by().values("pk")[: COUNTED + 1].count()
    found = rows.filter(pk__lt=last) if last is not None else rows
    page = list(found.order_by("-pk")[: size + 1])
    more = len(page) > size
    page = page[:size]
    return Slice(page, min(counted, COUNTED), counted <= COUNTED, page[-1].code if more else "", last is None)
