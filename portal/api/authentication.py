"""Who a program is: the key it sends, or the session of the browser it runs in."""

import ipaddress

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from portal.actions import tokens
from portal.models import ApiToken, User

WRONG, WRONG_SECONDS = 30, 300


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sjzj_…`: the request acts in the key's post from here on, whatever a cookie says."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words:
            return None
        if words[0].lower() != b"bearer" or len(words) != 2:
            raise AuthenticationFailed(_("Send the key as “Authorization: Bearer …”."))
        address = get_ip(request._request)
        _require_patience(address)
        now = timezone.now()
        token = tokens.found(words[1].decode("ascii", "replace"), now=now)
        if token is None or not is_inside(address, token.networks):
            _count_wrong(address)
            # one answer for all of them: nobody learns which half of a guess was right
            raise AuthenticationFailed(_("This key opens nothing: unknown, revoked, over, or not from this network."))
        tokens.note_use(token, now=now)
        request._request.post = token.post
        return token.person, token

    def authenticate_header(self, _request: Request) -> str:
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """The session of a page, with its CSRF token; `request.post` was set by the session's middleware."""


def is_inside(address: str | None, networks: list[str]) -> bool:
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)


def _require_patience(address: str | None) -> None:
    """Guessing keys from one address is slowed down."""
    if cache.get(f"api-wrong:{address}", 0) >= WRONG:
        raise Throttled(WRONG_SECONDS)


def _count_wrong(address: str | None) -> None:
    key = f"api-wrong:{address}"
    cache.add(key, 0, WRONG_SECONDS)
    cache.incr(key)
