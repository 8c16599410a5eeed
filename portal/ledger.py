"""The hash chain as pure functions: how a link is written down, hashed and checked. No database, no clock.

Canonical form: RFC 8785 JSON of NFC strings, integers and nothing else that could be written in two ways; times are
integer UTC microseconds, money is integer fen. A link's hash is SHA-256 over its canonical form, which holds the link
before (`previous`); the first link's `previous` is SHA-256 of the subject. A text is bound by
HMAC-SHA256(salt, text), so that salt and text can be erased and the chain still verifies.
"""

import datetime
import hashlib
import hmac
import unicodedata
from typing import Any

import rfc8785

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def microseconds(at: datetime.datetime) -> int:
    """An aware time as whole microseconds since 1970 UTC, computed without floats."""
    return (at - EPOCH) // datetime.timedelta(microseconds=1)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, bool) or value is None or isinstance(value, int):
        return value
    if isinstance(value, dict):
        return {_normal(str(key)): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a fact: use text, whole numbers, lists and objects.")


def canonical(value: Any) -> bytes:
    return rfc8785.dumps(_normal(value))


def first_previous(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()


def commitment(salt_hex: str, text: str) -> str:
    return hmac.new(bytes.fromhex(salt_hex), unicodedata.normalize("NFC", text).encode(), hashlib.sha256).hexdigest()


def link_hash(link: dict[str, Any]) -> str:
    """SHA-256 over the canonical form of `{subject, position, kind, by, post, at, facts, words, previous}`."""
    keys = ("subject", "position", "kind", "by", "post", "at", "facts", "words", "previous")
    return hashlib.sha256(canonical({key: link[key] for key in keys})).hexdigest()
