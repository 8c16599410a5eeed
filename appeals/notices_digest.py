"""The one notice a day of what is to be done soon: how many, of which kind; no number, no name, no SMS."""

from collections import Counter
from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from appeals.models import Digest, ReminderKind
from portal import events
from portal.models import Event
from portal.telling import Telling, on

REPLIES = frozenset({ReminderKind.REPLY_HALF.value, ReminderKind.REPLY_EVE.value})
PROMISES = frozenset({ReminderKind.PROMISE_HALF.value, ReminderKind.PROMISE_EVE.value})


def words_of(counted: tuple[tuple[str, int], ...]) -> str:
    """今天请留意：2 件最迟下一个工作日答复，1 件答复时间已过半。"""
    counts = dict(counted)
    parts = [_part(kind, counts[kind]) for kind in ReminderKind.values if counts.get(kind)]
    return _("Today: %(parts)s.") % {"parts": pgettext("between the parts of a digest", ", ").join(parts)}


def _part(kind: str, n: int) -> str:
    match kind:
        case ReminderKind.TAKE_EVE:
            words = ngettext(
                "%(n)d to be taken by the next working day", "%(n)d to be taken by the next working day", n
            )
        case ReminderKind.ANSWER_EVE:
            words = ngettext(
                "%(n)d to be answered by the next working day", "%(n)d to be answered by the next working day", n
            )
        case ReminderKind.ANSWER_HALF:
            words = ngettext("%(n)d with half of its time gone", "%(n)d with half of their time gone", n)
        case ReminderKind.REPLY_EVE:
            words = ngettext(
                "%(n)d question to reply to by the next working day",
                "%(n)d questions to reply to by the next working day",
                n,
            )
        case ReminderKind.REPLY_HALF:
            words = ngettext(
                "%(n)d question with half of its time gone", "%(n)d questions with half of their time gone", n
            )
        case ReminderKind.PROMISE_EVE:
            words = ngettext(
                "%(n)d promise to be kept by the next working day",
                "%(n)d promises to be kept by the next working day",
                n,
            )
        case _:
            words = ngettext(
                "%(n)d promise with half of its time gone", "%(n)d promises with half of their time gone", n
            )
    return words % {"n": n}


_words = lazy(words_of, str)


@on("appeals.digest_made")
def digest(event: Event) -> Iterator[Telling]:
    """The person himself; it leads to the list in which what he is reminded of stands."""
    made = Digest.objects.select_related("person").get(code=events.code_of(event.subject))
    counts = Counter(made.reminders.values_list("kind", flat=True))
    if counts:
        yield Telling(made.person, _words(tuple(sorted(counts.items()))), reverse(_list_of(set(counts))))


def _list_of(kinds: set[str]) -> str:
    if kinds <= REPLIES:
        return "appeals:hearings"
    return "appeals:promises" if kinds <= PROMISES else "appeals:contact_inbox"
