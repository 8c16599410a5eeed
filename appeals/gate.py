"""What a file is, by its content; asked of a process of its own (looking.py) that may go down with the file."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appeals.models import EvidenceKind
from portal.errors import Refused
from portal.vault import PIECE

# -I: it sees neither our code nor what the environment says
COMMAND = [sys.executable, "-I", "-B", str(Path(__file__).with_name("looking.py"))]
# longer than the processor time it may take: the machine has other work
PATIENCE = 40.0
# so many at once in this process; each may take some 250 MB for a moment
AT_ONCE = 2
MOST_COPY, MOST_SMALL = 40 * 2**20, 2**20
_places = threading.BoundedSemaphore(AT_ONCE)

WHY: dict[str, Promise] = {
    "empty": _("The file is empty. Choose it again."),
    "large": _("The file is larger than 20 MB. Send a smaller one, or a screenshot of the part that matters."),
    "kind": _("Only photos (JPG, PNG, WebP) and PDF documents can be sent. This is something else, whatever its name."),
    "heic": _("This photo is in the format HEIC. Take a screenshot of it, or save it as JPG, and send that."),
    "moving": _("Moving pictures cannot be sent. Take a screenshot of the moment that matters."),
    "pixels": _("The picture is too large to be opened. Send a screenshot of it or of the part that matters."),
    "hidden": _("Something else is hidden in this file, so it was not taken. Send a screenshot instead."),
    "acting": _(
        "This PDF has programs or attachments in it and was not taken. "
        "Print it to a new PDF, or photograph it."
    ),
    "locked": _("This PDF is locked with a password. Save it without one, or photograph it."),
    "pages": _("This PDF has more than 500 pages. Send the pages that matter."),
    "virus": _("The virus scanner found something in this file, so it was not taken. Send a screenshot instead."),
    "broken": _("The file is damaged or was not sent whole. Open it on your phone to check, then send it again."),
}  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What was seen. The copies come from `read`, one after the other, as long as they are said to be."""

    kind: str
    copy_bytes: int
    small_bytes: int
    pages: int | None
    stream: IO[bytes]

    def copy(self) -> Iterator[bytes]:
        return self._read(self.copy_bytes)

    def small(self) -> Iterator[bytes]:
        return self._read(self.small_bytes)

    def _read(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self.stream.read(min(PIECE, length))
            if not piece:
                raise Turned("broken")
            length -= len(piece)
            yield piece


class Turned(Refused):
    """Refused for what the file is; `why` is the reason in a word."""

    def __init__(self, why: str) -> None:
        super().__init__(str(WHY[why]))
        self.why = why


@contextlib.contextmanager
def looked_at(pieces: Iterable[bytes]) -> Iterator[Looked]:
    """Have a file looked at; inside, its copies are there to be read. Raises Turned when it is not taken."""
    if not _places.acquire(timeout=PATIENCE):
        raise Refused(str(_("Too many files are being looked at just now. Send this one again in a minute.")))
    try:
        with _program() as program:
            yield _answer(program, pieces)
    finally:
        _places.release()


@contextlib.contextmanager
def _program() -> Iterator[subprocess.Popen[bytes]]:
    # an empty environment: our keys stay with us
    program = subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    clock = threading.Timer(PATIENCE, program.kill)
    clock.daemon = True
    clock.start()
    try:
        yield program
    finally:
        clock.cancel()
        program.kill()
        for stream in (program.stdin, program.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        program.wait()


def _answer(program: subprocess.Popen[bytes], pieces: Iterable[bytes]) -> Looked:
    assert program.stdin is not None
    assert program.stdout is not None
    # it may have gone down before it read everything
    with contextlib.suppress(BrokenPipeError):
        for piece in pieces:
            program.stdin.write(piece)
        program.stdin.close()
    return Looked(*_told(program.stdout.readline(1000)), program.stdout)


def _told(line: bytes) -> tuple[str, int, int, int | None]:
    """Its word is taken as a stranger's: a decoder that was taken over says what it likes."""
    try:
        told = json.loads(line)
        if "why" in told:
            raise Turned(told["why"] if told["why"] in WHY else "broken")
        kind, copy, small, pages = EvidenceKind(told["kind"]).value, told["copy"], told["small"], told.get("pages")
        if 0 < int(copy) <= MOST_COPY and 0 <= int(small) <= MOST_SMALL:
            return kind, int(copy), int(small), int(pages) if pages else None
    except (ValueError, KeyError, TypeError):
        pass
    raise Turned("broken")
