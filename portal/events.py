"""Recording what happened: an append-only row in the caller's transaction, its words, what consumers are owed."""

import datetime
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction

from portal import celery_app, ledger
from portal.models import Delivery, Event, EventHead, EventText, Post, User

Consumer = Callable[[Event, datetime.datetime], None]
_consumers: dict[str, tuple[frozenset[str] | None, Consumer]] = {}
_only_while: dict[str, Callable[[], bool]] = {}
_is_unowed: ContextVar[bool] = ContextVar("is_unowed", default=False)


def consume(
    name: str, kinds: Iterable[str] | None, consumer: Consumer, *, only_while: Callable[[], bool] | None = None
) -> None:
    """Register a consumer of events: called once per event of these kinds (None: all), in a transaction of its own.

    `only_while` says whether there is anybody to tell: a debt costs two commits, asking costs a look.
    """
    _consumers[name] = (frozenset(kinds) if kinds is not None else None, consumer)
    if only_while is not None:
        _only_while[name] = only_while


def consumer_named(name: str) -> Consumer:
    return _consumers[name][1]


def subject_of(row: models.Model) -> str:
    """`appeals.appeal:<code>`: the name of a row's chain."""
    return f"{row._meta.label_lower}:{getattr(row, 'code', row.pk)}"


def code_of(subject: str) -> str:
    """The code in a chain's name."""
    return subject.partition(":")[2]


def record(
    kind: str,
    subject: models.Model | str,
    *,
    by: User | None,
    at: datetime.datetime,
    facts: dict[str, Any] | None = None,
    words: dict[str, str] | None = None,
    post: Post | None = None,
) -> Event:
    """Add a link to the subject's chain, in the caller's transaction, and owe it to every consumer of its kind.

    `subject` is the row, or the name of its chain where only that is known.
    `facts` are codes, times as integers, whole numbers: hashed and kept for ever. `words` are free text or anything
    personal: kept apart and erasable. The head row stays locked until the caller commits, so links never fork.
    """
    name = subject if isinstance(subject, str) else subject_of(subject)
    heads = EventHead.objects.select_for_update(no_key=True)
    head = heads.filter(subject=name).first()
    if head is None:
        first = EventHead(subject=name, position=0, hash=ledger.first_previous(name))
        EventHead.objects.bulk_create([first], ignore_conflicts=True)
        head = heads.get(subject=name)
    texts = {key: (text, secrets.token_hex(32)) for key, text in (words or {}).items() if text}
    commitments = {key: ledger.commitment(salt, text) for key, (text, salt) in texts.items()}
    event = _linked(head, kind, by=by, at=at, facts=facts or {}, commitments=commitments, post=post)
    event.save(force_insert=True)
    EventText.objects.bulk_create(
        EventText(event=event, name=key, text=text, salt=salt) for key, (text, salt) in texts.items()
    )
    head.save(update_fields=["position", "hash"])
    _owe([event])
    return event


def record_each(
    kind: str,
    rows: Iterable[models.Model],
    *,
    by: User | None,
    at: datetime.datetime,
    facts: dict[str, Any] | None = None,
    post: Post | None = None,
) -> list[Event]:
    """The same link, without words, in the chain of each of these rows, in the order of their chains' names.

    A handful of statements however many rows there are; the caller hands over a few hundred at a time, for every
    chain stays locked until he commits.
    """
    names = sorted({subject_of(row) for row in rows})
    first = [EventHead(subject=name, position=0, hash=ledger.first_previous(name)) for name in names]
    EventHead.objects.bulk_create(first, ignore_conflicts=True)
    heads = list(
        EventHead.objects.filter(subject__in=names).order_by("subject").select_for_update(no_key=True)
    )  # fmt: skip
    made = [_linked(head, kind, by=by, at=at, facts=facts or {}, commitments={}, post=post) for head in heads]
    Event.objects.bulk_create(made)
    EventHead.objects.bulk_update(heads, ["position", "hash"])
    _owe(made)
    return made


def _linked(
    head: EventHead,
    kind: str,
    *,
    by: User | None,
    at: datetime.datetime,
    facts: dict[str, Any],
    commitments: dict[str, str],
    post: Post | None,
) -> Event:
    """The next link of a chain whose head is held; the head is moved to it, neither is written yet."""
    link = {
        "subject": head.subject,
        "position": head.position + 1,
        "kind": kind,
        "by": by.code if by else None,
        "post": post.code if post else None,
        "at": ledger.microseconds(at),
        "facts": facts,
        "words": commitments,
        "previous": head.hash,
    }
    event = Event(
        kind=kind,
        subject=head.subject,
        position=head.position + 1,
        by=by,
        post=post,
        at=at,
        facts=facts,
        commitments=commitments,
        previous=head.hash,
        hash=ledger.link_hash(link),
    )
    head.position, head.hash = event.position, event.hash
    return event


def _owe(made: list[Event]) -> None:
    """What consumers are owed of new events of one kind."""
    owed = [] if _is_unowed.get() or not made else consumers_of(made[0].kind)
    Delivery.objects.bulk_create(
        Delivery(event=event, consumer=name, next_at=event.at) for event in made for name in owed
    )  # fmt: skip
    for event in made if owed else []:
        transaction.on_commit(lambda event_id=event.pk: _announce(event_id), robust=True)  # type: ignore[misc]


def consumers_of(kind: str) -> list[str]:
    found = [name for name, (kinds, _consumer) in _consumers.items() if kinds is None or kind in kinds]
    return [name for name in found if name not in _only_while or _only_while[name]()]


@contextmanager
def unowed() -> Iterator[None]:
    """Record events nobody is told of: the invented past of a demonstration. `owe_since` owes its last days."""
    token = _is_unowed.set(True)
    try:
        yield
    finally:
        _is_unowed.reset(token)


def owe_since(since: datetime.datetime, *, now: datetime.datetime) -> int:
    """Owe the events since a moment to their consumers after all; the sweep delivers them. Returns how many debts."""
    debts = [
        Delivery(event=event, consumer=name, next_at=now)
        for event in Event.objects.filter(at__gte=since).order_by("at", "pk")
        for name in consumers_of(event.kind)
    ]
    return len(Delivery.objects.bulk_create(debts, ignore_conflicts=True))


def _announce(event_id: int) -> None:
    """Tell a worker at once. The sweep delivers what a broken broker or a crash leaves."""
    celery_app.send_task("portal.deliver", kwargs={"event_id": event_id}, retry=False)
