"""Ctrl-C, SIGTERM and a closed terminal: the first asks for an orderly end, the second for a quick one."""

import signal
import threading
from types import FrameType

from launch.screen import Stopped

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
asked = threading.Event()
hurry = threading.Event()


def on_signal(number: int, frame: FrameType | None) -> None:
    if asked.is_set():
        hurry.set()
        return
    asked.set()
    raise Stopped


def listen() -> None:
    for number in ENDING:
        signal.signal(number, on_signal)


def begin_stopping() -> None:
    """From here on a signal no longer interrupts: it only makes the end quicker."""
    asked.set()
