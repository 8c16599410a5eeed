"""Each case that left the register in a file says so in its own log."""

import datetime

from django.db import transaction

from appeals.models import Appeal, Export
from portal import events
from portal.models import Event

KIND = "appeals.taken_out"
# chains held at once: a handler who moves one of these cases meanwhile waits for as long as so many rows take
A_STEP = 500


def note(export: Export, cases: list[int], *, now: datetime.datetime) -> int:
    """Say it in the log of every case of a file that is about to be handed out: how many logs it was written to.

    Written when the file is made, not when it is fetched: from then on the case lies in it, whoever fetches it how
    often (each fetch is a link of the export's own log), and no file is ready before every log says so. A log too many
    after a file that failed is the lesser lie. Only who and which export stands there, so that neither a filter nor
    how long the list was tells a driver about others. Steps of 500 in a few statements each; a long file's are
    transactions of their own, and what an earlier try has written is not written again. Nobody is sent a notice: a
    desk takes its list out every week, and the driver finds it in his case and in its log.
    """
    return sum(_note_some(export, cases[start : start + A_STEP], now) for start in range(0, len(cases), A_STEP))


@transaction.atomic
def _note_some(export: Export, cases: list[int], now: datetime.datetime) -> int:
    rows = Appeal.objects.filter(pk__in=cases).only("pk", "code", "position")
    held = {events.subject_of(row): row for row in rows.order_by("pk").select_for_update(no_key=True, of=("self",))}
    noted = Event.objects.filter(kind="appeals.taken_out", subject__in=held, facts__export=export.code)
    for subject in noted.values_list("subject", flat=True):
        del held[subject]
    facts = {"export": export.code, "format": export.format}
    made = events.record_each(
        "appeals.taken_out", held.values(), by=export.post.person, post=export.post, at=now, facts=facts
    )
    for event in made:
        held[event.subject].position = event.position
    Appeal.objects.bulk_update(held.values(), ["position"])
    return len(made)
