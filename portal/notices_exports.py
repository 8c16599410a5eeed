"""Who is told of lists taken out: whoever has to agree, and whoever asked."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal import events
from portal.calendar import beijing_day
from portal.exports import Lists
from portal.models import Event
from portal.registers_out import REGISTERS
from portal.telling import Telling, on


def _export_of(lists: Lists[Any], event: Event) -> Any:
    related = lists.model.objects.select_related("post__person", "post__organisation", "decided_by__person")
    return related.get(code=events.code_of(event.subject))


def _address(lists: Lists[Any], export: Any) -> str:
    return reverse(f"{lists.room}:export", args=[export.code])


def second_person(lists: Lists[Any], event: Event) -> Iterator[Telling]:
    """Those of whom one has to agree; a short list needs nobody."""
    if not event.facts["needs_second"]:
        return
    export = _export_of(lists, event)
    sentence = _("{name}, {organisation}, asks to take out {rows} rows: agree or not within a day.")
    text = format_lazy(
        sentence,
        name=export.post.person.name,
        organisation=export.post.organisation.short_name,
        rows=event.facts["rows"],
    )
    for post in lists.seconds_for(export, beijing_day(event.at)):
        yield Telling(post.person, text, _address(lists, export))


def asker(lists: Lists[Any], event: Event) -> Iterator[Telling]:
    """Whoever asked, once somebody else has decided; of his own short list he knows."""
    export = _export_of(lists, event)
    if export.decided_by is None:
        return
    sentence = _("{name} agreed: the list with {rows} rows is ready for a day.")
    if event.kind.endswith(".export_refused"):
        sentence = _("{name} did not agree to the list with {rows} rows.")
    text = format_lazy(sentence, name=export.decided_by.person.name, rows=event.facts["rows"])
    yield Telling(export.post.person, text, _address(lists, export))


@on("portal.export_asked")
def second_of_register(event: Event) -> Iterator[Telling]:
    return second_person(REGISTERS, event)


@on("portal.exported", "portal.export_refused")
def asker_of_register(event: Event) -> Iterator[Telling]:
    return asker(REGISTERS, event)
