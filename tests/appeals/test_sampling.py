"""The draw: five in a hundred, at least one, the same again from the same seed, each case with the same chance."""

import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals import sampling


@pytest.mark.parametrize(("count", "drawn"), [(0, 0), (1, 1), (19, 1), (20, 1), (21, 2), (100, 5), (101, 6)])
def test_five_in_a_hundred_and_at_least_one(count: int, drawn: int) -> None:
    assert sampling.how_many(count) == drawn
    assert len(sampling.drawn("seed", [f"case{number}" for number in range(count)])) == drawn


@given(st.text(min_size=1), st.sets(st.text(min_size=1, max_size=16), max_size=60), st.randoms())
def test_the_same_seed_and_pool_draw_the_same_whatever_the_order(seed: str, pool: set[str], random: object) -> None:
    mixed = list(pool)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, again = sampling.drawn(seed, sorted(pool)), sampling.drawn(seed, mixed)
    assert first == again
    assert set(first) <= pool
    assert len(set(first)) == sampling.how_many(len(pool))


def test_a_known_draw_stays_as_it_is() -> None:
    """Somebody recomputes it years later, in another language: SHA-256 of seed, colon, code."""
    assert sampling.drawn("2026-W47", [f"{number:02d}" for number in range(40)]) == KNOWN


KNOWN = ["12", "22"]


def test_every_case_has_the_same_chance() -> None:
    """40 cases, 2 drawn, 4,000 times: 200 each; chi-squared with 39 degrees stays under 80 but once in 7,000 runs."""
    pool = [f"case{number}" for number in range(40)]
    times = Counter(code for _run in range(4000) for code in sampling.drawn(secrets.token_hex(32), pool))
    assert len(times) == len(pool)
    assert sum((times[code] - 200) ** 2 / 200 for code in pool) < 80
