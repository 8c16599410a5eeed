"""Databases of the tests: one template made by the owner, a copy per process, and a fresh copy for tests that commit.

Tests run as the application's role, which may not TRUNCATE the event log: what commits is thrown away with its copy.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections

from tests import world

ALIASES = ("default", "owner")


def pytest_configure(config: pytest.Config) -> None:
    if not settings.DATABASES["default"]["NAME"]:
        pytest.exit("The tests need their servers: run them with ./run test.")


def _point_at(name: str) -> None:
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _as_owner(*statements: str) -> None:
    """Statements that no transaction may hold, from a database nobody copies."""
    owner = connections["owner"]
    before = owner.settings_dict["NAME"]
    owner.close()
    owner.settings_dict["NAME"] = "postgres"
    try:
        with owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        owner.close()
        owner.settings_dict["NAME"] = before


def _exists(name: str) -> bool:
    owner = connections["owner"]
    before = owner.settings_dict["NAME"]
    owner.close()
    owner.settings_dict["NAME"] = "postgres"
    try:
        with owner.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None
    finally:
        owner.close()
        owner.settings_dict["NAME"] = before


def _make_template(name: str) -> None:
    _as_owner(f'CREATE DATABASE "{name}_making"')
    _point_at(f"{name}_making")
    call_command("prepare", database_only=True, verbosity=0)
    world.ground()
    for alias in ALIASES:
        connections[alias].close()
    _as_owner(f'ALTER DATABASE "{name}_making" RENAME TO "{name}"')


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> str:  # type: ignore[no-untyped-def]
    """The name of the migrated database with places, calendar and grants, made once for all processes."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    name = f"template_{run}"
    lock = Path(settings.ROOTS_DIR).parent / f"{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with django_db_blocker.unblock(), lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not _exists(name):
            _make_template(name)
    return name


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """This process's own copy; tests inside a transaction share it."""
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        _as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _point_at(name)
        call_command("messages", compile=True, verbosity=0)
    yield
    with django_db_blocker.unblock():
        for alias in ALIASES:
            connections[alias].close()


@pytest.fixture
def committed(template: str, django_db_setup: None, django_db_blocker) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """A fresh copy of the database in which transactions really commit: for threads, workers, crashes. Gives its name.

    pytest-django's own `transactional_db` would TRUNCATE the event log, which the application's role may not.
    """
    before = connections["default"].settings_dict["NAME"]
    name = f"{before}_committed"
    with django_db_blocker.unblock():
        _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _point_at(name)
        yield name
        _point_at(before)
        _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()
