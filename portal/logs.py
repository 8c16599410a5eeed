"""What never gets into a log: a last sieve behind the rule that nobody logs it. Ids and kinds are enough."""

import re
from collections.abc import MutableMapping
from typing import Any

# the values of a row, which databases like to quote
_QUOTED_ROWS = re.compile(r"\n(?:DETAIL|LINE \d+|CONTEXT|HINT|PARAMETERS):[^\n]*(?:\n[ \t]+\^[^\n]*)?")
_PLATE = re.compile(r"[\u4e00-\u9fff]\s?[A-HJ-NP-Z]\s?[·・.]?\s?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Fa-f-])\d{17}[\dXx](?![0-9A-Fa-f-])")
_PHONE = re.compile(r"(?<![0-9A-Fa-f-])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Fa-f-])")
# names, addresses and a driver's own words are Chinese; what the portal logs about itself is not
_HAN = re.compile(
    r"[\u3400-\u9fff\U00020000-\U0003ffff][\u3400-\u9fff\U00020000-\U0003ffff\u3000-\u303f\uff00-\uffef·]*"
)
# a search may hold a number, a receipt's address holds its secret
_QUERY = re.compile(r"(?<=\S)\?\S*")
_RECEIPT = re.compile(r"(/r/)\S+")
DROPPED = ("user_agent",)


def clean(text: str) -> str:
    text = _QUOTED_ROWS.sub("", text)
    text = _PLATE.sub("[plate]", text)
    text = _IDENTITY.sub("[number]", text)
    text = _PHONE.sub("[phone]", text)
    text = _RECEIPT.sub(r"\1[receipt]", text)
    return _HAN.sub("[words]", text)


def redact(_logger: Any, _method: str, event_dict: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor over every line, ours and other libraries'."""
    for name in DROPPED:
        event_dict.pop(name, None)
    for name, value in event_dict.items():
        event_dict[name] = _redacted(value)
    if isinstance(event_dict.get("request"), str):
        event_dict["request"] = _QUERY.sub("?[query]", event_dict["request"])
    return event_dict


def _redacted(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {_redacted(str(key)): _redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item) for item in value]
    # an exception handed over as a value counts by its kind: its words may quote a row
    return type(value).__name__ if isinstance(value, BaseException) else clean(str(value))
