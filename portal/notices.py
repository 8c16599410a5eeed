"""Who is told of what happens on the ground floor."""

import datetime
from collections.abc import Iterator

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal import events, telling
from portal import permissions_corrections as corrections
from portal.calendar import beijing_day
from portal.models import ApiToken, Event, OrganisationKind, Place, Post, Role, User
from portal.telling import Telling
from portal.wording import day_date

LEADERS = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_STAFF)


def _words(event: Event, post: Post, sentence: str, day: str) -> str:
    date = datetime.date.fromisoformat(event.facts[day])
    return format_lazy(
        sentence,
        role=post.role_here,
        organisation=post.organisation.name,
        day=day_date(date, today=date),
    )


def _post_of(event: Event) -> Post:
    return Post.objects.select_related("person", "organisation").get(code=events.code_of(event.subject))


@telling.on("portal.post_appointed")
def appointed(event: Event) -> Iterator[Telling]:
    """Whoever was given a post; not the one who sets up the installation by himself."""
    post = _post_of(event)
    if event.by_id is not None:
        words = _words(event, post, _("You are {role} at {organisation} from {day}."), "from_date")
        yield Telling(post.person, words, reverse("portal:posts"), sms=True)


@telling.on("portal.post_ended")
def ended(event: Event) -> Iterator[Telling]:
    post = _post_of(event)
    if event.by_id is not None:
        words = _words(event, post, _("You are {role} at {organisation} until {day}, and no longer."), "until_date")
        yield Telling(post.person, words, reverse("portal:posts"), sms=True)


@telling.on("portal.leave_set", "portal.leave_refused")
def leave_decided(event: Event) -> Iterator[Telling]:
    """The holder of the post, when somebody else wrote his leave down or did not confirm it."""
    post = _post_of(event)
    words = _("Your leave or its deputy was written down. See your posts.")
    if event.kind == "portal.leave_refused":
        words = _("The leave you asked for was not confirmed. Talk to your secretary.")
    if event.by_id is not None:
        yield Telling(post.person, words, reverse("portal:posts"))


@telling.on("portal.leave_asked")
def leave_asked(event: Event) -> Iterator[Telling]:
    """The secretaries of the organisation; where he is one himself, those of the one above."""
    post = _post_of(event)
    where = post.organisation.parent_id if post.role == Role.SECRETARY else post.organisation_id
    leading = Post.objects.present(beijing_day(event.at)).filter(organisation=where, role=Role.SECRETARY)
    words = format_lazy(_("{name} asks for leave. Confirm it or not."), name=post.person.name)
    for one in leading.exclude(person=post.person).select_related("person"):
        yield Telling(one.person, words, reverse("portal:leave_requests"))


@telling.on("portal.correction_asked")
def correction_asked(event: Event) -> Iterator[Telling]:
    """Whoever keeps the record: the security administrators for accounts, the system administrators for registers."""
    is_account = event.facts["field"].startswith(corrections.ACCOUNT)
    role = Role.SECURITY_ADMIN if is_account else Role.SYSTEM_ADMIN
    day = event.facts["due_date"]
    words = format_lazy(_("Somebody says that his data are wrong. An answer is due by {day}."), day=day)
    url = reverse("portal:correction", args=[event.facts["correction"]])
    keepers = Post.objects.present(beijing_day(event.at)).filter(role=role)
    for post in keepers.select_related("person", "organisation__place"):
        if corrections.before(post, event.at).filter(code=event.facts["correction"]).exists():
            yield Telling(post.person, words, url)


@telling.on("portal.correction_answered")
def correction_answered(event: Event) -> Iterator[Telling]:
    """The person who asked."""
    person = User.objects.get(code=events.code_of(event.subject))
    words = _("Your request to correct your data is answered.")
    yield Telling(person, words, reverse("portal:my_corrections"), sms=True)


@telling.on("portal.city_opened", "portal.city_closed", "portal.city_kept_open")
def city_switched(event: Event) -> Iterator[Telling]:
    """The committee of the city, whoever works for it; not the one who did it."""
    place = Place.objects.get(code=events.code_of(event.subject))
    told = {
        "portal.city_opened": _("{place} is switched on from {day}. See what is set for it."),
        "portal.city_closed": _("{place} is switched off after {day}: nobody files there from then on."),
        "portal.city_kept_open": _("{place} stays switched on: its last day was taken back."),
    }
    day = event.facts.get("from_date") or event.facts.get("last_date") or ""
    words = format_lazy(told[event.kind], place=place.name, day=day)
    here = Post.objects.live(beijing_day(event.at)).filter(
        organisation__kind=OrganisationKind.COMMITTEE, organisation__place=place, role__in=LEADERS
    )
    for person in User.objects.filter(posts__in=here).exclude(pk=event.by_id).distinct():
        yield Telling(person, words, reverse("portal:place", args=[place.code]))


@telling.on("portal.work_handed_over")
def work_handed_over(event: Event) -> Iterator[Telling]:
    """The colleague who goes on with all of it, once."""
    post = _post_of(event)
    heir = Post.objects.select_related("person").filter(code=event.facts["to"] or "").first()
    if heir:
        words = _("You go on with the open work of {name}, {role} at {organisation}. See your list.")
        told = format_lazy(words, name=post.person.name, role=post.role_here, organisation=post.organisation.name)
        yield Telling(heir.person, told, reverse("portal:start"), sms=True)


@telling.on("portal.same_person_set", "portal.same_person_undone")
def same_person(event: Event) -> Iterator[Telling]:
    """Both accounts, in the same words: whoever is not this person finds out, and whom to tell."""
    accounts = User.objects.filter(code__in=(events.code_of(event.subject), event.facts["same_as"]))
    words = _("Your account was marked as belonging to the same person as another one. Is that wrong, tell us.")
    if event.kind == "portal.same_person_undone":
        words = _("Your account is no longer marked as belonging to the same person as another one.")
    for account in accounts:
        yield Telling(account, words, reverse("portal:me"), sms=True)


@telling.on("portal.token_issued")
def token_issued(event: Event) -> Iterator[Telling]:
    """The holder himself: whoever did not make this key finds out that somebody else was in his account."""
    token = ApiToken.objects.select_related("person").get(code=events.code_of(event.subject))
    words = format_lazy(
        _("A key for a program was made in your name: {name}. Was it not you, revoke it."), name=token.name
    )
    yield Telling(token.person, words, reverse("portal:tokens"), sms=True)


@telling.on("portal.token_revoked")
def token_revoked(event: Event) -> Iterator[Telling]:
    """The holder, when it was not himself."""
    if event.facts["why"] == "administrator":
        token = ApiToken.objects.select_related("person").get(code=events.code_of(event.subject))
        words = format_lazy(_("The key of your program {name} was revoked by an administrator."), name=token.name)
        yield Telling(token.person, words, reverse("portal:tokens"))
