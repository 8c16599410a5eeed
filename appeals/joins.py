"""What this room offers the front door, and what it does when a lower room reports something."""

import datetime
from dataclasses import replace
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from appeals import chain, hooking, joins_desk, places, timeline
from appeals.actions import forgetting, handing_over, indexing, renewing, ticking
from appeals.joins_desk import staff_cards
from appeals.joins_driver import driver_cards, driver_proof
from appeals.models import Appeal, Evidence, Scan
from portal import events
from portal.actions import erasure
from portal.calendar import WorkCalendar, beijing_day
from portal.front import Card, Check, DueRow, HandOver, OpenWork, PlaceEvents
from portal.models import Event, Organisation, Place, Post, Role, User
from portal.proofs import Proof
from portal.wording import chain_steps, money

events.consume("appeals.calendar", ["portal.calendar_loaded"], renewing.renew_all)
erasure.follow(indexing.forget)

OWN_AFTER_WORK = 70
UNMARKED_SECONDS = 600
# a tick that is this late has a broken beat or worker behind it
SCANNER_TIME = datetime.timedelta(hours=1)
LATE = datetime.timedelta(minutes=10)


def health(now: datetime.datetime) -> list[Check]:
    """Overdue sweeps, and the invariant: no open appeal without organisation, due date and somebody who may act."""
    late = Appeal.objects.ticking(now - LATE).count()
    stranded = ticking.vacant_desks(now=now)
    overdue = _("Appeals whose clock ran out and that were not moved: %(n)s") % {"n": late}
    nobody = _("Open appeals that lie where nobody may act today: %(n)s") % {"n": stranded}
    return [
        Check("appeals_overdue_sweep", "red" if late else "green", {"waiting": late}, overdue),
        Check("appeals_without_anyone", "red" if stranded else "green", {"appeals": stranded}, nobody),
        *_files_health(now),
        _search_health(),
    ]


def _search_health() -> Check:
    """Cases that search does not find; counted every ten minutes at most, for it looks at all of them."""
    lagging = cache.get_or_set("appeals-without-marks", indexing.lagging, UNMARKED_SECONDS) or 0
    words = _("Cases that search does not find yet: %(n)s. `manage.py renew_marks` makes their marks.") % {"n": lagging}
    return Check("appeals_without_marks", "yellow" if lagging else "green", {"appeals": lagging}, words)


def _files_health(now: datetime.datetime) -> list[Check]:
    """Files that have waited for the virus scanner longer than a restart of it takes."""
    waiting = Evidence.objects.filter(scan=Scan.WAITING, received_at__lt=now - SCANNER_TIME).count()
    words = _("Files that wait for the virus scanner: %(n)s") % {"n": waiting}
    return [Check("evidence_scanner", "yellow" if waiting else "green", {"files": waiting}, words)]


def how() -> list[Card]:
    """The days of each tier, for the public page on how an appeal goes: the defaults, which a committee may set."""
    tiers = [(step.word, *chain.DEFAULT_DAYS[tier]) for tier, step in enumerate(chain_steps(0)) if tier]
    words = {"tiers": tiers, "reply": chain.REPLY_DAYS, "urgent_hours": chain.URGENT_HOURS, "limit": chain.LIMIT_DAYS}
    return [Card("appeals/_clocks.html", words), Card("appeals/_answers_link.html")]


def cards(user: User, post: Post | None) -> list[Card]:
    """A driver's own cards, or those of the active post; a contact has both on one phone, his work before his own."""
    if post is None:
        return driver_cards(user)
    own = driver_cards(user) if post.role == Role.CONTACT else []
    return [*staff_cards(user, post), *(replace(card, order=OWN_AFTER_WORK) for card in own)]


def counts(request: HttpRequest) -> dict[str, int]:
    return joins_desk.counts(request)


def due_rows(calendar: WorkCalendar) -> list[DueRow]:
    return renewing.due_rows(calendar)


def open_work(over: HandOver) -> list[OpenWork]:
    return handing_over.open_work(over)


def hand_over(over: HandOver) -> int:
    return handing_over.hand_over(over)


def organisation_work(organisation: Organisation, _now: datetime.datetime) -> list[OpenWork]:
    return handing_over.organisation_work(organisation)


def place_settings(place: Place, post: Post, day: datetime.date) -> list[Card]:
    return places.settings_of(place, post, day)


def place_events(place: Place) -> PlaceEvents:
    return places.events_of(place)


def place_work(place: Place, last_date: datetime.date, now: datetime.datetime) -> list[OpenWork]:
    return places.left_over(place, last_date, now)


def hook_kinds() -> dict[str, Any]:
    """Event kinds of which other systems may be told."""
    return hooking.kinds()


def reading_pages() -> dict[str, Promise]:
    """Where staff and companies read of a person without a mask; `about` is his own case's number."""
    return {
        "appeals.case": pgettext_lazy("read on a page", "the desk page of appeal %(about)s"),
        "appeals.api": pgettext_lazy("read on a page", "an office program, appeal %(about)s"),
        "appeals.file": pgettext_lazy("read on a page", "the files of appeal %(about)s"),
        "appeals.hearing": pgettext_lazy("read on a page", "the question to the company, appeal %(about)s"),
        "appeals.list": pgettext_lazy("read on a page", "a list taken out as a file, with appeal %(about)s"),
        "appeals.unsealing": pgettext_lazy("read on a page", "the opening of the sealed name, appeal %(about)s"),
    }


def personal_data(person: User) -> dict[str, Any]:
    """The appeals a person filed, for himself, with all that was written in them as he reads it there."""
    filed = list(Appeal.objects.of(person).select_related("respondent_at_event").order_by("filed_at"))
    today = beijing_day(timezone.now())
    return {
        "appeals": [
            {
                "number": appeal.number,
                "filed_at": appeal.filed_at.isoformat(),
                "title": appeal.title,
                "category": str(appeal.get_category_display()),
                "identity": str(appeal.get_identity_display()),
                "status": str(appeal.get_status_display()),
                "happened_date": appeal.happened_date.isoformat(),
                "order": appeal.order_number,
                "amount": money(appeal.amount_fen) if appeal.amount_fen else None,
                "company": appeal.respondent_at_event.name if appeal.respondent_at_event else None,
            }
            for appeal in filed
        ],
        "steps": [
            {
                "appeal": appeal.number,
                "at": step.at.isoformat(),
                "by": step.by,
                "what": step.title,
                "words": "\n".join(text for text in (step.text, step.say) if text),
            }
            for appeal in filed
            for step in reversed(timeline.of(appeal, is_driver=True, today=today).entries)
        ],
        "files": [
            {
                "name": file.name,
                "kind": str(file.get_kind_display()),
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
                "received_at": file.received_at.isoformat(),
                "appeal": file.appeal.number if file.appeal else None,
            }
            for file in Evidence.objects.filter(owner=person).select_related("appeal").order_by("received_at")
        ],
    }


def proof(person: User) -> Proof | None:
    return driver_proof(person)


def erase(person: User, now: datetime.datetime) -> None:
    forgetting.forget(person, now=now)


def erasure_stays(person: User) -> list[str]:
    return ["appeals.cases"] if Appeal.objects.of(person).exists() else []


def erasure_waits(person: User) -> list[str]:
    return ["appeals.open"] if forgetting.unfinished(person) else []


def erasure_words() -> dict[str, Promise]:
    return {
        "appeals.cases": pgettext_lazy(
            "stays after erasing",
            "Number, kind, days and decision of your appeals, without your name and words: the figures rest on them.",
        ),
        "appeals.open": pgettext_lazy(
            "has to end before erasing",
            "You have an appeal that is not closed. Withdraw it, or wait until it is closed.",
        ),
    }


def logged_readings(person: User) -> list[tuple[Event, str, str]]:
    """Looks that are events of his cases already: (event, what was seen, page)."""
    cases = {events.subject_of(one): one.number for one in Appeal.objects.of(person).only("code", "number")}
    kinds = {
        "appeals.phone_revealed": "phone",
        "appeals.unsealed": "name",
        "appeals.evidence_opened": "files",
        "appeals.taken_out": "words",
    }
    rows = Event.objects.filter(subject__in=list(cases), kind__in=kinds).select_related("post__organisation")
    pages = {"appeals.unsealed": "appeals.unsealing", "appeals.taken_out": "appeals.list"}
    return [
        (one, kinds[one.kind], f"{pages.get(one.kind, 'appeals.case')}:{cases[one.subject]}")
        for one in rows.order_by("-at", "-pk")
    ]
