"""Pages of a list: `next` is an address with a cursor in it, which a program takes as it is given."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

SALT = "api-cursor"
ROWS, MOST_ROWS = 25, 100
# whoever needs more than this narrows the list: a database reads past every row it leaves out
DEEPEST = 10_000


class PagedSerializer(serializers.Serializer):
    """What every list can be asked for."""

    cursor = serializers.CharField(required=False, max_length=200, help_text=_("From `next` of the page before."))
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ROWS, default=ROWS)


def page(request: Request, rows: QuerySet[Any], asked: dict[str, Any], shown: Callable[[Any], Any]) -> dict[str, Any]:
    """A page of the rows in the order they are in, and the address of the next one; null on the last.

    The list is alive: a row that moves up while a program pages may be met twice, never silently by its code.
    """
    start, size = _start(asked.get("cursor", "")), asked["page_size"]
    found = list(rows[start : start + size + 1])
    return {
        "next": _address(request, start + size) if len(found) > size else None,
        "results": [shown(row) for row in found[:size]],
    }


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        start = int(signing.loads(cursor, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise ValidationError({"cursor": [_("Take the cursor from `next` as it was given.")]}) from error
    if start > DEEPEST:
        raise ValidationError({"cursor": [_("Narrow the list: nobody pages further than this.")]})
    return start


def _address(request: Request, start: int) -> str:
    kept = [(name, value) for name, value in request.query_params.items() if name != "cursor"]
    return request.build_absolute_uri(
        f"{request.path}?{urlencode([*kept, ('cursor', signing.dumps(start, salt=SALT))])}"
    )
