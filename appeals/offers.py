"""The moves a desk's page offers: their order, their buttons, their keys. What is not possible is not drawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from appeals.models import Appeal, RespondentKind

# the order in which a page offers the moves; the first one that is possible is the red one
OFFERED = (
    "take", "answer", "carry_out", "ask", "hear_platform", "escalate", "transfer", "assign", "return_down",
    "mark_urgent", "reopen",
)  # fmt: skip
ICONS = {
    "take": "check", "answer": "pen", "carry_out": "done", "ask": "chat", "hear_platform": "office", "escalate": "up",
    "transfer": "swap", "return_down": "down", "mark_urgent": "warn", "assign": "people", "reopen": "back",
}  # fmt: skip
KEYS = {
    "take": "t", "answer": "a", "ask": "m", "hear_platform": "p", "escalate": "u", "transfer": "r", "assign": "s",
    "carry_out": "c",
}  # fmt: skip
VERBS: dict[str, Promise] = {
    "take": pgettext_lazy("button", "Take it"),
    "answer": pgettext_lazy("button", "Write the answer"),
    "carry_out": pgettext_lazy("button", "It has been carried out"),
    "ask": pgettext_lazy("button", "Ask the driver"),
    "hear_platform": pgettext_lazy("button", "Ask the company"),
    "escalate": pgettext_lazy("button", "Pass up"),
    "transfer": pgettext_lazy("button", "Transfer"),
    "return_down": pgettext_lazy("button", "Return down"),
    "mark_urgent": pgettext_lazy("button", "Mark as urgent"),
    "assign": pgettext_lazy("button", "Give to a colleague"),
    "reopen": pgettext_lazy("button", "Reopen"),
}


@dataclass(frozen=True)
class Offer:
    """A move as the page offers it."""

    verb: str
    words: Promise
    url: str
    is_main: bool

    @property
    def key(self) -> str:
        return KEYS.get(self.verb, "")

    @property
    def icon(self) -> str:
        return ICONS[self.verb]


def offers_of(appeal: Appeal, moves: Iterable[str], *, been: set[int], is_asked: bool, is_owed: bool) -> list[Offer]:
    """The buttons for these moves, without those that would change nothing or have nobody to turn to.

    `been` are the tiers of this round; `is_asked`: the company still has time to reply; `is_owed`: a promise is open.
    """
    is_idle = {
        "carry_out": not is_owed,
        "hear_platform": is_asked
        or appeal.respondent_kind != RespondentKind.COMPANY
        or not appeal.respondent_at_event_id,
        "mark_urgent": appeal.is_urgent,
        "return_down": appeal.is_urgent or appeal.tier - 1 not in been,
    }
    possible = [verb for verb in OFFERED if verb in moves and not is_idle.get(verb, False)]
    if "reopen" in possible and appeal.reopened_as.exists():
        possible.remove("reopen")
    return [
        Offer(verb, VERBS[verb], reverse(f"appeals:{verb}", args=[appeal.code]), verb == possible[0])
        for verb in possible
    ]
