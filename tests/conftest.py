"""Databases of the tests: one template made by the owner, a copy per process, and a fresh copy for tests that commit.

Tests run as the application's role, which may not TRUNCATE the event log: what commits is thrown away with its copy.
"""

import contextlib
import fcntl
import gc
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from launch.services import WEB
from tests import amount, world

ALIASES = ("default", "owner")
# playwright keeps an event loop running in this thread; the queries beside it are ordinary ones
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# quiet: a browser of the tests calls nobody
QUIET = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# what takes long begins first, so that no process is left alone with it at the end
LONG = ("tests/house/test_urls.py", "tests/journeys/", "tests/launch/", "tests/demo/")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="repeat races, canaries and drawn examples as often as asked")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--full"):
        os.environ[amount.FULL] = "1"
    else:
        # the gate draws the same examples each time, a full run looks for new ones
        hypothesis.settings.register_profile("gate", derandomize=True)
        hypothesis.settings.load_profile("gate")
    if not settings.DATABASES["default"]["NAME"]:
        pytest.exit("The tests need their servers: run them with ./run test.")
    # each process empties a cache of its own, not the one another process's sign-in code lies in
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    settings.CACHES["default"].setdefault("OPTIONS", {})["db"] = 1 + int(process) % 15


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    # what stands by now stands to the end: looking through it again and again costs a tenth of the run
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


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


def _committed_name() -> str:
    return f"{connections['default'].settings_dict['NAME']}_committed"


@pytest.fixture
def committed(template: str, django_db_setup: None, django_db_blocker) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """A fresh copy of the database in which transactions really commit: for threads, workers, crashes. Gives its name.

    pytest-django's own `transactional_db` would TRUNCATE the event log, which the application's role may not.
    """
    before, name = connections["default"].settings_dict["NAME"], _committed_name()
    with django_db_blocker.unblock():
        _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _point_at(name)
        yield name
        _point_at(before)
        _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser of the machine's for all tests that look at pages."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("No Chromium on this machine: the pages are not looked at.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real web server, one for all tests of a process: it tries its connections before each
    request, so the database it reads may be thrown away and made anew beneath it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path_factory.mktemp("web")
    database = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{_committed_name()}"
    address = f"http://127.0.0.1:{port}"
    env = os.environ | {"DATABASE_URL": database, "PUBLIC_URL": address, "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    program = WEB.program(bind=f"127.0.0.1:{port}", state=str(state))
    with (state / "web.log").open("wb") as log:
        web = subprocess.Popen(program, env=env, stdout=log, stderr=log, cwd=settings.ROOT_DIR)
    try:
        for _try in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                break
            assert web.poll() is None, (state / "web.log").read_text()
            time.sleep(0.1)
        yield address
    finally:
        web.terminate()
        web.wait(20)


@pytest.fixture
def served(web: str, committed: str) -> str:
    """The web server's address, over a database of this test's own: for browsers and for broken connections."""
    with urllib.request.urlopen(f"{web}/about/", timeout=60) as page:
        assert page.status == 200
    return web


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()
