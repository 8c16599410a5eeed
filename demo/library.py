"""The texts of the demonstration: what drivers write, handlers ask, companies reply and tiers answer, kind by kind.

A text has slots, `{company}`, and choices, `[3|5|7]`; a choice with a name, `[days:3|5|7]`, is drawn once for a case,
so that `{days}` in its answer is the same number. An option with `fits` is for stories that hold one of its words.
"""

import json
import re
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

STORIES = Path(__file__).resolve().parent / "stories"
# kind of appeal -> how often it is met
SHARES = {
    "dispatch_drop": 17,
    "take_rate": 15,
    "blocked_account": 15,
    "late_settlement": 11,
    "unfair_rating": 10,
    "deposit": 11,
    "traffic_fine": 6,
    "parking": 5,
    "insurance": 4,
    "harassment": 4,
    "home_facilities": 5,
    "conduct": 1,
}
_CHOICE = re.compile(r"\[(?:(\w+):)?([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_SLOT = re.compile(r"\{(\w+)\}")

Slots = dict[str, str]


@cache
def kind(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STORIES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def common() -> dict[str, Any]:
    return kind("common")


def told(text: str, slots: Slots, random: Random) -> str:
    """The text with its choices drawn and its slots filled; a named choice stays as it was drawn first."""

    def draw(match: re.Match[str]) -> str:
        key, options = match.groups()
        drawn = random.choice(options.split("|"))
        return slots.setdefault(key, drawn) if key else drawn

    return _SLOT.sub(lambda match: slots[match.group(1)], _CHOICE.sub(draw, text))


def fitting(options: list[Any], story: str) -> list[Any]:
    """The options made for this very story, else those that fit any; sometimes there is none."""
    special = [option for option in options if isinstance(option, dict) and "fits" in option]
    made_for_it = [option for option in special if any(word in story for word in option["fits"])]
    return made_for_it or [option for option in options if option not in special]


def words_of(option: Any) -> str:
    """The text of an option that is nothing but a text."""
    return str(option["text"]) if isinstance(option, dict) else str(option)


def begin(name: str, slots: Slots, random: Random) -> Slots:
    """What a kind's answers may speak of although the story did not."""
    for key, options in kind(name).get("defaults", {}).items():
        slots.setdefault(f"default_{key}", random.choice(options))
    return slots


def settle(name: str, slots: Slots) -> None:
    """After the story was told: what it left open gets the kind's own value."""
    for key in kind(name).get("defaults", {}):
        slots.setdefault(key, slots[f"default_{key}"])
