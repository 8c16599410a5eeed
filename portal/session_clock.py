"""How long a session lasts: pure, over the few numbers a session carries and the settings' limits.

Two clocks run from sign-in: idle (since the last request) and absolute. Whoever acts in a post has the staff's limits
(a quarter of an hour, half a day); a driver on his own phone may stay signed in for a month of not looking; a driver on
somebody else's phone is out after an hour.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

KEY = "clock"


class End(Enum):
    """Why a session, or only the post in it, is over."""

    IDLE = "idle"
    ABSOLUTE = "absolute"


@dataclass(frozen=True)
class Limits:
    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Clock:
    """Seconds since 1970: sign-in, last request; the code was last given; whether he chose to stay signed in."""

    began: int
    seen: int
    confirmed: int
    is_long: bool = False

    @classmethod
    def start(cls, now: datetime, *, is_long: bool) -> "Clock":
        second = int(now.timestamp())
        return cls(second, second, second, is_long)

    @classmethod
    def load(cls, stored: dict[str, Any] | None) -> "Clock | None":
        return cls(**stored) if stored else None

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def touched(self, now: datetime, post_limits: Limits) -> "Clock":
        """He is here again. After a pause as long as a post's idle limit a post is not taken up without a new code."""
        second = int(now.timestamp())
        paused = second - self.seen >= post_limits.idle.total_seconds()
        return Clock(self.began, second, 0 if paused else self.confirmed, self.is_long)

    def reconfirmed(self, now: datetime) -> "Clock":
        """He gave the code again: a post may be taken up again, while the session's own end stays where it was."""
        second = int(now.timestamp())
        return Clock(self.began, second, second, self.is_long)

    def ended(self, limits: Limits, now: datetime) -> End | None:
        second = now.timestamp()
        if second - self.began >= limits.absolute.total_seconds():
            return End.ABSOLUTE
        return End.IDLE if second - self.seen >= limits.idle.total_seconds() else None

    def post_ended(self, limits: Limits, now: datetime) -> End | None:
        """The same question for the post in the session: its half day runs from the last code, not from sign-in."""
        second = now.timestamp()
        if second - self.confirmed >= limits.absolute.total_seconds():
            return End.ABSOLUTE
        return End.IDLE if second - self.seen >= limits.idle.total_seconds() else None

    def needs_touch(self, limits: Limits, now: datetime) -> bool:
        """Written at most once a minute, and often enough that a short limit stays exact to a fifteenth."""
        step = min(60.0, limits.idle.total_seconds() / 15)
        return now.timestamp() - self.seen >= step
