"""The network's edge of web-hooks: one request to an address of another system, that leads nowhere inside.

A name is resolved once, each of its addresses must be public, and the request goes to the address that was looked at:
a name that answers differently the second time gains nothing. Redirects are not followed.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.errors import Refused

SECONDS = 10
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Reply:
    """What an address answered: a status, or the name of what went wrong before there was one."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def require_address(url: str) -> SplitResult:
    """An address a hook may have: https, a host, no name and password in it; plain http in the demonstration only."""
    parts = _split(url)
    schemes = ("https", "http") if settings.HOOKS_MAY_BE_INSIDE else ("https",)
    if parts is None or parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        raise Refused(_("The address must begin with https:// and hold no name or password."))
    return parts


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # a port that is no number is found when it is asked for
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def public_addresses(parts: SplitResult) -> list[str]:
    """The host's addresses; refused when one of them lies inside: private, loopback, link-local, reserved."""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(_("Nobody knows this host name.")) from error
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    if not settings.HOOKS_MAY_BE_INSIDE and not all(is_public(address) for address in addresses):
        raise Refused(_("This address lies inside a network. A hook goes to a public address only."))
    return addresses


def is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    # ::ffff:10.0.0.1, 64:ff9b::a00:1, 2002:a00:1:: stand for an address of the older kind
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if found.version == 6 and found in ipaddress.ip_network("64:ff9b::/96"):
        inner = ipaddress.ip_address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and (inner is None or is_public(str(inner)))


def send(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """One POST; whatever the other side does, it is over after ten seconds."""
    began = time.monotonic()
    status, error = None, ""
    try:
        parts = require_address(url)
        status = _post(parts, public_addresses(parts)[0], body, headers)
    except Refused:
        error = "Refused"
    except (OSError, http.client.HTTPException, ValueError) as failure:
        error = type(failure).__name__
    return Reply(status, error, int((time.monotonic() - began) * 1000))


def _post(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    port = parts.port or PORTS[parts.scheme]
    plain = socket.create_connection((address, port), timeout=SECONDS)
    with contextlib.closing(plain), _deadline(plain):
        # a server that sends a byte now and then never times out by itself
        sock = plain
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", port, timeout=SECONDS)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers={**headers, "Connection": "close"})
        return connection.getresponse().status


@contextlib.contextmanager
def _deadline(sock: socket.socket) -> Iterator[None]:
    # wrapping for TLS takes the descriptor over: a second one reaches the same connection
    twin = sock.dup()
    timer = threading.Timer(SECONDS, _cut, [twin])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        twin.close()


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
