"""The chain as a table: move x status x tier -> what follows, or the sentence why not. Pure: no database, no clock.

Tiers: 1 contact (流动党员), 2 mobile branch or enterprise organisation, 3 industry party committee.
Source: the pilot's rules of the direct appeal; defaults of the clocks are working days.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused

WAITING, IN_HAND, ASKED = "waiting", "in_hand", "asked"
ANSWERED, CLOSED, WITHDRAWN, TRANSFERRED = "answered", "closed", "withdrawn", "transferred"
OPEN = (WAITING, IN_HAND, ASKED)
STATUSES = (WAITING, IN_HAND, ASKED, ANSWERED, CLOSED, WITHDRAWN, TRANSFERRED)

CONTACT, BRANCH, COMMITTEE = 1, 2, 3
TIERS = [
    (CONTACT, _("Mobile party member")),
    (BRANCH, _("Mobile party branch")),
    (COMMITTEE, _("Industry party committee")),
]

# tier -> (take, answer) in working days, both counted from entry into the tier
DEFAULT_DAYS = {CONTACT: (1, 3), BRANCH: (1, 5), COMMITTEE: (2, 15)}
REPLY_DAYS = 3
REST_DAYS = 5
WINDOW_DAYS = 15  # calendar days: to go on, to come back, until silence counts as yes
LIMIT_DAYS = 60  # calendar days of one round, rests included
URGENT_HOURS = 2  # wall clock, day and night


class Actor(StrEnum):
    DRIVER = "driver"
    HANDLER = "handler"
    LEADER = "leader"  # who leads the desk where it lies: a secretary, his deputy, the committee's staff
    OVERSEER = "overseer"  # the committee of the line
    PORTAL = "portal"
    COMPANY = "company"


class Clock(StrEnum):
    """Which clock runs after a move."""

    ENTER = "enter"  # a tier is entered: its take and answer clocks start
    ANSWER = "answer"
    REST = "rest"
    WINDOW = "window"
    RESUME = "resume"  # the days that were left
    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True)
class Step:
    """What a move leads to."""

    move: str
    status: str
    tier: int
    clock: Clock


@dataclass(frozen=True)
class Move:
    """A row of the table. `to` None: the status stays. `climbs`: tiers up (or down)."""

    actor: Actor
    label: Promise
    statuses: tuple[str, ...]
    to: str | None
    clock: Clock = Clock.KEEP
    climbs: int = 0
    tiers: tuple[int, ...] = (1, 2, 3)
    why_not_tier: Promise | None = None


_TOP = _("This is the last tier. You can still turn to 12345, mediation, arbitration or a court.")
_TOP_HANDLER = _("This is the last tier: answer it, or transfer it to a named body.")
_BOTTOM = _("This is the first tier: there is nobody below to return it to.")

MOVES: dict[str, Move] = {
    "take": Move(Actor.HANDLER, _("Take"), (WAITING,), IN_HAND, Clock.ANSWER),
    "ask": Move(Actor.HANDLER, _("Ask the driver"), (IN_HAND,), ASKED, Clock.REST),
    "hear_platform": Move(Actor.HANDLER, _("Ask the company"), (IN_HAND,), None),
    "answer": Move(Actor.HANDLER, _("Answer"), (IN_HAND,), ANSWERED, Clock.WINDOW),
    "escalate": Move(Actor.HANDLER, _("Pass up"), (IN_HAND,), WAITING, Clock.ENTER, 1, (1, 2), _TOP_HANDLER),
    "return_down": Move(Actor.HANDLER, _("Return down"), (IN_HAND,), WAITING, Clock.ENTER, -1, (2, 3), _BOTTOM),
    "transfer": Move(Actor.HANDLER, _("Transfer to another body"), (IN_HAND,), TRANSFERRED, Clock.NONE),
    "mark_urgent": Move(Actor.HANDLER, _("Mark as urgent"), (WAITING, IN_HAND, ASKED), None, Clock.ENTER),
    "carry_out": Move(Actor.HANDLER, _("Mark as carried out"), (ANSWERED,), None),
    "assign": Move(Actor.LEADER, _("Give to a colleague"), OPEN, None),
    "add": Move(Actor.DRIVER, _("Add something"), OPEN, None),
    "reply": Move(Actor.DRIVER, _("Answer the question"), (ASKED,), IN_HAND, Clock.RESUME),
    "challenge": Move(Actor.DRIVER, _("Ask for another handler"), OPEN, WAITING, Clock.ENTER),
    "withdraw": Move(Actor.DRIVER, _("Withdraw"), OPEN, WITHDRAWN, Clock.WINDOW),
    "come_back": Move(Actor.DRIVER, _("Take it up again"), (WITHDRAWN,), None, Clock.RESUME),
    "go_on": Move(Actor.DRIVER, _("Go on to the next tier"), (ANSWERED,), WAITING, Clock.ENTER, 1, (1, 2), _TOP),
    "accept": Move(Actor.DRIVER, _("Accept the answer"), (ANSWERED,), CLOSED, Clock.NONE),
    "rate": Move(Actor.DRIVER, _("Rate"), (ANSWERED, CLOSED), None),
    "not_carried_out": Move(Actor.DRIVER, _("It was not carried out"), (ANSWERED,), WAITING, Clock.ENTER),
    "platform_reply": Move(Actor.COMPANY, _("Reply"), (*OPEN, ANSWERED, CLOSED), None),
    "pass_up": Move(
        Actor.PORTAL, _("Passed up by the portal"), (WAITING, IN_HAND), WAITING, Clock.ENTER, 1, (1, 2), _TOP
    ),
    "limit": Move(Actor.PORTAL, _("60 days have passed"), OPEN, WAITING, Clock.ENTER),
    "end_rest": Move(Actor.PORTAL, _("The rest is over"), (ASKED,), IN_HAND, Clock.RESUME),
    "lapse": Move(Actor.PORTAL, _("15 days have passed"), (ANSWERED, WITHDRAWN), CLOSED, Clock.NONE),
    "reopen": Move(Actor.OVERSEER, _("Reopen"), (CLOSED,), None),
}

# said when the status forbids a move: what is the case now, for the person who reads it
NOW_IT_IS: dict[str, Promise] = {
    WAITING: _("Nobody has taken this appeal yet."),
    IN_HAND: _("This appeal is in hand."),
    ASKED: _("This appeal waits on the driver's answer."),
    ANSWERED: _("This appeal has been answered."),
    CLOSED: _("This appeal is closed."),
    WITHDRAWN: _("The driver withdrew this appeal."),
    TRANSFERRED: _("This appeal was passed to another body."),
}
_RETURNED = _("It was returned once in this round already. Answer it, pass it up or transfer it.")
_CHALLENGED = _("A handler can be changed once, and you have done so already.")


def why_not(
    move: str, status: str, tier: int, *, was_returned: bool = False, was_challenged: bool = False
) -> Promise | None:
    """The sentence why this move is impossible now, or None when it may be made."""
    row = MOVES[move]
    if status not in row.statuses:
        return NOW_IT_IS[status]
    if tier not in row.tiers:
        return row.why_not_tier
    if move == "return_down" and was_returned:
        return _RETURNED
    if move == "challenge" and was_challenged:
        return _CHALLENGED
    return None


def step(move: str, status: str, tier: int, *, was_returned: bool = False, was_challenged: bool = False) -> Step:
    """What the move leads to. Raises Refused with the sentence why not."""
    reason = why_not(move, status, tier, was_returned=was_returned, was_challenged=was_challenged)
    if reason is not None:
        raise Refused(str(reason))
    row = MOVES[move]
    next_tier = COMMITTEE if move == "limit" else tier + row.climbs
    if move == "mark_urgent":
        next_tier = max(tier, BRANCH)
    return Step(move, row.to or status, next_tier, row.clock)


def moves_for(
    actor: Actor, status: str, tier: int, *, was_returned: bool = False, was_challenged: bool = False
) -> list[str]:
    """The moves an actor can make now, in the table's order."""
    state = {"was_returned": was_returned, "was_challenged": was_challenged}
    return [name for name, row in MOVES.items() if row.actor is actor and why_not(name, status, tier, **state) is None]
