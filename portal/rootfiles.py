"""The daily roots outside the database: one small file a day for the world, and the leaves behind it for a month."""

import bisect
import datetime
import functools
import json
import operator
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from portal import merkle
from portal.verification import leaf_of

Leaf = tuple[str, int, str]
LEAVES_KEPT = datetime.timedelta(days=30)


def path_of(day: datetime.date) -> Path:
    return settings.ROOTS_DIR / f"{day.isoformat()}.json"


def _leaves_path(day: datetime.date) -> Path:
    return settings.ROOTS_DIR / "leaves" / f"{day.isoformat()}.txt"


def hashes(leaves: Iterable[Leaf]) -> list[bytes]:
    return [merkle.leaf_hash(leaf_of(*leaf)) for leaf in leaves]


def read(day: datetime.date) -> dict[str, Any] | None:
    """The file of a day, None where there is none."""
    try:
        return json.loads(path_of(day).read_bytes())
    except FileNotFoundError:
        return None


def write(published: dict[str, Any], leaves: list[Leaf]) -> None:
    """Write a day's leaves and then its root; each appears whole or not at all, also after a crash."""
    day = datetime.date.fromisoformat(published["day"])
    rows = "".join(f"{subject}\t{position}\t{head}\n" for subject, position, head in leaves)
    _replace(_leaves_path(day), rows.encode())
    _replace(path_of(day), json.dumps(published, indent=2).encode() + b"\n")


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def leaves_of(day: datetime.date) -> list[Leaf]:
    """The leaves of a day in their order; empty once they are no longer kept."""
    try:
        rows = _leaves_path(day).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(subject, int(position), head) for subject, position, head in (row.split("\t") for row in rows)]


def proof(day: datetime.date, subject: str) -> dict[str, Any] | None:
    """Where a subject's head stands in a day's tree and the path to the root; None where it is not in it."""
    published, path = read(day), _leaves_path(day)
    if published is None or not path.exists():
        return None
    leaves, tree = _tree(day, path.stat().st_mtime_ns)
    index = bisect.bisect_left(leaves, subject, key=operator.itemgetter(0))
    if index == len(leaves) or leaves[index][0] != subject:
        return None
    return {
        "day": published["day"],
        "root": published["root"],
        "leaves": len(leaves),
        "index": index,
        "position": leaves[index][1],
        "hash": leaves[index][2],
        "path": [step.hex() for step in merkle.path(tree, index)],
    }


@functools.lru_cache(maxsize=1)
def _tree(day: datetime.date, _written_ns: int) -> tuple[list[Leaf], list[bytes]]:
    """Everybody who downloads a log today needs the same leaves."""
    leaves = leaves_of(day)
    return leaves, hashes(leaves)


def drop_old_leaves(today: datetime.date) -> int:
    """Leaves only serve new downloads, which always use the newest root; the roots themselves stay for ever."""
    oldest = today - LEAVES_KEPT
    old = [path for path in _leaves_files() if path.stem < oldest.isoformat()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _leaves_files() -> Iterator[Path]:
    return _leaves_path(datetime.date.min).parent.glob("????-??-??.txt")
