"""A person's own data as he reads it: the keys of the rooms' `personal_data` in words, times as Beijing times. Pure."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from portal.calendar import beijing

ROOMS: dict[str, Promise] = {
    "portal": pgettext_lazy("own data", "Account and messages"),
    "platforms": pgettext_lazy("own data", "Ties to companies"),
    "drivers": pgettext_lazy("own data", "Record in the register of drivers"),
    "branches": pgettext_lazy("own data", "Contacts and branch"),
    "appeals": pgettext_lazy("own data", "Appeals and files"),
}
KEYS: dict[str, Promise] = {
    "name": pgettext_lazy("own data", "Name"),
    "phone": pgettext_lazy("own data", "Phone number"),
    "joined_at": pgettext_lazy("own data", "Account since"),
    "posts": pgettext_lazy("own data", "Posts"),
    "messages": pgettext_lazy("own data", "Messages"),
    "is_sms_on": pgettext_lazy("own data", "Told by SMS too"),
    "is_quiet_at_night": pgettext_lazy("own data", "Quiet at night"),
    "role": pgettext_lazy("own data", "Role"),
    "organisation": pgettext_lazy("own data", "Organisation"),
    "from_date": pgettext_lazy("own data", "From"),
    "until_date": pgettext_lazy("own data", "Until"),
    "at": pgettext_lazy("own data", "Time"),
    "text": pgettext_lazy("own data", "Text"),
    "ties": pgettext_lazy("own data", "Declared ties"),
    "relatives": pgettext_lazy("own data", "Declared relatives"),
    "company": pgettext_lazy("own data", "Company"),
    "companies": pgettext_lazy("own data", "Companies you drive for"),
    "contracts": pgettext_lazy("own data", "Contracts"),
    "kind": pgettext_lazy("own data", "Kind"),
    "claims": pgettext_lazy("own data", "How you were verified"),
    "way": pgettext_lazy("own data", "Way"),
    "status": pgettext_lazy("own data", "State"),
    "licence": pgettext_lazy("own data", "Licence number"),
    "words": pgettext_lazy("own data", "What you wrote"),
    "made_at": pgettext_lazy("own data", "Made"),
    "decided_at": pgettext_lazy("own data", "Decided"),
    "reason": pgettext_lazy("own data", "Reason"),
    "place": pgettext_lazy("own data", "Place"),
    "since_date": pgettext_lazy("own data", "Drives since"),
    "branch": pgettext_lazy("own data", "Responsible branch"),
    "pairs": pgettext_lazy("own data", "Contacts you had and have"),
    "contact": pgettext_lazy("own data", "Contact"),
    "appeals": pgettext_lazy("own data", "Appeals"),
    "number": pgettext_lazy("own data", "Number"),
    "filed_at": pgettext_lazy("own data", "Filed"),
    "title": pgettext_lazy("own data", "Title"),
    "category": pgettext_lazy("own data", "About"),
    "identity": pgettext_lazy("own data", "Who sees your name"),
    "files": pgettext_lazy("own data", "Photos and documents"),
    "size_bytes": pgettext_lazy("own data", "Size in bytes"),
    "sha256": pgettext_lazy("own data", "Checksum (SHA-256)"),
    "received_at": pgettext_lazy("own data", "Received"),
    "appeal": pgettext_lazy("own data", "Appeal"),
    "corrections": pgettext_lazy("own data", "Requests to correct"),
    "fact": pgettext_lazy("own data", "What is wrong"),
    "said": pgettext_lazy("own data", "What you said"),
    "asked_at": pgettext_lazy("own data", "Asked"),
    "outcome": pgettext_lazy("own data", "Outcome"),
    "answer": pgettext_lazy("own data", "Answer"),
    "licence_until_date": pgettext_lazy("own data", "Licence valid until"),
    "certificate": pgettext_lazy("own data", "Certificate number"),
    "certificate_from_date": pgettext_lazy("own data", "Certificate valid from"),
    "certificate_until_date": pgettext_lazy("own data", "Certificate valid until"),
    "state": pgettext_lazy("own data", "State in the register"),
    "vehicles": pgettext_lazy("own data", "Vehicles you drive and drove"),
    "plate": pgettext_lazy("own data", "Plate"),
    "happened_date": pgettext_lazy("own data", "Happened on"),
    "order": pgettext_lazy("own data", "Order number"),
    "amount": pgettext_lazy("own data", "How much money"),
    "steps": pgettext_lazy("own data", "What happened in your appeals"),
    "what": pgettext_lazy("own data", "What"),
    "by": pgettext_lazy("own data", "Who"),
    "where": pgettext_lazy("own data", "Where"),
    "readings": pgettext_lazy("own data", "Who saw your data"),
    "consents": pgettext_lazy("own data", "Uses you agreed to"),
    "use": pgettext_lazy("own data", "Use"),
    "from_at": pgettext_lazy("own data", "Since"),
    "until_at": pgettext_lazy("own data", "Taken back"),
}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Room:
    """What one room holds: single facts, and lists of rows under a heading each."""

    word: str
    facts: Pairs
    lists: list[tuple[str, list[Pairs]]]


def word_of(field: str) -> str:
    """drivers.licence as a person reads it: 驾驶员登记：驾驶证号."""
    room, _dot, key = field.partition(".")
    return _("%(room)s: %(fact)s") % {"room": ROOMS.get(room, room), "fact": KEYS.get(key, key)}


def told(held: dict[str, dict[str, Any]]) -> list[Room]:
    """The rooms that hold something."""
    return [_room(name, values) for name, values in held.items() if any(value for value in values.values())]


def _room(name: str, values: dict[str, Any]) -> Room:
    lists = [(str(KEYS[key]), [_row(row) for row in value]) for key, value in values.items() if isinstance(value, list)]
    facts = _row({key: value for key, value in values.items() if not isinstance(value, list)})
    return Room(str(ROOMS[name]), facts, [one for one in lists if one[1]])


def _row(values: Any) -> Pairs:
    if not isinstance(values, dict):
        return [("", str(values))]
    return [(str(KEYS[key]), _value(key, value)) for key, value in values.items() if value not in (None, "")]


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key.endswith("_at") or key == "at":
        return f"{beijing(datetime.datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    return str(value)
