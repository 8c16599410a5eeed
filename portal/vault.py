"""Files that lie on the disk sealed: written and read in pieces, so that a large one never stands in memory.

A file is a row of records: four bytes of length, a nonce of 12, then the piece under AES-256-GCM with its tag. What a
record is bound to (the file's label and the place of the piece in the plain text) is authenticated with it: a record
that was altered, moved, left out or taken from another file does not open. That the end was not cut off is for the
caller to see, who knows how long the plain text is. Each file has a key of its own, kept in an encrypted column: so
keys rotate with the columns, and whoever deletes the key has deleted the file, wherever copies of it lie.
"""

import base64
import contextlib
import datetime
import fcntl
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

PIECE = 64 * 1024
NONCE, TAG, LENGTH = 12, 16, 4
OVERHEAD = LENGTH + NONCE + TAG
KEY_BYTES = 32


class Damaged(Exception):
    """What lies on the disk is not what was written there."""


def new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def folder(name: str = "") -> Path:
    """A folder of the vault, made when it is first asked for; only this user may look into it."""
    made = Path(settings.EVIDENCE_DIR) / name
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def path_of(store: str, part: str) -> Path:
    """Where a part of a stored file lies. `store` is a random name of ours, never what somebody typed."""
    if not (store.isascii() and store.isalnum() and part.isascii() and part.isalpha()):
        raise ValueError("Not a name of the vault.")
    return folder(store[:2]) / f"{store}.{part}"


class Sealer:
    """Appends pieces to an open file; `offset` is how much plain text is in it already."""

    def __init__(self, file: IO[bytes], key: str, label: str, offset: int = 0) -> None:
        self.file = file
        self.cipher = AESGCM(base64.b64decode(key))
        self.label = label
        self.offset = offset
        self.sealed = 0

    def write(self, data: bytes) -> int:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            nonce = os.urandom(NONCE)
            record = nonce + self.cipher.encrypt(nonce, piece, _bound(self.label, self.offset))
            self.file.write(len(record).to_bytes(LENGTH, "big") + record)
            self.sealed += LENGTH + len(record)
            self.offset += len(piece)
        return len(data)


def unsealed(file: IO[bytes], key: str, label: str) -> Iterator[bytes]:
    """The pieces of a file in their order. Raises Damaged where one does not open."""
    cipher = AESGCM(base64.b64decode(key))
    offset = 0
    while head := file.read(LENGTH):
        length = int.from_bytes(head, "big")
        record = file.read(length) if len(head) == LENGTH and length <= PIECE + NONCE + TAG else b""
        if len(record) != length or length < NONCE + TAG:
            raise Damaged(label)
        try:
            piece = cipher.decrypt(record[:NONCE], record[NONCE:], _bound(label, offset))
        except InvalidTag as error:
            raise Damaged(label) from error
        offset += len(piece)
        yield piece


def _bound(label: str, offset: int) -> bytes:
    return f"{label}@{offset}".encode()


def write(store: str, part: str, key: str, pieces: Iterable[bytes]) -> int:
    """Write a part whole, or not at all; gives the length of its plain text."""
    target = path_of(store, part)
    with (
        contextlib.ExitStack() as left,
        tempfile.NamedTemporaryFile(dir=target.parent, prefix="new-", delete=False) as file,
    ):
        left.callback(os.unlink, file.name)
        sealer = Sealer(file, key, f"{store}.{part}")
        for piece in pieces:
            sealer.write(piece)
        file.flush()
        os.fsync(file.fileno())
        os.replace(file.name, target)
        left.pop_all()  # it has its name: nothing is left to be taken away
    return sealer.offset


def append(
    store: str, part: str, key: str, pieces: Iterable[bytes], *, at: int, sealed_at: int
) -> Iterator[tuple[int, int]]:
    """Go on with a claimed part of which `at` bytes are in; after each piece, how far it is (plain, sealed).

    What lies beyond what is known to be in, from a process that died before it could say so, is cut off first.
    """
    target = path_of(store, part)
    with target.open("r+b") as file:
        file.truncate(sealed_at)
        file.seek(sealed_at)
        sealer = Sealer(file, key, f"{store}.{part}", at)
        for piece in pieces:
            sealer.write(piece)
            file.flush()
            yield sealer.offset, sealed_at + sealer.sealed


class Busy(Exception):
    """Somebody else is writing there now."""


@contextlib.contextmanager
def claimed(store: str, part: str) -> Iterator[None]:
    """Be the only one who writes to a part; the kernel gives the claim back when its holder dies."""
    with path_of(store, part).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(store) from error
        yield


def read(store: str, part: str, key: str) -> Iterator[bytes]:
    """The plain text of a part, piece by piece."""
    with path_of(store, part).open("rb") as file:
        yield from unsealed(file, key, f"{store}.{part}")


def delete(store: str, *parts: str) -> None:
    for part in parts:
        path_of(store, part).unlink(missing_ok=True)


def left_behind(before: datetime.datetime) -> Iterator[dict[str, list[Path]]]:
    """Folder by folder: the stores to which nobody has written since a moment, with their files. Whether they are still
    needed their owner knows."""
    for place in sorted(folder().glob("??")):
        found: dict[str, list[Path]] = {}
        for path in place.iterdir():
            if path.stat().st_mtime < before.timestamp():
                found.setdefault(path.name.partition(".")[0], []).append(path)
        if found:
            yield found


class Spool(io.RawIOBase):
    """Something that is passing through: written once, then read, sealed under a key that only this process has.

    Its file has no name, so that nothing is left of it when the process ends, however it ends.
    """

    def __init__(self) -> None:
        self._key = new_key()
        self._file = tempfile.TemporaryFile(dir=folder())  # noqa: SIM115
        self._sealer = Sealer(self._file, self._key, "spool")
        self._pieces: Iterator[bytes] | None = None
        self._rest = b""

    @property
    def size(self) -> int:
        return self._sealer.offset

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self._sealer.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Back to the beginning; nothing else is needed here."""
        if (offset, whence) != (0, 0):
            raise io.UnsupportedOperation("A spool is read from its beginning.")
        self._file.seek(0)
        self._pieces, self._rest = unsealed(self._file, self._key, "spool"), b""
        return 0

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if self._pieces is None:
            self.seek(0)
        if not self._rest:
            self._rest = next(self._pieces, b"")  # type: ignore[arg-type]
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        self._file.close()
        super().close()
