"""Who is told of what happens to an appeal, and in which words. No category, company or words of anybody in an SMS."""

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from appeals import chain, outside, permissions
from appeals.models import AlarmKind, Appeal, Hearing, Unsealing
from appeals.reads import Reads
from portal import events
from portal.calendar import beijing_day
from portal.models import Event, Organisation, Post, Role, User
from portal.telling import SmsText, Telling, on, sms_text
from portal.wording import driver_date

QUESTION = sms_text(_("Driver Home: there is a question about your appeal. Please answer it."))
ANSWERED = sms_text(_("Driver Home: your appeal has been answered. Please open the portal."))
MOVED_UP = sms_text(_("Driver Home: your appeal moved up a tier. Nothing for you to do."))
ENTERED = sms_text(_("Driver Home: an appeal waits for you to take it in hand."))
URGENT = sms_text(_("Driver Home: URGENT appeal, take it within 2 hours. Sign in now."))

ENTRIES = (
    "appeals.filed", "appeals.escalated", "appeals.returned", "appeals.passed_up", "appeals.limit_reached",
    "appeals.vacated", "appeals.challenged", "appeals.went_on", "appeals.not_carried_out", "appeals.marked_urgent",
    "appeals.reopened",
)  # fmt: skip
# alarms for which a committee is woken at night
WAKING = frozenset({AlarmKind.URGENT.value, AlarmKind.NO_DUTY.value})


def appeal_of(event: Event) -> Appeal:
    related = (
        "filer",
        "handling_org",
        "handler__person",
        "handler__organisation",
        "place__parent",
        "respondent_at_event",
    )
    return Appeal.objects.select_related(*related).get(code=events.code_of(event.subject))


def _driver(appeal: Appeal, text: Promise | str, sms: SmsText | bool = False) -> Telling:
    return Telling(appeal.filer, text, reverse("appeals:detail", args=[appeal.code]), sms=sms)


def _staff(
    appeal: Appeal, people: Iterable[User], text: Promise | str, *, urgent: bool = False, sms: SmsText | bool = False
) -> Iterator[Telling]:
    url = reverse("appeals:case", args=[appeal.code])
    for person in people:
        yield Telling(person, text, url, urgent=urgent, sms=sms)


def _due(appeal: Appeal, event: Event) -> str:
    return driver_date(appeal.due_date, today=beijing_day(event.at)) if appeal.due_date else ""


def _tell(sentence: Promise, appeal: Appeal, event: Event) -> Promise:
    """The sentence with the case's number and due date, and the name and organisation of whoever moved it."""
    organisation = event.post.organisation.short_name if event.post else ""
    name = event.by.name if event.by else ""
    words = {"number": appeal.number, "name": name, "organisation": organisation, "date": _due(appeal, event)}
    return format_lazy(sentence, **words)  # type: ignore[arg-type]


# -- the driver -------------------------------------------------------------------------------------------------------

TO_DRIVER: dict[str, tuple[Promise, SmsText | bool]] = {
    "appeals.taken": (_("{name}, {organisation}, took {number} in hand; answer {date}."), False),
    "appeals.asked": (_("{name}, {organisation}, has a question about {number}. The clock rests."), QUESTION),
    "appeals.answered": (_("{name}, {organisation}, answered {number}. You can go on {date}."), ANSWERED),
    "appeals.passed_up": (_("{number} was not handled in time and moved up by itself."), MOVED_UP),
    "appeals.vacated": (_("Nobody there could act on {number} any more, so it went on to others."), False),
    "appeals.limit_reached": (_("60 days have passed: {number} is with the committee now."), MOVED_UP),
    "appeals.escalated": (_("{name}, {organisation}, passed {number} up to the next tier."), False),
    "appeals.returned": (_("{name}, {organisation}, returned {number} to the tier below; its days start now."), False),
    "appeals.breached": (_("{number} is late at the last tier; the committee above was alarmed."), False),
    "appeals.marked_urgent": (_("{name}, {organisation}, marked {number} as urgent."), False),
    "appeals.rest_ended": (_("No answer from you in 5 working days: {number} goes on with what there is."), False),
    "appeals.platform_replied": (_("The company explained itself about {number}."), False),
    "appeals.carried_out": (_("What was promised for {number} has been carried out, says {name}."), False),
    "appeals.carry_out_missed": (_("What was promised for {number} is late. You can send it back."), False),
    "appeals.lapsed": (_("15 days without objection: the answer to {number} counts as accepted."), False),
    "appeals.unsealing_asked": (_("{name}, {organisation}, asked to open your name in {number}. See why."), False),
    "appeals.evidence_opened": (
        _("{name}, {organisation}, opened a file in {number} as you sent it."),
        False,
    ),
    "appeals.evidence_released": (_("The company was shown a file you gave to {number}."), False),
    "appeals.evidence_rejected": (_("A virus was found in a file of {number}; it was taken away."), False),
    "appeals.unsealed": (_("Your name in {number} was opened for the handler. See who and why."), False),
    "appeals.unsealing_refused": (_("Opening your name in {number} was refused."), False),
    "appeals.due_recomputed": (_("The due date of {number} was recomputed: {date}."), False),
    "appeals.reopened": (_("The committee reopened your case as {number}."), False),
    "appeals.publication_announced": (
        _("An answer without names is to appear from {number}. Read it, and say no if you do not want it."),
        False,
    ),
    "appeals.watch_attached": (_("How your orders went after you filed {number} was compared. See it."), False),
}  # fmt: skip
LAST_ANSWER = _("{name}, {organisation}, answered {number}. It was the last tier here.")


@on(*TO_DRIVER)
def driver(event: Event) -> Iterator[Telling]:
    """The driver, of everything others do to his case."""
    appeal = appeal_of(event)
    sentence, sms = TO_DRIVER[event.kind]
    if event.kind == "appeals.answered" and event.facts["tier"] == chain.COMMITTEE:
        sentence = LAST_ANSWER
    yield _driver(appeal, _tell(sentence, appeal, event), sms)


@on("appeals.transferred")
def transferred(event: Event) -> Iterator[Telling]:
    appeal = appeal_of(event)
    body = outside.BODIES[event.facts["target"]]
    sentence = _("{number} was passed to {body}, phone {phone}.")
    yield _driver(appeal, format_lazy(sentence, number=appeal.number, body=body.name, phone=body.phone), True)


# -- those who handle it ----------------------------------------------------------------------------------------------


def _newcomers(appeal: Appeal, event: Event) -> list[User]:
    """Whom an entry concerns: the contact it is meant for, else all who may act; those on duty if it is urgent."""
    organisation = Organisation.objects.filter(code=event.facts.get("organisation") or "").first()
    if organisation is None or not appeal.is_open:
        return []
    # told late, it may have been taken or have moved on: then nothing waits there any more
    stays = appeal.legs.filter(tier=event.facts["tier"], entered_at=event.at, taken_at=None, left_at=None)
    if not stays.exists():
        return []
    reads = Reads(event.at)
    posts = permissions.who_may_act(appeal, organisation, event.facts["tier"], reads)
    designated = event.facts.get("designated")
    if designated:
        meant = Post.objects.get(code=designated)
        wanted = {meant.pk, meant.deputy_id if meant.is_on_leave(reads.day) else None}
        posts = [post for post in posts if post.pk in wanted] or posts
    people = {post.person_id: post.person for post in posts}
    if appeal.is_urgent:
        people |= {post.person_id: post.person for post in permissions.on_duty(appeal, event.at)}
    return [person for person in people.values() if person.pk != event.by_id]


@on(*ENTRIES)
def entered(event: Event) -> Iterator[Telling]:
    """A case has come to a tier and waits to be taken."""
    appeal = appeal_of(event)
    people = _newcomers(appeal, event)
    if appeal.is_urgent:
        text = _tell(_("URGENT: {number} is to be taken within two hours."), appeal, event)
        yield from _staff(appeal, people, text, urgent=True, sms=URGENT)
    else:
        text = _tell(_("{number} waits to be taken, {date}."), appeal, event)
        yield from _staff(appeal, people, text, sms=ENTERED)


TO_HANDLER: dict[str, Promise] = {
    "appeals.added": _("The driver added something to {number}."),
    "appeals.replied": _("The driver answered about {number}; answer it {date}."),
    "appeals.rest_ended": _("No answer from the driver about {number}; answer it {date}."),
    "appeals.withdrawn": _("The driver withdrew {number}."),
    "appeals.came_back": _("The driver took up {number} again; answer it {date}."),
    "appeals.platform_replied": _("The company replied about {number}."),
    "appeals.platform_silent": _("The company did not reply about {number} in time."),
    "appeals.accepted": _("The driver accepted the answer to {number}."),
    "appeals.rated": _("The driver rated the answer to {number}."),
    "appeals.carry_out_missed": _("What was promised for {number} is late: carry it out and say so."),
    "appeals.unsealed": _("The driver's name in {number} is open to you for a week."),
    "appeals.due_recomputed": _("The due date of {number} was recomputed: {date}."),
    "appeals.watch_attached": _("How the driver's orders went after filing {number} was compared."),
}


@on(*TO_HANDLER)
def handler(event: Event) -> Iterator[Telling]:
    """Whoever has the case in hand, of what the driver, the company and the portal do."""
    appeal = appeal_of(event)
    if appeal.handler:
        yield from _staff(appeal, [appeal.handler.person], _tell(TO_HANDLER[event.kind], appeal, event))


@on("appeals.assigned")
def assigned(event: Event) -> Iterator[Telling]:
    """The colleague a case was given to, while it is still his; whoever had it; the driver, once somebody has it."""
    appeal = appeal_of(event)
    new = Post.objects.select_related("person").get(code=event.facts["to"])
    before = Post.objects.select_related("person").filter(code=event.facts["from"] or "").first()
    if event.facts["in_hand"]:
        sentence = _("{name} has {number} in hand now; the days stay as they were.")
        yield _driver(appeal, format_lazy(sentence, name=new.person.name, number=appeal.number))
        words = _("{name}, {organisation}, gave you {number} to handle; answer it {date}.")
        if before and before.person_id != event.by_id:
            gone = _("{name}, {organisation}, gave {number} to a colleague.")
            yield from _staff(appeal, [before.person], _tell(gone, appeal, event))
    else:
        words = _("{name}, {organisation}, gave you {number}: take it {date}.")
    stays = appeal.legs.filter(Q(handler=new) | Q(handler=None, designated=new), left_at=None)
    if appeal.is_open and new.person_id != event.by_id and stays.exists():
        yield from _staff(
            appeal, [new.person], _tell(words, appeal, event), sms=ENTERED if not appeal.handler else False
        )


@on("appeals.handed_over")
def handed_over(event: Event) -> Iterator[Telling]:
    """The driver, once somebody had it in hand: who goes on. The colleague is told once of all he was given."""
    appeal = appeal_of(event)
    new = Post.objects.select_related("person").filter(code=event.facts["to"] or "").first()
    if event.facts["in_hand"] and new:
        sentence = _("{name} has {number} in hand now; the days stay as they were.")
        yield _driver(appeal, format_lazy(sentence, name=new.person.name, number=appeal.number))
    elif event.facts["in_hand"]:
        sentence = _("Whoever had {number} in hand is away. It waits for a colleague there; the answer day stays.")
        yield _driver(appeal, format_lazy(sentence, number=appeal.number))


@on("appeals.alarm_raised")
def alarmed(event: Event) -> Iterator[Telling]:
    """The committee an alarm is for; at night too when somebody may be in danger."""
    appeal = appeal_of(event)
    kind = AlarmKind(event.facts["alarm"])
    committee = Organisation.objects.get(code=event.facts["organisation"])
    posts = permissions.who_may_act(appeal, committee, chain.COMMITTEE, Reads(event.at))
    text = format_lazy(_("Alarm, {alarm}: {number}."), alarm=kind.label, number=appeal.number)
    is_waking = kind.value in WAKING
    sms = URGENT if is_waking else False
    yield from _staff(appeal, [post.person for post in posts], text, urgent=is_waking, sms=sms)


@on("appeals.platform_asked")
def company(event: Event) -> Iterator[Telling]:
    """The company's liaisons: by when a reply is expected. They learn neither number nor name."""
    hearing = Hearing.objects.select_related("company").get(asked_event=event)
    liaisons = Post.objects.present(beijing_day(event.at)).filter(organisation=hearing.company, role=Role.LIAISON)
    date = driver_date(hearing.due_date, today=beijing_day(event.at))
    text = format_lazy(_("A question to your company, to be answered {date}."), date=date)
    for post in liaisons.select_related("person"):
        yield Telling(post.person, text, reverse("appeals:hearing", args=[hearing.code]))


@on("appeals.unsealing_asked")
def second_person(event: Event) -> Iterator[Telling]:
    """The other custodians of the line: one of them has to decide."""
    asked = Unsealing.objects.select_related("appeal").get(asked_event=event)
    custodians = Post.objects.present(beijing_day(event.at)).filter(role=Role.CUSTODIAN).exclude(person=event.by)
    text = format_lazy(
        _("A second person has to decide about opening the name in {number}."), number=asked.appeal.number
    )
    for post in custodians.select_related("person", "organisation"):
        is_barred = permissions.bar_reason(asked.appeal, post.person, event.at)
        if asked.appeal.handling_path.startswith(post.organisation.path) and not is_barred:
            yield Telling(post.person, text, reverse("appeals:sealed"))
