"""Preparing an installation: migrations by the owner, and for the application exactly the rights it needs."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.utils import ProgrammingError

from portal.management.commands import prepare
from portal.models import Place

RIGHTS = """
    SELECT t.tablename, p.privilege FROM pg_tables t
    CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER'))
        AS p(privilege)
    WHERE t.schemaname = 'public'
        AND has_table_privilege(current_user, 'public.' || quote_ident(t.tablename), p.privilege)
"""


def rights() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        for table, privilege in cursor.fetchall():
            found.setdefault(table, set()).add(privilege)
    return found


@pytest.mark.django_db
def test_the_application_may_read_and_write_but_not_truncate_and_not_rewrite_the_log() -> None:
    found = rights()
    assert found["portal_user"] == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert found["portal_event"] == {"SELECT", "INSERT"}
    assert found["portal_eventtext"] == {"SELECT", "INSERT", "UPDATE"}
    assert found["portal_dailyroot"] == {"SELECT", "INSERT"}
    assert found["django_migrations"] == {"SELECT"}
    assert not [table for table, held in found.items() if held & {"TRUNCATE", "REFERENCES", "TRIGGER"}]


def test_a_table_made_later_by_the_owner_can_be_used(committed: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id bigserial PRIMARY KEY, word text)")
    connections["owner"].close()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO made_later (word) VALUES ('x') RETURNING id")
        assert cursor.fetchone() == (1,)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("TRUNCATE made_later")


def test_preparing_again_changes_nothing_and_takes_back_what_was_given_too_much(committed: str) -> None:
    before = rights()
    places = Place.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT ALL ON portal_event TO "{role}"')
    assert "TRUNCATE" in rights()["portal_event"]
    call_command("prepare", database_only=True, verbosity=0)
    connections["owner"].close()
    assert rights() == before
    assert Place.objects.count() == places


def test_one_role_for_both_jobs_is_refused(committed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "USER", connections["owner"].settings_dict["USER"])
    monkeypatch.setitem(
        connections["default"].settings_dict, "PASSWORD", connections["owner"].settings_dict["PASSWORD"]
    )
    connections["default"].close()
    try:
        with pytest.raises(CommandError, match="could rewrite the event log"):
            prepare.roles()
    finally:
        monkeypatch.undo()
        connections["default"].close()
        connections["owner"].close()
