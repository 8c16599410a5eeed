"""How long somebody waits after wrong tries at a claim: pure.

Three counts make him wait: his own, the licence's, his network's. The clock runs from his own last wrong try alone, so
nobody makes the true driver wait by trying before him: his first try is always looked at.
"""

import datetime
from dataclasses import dataclass

FORGOTTEN = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """So many wrong tries are free; after each further one a longer wait, never longer than the last."""

    free: int
    steps: tuple[int, ...]

    def seconds(self, wrong: int) -> int:
        if wrong < self.free:
            return 0
        return self.steps[min(wrong - self.free, len(self.steps) - 1)]


PERSON = Rule(3, (60, 120, 240, 480, 900, 1800, 3600))
LICENCE = Rule(5, (30, 60, 120))
ADDRESS = Rule(20, (10, 20, 40, 60))
RULES = {"person": PERSON, "licence": LICENCE, "address": ADDRESS}


@dataclass(frozen=True)
class Count:
    wrong: int
    last_at: datetime.datetime

    def still(self, now: datetime.datetime) -> int:
        """Wrong tries that still count: a day without one forgets them."""
        return self.wrong if now - self.last_at < FORGOTTEN else 0


def seconds_left(counts: dict[str, Count], now: datetime.datetime) -> int:
    """How long this person waits before his next try is looked at; `counts` by the names of RULES."""
    own = counts.get("person")
    if own is None or own.still(now) == 0:
        return 0
    longest = max(RULES[name].seconds(count.still(now)) for name, count in counts.items())
    return max(0, longest - int((now - own.last_at).total_seconds()))
