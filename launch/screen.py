"""What the launcher says: one line per stage with its seconds, and one sentence when something is wrong."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Trouble(Exception):
    """Something the person at the keyboard can act on; the sentence is all they see."""


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal asked us to end."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Show a stage while it works and the seconds it took; a terminal sees the name at once."""
    begin = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"  {name:<28}", end="", flush=True)
    outcome = "failed"
    try:
        yield
        outcome = f"{time.monotonic() - begin:5.1f} s"
    except Stopped:
        outcome = "stopped"
        raise
    finally:
        print(outcome if live else f"  {name:<28}{outcome}", flush=True)


def tail(path: Path, lines: int = 15) -> str:
    """The end of a log, for the few troubles a sentence cannot explain."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
