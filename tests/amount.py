"""How often the long tests repeat themselves: all of it with `./run test --full`, else what the gate has time for."""

import os

FULL = "PORTAL_TESTS_FULL"


def often(full: int, quick: int) -> int:
    """Rounds, examples or cases of this run."""
    return full if os.environ.get(FULL) else quick
