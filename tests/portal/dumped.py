"""The database as a plain dump writes it."""

from django.db import connection


def all_rows() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        text = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)
