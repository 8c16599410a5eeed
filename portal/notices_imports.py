"""Who is told how an import goes: whoever asked for it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal import events, telling
from portal.imports.tables import tables
from portal.models import Event, Import
from portal.telling import Telling

SENTENCES: dict[str, Promise] = {
    "portal.import_checked": _("{register}: the file has been checked and waits for you."),
    "portal.import_written": _("{register}: the import is written."),
    "portal.import_undone": _("{register}: the import was taken back."),
    "portal.import_stopped": _("{register}: the import stopped. Read why."),
}


@telling.on(*SENTENCES)
def asker(event: Event) -> Iterator[Telling]:
    run = Import.objects.select_related("post__person").get(code=events.code_of(event.subject))
    words = format_lazy(SENTENCES[event.kind], register=tables()[run.table].words)
    yield Telling(run.post.person, words, reverse("portal:import_run", args=[run.code]))
