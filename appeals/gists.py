"""By what a case may be found: read anew from what is left of its words."""

from appeals import marks
from appeals.models import Appeal, Identity
from portal import events
from portal.models import EventText

# The driver's words and the answers to them. Never internal notes, reasons of a move, a company's side or a motive.
SEARCHED = {
    "appeals.filed": ("title", "story"),
    "appeals.added": ("words",),
    "appeals.replied": ("words",),
    "appeals.answered": ("reasons", "remedy"),
}
INDEXED = frozenset({*SEARCHED, "appeals.reopened"})
# one more with every change of what follows here or in marks.py: older marks are then made anew by `renew_marks`
EDITION = 1


def words_of(appeal: Appeal) -> list[str]:
    """What is left of the words a case is searched by; a reopened one has its story in the case it goes back to."""
    subjects = {events.subject_of(appeal): tuple(SEARCHED)}
    first = appeal
    while first.reopened_from:
        first = first.reopened_from
        subjects[events.subject_of(first)] = ("appeals.filed",)
    rows = EventText.objects.filter(event__subject__in=subjects, event__kind__in=SEARCHED, erased_at=None)
    found = rows.values_list("event__subject", "event__kind", "name", "text")
    return [text or "" for subject, kind, name, text in found if kind in subjects[subject] and name in SEARCHED[kind]]


def personal_marks(appeal: Appeal) -> set[int]:
    """Phone, order and plates: who the driver is, to whoever knows them."""
    typed = [appeal.order_number, *words_of(appeal)]
    found = {marks.of_phone(appeal.filer.phone_hash)} | {plate for text in typed for plate in marks.of_plates(text)}
    return found | {marks.of_order(appeal.order_number)} if appeal.order_number else found


def marks_of(appeal: Appeal) -> set[int]:
    """Everything a case is found by. A sealed one never by its driver: not by name, phone, plate or order."""
    found = marks.of_number(appeal.number)
    if appeal.respondent_at_event_id:
        found.add(marks.of_company(appeal.respondent_at_event_id))
    words = words_of(appeal)
    if appeal.identity == Identity.SEALED:
        hidden = (appeal.filer.name, appeal.filer.phone, appeal.order_number)
        return found | marks.of_words(marks.without(text, hidden) for text in words)
    return found | marks.of_words(words) | personal_marks(appeal)
