"""Start programs that cannot outlive the launcher, and end them in order."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from launch import interrupts
from launch.screen import Trouble, tail

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(__file__).resolve().parent.parent


def wrap(program: list[str], death_signal: signal.Signals, mode: str = "plain") -> list[str]:
    return [sys.executable, "-S", "-E", str(CHILD), mode, str(int(death_signal)), str(os.getpid()), *program]


class Child:
    """One running program with its log; asked to end with its own polite signal, then killed."""

    def __init__(
        self,
        name: str,
        program: list[str],
        *,
        log: Path,
        env: dict[str, str] | None = None,
        polite: signal.Signals = signal.SIGTERM,
        abrupt: signal.Signals = signal.SIGTERM,
        mode: str = "plain",
    ):
        self.name = name
        self.program = program
        self.log = log
        self.polite = polite
        self.log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                wrap(program, abrupt, mode),
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which ends us in order
            )

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def words(self) -> str:
        """What it wrote to its log since it started."""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace")

    def stop(self, seconds: float = 15) -> None:
        if self.has_ended:
            return
        self.process.send_signal(self.polite)
        deadline = time.monotonic() + seconds
        while not self.has_ended:
            if time.monotonic() > deadline or interrupts.hurry.is_set():
                self.kill()
            time.sleep(0.02)

    def kill(self) -> None:
        self.end_group()
        self.process.wait(10)

    def end_group(self) -> None:
        """What it started and did not end: the processes of a pool, of a load in parts."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def run_to_end(name: str, program: list[str], *, log: Path, env: dict[str, str], mode: str = "plain") -> str:
    """Run a program until it ends by itself; its words, or Trouble with the end of them."""
    child = Child(name, program, log=log, env=env, mode=mode, abrupt=signal.SIGKILL)
    least = free_bytes(log)
    try:
        while child.process.poll() is None:
            time.sleep(0.02)
            least = min(least, free_bytes(log))
    finally:
        child.stop(5)
        child.end_group()
    words = child.words()
    if child.process.returncode != 0:
        # on a full disk the log may have no room for the reason, and the program may have cleaned up since
        if is_disk_full(words) or least < 2**20:
            raise Trouble(f"The disk is full: {name} could not finish. Free some space and try again.")
        raise Trouble(f"{name} failed (exit code {child.process.returncode}); its log is {log}:\n{tail(log)}")
    return words


def free_bytes(path: Path) -> int:
    return shutil.disk_usage(path.parent).free


def is_disk_full(words: str) -> bool:
    return "No space left on device" in words or "os error 28" in words or "ENOSPC" in words
