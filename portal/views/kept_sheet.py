"""A sheet a volunteer fills in with somebody before him, and the code on that person's phone: from page to page."""

import datetime
import json
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from portal import challenge, phone, sealing, sms
from portal.challenge import Asked, Asker, TooMany

SECONDS = 1800


@dataclass(frozen=True)
class KeptSheet:
    """Kept for half an hour, encrypted, for this session only. `name` tells one kind of sheet from another, `words` are
    the message in which the code goes out."""

    name: str
    words: Any

    def key(self, request: HttpRequest) -> str:
        """Under which it lies; the next person's sheet has another one."""
        return str(request.session.setdefault(self.name, secrets.token_urlsafe(18)))

    def keep(self, request: HttpRequest, typed: dict[str, str]) -> None:
        cache.set(self._place(self.key(request)), sealing.seal(json.dumps(typed), self.name), SECONDS)

    def kept(self, request: HttpRequest) -> dict[str, str]:
        sealed = cache.get(self._place(request.session[self.name])) if self.name in request.session else None
        return json.loads(sealing.unseal(sealed, self.name)) if sealed else {}

    def forget(self, request: HttpRequest) -> None:
        cache.delete(self._place(request.session.pop(self.name, "")))
        request.session.pop(self._code, None)

    def asked(self, request: HttpRequest) -> Asked | None:
        """The code that was asked for last."""
        return Asked.load(request.session.get(self._code))

    def send_code(self, request: HttpRequest, number: str, now: datetime.datetime) -> None:
        """A code to the phone; the one before stops."""
        asker = Asker(get_ip(request))
        asked = challenge.ask(self.asked(request), number, asker=asker, now=now, words=str(self.words))
        request.session[self._code] = asked.stored()

    def send_first_code(self, request: HttpRequest, number: str, now: datetime.datetime) -> None:
        """Asked for again within the same minute, the code that is on its way to this phone still counts."""
        try:
            self.send_code(request, number, now)
        except TooMany:
            asked = self.asked(request)
            if asked is None or asked.number != number:
                raise

    def about(self, asked: Asked) -> dict[str, object]:
        """What the page says of the code."""
        return {
            "sent_to": phone.masked(asked.number),
            "is_waiting": asked.wait_until > 0,
            "shown": sms.DemoDoor.last(asked.number) if settings.DEMO else "",
        }

    @property
    def _code(self) -> str:
        return f"{self.name}_code"

    def _place(self, key: str) -> str:
        return f"{self.name}:{key}"
