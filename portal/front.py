"""What the rooms offer the front door. Each room's joins.py is named in settings.JOINS by string, so portal asks every
room and imports none of them.

A room defines the functions it has something to say to, and leaves out the others:

    cards(user, post) -> Iterable[Card]            the start page of the active post (None: a driver, as himself)
    counts(request) -> dict[str, int]              what waits for this post, by URL name; read by portal.context
    health(now) -> Iterable[Check]                 /healthz
    personal_data(person) -> dict[str, Any]        what the room holds about a person, for the person
    reading_pages() -> dict[str, Promise]          pages on which staff read a person's data, in the words he reads
    logged_readings(person)                        looks at his data that are events already: (event, what, page)
    correctable(person) -> Iterable[Correctable]   what of it he may say is wrong, and where its keeper changes it
    registered_in(city) -> Q                       corrections of people whose records that city keeps
    erase(person, now)                             forgets what may go; in the transaction that erases the account
    erasure_stays(person) -> list[str]             codes of what stays nevertheless
    erasure_waits(person) -> list[str]             codes of what has to end first
    erasure_words() -> dict[str, Promise]          these codes in the words the person reads
    how() -> Iterable[Card]                        the public page on how an appeal goes
    hook_kinds() -> dict[str, Any]                 event kinds of which other systems may be told, and their words
    due_rows(calendar) -> Iterable[DueRow]         dates that a work calendar not yet in force would move
    open_work(over) -> Iterable[OpenWork]          what a post holds that somebody has to go on with
    hand_over(over) -> int                         hands that over; how many things changed hands
    organisation_work(organisation, now) -> Iterable[OpenWork]   what keeps an organisation from being closed
    place_settings(place, post, day) -> Iterable[Card]   what is set for a city, on the page of its settings
    place_events(place) -> PlaceEvents             which events belong to that city's history, and their words
    place_work(place, last_date, now) -> Iterable[OpenWork]      what would be left undone if it were switched off
"""

import datetime
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.functional import Promise

from portal.calendar import WorkCalendar
from portal.models import Event, Place, Post, User

LEVELS = ("green", "yellow", "red")


@dataclass(frozen=True)
class Card:
    """One card of a start page: the room's own fragment and what it is drawn with; low `order` comes first."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    order: int = 50


@dataclass(frozen=True)
class Check:
    """One finding about a room's health: green, yellow (somebody should look) or red (the portal is not healthy)."""

    name: str
    level: str
    facts: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.level} is not a level of health.")


@dataclass(frozen=True)
class DueRow:
    """A due date that a calendar would move. `label` says what is due without naming a person: a case number."""

    label: str
    old_due_date: datetime.date
    new_due_date: datetime.date
    url: str = ""


@dataclass(frozen=True)
class OpenWork:
    """How much of one kind lies with a post or an organisation; never whose it is, nor what it is about."""

    word: str
    count: int


@dataclass(frozen=True)
class HandOver:
    """A post gives up what it holds: to a colleague, or (`to` is None) to its organisation. On leave only what cannot
    wait. `by` and `office` are whoever arranged it; the portal itself at midnight."""

    post: Post
    now: datetime.datetime
    to: Post | None = None
    by: User | None = None
    office: Post | None = None
    is_leave: bool = False


@dataclass(frozen=True)
class PlaceEvents:
    """Events of a room that belong to a city's history: where they are found, and what each says."""

    found: Q
    words: Mapping[str, Callable[[Event], str]]


@dataclass(frozen=True)
class Correctable:
    """A fact about a person: room and key, its word, and the page on which whoever keeps the record changes it."""

    field: str
    word: str | Promise
    url: str = ""


@functools.cache
def _modules(paths: tuple[str, ...]) -> list[tuple[str, ModuleType]]:
    return [(path.partition(".")[0], import_module(path)) for path in paths]


def ask(offer: str, *arguments: Any) -> Iterator[tuple[str, Any]]:
    """(room, its answer) of every room that has this offer, lowest room first."""
    for room, joins in _modules(tuple(settings.JOINS)):
        if hasattr(joins, offer):
            yield room, getattr(joins, offer)(*arguments)


def cards(user: User, post: Post | None) -> list[Card]:
    found = [card for _room, answer in ask("cards", user, post) for card in answer]
    return sorted(found, key=lambda card: card.order)


def health(now: datetime.datetime) -> dict[str, list[Check]]:
    return {room: list(answer) for room, answer in ask("health", now)}


def personal_data(person: User) -> dict[str, dict[str, Any]]:
    return dict(ask("personal_data", person))


def reading_pages() -> dict[str, Promise]:
    """By code: a sentence's end as "the desk page of appeal %(about)s"."""
    return {code: words for _room, answer in ask("reading_pages") for code, words in answer.items()}


def erase(person: User, now: datetime.datetime) -> None:
    """Higher rooms first: they know what hangs on the account and on the rows below theirs."""
    for _room, joins in reversed(_modules(tuple(settings.JOINS))):
        if hasattr(joins, "erase"):
            joins.erase(person, now)


def erasure_stays(person: User) -> list[str]:
    return [code for _room, answer in ask("erasure_stays", person) for code in answer]


def erasure_waits(person: User) -> list[str]:
    return [code for _room, answer in ask("erasure_waits", person) for code in answer]


def erasure_words() -> dict[str, Promise]:
    return {code: words for _room, answer in ask("erasure_words") for code, words in answer.items()}


def due_rows(calendar: WorkCalendar) -> list[DueRow]:
    """Every due date that would move under this calendar, soonest new date first."""
    rows = [row for _room, answer in ask("due_rows", calendar) for row in answer]
    moved = [row for row in rows if row.new_due_date != row.old_due_date]
    return sorted(moved, key=lambda row: (row.new_due_date, row.label))


def place_settings(place: Place, post: Post, day: datetime.date) -> list[Card]:
    found = [card for _room, answer in ask("place_settings", place, post, day) for card in answer]
    return sorted(found, key=lambda card: card.order)


def place_events(place: Place) -> list[PlaceEvents]:
    return [answer for _room, answer in ask("place_events", place)]


def place_work(place: Place, last_date: datetime.date, now: datetime.datetime) -> list[OpenWork]:
    return [work for _room, answer in ask("place_work", place, last_date, now) for work in answer]


def correctable(person: User) -> dict[str, Correctable]:
    return {one.field: one for _room, answer in ask("correctable", person) for one in answer}


def registered_in(city: Place) -> Q:
    found = Q(pk__in=[])
    for _room, answer in ask("registered_in", city):
        found |= answer
    return found
