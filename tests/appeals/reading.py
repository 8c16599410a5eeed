"""What the tests of the appeals read again and again: the log of a case, who may do what, and refusals."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext

from appeals.models import Alarm, Appeal
from portal import events
from portal.errors import Refused
from portal.models import Event


def log(appeal: Appeal) -> list[Event]:
    return list(Event.objects.filter(subject=events.subject_of(appeal)).order_by("position"))


def kinds(appeal: Appeal) -> list[str]:
    """The moves of a case in order, without the room's name."""
    return [event.kind.removeprefix("appeals.") for event in log(appeal)]


def last(appeal: Appeal, kind: str = "") -> Event:
    return next(event for event in reversed(log(appeal)) if event.kind.endswith(kind))


def words(event: Event) -> dict[str, str | None]:
    return {text.name: text.text for text in event.texts.all()}  # type: ignore[attr-defined]


def alarms(appeal: Appeal) -> list[tuple[str, object]]:
    """Kind and addressee of each alarm, in order."""
    return [(alarm.kind, alarm.organisation) for alarm in Alarm.objects.filter(appeal=appeal).order_by("pk")]


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)


@contextmanager
def refused(sentence: str, appeal: Appeal | None = None) -> Iterator[None]:
    """The move is refused with this sentence, and the case stays as it was."""
    before = fresh(appeal).__dict__ | {"_state": None} if appeal else None
    links = len(log(appeal)) if appeal else 0
    with pytest.raises(Refused) as refusal:
        yield
    assert str(refusal.value) == gettext(sentence)
    if appeal:
        assert fresh(appeal).__dict__ | {"_state": None} == before
        assert len(log(appeal)) == links


@contextmanager
def denied(appeal: Appeal | None = None) -> Iterator[None]:
    """Whoever tries is told nothing, and leaves no trace in the case."""
    links = len(log(appeal)) if appeal else 0
    with pytest.raises(PermissionDenied):
        yield
    if appeal:
        assert len(log(appeal)) == links
