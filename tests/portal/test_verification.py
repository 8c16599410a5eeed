"""A case log is verified without a database: whatever was altered, dropped, re-dated or cut off is named."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import ledger, verification
from portal.verification import Problem, Unreadable
from tests.portal.logs_of_cases import SALT, SUBJECT, a_link, a_log, a_proof, rehashed, roots_for


def problems(log: dict[str, Any], **given: Any) -> list[tuple[int, str]]:
    roots = given.pop("roots", None)
    return [(found.position, found.kind) for found in verification.verify(log, roots=roots, **given).problems]


def encoded(log: Any) -> bytes:
    return json.dumps(log, ensure_ascii=False).encode()


def test_an_untouched_log_is_consistent_and_covered() -> None:
    log = a_log(5, covered=3)
    report = verification.verify(verification.read(encoded(log)), roots=roots_for(log))
    assert report.ok
    assert (report.count, report.head) == (5, (5, log["links"][-1]["hash"]))
    assert (report.covered_until.isoformat(), report.covered_count) == ("2026-11-22", 3)


def test_without_published_roots_nothing_vouches_for_it() -> None:
    report = verification.verify(a_log())
    assert report.ok
    assert report.covered_until is None


@pytest.mark.parametrize("position", [1, 3, 5])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("facts", {"tier": 3, "paid_fen": 18350}),
        ("at", 1_750_000_000_000_000),
        ("kind", "appeals.answered"),
        ("by", "PERSON0000000002"),
        ("post", "POST000000000001"),
        ("words", {}),
        ("facts", {"paid": 1.5}),
    ],
)
def test_an_altered_or_redated_link_is_named(position: int, field: str, value: Any) -> None:
    log = a_log()
    log["links"][position - 1][field] = value
    if field == "words":
        log["links"][position - 1]["texts"] = {}
    assert problems(log) == [(position, "altered")]


def test_a_link_that_was_altered_and_hashed_again_is_named() -> None:
    log = a_log()
    log["links"][2]["at"] += 1
    log["links"][2]["hash"] = ledger.link_hash(log["links"][2])
    assert problems(log) == [(3, "altered")]


def test_a_dropped_link_is_named() -> None:
    log = a_log()
    del log["links"][2]
    assert problems(log) == [(3, "missing")]


def test_a_dropped_link_whose_followers_were_renumbered_is_named() -> None:
    log = a_log(covered=0)
    del log["links"][2]
    for position, link in enumerate(log["links"], start=1):
        link["position"] = position
    log["head"]["position"] = 4
    assert problems(log) == [(3, "altered"), (4, "altered")]


def test_links_out_of_order_are_named() -> None:
    log = a_log()
    links = log["links"]
    links[1], links[3] = links[3], links[1]
    assert problems(log) == [(2, "order"), (4, "order")]


def test_links_that_swapped_places_are_named() -> None:
    log = a_log()
    first, second = log["links"][1], log["links"][2]
    first["position"], second["position"] = 3, 2
    log["links"][1], log["links"][2] = second, first
    assert problems(log) == [(2, "altered"), (3, "altered")]


def test_a_link_that_stands_there_twice_is_named() -> None:
    log = a_log()
    log["links"].insert(2, copy.deepcopy(log["links"][1]))
    assert (2, "twice") in problems(log)


def test_a_cut_tail_is_named_by_the_head() -> None:
    log = a_log()
    del log["links"][3:]
    log["root"] = None
    assert problems(log) == [(4, "cut")]


def test_a_cut_tail_with_a_new_head_is_named_by_the_proof() -> None:
    log = a_log()
    del log["links"][3:]
    log["head"] = {"position": 3, "hash": log["links"][-1]["hash"]}
    assert problems(log, roots=roots_for(log)) == [(4, "cut")]


def test_a_cut_tail_with_a_new_head_is_named_by_the_receipt() -> None:
    whole, log = a_log(covered=0), a_log(covered=0)
    del log["links"][3:]
    log["head"] = {"position": 3, "hash": log["links"][-1]["hash"]}
    assert problems(log) == []
    assert problems(log, head=f"5-{whole['head']['hash']}") == [(4, "cut")]
    assert problems(log, head=whole["head"]["hash"]) == [(0, "unreceipted")]


def test_a_record_that_was_rewritten_as_a_whole_is_found_by_the_root() -> None:
    log = a_log(5, covered=4)
    published = roots_for(log)
    log["links"][1]["facts"] = {"tier": 2}
    assert problems(rehashed(log, 2), roots=published) == [(4, "root")]


def test_a_record_rewritten_with_a_proof_of_its_own_is_found_by_the_published_root() -> None:
    log = a_log(5)
    published = roots_for(log)
    log["links"][1]["facts"] = {"tier": 2}
    forged = rehashed(log, 2)
    forged["root"] = a_proof(SUBJECT, 5, forged["links"][-1]["hash"])
    assert problems(forged) == []
    assert problems(forged, roots=published) == [(0, "unpublished")]


def test_a_record_that_was_rewritten_is_found_by_the_receipt() -> None:
    log = a_log(5, covered=0)
    receipt = f"2:{log['links'][1]['hash'][:16]}"
    log["links"][1]["facts"] = {"tier": 2}
    assert problems(rehashed(log, 2), head=receipt) == [(2, "receipt")]


@pytest.mark.parametrize("length", [16, 40, 64])
def test_a_receipt_may_be_shortened_and_typed_with_blanks(length: int) -> None:
    log = a_log()
    typed = log["links"][0]["hash"][:length].upper()
    assert problems(log, head=f" {typed[:8]} {typed[8:]} ") == []


def test_a_receipt_that_is_none_is_said_to_be_not_found() -> None:
    assert problems(a_log(), head="LZ-261112-7KQ2MX") == [(0, "unreceipted")]


def test_altered_words_are_named() -> None:
    log = a_log()
    log["links"][3]["texts"]["story"]["text"] = "换过的话"
    assert problems(log) == [(4, "words")]


def test_added_words_are_named() -> None:
    log = a_log()
    log["links"][3]["texts"]["more"] = {"text": "添上的话", "salt": SALT}
    assert problems(log) == [(4, "words")]


@pytest.mark.parametrize("salt", [None, "zz", 7, ""])
def test_a_broken_salt_is_no_crash(salt: Any) -> None:
    log = a_log()
    log["links"][3]["texts"]["story"]["salt"] = salt
    assert problems(log) == [(4, "words")]


def test_erased_and_withheld_words_leave_it_valid() -> None:
    log = a_log()
    log["links"][1]["texts"]["story"] = {"erased_at": 1_760_000_000_000_000}
    log["links"][2]["texts"]["story"] = {"withheld": True}
    report = verification.verify(log, roots=roots_for(log))
    assert report.ok
    assert report.erased_count == 1


def test_a_link_of_another_record_is_named() -> None:
    log, other = a_log(), a_log(subject="appeals.appeal:ZZZZZZZZZZZZZZZZ")
    log["links"][2] = other["links"][2]
    assert problems(log) == [(3, "foreign")]


def test_a_whole_record_under_another_name_is_foreign() -> None:
    log = a_log(covered=0)
    log["subject"] = "appeals.appeal:ZZZZZZZZZZZZZZZZ"
    assert problems(log) == [(position, "foreign") for position in range(1, 6)]


def test_an_altered_proof_is_said_to_be_altered() -> None:
    log = a_log()
    log["root"]["path"][0] = "00" * 32
    assert problems(log) == [(0, "proof")]


@pytest.mark.parametrize(
    "proof",
    [
        {"day": "2026-11-22"},
        {"day": [], "root": {}, "position": "3", "index": None, "leaves": 1, "path": 5, "hash": 1},
        {"day": "2026-11-22", "root": "x", "position": 1, "index": 0, "leaves": 1, "path": ["zz"], "hash": "x"},
        {"day": "heute", "root": "x", "position": 1, "index": 0, "leaves": 1, "path": [], "hash": "x"},
    ],
)
def test_a_proof_that_is_none_is_no_crash(proof: Any) -> None:
    assert problems(a_log() | {"root": proof}, roots={}) == [(0, "proof")]


def test_a_first_link_that_follows_something_is_named() -> None:
    log = a_log(3, covered=0)
    log["links"][0]["previous"] = "ab" * 32
    log["links"][0]["hash"] = ledger.link_hash(log["links"][0])
    assert problems(log) == [(1, "altered")]


def test_sentences_name_the_place() -> None:
    assert Problem(3, "altered").sentence == "第 3 条被改动过。"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format": "case-log/1"}',
        b'{"format": "case-log/1", "subject": "x:1", "subject": "y:1", "links": []}',
        b'{"format": "case-log/1", "subject": "appeals.appeal:1", "links": [{}], "head": {}}',
        b'{"format": "case-log/1", "subject": "appeals.appeal:1", "links": [], "head": {}}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000,
        b'"' + b"\\" * 500_000,
        b"1" * 10_000,
        b"NaN",
        b" " * (verification.MAX_BYTES + 1),
        encoded(a_log() | {"root": []}),
        encoded(a_log() | {"head": 5}),
        encoded(a_log() | {"links": [a_link(None, 1) | {"position": 0}]}),
        encoded(a_log() | {"links": [a_link(None, 1) | {"texts": {"story": "text"}}]}),
        encoded(a_log() | {"links": [a_link(None, 1) | {"at": 1.5}]}),
        encoded(a_log() | {"subject": "appeals.appeal:../../etc"}),
    ],
)
def test_what_is_no_log_gets_one_clear_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        verification.read(data)
    assert 5 < len(str(refused.value)) < 100


def test_odd_text_in_a_log_is_no_crash() -> None:
    log = a_log()
    log["links"][1]["facts"] = {"note": "\ud800"}
    log["links"][2]["texts"]["story"]["text"] = "\ud800"
    assert problems(json.loads(json.dumps(log))) == [(2, "altered"), (3, "words")]


@given(position=st.integers(1, 6), data=st.data())
def test_whatever_one_character_is_changed_its_link_is_named(position: int, data: st.DataObject) -> None:
    """Any change inside a link, of whichever field, is found, at its own place or as a break right after it."""
    log = a_log(6)
    published = roots_for(log)
    link = log["links"][position - 1]
    field = data.draw(st.sampled_from(["kind", "by", "at", "previous", "hash", "facts"]))
    if field == "at":
        link["at"] += data.draw(st.integers(1, 10**9))
    elif field == "facts":
        link["facts"]["tier"] = data.draw(st.integers(2, 9))
    else:
        place = data.draw(st.integers(0, len(link[field]) - 1))
        old = link[field][place]
        new = data.draw(st.sampled_from([letter for letter in "0123456789abcdef" if letter != old]))
        link[field] = link[field][:place] + new + link[field][place + 1 :]
    assert position in [found.position for found in verification.verify(log, roots=published).problems]
