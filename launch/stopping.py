"""./run stop and ./run reset: end a portal started elsewhere. Standard library only: they work before any install."""

import json
import os
import shutil
import signal
import time

from launch.places import RUN, Lock
from launch.screen import Trouble, say

LOCK = RUN / "lock"
PORTAL = RUN / "portal.json"
# The packages' installer may stay: it holds nothing of the portal.
KEPT_BY_RESET = {"uv", "lock"}


def holder() -> dict:
    """Who holds the lock; empty if nobody does, whatever an old file says."""
    if not Lock(LOCK).is_held():
        return {}
    try:
        return json.loads(LOCK.read_text())
    except json.JSONDecodeError:
        return {}  # it has the lock and is about to write its name


def running() -> dict:
    """The portal that is up: its pid, address and environment."""
    try:
        portal = json.loads(PORTAL.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return portal if portal["pid"] == holder().get("pid") else {}


def stop() -> int:
    if not Lock(LOCK).is_held():
        PORTAL.unlink(missing_ok=True)
        say("The portal is not running.")
        return 0
    pid = holder().get("pid")
    if not pid:
        raise Trouble("The portal is just starting or ending; try again in a moment.")
    os.kill(pid, signal.SIGTERM)
    if not released(60):
        # its children die with it: see child.py
        os.kill(pid, signal.SIGKILL)
        if not released(15):
            raise Trouble(f"Process {pid} could not be ended.")
    say("The portal has stopped.")
    return 0


def released(seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Lock(LOCK).is_held():
            return True
        time.sleep(0.05)
    return False


def reset() -> int:
    if Lock(LOCK).is_held():
        stop()
    forget()
    say("Forgotten: database, files, secrets and logs of this clone. ./run up starts anew.")
    return 0


def forget() -> None:
    if not RUN.exists():
        return
    for path in RUN.iterdir():
        if path.name in KEPT_BY_RESET:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
