"""The code by SMS: six digits, five minutes, once, five tries, bound to the session that asked for it.

The code and its count of tries live in the cache, where counting is atomic: fifty guesses at the same moment are
still five tries. Limits slow a flood down and never lock its victim out: whoever asked for a code keeps it, whatever
other sessions ask for afterwards, and a device that signed in before has limits of its own.
"""

import datetime
import hmac
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import sealing, sms
from portal.errors import Refused
from portal.models.people import phone_hash

KEY = "challenge"
CODE_SECONDS = 300
TRIES = 5
RESEND_SECONDS = 60
DIGITS = 6
# past so many wrong tries for a number in a day its codes get two digits more: guessing stays hopeless, nobody is out
GUESSED = 30
DIGITS_WHEN_GUESSED = 8
DAY = 86_400


@dataclass(frozen=True)
class Limit:
    """So many codes in a window of so many seconds."""

    codes: int
    seconds: int


PER_ADDRESS = (Limit(20, 60), Limit(200, 3600))
PER_NUMBER_AND_ADDRESS = Limit(6, 900)
# strangers' codes for one number, from wherever: past this, a session waits before its code is sent
PER_NUMBER = Limit(6, 600)
PATIENCE_SECONDS = 120


class TooMany(Refused):
    """Too many codes were asked for; again after so many seconds."""

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds

    @property
    def minutes(self) -> int:
        return max(1, -(-self.seconds // 60))


class CodeWrong(Refused):
    """Not this code, and tries are left."""


class CodeOver(Refused):
    """No more tries, or its time is over: a new code is needed."""


@dataclass(frozen=True)
class Asked:
    """What the session remembers of the code it asked for: never the code, and the number only sealed."""

    id: str
    phone: str
    sent_at: int
    digits: int
    wait_until: int = 0

    @classmethod
    def load(cls, stored: dict[str, Any] | None) -> "Asked | None":
        return cls(**stored) if stored else None

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def number(self) -> str:
        return sealing.unseal(self.phone, "challenge")

    def seconds_to_wait(self, now: datetime.datetime) -> int:
        """How long until another code may be asked for, or until the one that waits is sent."""
        return max(0, (self.wait_until or self.sent_at + RESEND_SECONDS) - int(now.timestamp()))


@dataclass(frozen=True)
class Asker:
    """Who asks: the network address, and the keyed hash of the number with which this device signed in before."""

    address: str
    device: str = ""

    def knows(self, phone: str) -> bool:
        return bool(self.device) and hmac.compare_digest(self.device, phone_hash(phone))


def ask(before: Asked | None, phone: str, *, asker: Asker, now: datetime.datetime, words: str = "") -> Asked:
    """Send a code to a number, known here or not, unless limits say to wait. The answer never tells which.

    `words`, with %(code)s in them, say what the code is for where it is not for signing in.
    """
    second = int(now.timestamp())
    same = before if before and before.number == phone else None
    if same and (left := same.seconds_to_wait(now)):
        raise TooMany(_wait_words(left), left)
    _count(f"address:{asker.address}", PER_ADDRESS, now)
    waited = same is not None and same.wait_until > 0
    if asker.knows(phone):
        _count(f"device:{asker.device}", (PER_NUMBER_AND_ADDRESS,), now)
    else:
        _count(f"number-address:{phone_hash(phone)}:{asker.address}", (PER_NUMBER_AND_ADDRESS,), now)
        flooded = _counted(f"number:{phone_hash(phone)}", PER_NUMBER, now) > PER_NUMBER.codes
        if flooded and not waited:
            return Asked(
                secrets.token_urlsafe(18), sealing.seal(phone, "challenge"), second, 0, second + PATIENCE_SECONDS
            )
    return _send(phone, second, words)


def _send(phone: str, second: int, words: str) -> Asked:
    digits = DIGITS if _guesses(phone) <= GUESSED else DIGITS_WHEN_GUESSED
    code = "".join(secrets.choice("0123456789") for _digit in range(digits))
    asked = Asked(secrets.token_urlsafe(18), sealing.seal(phone, "challenge"), second, digits)
    cache.set(_code_key(asked), sealing.keyed_hash(f"code:{asked.id}", code), CODE_SECONDS)
    cache.set(_tries_key(asked), 0, CODE_SECONDS + 60)
    words = words or _("Your code is %(code)s, valid for 5 minutes. Tell it to nobody, whoever asks.")
    sms.door().send(phone, words % {"code": code})
    return asked


def check(asked: Asked, typed: str, *, now: datetime.datetime) -> str:
    """The number, once its code is right. Each try is counted before it is looked at."""
    if cache.get(_code_key(asked)) is None or int(now.timestamp()) - asked.sent_at >= CODE_SECONDS:
        raise CodeOver(_("This code is no longer valid. Ask for a new one."))
    tries = _add(_tries_key(asked), CODE_SECONDS + 60)
    if tries > TRIES:
        cache.delete(_code_key(asked))
        raise CodeOver(_("That was the fifth wrong code; it is no longer valid. Ask for a new one."))
    expected = cache.get(_code_key(asked)) or ""
    if not hmac.compare_digest(expected, sealing.keyed_hash(f"code:{asked.id}", typed)):
        _add(_guess_key(asked.number), DAY)
        left = TRIES - tries
        if left == 0:
            cache.delete(_code_key(asked))
            raise CodeOver(_("That was the fifth wrong code; it is no longer valid. Ask for a new one."))
        words = ngettext("Not this code; %(count)d try left.", "Not this code; %(count)d tries left.", left)
        raise CodeWrong(words % {"count": left})
    # used once: of two right answers at the same moment only the one that takes the code away gets in
    if not cache.delete(_code_key(asked)):
        raise CodeOver(_("This code was used already. Ask for a new one."))
    return asked.number


def may_try_name(person_code: str) -> bool:
    """Five guesses a day at the name behind a number that came back after a long absence."""
    return _add(f"challenge:name:{person_code}", DAY) <= TRIES


def _code_key(asked: Asked) -> str:
    return f"challenge:{asked.id}"


def _tries_key(asked: Asked) -> str:
    return f"challenge:{asked.id}:tries"


def _guess_key(phone: str) -> str:
    return f"challenge:guessed:{phone_hash(phone)}"


def _guesses(phone: str) -> int:
    return int(cache.get(_guess_key(phone)) or 0)


def _add(key: str, seconds: int) -> int:
    """One more, atomically; a fresh count starts at one."""
    cache.add(key, 0, seconds)
    return int(cache.incr(key))


def _counted(name: str, limit: Limit, now: datetime.datetime) -> int:
    window = int(now.timestamp()) // limit.seconds
    return _add(f"challenge:{name}:{limit.seconds}:{window}", limit.seconds)


def _count(name: str, limits: tuple[Limit, ...], now: datetime.datetime) -> None:
    for limit in limits:
        if _counted(name, limit, now) > limit.codes:
            left = limit.seconds - int(now.timestamp()) % limit.seconds
            raise TooMany(_wait_words(left), left)


def _wait_words(seconds: int) -> str:
    if seconds <= 90:
        words = ngettext(
            "Please wait %(count)d second before the next code.",
            "Please wait %(count)d seconds before the next code.",
            seconds,
        )
        return words % {"count": seconds}
    minutes = -(-seconds // 60)
    words = ngettext(
        "Please wait %(count)d minute before the next code.",
        "Please wait %(count)d minutes before the next code.",
        minutes,
    )
    return words % {"count": minutes}
