"""What the ground floor offers the front door."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from portal import own_words, permissions, place_words, reading_words, roles, starting
from portal import permissions_corrections as corrections
from portal.actions import erasing, leaves, notices
from portal.calendar import beijing_day
from portal.front import Card, Correctable, PlaceEvents
from portal.models import (
    ApiToken,
    CalendarNotice,
    Correction,
    Invitation,
    Notice,
    Place,
    Post,
    PurposeConsent,
    Role,
    SamePersonProposal,
    User,
)
from portal.privacy import PURPOSES


def cards(_user: User, post: Post | None) -> Iterator[Card]:
    """The administrators' start pages: what is theirs, and what waits for them."""
    now = timezone.now()
    if post is None:
        return
    if permissions.has_permission(post, roles.ADMINISTER_SYSTEM):
        yield Card("portal/_card_rows.html", {"rows": starting.of_system(post, now)})
    if post.role == Role.AUDIT_ADMIN:
        yield Card("portal/_card_rows.html", {"rows": starting.of_audit(post, now)})
    if not permissions.has_permission(post, roles.ADMINISTER_SECURITY):
        return
    reach = permissions.administered_organisations(post)
    day = beijing_day(now)
    live = Post.objects.live(day).filter(organisation__in=reach)
    proposals = SamePersonProposal.objects.filter(proposed_by__organisation__in=reach, decided_at=None)
    waiting = {
        "posts": live.count(),
        "away": live.exclude(pk__in=Post.objects.present(day)).filter(deputy=None).count(),
        "invitations": Invitation.objects.open(now).filter(organisation__in=reach).count(),
        "leaves": leaves.before(post, now).filter(decided_at=None).count(),
        "accounts": proposals.exclude(proposed_by__person=post.person_id).count(),
        "tokens": ApiToken.objects.in_force(now).filter(post__in=live).count(),
    }
    yield Card("portal/_card_security.html", {"waiting": waiting})


def personal_data(person: User) -> dict[str, Any]:
    """The account, its posts, what the person was told and how he wants to be told, for himself."""
    setting = notices.setting_of(person)
    posts = Post.objects.filter(person=person).select_related("organisation").order_by("from_date")
    told = Notice.objects.filter(person=person).order_by("at")
    return {
        "name": person.name,
        "phone": person.phone,
        "joined_at": person.joined_at.isoformat(),
        "posts": [
            {
                "role": str(post.get_role_display()),
                "organisation": post.organisation.name,
                "from_date": post.from_date.isoformat(),
                "until_date": post.until_date.isoformat() if post.until_date else None,
            }
            for post in posts
        ],
        "messages": [{"at": notice.at.isoformat(), "text": notice.text} for notice in told],
        "corrections": [
            {
                "fact": own_words.word_of(row.field),
                "said": row.said,
                "asked_at": row.asked_at.isoformat(),
                "outcome": str(row.get_outcome_display()),
                "answer": row.answer,
            }
            for row in Correction.objects.filter(person=person).order_by("asked_at")
        ],
        "consents": [
            {
                "use": str(PURPOSES[row.purpose].word) if row.purpose in PURPOSES else row.purpose,
                "from_at": row.given_at.isoformat(),
                "until_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            }
            for row in PurposeConsent.objects.filter(person=person).order_by("given_at")
        ],
        "readings": [
            {"at": seen.at.isoformat(), "by": seen.who, "what": seen.what_words, "where": seen.where}
            for seen in reading_words.seen_of(person)
        ],
        "is_sms_on": setting.is_sms_on,
        "is_quiet_at_night": setting.is_quiet_at_night,
    }


def counts(request: HttpRequest) -> dict[str, int]:
    """Requests to correct that wait for this office."""
    post, now = permissions.active_post(request), timezone.now()
    if post is None or not corrections.may_answer(post, beijing_day(now)):
        return {}
    return {"portal:corrections": corrections.before(post, now).filter(answered_at=None).count()}


def correctable(person: User) -> Iterator[Correctable]:
    """The number and the posts; his name he changes himself."""
    yield Correctable("portal.phone", own_words.word_of("portal.phone"), reverse("portal:same_person"))
    if Post.objects.filter(person=person).exists():
        yield Correctable("portal.posts", own_words.word_of("portal.posts"), reverse("portal:desk_posts"))


def reading_pages() -> dict[str, Promise]:
    """Where the administrators read a person's data without a mask."""
    return {"portal.correction": pgettext_lazy("read on a page", "your request to correct something")}


def place_settings(_place: Place, post: Post, day: datetime.date) -> Iterator[Card]:
    """The holiday notices by which every due date is counted, the same in every city."""
    notices_in_force = CalendarNotice.objects.filter(year__gte=day.year).order_by("year")
    words = {"notices": notices_in_force, "keeps": permissions.has_permission(post, roles.ADMINISTER_SYSTEM, day)}
    yield Card("portal/_place_calendar.html", words, order=60)


def place_events(place: Place) -> PlaceEvents:
    return place_words.events_of(place)


def erase(person: User, now: datetime.datetime) -> None:
    erasing.erase_account(person, now=now)


def erasure_stays(_person: User) -> list[str]:
    return ["portal.log"]


def erasure_words() -> dict[str, Promise]:
    return {
        "portal.log": pgettext_lazy(
            "stays after erasing",
            "That something was done and when, without your name and words: so that nobody can change the log unseen.",
        )
    }
