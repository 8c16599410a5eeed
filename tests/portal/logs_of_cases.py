"""Case logs made without a database, for tests of the verification."""

import copy
from typing import Any

from portal import ledger, merkle, verification

SUBJECT = "appeals.appeal:0123456789ABCDEF"
SALT = "5a" * 32


def a_link(before: dict[str, Any] | None, position: int, *, subject: str = SUBJECT, **fields: Any) -> dict[str, Any]:
    words = fields.pop("texts", {"story": f"第 {position} 段话"})
    link = {
        "subject": subject,
        "position": position,
        "kind": "appeals.added",
        "by": "PERSON0000000001",
        "post": None,
        "at": 1_760_000_000_000_000 + position,
        "facts": {"tier": 1, "paid_fen": 18350},
        "words": {name: ledger.commitment(SALT, text) for name, text in words.items()},
        "previous": before["hash"] if before else ledger.first_previous(subject),
        "texts": {name: {"text": text, "salt": SALT} for name, text in words.items()},
    } | fields
    link["hash"] = ledger.link_hash(link)
    return link


def a_log(count: int = 5, *, covered: int | None = None, subject: str = SUBJECT) -> dict[str, Any]:
    """A log whose first `covered` links (all by default) are under the root of 2026-11-22."""
    links: list[dict[str, Any]] = []
    for position in range(1, count + 1):
        links.append(a_link(links[-1] if links else None, position, subject=subject))
    log = {
        "format": verification.FORMAT,
        "subject": subject,
        "made_at": 1_760_000_100_000_000,
        "links": links,
        "head": {"position": count, "hash": links[-1]["hash"]},
        "root": None,
    }
    place = covered if covered is not None else count
    if place:
        log["root"] = a_proof(subject, place, links[place - 1]["hash"])
    return log


def a_proof(subject: str, position: int, head: str) -> dict[str, Any]:
    others = [merkle.leaf_hash(str(number).encode()) for number in range(4)]
    own = merkle.leaf_hash(verification.leaf_of(subject, position, head))
    hashes = [others[0], others[1], own, *others[2:]]
    return {
        "day": "2026-11-22",
        "root": merkle.root(hashes).hex(),
        "leaves": len(hashes),
        "index": 2,
        "position": position,
        "hash": head,
        "path": [step.hex() for step in merkle.path(hashes, 2)],
    }


def roots_for(log: dict[str, Any]) -> dict[str, str]:
    return {log["root"]["day"]: log["root"]["root"]}


def rehashed(log: dict[str, Any], start: int) -> dict[str, Any]:
    """The work of a thorough forger: every link from `start` on is made to fit, and the head too."""
    forged = copy.deepcopy(log)
    links = forged["links"]
    for place in range(start - 1, len(links)):
        links[place]["previous"] = links[place - 1]["hash"] if place else ledger.first_previous(forged["subject"])
        links[place]["hash"] = ledger.link_hash(links[place])
    forged["head"] = {"position": links[-1]["position"], "hash": links[-1]["hash"]}
    return forged
