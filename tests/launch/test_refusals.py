"""Everything that can stop ./run on a strange machine is one clear sentence and a non-zero exit code."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.launch.clone import make_clone, run, wait_until_empty

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="mounts a small file system, which only root may")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path / "clone")


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The launcher's own line; anything that looks like a crash fails here."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("run: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_port_in_use_is_named(clone: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        sentence = one_sentence(run(clone, "up", "--port", str(port)))
    assert sentence == f"run: Port {port} is in use by another program; choose one with ./run up --port N."
    assert wait_until_empty(clone) == []


def test_a_stale_pid_file_is_no_obstacle(clone: Path) -> None:
    (clone / ".run").mkdir()
    (clone / ".run" / "lock").write_text(f'{{"pid": {os.getpid()}, "what": "up"}}')
    (clone / ".run" / "portal.json").write_text(f'{{"pid": {os.getpid()}, "address": "x", "env": {{}}}}')
    done = run(clone, "stop")
    assert (done.returncode, done.stdout) == (0, "The portal is not running.\n")
    assert run(clone, "manage", "--version").stdout.strip().startswith("5.2.")


def test_an_unknown_command_is_named(clone: Path) -> None:
    assert one_sentence(run(clone, "fly")) == "run: There is no ./run fly. Try ./run help."


def test_a_database_address_without_its_owner_is_refused(clone: Path) -> None:
    done = run(clone, "manage", "--version", DATABASE_URL="postgresql://portal_app@nowhere/portal")
    assert "OWNER_DATABASE_URL (migrations) go together" in one_sentence(done)


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "clone", with_packages=False)
    nowhere = "http://127.0.0.1:9/simple"
    alone = {
        "UV_DEFAULT_INDEX": nowhere, "UV_INDEX": "", "UV_FIND_LINKS": "", "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1",
        "UV_CACHE_DIR": str(tmp_path / "cache"), "PIP_INDEX_URL": nowhere, "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "", "PIP_CONFIG_FILE": os.devnull, "PIP_CACHE_DIR": str(tmp_path / "cache"),
    }  # fmt: skip
    sentence = one_sentence(run(clone, "up", **alone))
    assert "no network, or the package registry does not answer" in sentence
    assert wait_until_empty(clone) == []


def test_an_old_python_is_named(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("dirname", "sh"):
        (tools / tool).symlink_to(shutil.which(tool) or pytest.fail(f"no {tool}"))
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = run(clone, "up", PATH=str(tools))
    assert one_sentence(done) == "run: Python 3.11 or newer is needed; this machine has Python 3.9.2."


def test_a_folder_of_somebody_else_is_one_sentence(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("becomes another user, which only root may")
    clone = make_clone(tmp_path / "clone", with_packages=False)
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if not python:
        pytest.skip("this machine has no Python that another user can reach")
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", clone / "run", "up"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PORTAL_PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cannot be written by this user" in one_sentence(done)


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of 200 MB: a clone fits, the portal does not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"this machine mounts no tmpfs: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@needs_root
def test_too_little_space_is_said_before_anything_starts(small_disk: Path) -> None:
    clone = make_clone(small_disk / "clone")
    sentence = one_sentence(run(clone, "up", "--port", "0"))
    assert sentence.startswith("run: The disk is full: ")
    assert not (clone / ".run" / "postgres").exists()


@needs_root
def test_a_disk_that_fills_while_the_database_is_made_is_one_sentence(small_disk: Path) -> None:
    clone = make_clone(small_disk / "clone")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 20 * 2**20))
    assert one_sentence(run(clone, "manage", "--version")).startswith("run: The disk is full: ")
    assert wait_until_empty(clone) == []
    # the half-made database is no obstacle once there is room again
    filler.unlink()
    assert run(clone, "manage", "--version").stdout.strip().startswith("5.2.")
