"""The Merkle tree of RFC 6962 as pure functions: one root over many leaves, and a short proof that one is in it."""

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, the hash of nothing."""
    if not hashes:
        return hashlib.sha256().digest()
    level = list(hashes)
    # pairing level by level, an odd last one going up as it is, gives RFC 6962's tree without recursion
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def _level_above(level: list[bytes]) -> list[bytes]:
    above = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return above + level[len(above) * 2 :]


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of the leaf at `index`: its neighbours from the bottom up."""
    if not 0 <= index < len(hashes):
        raise IndexError("There is no such leaf.")
    found = []
    level, place = list(hashes), index
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            found.append(level[neighbour])
        level, place = _level_above(level), place // 2
    return found


def root_from_path(leaf: bytes, index: int, count: int, neighbours: Sequence[bytes]) -> bytes | None:
    """The root a leaf hash and its audit path lead to (RFC 9162, 2.1.3.2); None where the path has the wrong length."""
    if not 0 <= index < count:
        return None
    place, last, found = index, count - 1, leaf
    for neighbour in neighbours:
        if last == 0:
            return None
        if place % 2 or place == last:
            found = node_hash(neighbour, found)
            while not place % 2 and place:
                place, last = place // 2, last // 2
        else:
            found = node_hash(found, neighbour)
        place, last = place // 2, last // 2
    return found if last == 0 else None
