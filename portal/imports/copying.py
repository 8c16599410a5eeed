"""New records into their table by COPY, under keys drawn beforehand: through the models each would take longer than the
database needs for it."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models

from portal.fields import SealedTextField

ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_SPECIAL = re.compile(r"[\\\t\n\r]")
_IN_ARRAY = re.compile(r'(["\\])')


def enter(records: Sequence[models.Model]) -> None:
    """Enter unsaved records of one model, all of them or none; each has its key afterwards."""
    if not records:
        return
    meta = records[0]._meta
    key = meta.pk
    assert key is not None
    columns = [(field.attname, _writer(field)) for field in meta.local_concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, key.column, len(records)],
        )
        for record, (number,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = number
            record._state.adding, record._state.db = False, connection.alias
        lines = ("\t".join([written(getattr(record, name)) for name, written in columns]) for record in records)
        names = ", ".join(connection.ops.quote_name(field.column) for field in meta.local_concrete_fields)
        cursor.copy_expert(
            f"COPY {connection.ops.quote_name(meta.db_table)} ({names}) FROM STDIN",
            io.StringIO("".join(f"{line}\n" for line in lines)),
        )


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], str]:
    return (lambda value: _text(field.get_prep_value(value))) if isinstance(field, SealedTextField) else _text


def _text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        value = "{" + ",".join('"' + _IN_ARRAY.sub(r"\\\1", one) + '"' for one in value) + "}"
    elif not isinstance(value, str):
        return str(value)
    return _SPECIAL.sub(lambda found: ESCAPED[found[0]], value) if _SPECIAL.search(value) else value
