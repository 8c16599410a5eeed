"""A draw that anybody can make again: out of these codes, with this seed, these were drawn. Pure."""

import hashlib
import math
from collections.abc import Iterable

SHARE_PERCENT = 5


def how_many(count: int) -> int:
    """Five in a hundred, rounded up: at least one where there is any."""
    return math.ceil(count * SHARE_PERCENT / 100)


def drawn(seed: str, codes: Iterable[str]) -> list[str]:
    """The codes whose SHA-256 together with the seed is smallest; the order of the pool does not matter."""
    pool = sorted(set(codes))
    ranked = sorted(pool, key=lambda code: hashlib.sha256(f"{seed}:{code}".encode()).digest())
    return ranked[: how_many(len(pool))]
