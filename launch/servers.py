"""PostgreSQL and Valkey together, and the environment that the portal reads them from."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launch import keys
from launch.keys import APPLICATION, OWNER
from launch.places import RUN, ShortFolder, prepare_run_folder, venv_program
from launch.postgres import Postgres
from launch.screen import Trouble
from launch.valkey import Valkey

# Trading safety against power loss for speed is right only where the data is thrown away: nowhere else.
FOR_TESTS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "max_connections": "200"}


class Servers:
    """The servers of one clone (.run/) or of one test run (a short folder that is removed)."""

    def __init__(self, secrets: dict[str, str], folder: Path, logs: Path, *, outside: dict[str, str]):
        self.secrets = secrets
        self.logs = logs
        self.folder = folder
        self.outside = outside
        self.short = ShortFolder()
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    def start(self, extra: dict[str, str] | None = None) -> None:
        if "DATABASE_URL" not in self.outside:
            self.postgres = Postgres(self.folder / "postgres", self.short.path, self.logs / "postgres.log")
            self.postgres.start(self.secrets, extra)
        if "REDIS_URL" not in self.outside:
            self.valkey = Valkey(self.folder / "valkey", self.short.path, self.logs / "valkey.log")
            self.valkey.start()

    def stop(self) -> None:
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()
        self.short.remove()

    def urls(self) -> dict[str, str]:
        urls = dict(self.outside)
        if self.postgres:
            urls["DATABASE_URL"] = self.postgres.url(APPLICATION, self.secrets)
            urls["OWNER_DATABASE_URL"] = self.postgres.url(OWNER, self.secrets)
        if self.valkey:
            urls["REDIS_URL"] = self.valkey.url
        return urls


def outside_urls() -> dict[str, str]:
    """Servers named in our environment are used instead of our own."""
    named = {
        name: os.environ[name] for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL") if name in os.environ
    }
    if ("DATABASE_URL" in named) != ("OWNER_DATABASE_URL" in named):
        raise Trouble("DATABASE_URL (application role) and OWNER_DATABASE_URL (migrations) go together: set both.")
    return named


def environment(servers: Servers, *, demo: bool, port: int, folder: Path) -> dict[str, str]:
    """Everything the portal reads; what is set outside wins over what we made up."""
    address = f"http://127.0.0.1:{port}"
    made = {
        "SECRET_KEY": servers.secrets["SECRET_KEY"],
        "FIELD_KEYS": servers.secrets["FIELD_KEYS"],
        "HASH_KEY": servers.secrets["HASH_KEY"],
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver" if not demo else "127.0.0.1,localhost",
        "PUBLIC_URL": address,
        "DEMO": "1" if demo else "0",
        "DEBUG": "0",
        "ROOTS_DIR": str(folder / "roots"),
        "EVIDENCE_DIR": str(folder / "evidence"),
        # a test must not see the files that a portal of this clone collected some time ago
        "STATIC_ROOT": str(folder / "staticfiles"),
    }
    ours = {"PYTHONUNBUFFERED": "1", "PATH": path_with_venv()}
    base = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME")}
    if not demo:
        return base | ours | made | servers.urls()
    return base | ours | {key: os.environ.get(key, value) for key, value in made.items()} | servers.urls()


def path_with_venv() -> str:
    return str(Path(venv_program("python")).parent) + os.pathsep + os.environ.get("PATH", os.defpath)


@contextmanager
def for_this_run(*, demo: bool = False) -> Iterator[dict[str, str]]:
    """Private servers for one test, check or bench run; any number of runs may go at once."""
    prepare_run_folder()
    servers = Servers(keys.fresh(), Path(), Path(), outside={})
    servers.folder = servers.logs = servers.short.path
    try:
        servers.start(FOR_TESTS)
        (servers.short.path / "roots").mkdir()
        yield environment(servers, demo=demo, port=8000, folder=servers.short.path)
    finally:
        servers.stop()


def of_this_clone() -> Servers:
    prepare_run_folder()
    return Servers(keys.load(RUN / "secrets.json"), RUN, RUN / "logs", outside=outside_urls())
