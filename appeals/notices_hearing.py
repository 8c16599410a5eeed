"""Who is told of a question to a company, of a consent, of a reply, and of a group appeal."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appeals import chain, permissions
from appeals.models import Appeal, Paraphrase
from appeals.notices import QUESTION, appeal_of
from appeals.reads import Reads
from portal.models import Event, Organisation, OrganisationKind, Post
from portal.telling import SmsText, Telling, on

TO_DRIVER: dict[str, tuple[Promise, SmsText | bool]] = {
    "appeals.consent_asked": (_("May the company see something about {number}? You decide."), QUESTION),
    "appeals.platform_added": (_("The company added something to its reply about {number}."), False),
    "appeals.group_invited": (
        _("Other drivers have the same problem as in {number}: join them or go on alone."),
        False,
    ),
    "appeals.group_replied": (_("The company explained itself to all of you; see {number}."), False),
    "appeals.group_answer_offered": (_("The group's case is answered. You can take that answer for {number}."), False),
}
PAGES = {"appeals.consent_asked": "consent", "appeals.group_invited": "group", "appeals.group_answer_offered": "group"}


@on(*TO_DRIVER)
def driver(event: Event) -> Iterator[Telling]:
    """The driver: what he has to decide, and what the company said."""
    appeal = appeal_of(event)
    sentence, sms = TO_DRIVER[event.kind]
    page = PAGES.get(event.kind, "detail")
    url = reverse(f"appeals:{page}", args=[appeal.code])
    yield Telling(appeal.filer, format_lazy(sentence, number=appeal.number), url, sms=sms)


TO_HANDLER: dict[str, Promise] = {
    "appeals.paraphrase_returned": _("The branch sent your question to the company about {number} back."),
    "appeals.consent_given": _("The driver agreed that the company may see the details of {number}."),
    "appeals.consent_refused": _("The driver did not agree to show the company the details of {number}."),
    "appeals.consent_withdrawn": _("The driver took back his consent about {number}."),
    "appeals.platform_added": _("The company added to its reply about {number}."),
    "appeals.group_replied": _("The company replied to the group of {number}."),
    "appeals.group_answer_taken": _("The driver took the group's answer for {number}."),
    "appeals.group_left": _("The driver of {number} left the group appeal."),
}


@on(*TO_HANDLER)
def handler(event: Event) -> Iterator[Telling]:
    """Whoever has the case in hand."""
    appeal = appeal_of(event)
    if appeal.handler and appeal.handler.person_id != event.by_id:
        text = format_lazy(TO_HANDLER[event.kind], number=appeal.number)
        yield Telling(appeal.handler.person, text, reverse("appeals:case", args=[appeal.code]))


def _releasers(appeal: Appeal, organisation: Organisation, event: Event) -> list[Post]:
    """The branch's secretary and deputy; where nobody is there, the staff of the committee above it."""
    reads = Reads(event.at)
    posts = permissions.who_may_act(appeal, organisation, chain.BRANCH, reads)
    above = organisation.parent
    if posts or above is None or above.kind != OrganisationKind.COMMITTEE:
        return posts
    return permissions.who_may_act(appeal, above, chain.COMMITTEE, reads)


@on("appeals.paraphrase_written")
def releasers(event: Event) -> Iterator[Telling]:
    """Whoever may release a contact's question to a company."""
    appeal = appeal_of(event)
    written = Paraphrase.objects.select_related("leg__organisation__parent").get(event=event)
    text = format_lazy(_("A question to a company about {number} waits to be released."), number=appeal.number)
    url = reverse("appeals:release", args=[written.code])
    for post in _releasers(appeal, written.leg.organisation, event):
        yield Telling(post.person, text, url)
