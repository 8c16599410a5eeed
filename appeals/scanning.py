"""The virus scanner's door. Where none is set, files are marked as not scanned; where one is set and does not answer,
they wait for it: never taken for clean in silence."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import structlog
from clamdpy import ClamdNetworkSocket, ClamdUnixSocket
from clamdpy.exceptions import ClamdException
from django.conf import settings

from appeals.models import Scan
from portal.vault import PIECE

logger = structlog.get_logger(__name__)

SECONDS = 30.0
PORT = 3310


def is_there() -> bool:
    return bool(settings.CLAMD_URL)


def scan(pieces: Iterable[bytes]) -> Scan:
    """What the scanner says of these bytes."""
    if not is_there():
        return Scan.NOT_SCANNED
    try:
        result = _door().instream(_Readable(pieces))  # type: ignore[arg-type]
    except (ClamdException, OSError) as error:
        logger.warning("scanner_silent", error=type(error).__name__)
        return Scan.WAITING
    if result.status == "FOUND":
        return Scan.FOUND
    return Scan.CLEAN if result.status == "OK" else Scan.WAITING


def _door() -> Any:
    """`/run/clamav/clamd.ctl`, `unix:///run/clamav/clamd.ctl`, `host:3310` or `tcp://host:3310`."""
    address = settings.CLAMD_URL
    if address.startswith(("/", "unix://")):
        return ClamdUnixSocket(address.removeprefix("unix://"), timeout=SECONDS, max_chunk_size=PIECE)
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    return ClamdNetworkSocket(parts.hostname or "", parts.port or PORT, timeout=SECONDS, max_chunk_size=PIECE)


class _Readable:
    """Pieces as something to read from; what is left of a piece comes next."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces: Iterator[bytes] = iter(pieces)
        self.rest = b""

    def read(self, size: int = PIECE) -> bytes:
        if not self.rest:
            self.rest = next(self.pieces, b"")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken
