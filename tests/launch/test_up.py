"""./run up as a person lives with it: one portal, one address, and nothing left behind however it ends.

One file on purpose: its tests share one clone whose first start is the expensive one.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.launch.clone import Up, left_behind, make_clone, run, terminal, wait_until_empty


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clone(tmp_path_factory.mktemp("up") / "clone")


@pytest.fixture(scope="module")
def first(clone: Path) -> Up:
    """The first start of a clone: everything but the packages is made from nothing."""
    up = Up(clone)
    up.wait_until_ready()
    yield up
    if up.process.poll() is None:
        up.end(signal.SIGTERM)


def process_named(clone: Path, words: str) -> int:
    return min(int(line.split()[0]) for line in left_behind(clone) if words in line)


def test_the_first_start_names_an_address_and_a_sign_in_for_each_role(first: Up) -> None:
    status, page = first.get("/")
    assert status == 200
    assert "<html" in page
    listed = first.words.split("Demo sign-ins")[1]
    rows = [line for line in listed.splitlines() if re.match(r"  1\d{10}  \S", line)]
    assert len(rows) >= 12, "one for each role of the glossary"


def test_health_is_green_and_in_json(first: Up) -> None:
    status, body = first.get("/healthz")
    assert status == 200
    assert body.startswith("{")


def test_a_second_up_says_where_the_first_is(first: Up, clone: Path) -> None:
    done = run(clone, "up")
    assert done.returncode == 1
    address = f"http://127.0.0.1:{first.port}"
    assert done.stderr.startswith(f"run: The portal is already running at {address} (process {first.process.pid})")


def test_manage_uses_the_servers_of_the_portal_that_is_up(first: Up, clone: Path) -> None:
    code = "from django.db import connection as c; c.ensure_connection(); print(c.settings_dict['USER'])"
    done = run(clone, "manage", "shell", "--verbosity", "0", "-c", code)
    assert (done.returncode, done.stdout) == (0, "portal_app\n")


def test_a_worker_that_is_killed_is_started_again(first: Up, clone: Path) -> None:
    os.kill(process_named(clone, "portal worker"), signal.SIGKILL)
    deadline = time.monotonic() + 15
    while "worker ended (code -9); starting it again." not in first.words:
        assert time.monotonic() < deadline, first.words
        time.sleep(0.1)
    assert first.process.poll() is None


def test_secrets_are_for_their_owner_only(first: Up, clone: Path) -> None:
    modes = {name: (clone / ".run" / name).stat().st_mode & 0o777 for name in ("secrets.json", "portal.json", "lock")}
    assert modes == {"secrets.json": 0o600, "portal.json": 0o600, "lock": 0o600}
    assert (clone / ".run").stat().st_mode & 0o777 == 0o700
    assert "SECRET" not in first.words


def test_stop_ends_everything(first: Up, clone: Path) -> None:
    done = run(clone, "stop")
    assert (done.returncode, done.stdout) == (0, "The portal has stopped.\n")
    assert wait_until_empty(clone) == []
    assert first.process.wait(5) == 0
    assert not (clone / ".run" / "portal.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "closed-terminal"])
def test_an_interrupt_ends_everything(first: Up, clone: Path, number: signal.Signals) -> None:
    up = Up(clone)
    seconds = up.wait_until_ready()
    assert seconds < 30, "a warm start has nothing to load; 10 s alone on two cores"
    assert up.end(number) == 0
    assert wait_until_empty(clone) == []


def test_an_interrupt_while_starting_ends_everything(first: Up, clone: Path) -> None:
    up = Up(clone)
    while not [line for line in left_behind(clone) if "postgres" in line]:
        assert up.process.poll() is None, up.words
        time.sleep(0.01)
    assert up.end(signal.SIGINT) in (0, 130)
    assert wait_until_empty(clone) == []


def test_a_killed_launcher_leaves_nothing_and_the_next_start_works(first: Up, clone: Path) -> None:
    up = Up(clone)
    up.wait_until_ready()
    up.end(signal.SIGKILL)
    again = Up(clone)  # at once: the dying servers must be waited for, not stumbled over
    again.wait_until_ready()
    assert again.end(signal.SIGTERM) == 0
    assert wait_until_empty(clone) == []


@pytest.mark.skipif(os.getuid() != 0, reason="these very tests already run as an ordinary user")
def test_an_ordinary_user_starts_it_too(clone: Path, first: Up, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A clone owned by somebody else, with a Python that he can reach; its database is a copy of root's."""
    python = next((path for path in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(path).exists()), None)
    if not python:
        pytest.skip("needs a Python outside root's home folder")
    home = tmp_path_factory.mktemp("user")
    theirs = make_clone(home / "clone", with_packages=False)
    install = "import sys; sys.path.insert(0, '.'); from launch import install; install.ensure(dev=False)"
    filled = subprocess.run(
        [python, "-c", install], cwd=theirs, env=terminal(UV_LINK_MODE="copy"), capture_output=True, check=False
    )
    if filled.returncode != 0:
        pytest.skip("the packages could not be installed for that Python")
    shutil.copytree(clone / ".run", theirs / ".run", dirs_exist_ok=True)
    for folder in (home, *home.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    for path in [home, *home.rglob("*")]:
        os.chown(path, 65534, 65534, follow_symlinks=False)
    up = Up(
        theirs, before=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        PATH="/usr/local/bin:/usr/bin:/bin", PORTAL_PYTHON=python, HOME=str(home),
    )  # fmt: skip
    up.wait_until_ready()
    owners = {Path(f"/proc/{line.split()[0]}").stat().st_uid for line in left_behind(theirs)}
    assert owners == {65534}
    assert up.end(signal.SIGINT) == 0
    assert wait_until_empty(theirs) == []
