"""How much a program may ask: counted for each key and for each address, in whole minutes, in the shared cache."""

import time

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

WINDOW = 60
READING = ("GET", "HEAD", "OPTIONS")


class Counted(BaseThrottle):
    """So many requests in a minute of whatever `name` gives."""

    rate = ""
    _left = 0.0

    def name(self, request: Request) -> str:
        raise NotImplementedError

    def allow_request(self, request: Request, _view: APIView) -> bool:
        minute, passed = divmod(time.time(), WINDOW)
        kind = "read" if request.method in READING else "write"
        key = f"api:{self.rate}:{kind}:{self.name(request)}:{int(minute)}"
        cache.add(key, 0, WINDOW * 2)
        try:
            count = cache.incr(key)
        except ValueError:
            # it was thrown out between the two: this request is the first
            count = 1
        self._left = WINDOW - passed
        return bool(count <= settings.API_RATES[f"{self.rate}_{kind}"])

    def wait(self) -> float:
        return max(1.0, self._left)


class PerKey(Counted):
    """For each key, or for each person who is signed in; everybody else is turned away before he is counted."""

    rate = "key"

    def name(self, request: Request) -> str:
        return f"token-{request.auth.pk}" if request.auth else f"person-{request.user.pk}"


class PerAddress(Counted):
    """For each address: a city's app sends many people's requests from one."""

    rate = "address"

    def name(self, request: Request) -> str:
        return str(get_ip(request._request))
