"""The servers that the launcher starts: what they promise, and that any number of them may live side by side."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from launch import child, keys
from launch.children import wrap
from launch.postgres import Postgres
from launch.servers import for_this_run

INSIDE = """
import sys
from pathlib import Path
from launch import keys
from launch.postgres import Postgres
folder = Path(sys.argv[1])
server = Postgres(folder / "data", folder, folder / "log")
secrets = keys.fresh()
server.start(secrets)
connection = server.connect("portal_app", "portal", secrets["portal_app"])
cursor = connection.cursor()
cursor.execute("SELECT current_user")
print(server.mode, cursor.fetchone()[0], (folder / "data").stat().st_uid)
connection.close()
server.stop()
"""


def ask(url: str, question: str) -> list[tuple]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def env():
    with for_this_run() as made:
        yield made


def test_what_was_committed_survives(env: dict[str, str]) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding", "listen_addresses")
    values = ask(env["DATABASE_URL"], f"SELECT {', '.join(f'current_setting({name!r})' for name in names)}")
    assert values == [("on", "on", "on", "on", "UTF8", "")]


def test_chinese_words_have_trigrams_and_capitals_fold(env: dict[str, str]) -> None:
    found = ask(env["OWNER_DATABASE_URL"], "CREATE EXTENSION pg_trgm; SELECT show_trgm('泸州'), lower('Ä')")
    assert len(found[0][0]) == 3
    assert found[0][1] == "ä"


def test_the_application_role_owns_nothing(env: dict[str, str]) -> None:
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert ask(env["DATABASE_URL"], rights) == [(False, False, False, False)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(env["DATABASE_URL"], "CREATE TABLE mine (id int); SELECT 1")


def test_the_owner_may_copy_databases_but_is_no_superuser(env: dict[str, str]) -> None:
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(env["OWNER_DATABASE_URL"], rights) == [(False, True, False)]
    assert ask(
        env["OWNER_DATABASE_URL"], "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'portal'"
    ) == [("portal_owner",)]


def test_a_password_is_asked_for(env: dict[str, str]) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(env["DATABASE_URL"].replace(":", "x:", 2).replace("postgresqlx:", "postgresql:", 1)).close()


def test_the_broker_keeps_what_it_was_given(env: dict[str, str]) -> None:
    with closing(redis.Redis.from_url(env["REDIS_URL"])) as broker:
        settings = {name: broker.config_get(name)[name] for name in ("appendonly", "appendfsync", "maxmemory-policy")}
    assert settings == {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}


def test_two_runs_share_nothing(env: dict[str, str]) -> None:
    with for_this_run() as other:
        folder = Path(redis.Redis.from_url(other["REDIS_URL"]).connection_pool.connection_kwargs["path"]).parent
        ask(other["OWNER_DATABASE_URL"], "CREATE TABLE only_here (id int); SELECT 1")
        assert ask(env["OWNER_DATABASE_URL"], "SELECT to_regclass('only_here')") == [(None,)]
        assert other["SECRET_KEY"] != env["SECRET_KEY"]
    assert not folder.exists()


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pg")


def test_a_start_right_after_a_kill_waits_for_the_dying(short: Path) -> None:
    secrets = keys.fresh()
    server = Postgres(short / "data", short, short / "log")
    server.start(secrets)
    assert server.child
    os.kill(server.child.process.pid, signal.SIGKILL)
    again = Postgres(short / "data", short, short / "log")
    begin = time.monotonic()
    again.start(secrets)  # the dead one is a zombie still: nobody has waited for it
    try:
        assert ask(again.url("portal_app", secrets), "SELECT 1") == [(1,)]
        assert time.monotonic() - begin < 20
    finally:
        again.stop()


def test_a_pid_that_now_belongs_to_somebody_else_is_no_obstacle(short: Path) -> None:
    secrets = keys.fresh()
    server = Postgres(short / "data", short, short / "log")
    server.start(secrets)
    server.stop()
    (short / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{short / 'data'}\n")
    server.start(secrets)
    server.stop()
    assert "database system is ready to accept connections" in (short / "log").read_text()


def test_a_server_that_still_lives_is_not_doubled(short: Path) -> None:
    secrets = keys.fresh()
    server = Postgres(short / "data", short, short / "log")
    server.start(secrets)
    try:
        server.forget_the_dead()
        assert (short / "data" / "postmaster.pid").exists()
    finally:
        server.stop()


def without_namespaces(program: list[str]) -> subprocess.CompletedProcess[str]:
    """Run it where user namespaces are forbidden, as in most containers: in one that allows no further ones."""
    ready, go = os.pipe(), os.pipe()
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ready[1]), str(go[0]), *program],
        pass_fds=(ready[1], go[0]), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    os.close(ready[1])
    if os.read(ready[0], 1) != b"x":
        pytest.skip("this machine lets nobody make a user namespace")
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{held.pid}/{kind}").write_text("0 0 65536")
    os.write(go[1], b"x")
    words, _ = held.communicate(timeout=60)
    return subprocess.CompletedProcess(program, held.returncode, words)


HOLD = """
import ctypes, os, sys
if ctypes.CDLL(None).unshare(0x10000000) != 0:
    sys.exit(1)
os.write(int(sys.argv[1]), b"x")
os.read(int(sys.argv[2]), 1)
with open("/proc/sys/user/max_user_namespaces", "w") as file:
    file.write("0")
os.execvp(sys.argv[3], sys.argv[3:])
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root needs another user for PostgreSQL")
def test_root_is_hidden_from_postgres_in_a_namespace(short: Path) -> None:
    done = subprocess.run([sys.executable, "-c", INSIDE, short], capture_output=True, text=True, check=False)
    mode, role, user = done.stdout.split()
    assert role == "portal_app", done.stderr
    assert (mode, user) in {("namespace", "0"), ("nobody", str(child.NOBODY))}


@pytest.mark.skipif(os.getuid() != 0, reason="only root needs another user for PostgreSQL")
def test_root_in_a_container_runs_postgres_as_nobody(short: Path) -> None:
    short.chmod(0o700)  # a clone under root's home folder is closed to nobody, and has to work all the same
    done = without_namespaces([sys.executable, "-c", INSIDE, str(short)])
    assert done.stdout.split() == ["nobody", "portal_app", str(child.NOBODY)]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
@pytest.mark.parametrize("mode", ["plain", "namespace", "nobody"])
def test_a_program_dies_with_its_parent(tmp_path: Path, mode: str) -> None:
    if mode != "plain" and os.getuid() != 0:
        pytest.skip("only root changes its user")
    mark = tmp_path / "alive"
    mark.touch(0o666)
    tmp_path.chmod(0o777)
    inner = f"import time\nwhile True: open({str(mark)!r}, 'w').write(str(time.time())); time.sleep(0.05)"
    parent = (
        "import subprocess, sys, time; from launch.children import wrap; import signal; "
        f"subprocess.Popen(wrap([{sys.executable!r}, '-c', {inner!r}], signal.SIGKILL, {mode!r})); time.sleep(60)"
    )
    held = subprocess.Popen([sys.executable, "-c", parent])
    deadline = time.monotonic() + 10
    while not mark.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert mark.read_text(), "the program never ran"
    held.kill()
    held.wait()
    time.sleep(0.3)
    last = mark.read_text()
    time.sleep(0.3)
    assert mark.read_text() == last


def test_a_program_whose_parent_is_gone_does_not_start() -> None:
    program = wrap(["true"], signal.SIGKILL)
    program[program.index(str(os.getpid()))] = "1"
    assert subprocess.run(program, check=False).returncode == 1
