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
    keys = list(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1])
    found = rows.filter(pk__lt=last) if last is not None else rows
    if len(keys) <= COUNTED:
        # all are known: nothing has to walk the register from its end to find the few there are
        found = rows.filter(
            pk__in=sorted((key for key in keys if last is None or key < last), reverse=True)[: size + 1]
        )
    page = list(found.order_by("-pk")[: size + 1])
    more = len(page) > size
    page = page[:size]
    return Slice(page, min(len(keys), COUNTED), len(keys) <= COUNTED, page[-1].code if more else "", last is None)
