"""The chain as a table: every move, status and tier, allowed or refused with which sentence. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals import chain
from portal.errors import Refused

OPEN = {"waiting", "in_hand", "asked"}
# move -> (actor, statuses it may be made in, tiers it may be made at)
ALLOWED = {
    "take": ("handler", {"waiting"}, {1, 2, 3}),
    "ask": ("handler", {"in_hand"}, {1, 2, 3}),
    "hear_platform": ("handler", {"in_hand"}, {1, 2, 3}),
    "answer": ("handler", {"in_hand"}, {1, 2, 3}),
    "escalate": ("handler", {"in_hand"}, {1, 2}),
    "return_down": ("handler", {"in_hand"}, {2, 3}),
    "transfer": ("handler", {"in_hand"}, {1, 2, 3}),
    "mark_urgent": ("handler", OPEN, {1, 2, 3}),
    "carry_out": ("handler", {"answered"}, {1, 2, 3}),
    "assign": ("leader", OPEN, {1, 2, 3}),
    "add": ("driver", OPEN, {1, 2, 3}),
    "reply": ("driver", {"asked"}, {1, 2, 3}),
    "challenge": ("driver", OPEN, {1, 2, 3}),
    "withdraw": ("driver", OPEN, {1, 2, 3}),
    "come_back": ("driver", {"withdrawn"}, {1, 2, 3}),
    "go_on": ("driver", {"answered"}, {1, 2}),
    "accept": ("driver", {"answered"}, {1, 2, 3}),
    "rate": ("driver", {"answered", "closed"}, {1, 2, 3}),
    "not_carried_out": ("driver", {"answered"}, {1, 2, 3}),
    "platform_reply": ("company", OPEN | {"answered", "closed"}, {1, 2, 3}),
    "pass_up": ("portal", {"waiting", "in_hand"}, {1, 2}),
    "limit": ("portal", OPEN, {1, 2, 3}),
    "end_rest": ("portal", {"asked"}, {1, 2, 3}),
    "lapse": ("portal", {"answered", "withdrawn"}, {1, 2, 3}),
    "reopen": ("overseer", {"closed"}, {1, 2, 3}),
}
# move -> (status, tier) it leads to, from tier 2 in the first status it may be made in
LEADS_TO = {
    "take": ("in_hand", 2),
    "ask": ("asked", 2),
    "hear_platform": ("in_hand", 2),
    "answer": ("answered", 2),
    "escalate": ("waiting", 3),
    "return_down": ("waiting", 1),
    "transfer": ("transferred", 2),
    "carry_out": ("answered", 2),
    "reply": ("in_hand", 2),
    "go_on": ("waiting", 3),
    "accept": ("closed", 2),
    "not_carried_out": ("waiting", 2),
    "end_rest": ("in_hand", 2),
    "reopen": ("closed", 2),
}
EVERY = [(move, status, tier) for move in chain.MOVES for status in chain.STATUSES for tier in (1, 2, 3)]


def test_every_move_stands_in_this_table() -> None:
    assert set(ALLOWED) == set(chain.MOVES)


@pytest.mark.parametrize(("move", "status", "tier"), EVERY)
def test_move_is_allowed_or_refused_with_its_sentence(move: str, status: str, tier: int) -> None:
    _actor, statuses, tiers = ALLOWED[move]
    if status in statuses and tier in tiers:
        assert chain.step(move, status, tier).move == move
        return
    with pytest.raises(Refused) as refusal:
        chain.step(move, status, tier)
    expected = chain.NOW_IT_IS[status] if status not in statuses else chain.MOVES[move].why_not_tier
    assert str(refusal.value) == str(expected)
    assert len(str(refusal.value)) > 5  # a sentence, in Chinese too


@pytest.mark.parametrize("actor", list(chain.Actor))
@pytest.mark.parametrize("status", chain.STATUSES)
@pytest.mark.parametrize("tier", [1, 2, 3])
def test_each_role_is_offered_its_own_moves_only(actor: chain.Actor, status: str, tier: int) -> None:
    wanted = {
        move
        for move, (whose, statuses, tiers) in ALLOWED.items()
        if whose == actor and status in statuses and tier in tiers
    }
    assert set(chain.moves_for(actor, status, tier)) == wanted


@pytest.mark.parametrize(("move", "outcome"), LEADS_TO.items())
def test_moves_lead_where_the_rules_say(move: str, outcome: tuple[str, int]) -> None:
    status = next(status for status in chain.STATUSES if status in ALLOWED[move][1])
    step = chain.step(move, status, 2)
    assert (step.status, step.tier) == outcome


def test_an_appeal_is_returned_down_at_most_once_a_round() -> None:
    with pytest.raises(Refused):
        chain.step("return_down", "in_hand", 2, was_returned=True)


def test_a_handler_is_challenged_once() -> None:
    with pytest.raises(Refused):
        chain.step("challenge", "in_hand", 1, was_challenged=True)


@pytest.mark.parametrize("tier", [1, 2, 3])
@pytest.mark.parametrize("status", sorted(OPEN))
def test_giving_a_case_to_a_colleague_moves_neither_status_nor_tier_nor_clock(status: str, tier: int) -> None:
    assert chain.step("assign", status, tier) == chain.Step("assign", status, tier, chain.Clock.KEEP)


def test_the_limit_leads_to_the_committee_from_every_tier() -> None:
    assert {chain.step("limit", "waiting", tier).tier for tier in (1, 2, 3)} == {3}


def test_urgent_appeals_are_at_the_branch_or_above() -> None:
    assert [chain.step("mark_urgent", "waiting", tier).tier for tier in (1, 2, 3)] == [2, 2, 3]


@given(st.lists(st.sampled_from(sorted(chain.MOVES)), max_size=40))
def test_no_walk_leaves_the_three_tiers_or_the_known_statuses(moves: list[str]) -> None:
    status, tier, returned = "waiting", 1, False
    for move in moves:
        if chain.why_not(move, status, tier, was_returned=returned) is not None:
            continue
        step = chain.step(move, status, tier, was_returned=returned)
        returned = returned or move == "return_down"
        status, tier = step.status, step.tier
        assert status in chain.STATUSES
        assert tier in (1, 2, 3)
