"""Verifying a downloaded case log: pure, without database, network or clock, so that anybody can do it anywhere."""

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import ledger, merkle

FORMAT = "case-log/1"
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 16
MAX_NAMED = 50
LINK_KEYS = frozenset({"subject", "position", "kind", "by", "post", "at", "facts", "words", "previous", "hash"})
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]')
_SUBJECT = re.compile(r"[a-z_]+\.[a-z_]+:[0-9A-Za-z_-]{1,40}")
_HEAD = re.compile(r"(?:(\d{1,6})[-:])?([0-9a-f]{16,64})")

SENTENCES: dict[str, Promise] = {
    "altered": gettext_lazy("Entry %(position)d was altered."),
    "foreign": gettext_lazy("Entry %(position)d belongs to another record."),
    "missing": gettext_lazy("Entry %(position)d is missing."),
    "twice": gettext_lazy("Entry %(position)d is there twice."),
    "order": gettext_lazy("Entry %(position)d is not in its place: the order was changed."),
    "words": gettext_lazy("The words of entry %(position)d were altered."),
    "cut": gettext_lazy("The end is cut off: entry %(position)d and what came after it are missing."),
    "receipt": gettext_lazy("Entry %(position)d does not match the receipt: it, or something before it, was altered."),
    "unreceipted": gettext_lazy(
        "The receipt's check code is not found in this record: it was rewritten or its end was cut off."
    ),
    "root": gettext_lazy(
        "Entry %(position)d does not match the published daily root: it, or something before it, was altered."
    ),
    "proof": gettext_lazy("The proof for the daily root was altered."),
    "stranger": gettext_lazy("This record does not come from this portal."),
    "unpublished": gettext_lazy("No such daily root was published for that day."),
}


class Unreadable(Exception):
    """This is no case log; the sentence says why."""


@dataclass(frozen=True, order=True)
class Problem:
    position: int
    kind: str

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.kind]) % {"position": self.position}


@dataclass(frozen=True)
class Report:
    """What the verification found. `covered_until` is the last day whose published root vouches for the record."""

    subject: str
    count: int
    head: tuple[int, str]
    problems: list[Problem] = field(default_factory=list)
    covered_until: datetime.date | None = None
    covered_count: int = 0
    erased_count: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems


def read(data: bytes) -> dict[str, Any]:
    """The log in a file. Raises Unreadable for whatever is none, however large, deep or odd it is."""
    if len(data) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 2 MB; a case record never is."))
    depth = deepest = 0
    for token in _BRACKETS.finditer(data):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise Unreadable(_("The file is nested too deeply to be a case record."))
    try:
        log = json.loads(data, object_pairs_hook=_once_each, parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise Unreadable(_("This is not a case record, or only part of one. Choose the file as downloaded.")) from error
    _require_shape(log)
    return log


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice: two readers could read two things.")
    return found


def _no_float(text: str) -> Any:
    raise ValueError(f"{text[:20]} is not a whole number.")


def _require_shape(log: Any) -> None:
    is_log = isinstance(log, dict) and log.get("format") == FORMAT and isinstance(log.get("links"), list)
    if not is_log or not isinstance(log.get("subject"), str) or not _SUBJECT.fullmatch(log["subject"]):
        raise Unreadable(_("This is not a case record of this portal."))
    if not log["links"] or not all(isinstance(link, dict) and _is_link(link) for link in log["links"]):
        raise Unreadable(_("The file has no entries, or something among them that is none."))
    if not isinstance(log.get("root"), dict | None) or not isinstance(log.get("head"), dict):
        raise Unreadable(_("The file lacks the parts that a case record ends with."))


def _is_link(link: dict[str, Any]) -> bool:
    position, words, texts = link.get("position"), link.get("words"), link.get("texts", {})
    return (
        link.keys() >= LINK_KEYS
        and isinstance(position, int)
        and 0 < position < 1_000_000
        and isinstance(words, dict)
        and isinstance(texts, dict)
        and all(isinstance(text, dict) for text in texts.values())
    )


def verify(log: Mapping[str, Any], *, roots: Mapping[str, str] | None = None, head: str = "") -> Report:
    """Check every link, the words that are still there, and where given the receipt's head and the published roots.

    `roots` maps a day (2026-11-23) to its root as published; None when there is nothing to compare with.
    """
    links = sorted(log["links"], key=lambda link: link["position"])
    found = {*_order_problems(log["links"]), *_link_problems(links, log["subject"]), *_word_problems(links)}
    found |= {*_head_problems(links, log["head"]), *_receipt_problems(links, head)}
    covered, root_problems = _covered(links, log, roots)
    found |= root_problems
    last = links[-1]
    return Report(
        subject=log["subject"],
        count=len(links),
        head=(last["position"], str(last["hash"])),
        problems=sorted(found)[:MAX_NAMED],
        covered_until=covered[0] if covered else None,
        covered_count=covered[1] if covered else 0,
        erased_count=sum("erased_at" in text for link in links for text in link.get("texts", {}).values()),
    )


def _order_problems(links: list[dict[str, Any]]) -> Iterator[Problem]:
    positions = [link["position"] for link in links]
    present = Counter(positions)
    yield from (Problem(position, "twice") for position, times in present.items() if times > 1)
    gaps = [position for position in range(1, min(max(present), len(links) + MAX_NAMED) + 1) if position not in present]
    yield from (Problem(position, "missing") for position in gaps[:MAX_NAMED])
    for given, right in zip(positions, sorted(positions), strict=True):
        if given != right:
            yield Problem(given, "order")


def _link_problems(links: list[dict[str, Any]], subject: str) -> Iterator[Problem]:
    before: dict[str, Any] | None = None
    for link in links:
        position, is_whole = link["position"], False
        if link["subject"] != subject:
            yield Problem(position, "foreign")
        elif not _is_itself(link) or (position == 1 and link["previous"] != ledger.first_previous(subject)):
            yield Problem(position, "altered")
        else:
            is_whole = True
            if before and before["position"] == position - 1 and link["previous"] != before["hash"]:
                # both are whole, but this one was made after another link than the one that stands there
                yield Problem(position - 1, "altered")
        before = link if is_whole else None


def _is_itself(link: dict[str, Any]) -> bool:
    try:
        return ledger.link_hash(link) == link["hash"]
    except (TypeError, ValueError):
        return False


def _word_problems(links: list[dict[str, Any]]) -> Iterator[Problem]:
    """Words must fit what the chain holds of them. Words that were erased or are not shown leave the chain valid."""
    for link in links:
        for name, text in link.get("texts", {}).items():
            is_shown = "text" in text or "salt" in text
            if name not in link["words"] or (is_shown and not _fits(text, link["words"][name])):
                yield Problem(link["position"], "words")


def _fits(text: dict[str, Any], committed: Any) -> bool:
    try:
        return ledger.commitment(text["salt"], text["text"]) == committed
    except (TypeError, ValueError, KeyError):
        return False


def _head_problems(links: list[dict[str, Any]], head: Mapping[str, Any]) -> Iterator[Problem]:
    last = links[-1]
    position = head.get("position")
    if isinstance(position, int) and position > last["position"]:
        yield Problem(last["position"] + 1, "cut")
    elif position != last["position"] or head.get("hash") != last["hash"]:
        yield Problem(last["position"], "altered")


def _tidy(head: str) -> str:
    return "".join(head.split()).lower()


def is_head(text: str) -> bool:
    """What a receipt carries: a head's hash or its first 16 characters or more, its position in front if it likes."""
    return _HEAD.fullmatch(_tidy(text)) is not None


def _receipt_problems(links: list[dict[str, Any]], head: str) -> Iterator[Problem]:
    if not head.strip():
        return
    given = _HEAD.fullmatch(_tidy(head))
    if given is None:
        yield Problem(0, "unreceipted")
        return
    position, start = int(given[1] or 0), given[2]
    hashes = {link["position"]: str(link["hash"]) for link in links}
    if position and position > max(hashes):
        yield Problem(max(hashes) + 1, "cut")
    elif position and not hashes.get(position, start).startswith(start):
        yield Problem(position, "receipt")
    elif not position and not any(known.startswith(start) for known in hashes.values()):
        yield Problem(0, "unreceipted")


def _covered(
    links: list[dict[str, Any]], log: Mapping[str, Any], roots: Mapping[str, str] | None
) -> tuple[tuple[datetime.date, int] | None, set[Problem]]:
    """Until which day, and for how many links, a published root vouches."""
    proof = log.get("root")
    if not proof:
        return None, set()
    position, last = proof.get("position"), links[-1]["position"]
    found = _root_of(proof, log["subject"])
    if found is None or found != proof.get("root"):
        return None, {Problem(0, "proof")}
    if roots is not None and roots.get(proof["day"]) != proof["root"]:
        return None, {Problem(0, "unpublished")}
    if position > last:
        return None, {Problem(last + 1, "cut")}
    hashes = {link["position"]: link["hash"] for link in links}
    if position in hashes and hashes[position] != proof["hash"]:
        return None, {Problem(position, "root")}
    return (None if roots is None else (datetime.date.fromisoformat(proof["day"]), position)), set()


def _root_of(proof: Mapping[str, Any], subject: str) -> str | None:
    """The root that the log's own proof leads to; None where it is none."""
    try:
        datetime.date.fromisoformat(proof["day"])
        if not all(isinstance(proof[number], int) for number in ("position", "index", "leaves")):
            return None
        leaf = merkle.leaf_hash(leaf_of(subject, proof["position"], proof["hash"]))
        neighbours = [bytes.fromhex(step) for step in proof["path"]]
        found = merkle.root_from_path(leaf, proof["index"], proof["leaves"], neighbours)
    except (TypeError, ValueError, KeyError):
        return None
    return found.hex() if found else None


def leaf_of(subject: str, position: int, head_hash: str) -> bytes:
    """A head as a leaf of the daily tree."""
    return ledger.canonical({"subject": subject, "position": position, "hash": head_hash})
