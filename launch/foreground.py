"""Run a program at the terminal as if it had been started by hand, and hand on its exit code."""

import signal
import subprocess

from launch import interrupts
from launch.children import ROOT, wrap
from launch.screen import Stopped


def run(program: list[str], env: dict[str, str]) -> int:
    """The terminal sends Ctrl-C to the program too: it may finish its own way, we wait for it."""
    process = subprocess.Popen(wrap(program, signal.SIGTERM), env=env, cwd=ROOT)
    while True:
        try:
            return process.wait()
        except Stopped:
            # a SIGTERM reached us alone; a Ctrl-C reached both and a second one does no harm
            process.terminate()
            try:
                return process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        finally:
            interrupts.begin_stopping()
