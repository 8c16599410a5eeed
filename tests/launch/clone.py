"""A fresh clone of this very work tree, run as a person would run it, and a look at what it leaves behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from launch import production
from launch.places import ROOT, VENV

# What the launcher of these very tests set for the portal: a person's terminal has none of it.
OURS = set(production.NAMES) | {"DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER"}


def terminal(**extra: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS} | extra


def make_clone(folder: Path, *, with_packages: bool = True) -> Path:
    """Every file git knows or would take, as they are now; the packages are borrowed, not installed again."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if with_packages:
        (folder / ".venv").symlink_to(VENV)
    return folder


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def run(clone: Path, *arguments: str, seconds: float = 120, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "run", *arguments],
        cwd=clone,
        env=terminal(**extra),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class Up:
    """./run up in the background, its words in a file."""

    def __init__(self, clone: Path, *arguments: str, before: tuple[str, ...] = (), **extra: str):
        self.clone = clone
        self.port = free_port()
        self.out = clone.parent / f"{clone.name}.out"
        self.begin = time.monotonic()
        with self.out.open("w") as output:
            self.process = subprocess.Popen(
                [*before, clone / "run", "up", "--port", str(self.port), *arguments],
                cwd=clone,
                env=terminal(**extra),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def words(self) -> str:
        return self.out.read_text()

    def wait_until_ready(self, seconds: float = 400) -> float:
        """Seconds until the launcher says it is ready."""
        deadline = time.monotonic() + seconds
        while "The portal is ready" not in self.words:
            assert self.process.poll() is None, self.words
            assert time.monotonic() < deadline, self.words
            time.sleep(0.05)
        return time.monotonic() - self.begin

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return response.status, response.read().decode()

    def end(self, number: signal.Signals, seconds: float = 40) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


def left_behind(clone: Path) -> list[str]:
    """Living processes that were started from this clone, by what they run or where they stand."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = os.readlink(folder / "cwd")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if str(clone) in line or Path(place).is_relative_to(clone):
            found.append(f"{folder.name} {line[:120]}")
    return found


def wait_until_empty(clone: Path, seconds: float = 20) -> list[str]:
    deadline = time.monotonic() + seconds
    while (left := left_behind(clone)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left
