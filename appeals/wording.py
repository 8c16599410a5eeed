"""What a case's events are called, for the driver, for staff and for the log."""

import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from portal.calendar import beijing
from portal.models import Event

# event -> (as the driver reads it, as staff read it); the handler's name and the words stand beside it
LABELS: dict[str, tuple[Promise, Promise]] = {
    "appeals.filed": (_l("You filed the appeal"), _l("Filed")),
    "appeals.taken": (_l("The appeal was taken in hand"), _l("Taken in hand")),
    "appeals.assigned": (_l("It was given to a colleague"), _l("Given to a colleague")),
    "appeals.handed_over": (_l("Its handler left, others go on with it"), _l("Handed over: its handler is away")),
    "appeals.asked": (_l("A question for you"), _l("Asked the driver")),
    "appeals.replied": (_l("You answered the question"), _l("The driver answered")),
    "appeals.rest_ended": (
        _l("No answer in 5 working days, the work goes on"),
        _l("No answer from the driver, rest over"),
    ),
    "appeals.added": (_l("You added something"), _l("The driver added something")),
    "appeals.platform_asked": (_l("The company was asked"), _l("Asked the company")),
    "appeals.platform_replied": (_l("The company explained"), _l("The company replied")),
    "appeals.platform_silent": (_l("The company did not reply in time"), _l("The company did not reply in time")),
    "appeals.platform_added": (_l("The company added something"), _l("The company added to its reply")),
    "appeals.paraphrase_written": (
        _l("A question to the company waits to be released"),
        _l("Wrote a question to the company"),
    ),
    "appeals.paraphrase_returned": (
        _l("The question to the company is being rewritten"),
        _l("Sent the question to the company back"),
    ),
    "appeals.evidence_added": (_l("Files were added"), _l("Files added")),
    "appeals.evidence_opened": (_l("A committee opened your file as you sent it"), _l("Opened an original file")),
    "appeals.evidence_released": (_l("The company was shown a file"), _l("Showed the company a file")),
    "appeals.evidence_rejected": (
        _l("A virus was found in a file; it was taken away"),
        _l("A virus was found in a file; it was taken away"),
    ),
    "appeals.consent_asked": (_l("May the company see this?"), _l("Asked the driver for consent")),
    "appeals.consent_given": (_l("You agreed that the company may see it"), _l("The driver agreed")),
    "appeals.consent_refused": (_l("You said no, the company does not see it"), _l("The driver did not agree")),
    "appeals.consent_withdrawn": (_l("You took your consent back"), _l("The driver took his consent back")),
    "appeals.group_invited": (_l("Others have the same problem: join them?"), _l("Asked to join a group appeal")),
    "appeals.group_joined": (_l("You joined the group appeal"), _l("The driver joined the group appeal")),
    "appeals.group_declined": (_l("You go on alone"), _l("The driver does not join the group appeal")),
    "appeals.group_left": (_l("You left the group appeal"), _l("The driver left the group appeal")),
    "appeals.group_asked": (_l("The company was asked for all of you"), _l("Asked the company for the group")),
    "appeals.group_replied": (_l("The company explained to all of you"), _l("The company replied to the group")),
    "appeals.group_answer_offered": (
        _l("An answer you can take"),
        _l("The lead case's answer was offered to the driver"),
    ),
    "appeals.group_answer_taken": (
        _l("You took the answer of the group appeal"),
        _l("The driver took the lead case's answer"),
    ),
    "appeals.group_answer_kept": (_l("You wait for your own answer"), _l("The driver waits for his own answer")),
    "appeals.answered": (_l("An answer"), _l("Answered")),
    "appeals.escalated": (_l("Passed up by the handler"), _l("Passed up")),
    "appeals.returned": (_l("Returned to the tier below"), _l("Returned down")),
    "appeals.passed_up": (_l("Not handled in time, so it moved up by itself"), _l("Late, moved up")),
    "appeals.vacated": (_l("Nobody there could act any more, so it went on"), _l("Nobody there to act, passed on")),
    "appeals.breached": (_l("The last tier is late; the committee above was alarmed"), _l("Late at the last tier")),
    "appeals.limit_reached": (_l("60 days have passed; the committee takes it"), _l("60 days have passed")),
    "appeals.transferred": (_l("Passed to another body"), _l("Transferred")),
    "appeals.marked_urgent": (_l("Marked as urgent"), _l("Marked as urgent")),
    "appeals.challenged": (_l("You asked for another handler"), _l("The driver asked for another handler")),
    "appeals.withdrawn": (_l("You withdrew it"), _l("Withdrawn by the driver")),
    "appeals.came_back": (_l("You took it up again"), _l("Taken up again by the driver")),
    "appeals.went_on": (_l("Not satisfied, you went on"), _l("The driver went on to the next tier")),
    "appeals.accepted": (_l("You accepted the answer"), _l("The driver accepted")),
    "appeals.lapsed": (_l("15 days without objection: taken as accepted"), _l("15 days without objection")),
    "appeals.rated": (_l("You rated the answer"), _l("The driver rated it")),
    "appeals.carried_out": (_l("What was promised has been done"), _l("Carried out")),
    "appeals.carry_out_missed": (_l("What was promised is late"), _l("Carry-out is late")),
    "appeals.not_carried_out": (_l("You said it was not carried out"), _l("The driver says it was not carried out")),
    "appeals.closed": (_l("Closed"), _l("Closed")),
    "appeals.reopened": (_l("Reopened by the committee"), _l("Reopened")),
    "appeals.reopened_as": (_l("It goes on under a new number"), _l("Reopened under a new number")),
    "appeals.alarm_raised": (_l("The committee was alarmed"), _l("Alarm to the committee")),
    "appeals.alarm_seen": (_l("The committee has seen the alarm"), _l("Alarm seen")),
    "appeals.phone_revealed": (_l("Your phone number was looked up"), _l("Looked up the phone number")),
    "appeals.unsealing_asked": (_l("Opening your sealed name was asked for"), _l("Unsealing asked for")),
    "appeals.unsealed": (_l("Your sealed name was opened for the handler"), _l("Unsealed")),
    "appeals.unsealing_refused": (_l("Opening your sealed name was refused"), _l("Unsealing refused")),
    "appeals.due_recomputed": (_l("The due date was recomputed for the new holiday notice"), _l("Due date recomputed")),
    "appeals.note_added": (_l("A note for the handlers' own use"), _l("Internal note")),
    "appeals.note_withdrawn": (_l("A note for the handlers' own use was taken back"), _l("Internal note taken back")),
    "appeals.linked": (_l("Put beside another case of yours"), _l("Put beside another case of the driver")),
    "appeals.unlinked": (
        _l("No longer put beside another case of yours"),
        _l("No longer put beside another case of the driver"),
    ),
    "appeals.taken_out": (_l("Your case stood in a list that was taken out"), _l("Taken out in a list")),
    "appeals.watch_attached": (_l("How your orders went after filing was compared"), _l("Comparison after filing")),
    "appeals.publication_proposed": (
        _l("It was proposed to publish the answer without names"),
        _l("Proposed publishing the answer without names"),
    ),
    "appeals.publication_declined": (
        _l("The answer without names was sent back to be rewritten"),
        _l("Sent the answer without names back"),
    ),
    "appeals.publication_announced": (
        _l("An answer without names is to appear from your case"),
        _l("Announced to the driver: an answer without names"),
    ),
    "appeals.publication_objected": (
        _l("You do not want it published"),
        _l("The driver does not want it published"),
    ),
    "appeals.publication_released": (
        _l("An answer without names is published from your case"),
        _l("The answer without names is published"),
    ),
    "appeals.publication_withdrawn": (
        _l("The answer without names is not published, or no more"),
        _l("The answer without names was taken down"),
    ),
    "portal.words_erased": (_l("Words in this case were erased"), _l("Words were erased")),
}

# moves the portal makes by itself or the driver makes: no name of a handler beside them
SPOKEN_BY_DRIVER = frozenset(
    f"appeals.{kind}"
    for kind in (
        "filed",
        "replied",
        "added",
        "challenged",
        "withdrawn",
        "came_back",
        "went_on",
        "accepted",
        "rated",
        "not_carried_out",
        "consent_given",
        "consent_refused",
        "consent_withdrawn",
        "group_joined",
        "group_declined",
        "group_left",
        "group_answer_taken",
        "group_answer_kept",
        "publication_objected",
    )
)


def files_words(count: int) -> str:
    """3 files; nothing for none."""
    return ngettext("%(n)d file", "%(n)d files", count) % {"n": count} if count else ""


def label(kind: str, *, is_driver: bool) -> Promise:
    return LABELS[kind][0 if is_driver else 1]


def who_spoke(event: Event) -> str:
    """The handler's name and organisation; empty for the portal and for the driver himself."""
    if event.post is None or event.by is None or event.kind in SPOKEN_BY_DRIVER:
        return ""
    return _("%(name)s, %(organisation)s") % {
        "name": event.by.name,
        "organisation": event.post.organisation.short_name,
    }


def event_line(event: Event) -> str:
    """One sentence about someone else's move, for the 409 page: who, when, what."""
    at: datetime.datetime = beijing(event.at)
    who = who_spoke(event) or (_("The driver") if event.kind in SPOKEN_BY_DRIVER else _("The portal"))
    return _("%(who)s, %(time)s: %(what)s") % {
        "who": who,
        "time": f"{at:%m-%d %H:%M}",
        "what": label(event.kind, is_driver=False),
    }
