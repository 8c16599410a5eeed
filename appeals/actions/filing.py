"""Filing: a draft becomes a case with a number, a first handler and a first deadline."""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, permissions, routing
from appeals.actions import evidencing, moving
from appeals.models import AlarmKind, Appeal, Bar, Category, Draft, Identity, RespondentKind
from appeals.reads import Reads
from platforms.models import RuleVersion
from portal import codes
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, Post, User


@dataclass(frozen=True)
class Filing:
    """What a driver says. `about` is the organisation complained of, `person_about` a contact or other person named."""

    title: str
    story: str
    category: str
    happened_date: datetime.date
    place: Place
    district: Place | None = None
    identity: str = Identity.NAMED
    respondent_kind: str = RespondentKind.NONE
    about: Organisation | None = None
    person_about: User | None = None
    order_number: str = ""
    is_urgent: bool = False
    skips_contact: bool = False
    wants_enterprise: bool = False
    amount_fen: int | None = None
    deduction_kind: str = ""
    # codes of files received before: the filer's own, or the volunteer's who files for him
    evidence: tuple[str, ...] = ()


@transaction.atomic
def save_draft(person: User, *, body: dict[str, Any], now: datetime.datetime) -> Draft:
    """Keep the answers of a page: one draft a person; what is there already is added to and keeps its key."""
    made = {"body": json.dumps(body, ensure_ascii=False), "saved_at": now}
    draft, is_new = Draft.objects.select_for_update().get_or_create(person=person, defaults=made)
    return draft if is_new else _merge(draft, body, now)


@transaction.atomic
def amend_draft(person: User, *, key: str, body: dict[str, Any], now: datetime.datetime) -> Draft | None:
    """Add a page's answers to the draft of this key only: one that was filed or thrown away does not come back."""
    draft = Draft.objects.select_for_update().filter(person=person).first()
    if draft is None or json.loads(draft.body).get("key") != key:
        return None
    return _merge(draft, body, now)


def _merge(draft: Draft, body: dict[str, Any], now: datetime.datetime) -> Draft:
    # page by page: a page that is sent twice, or late, takes nothing away from the pages after it
    stored = json.loads(draft.body)
    answers = {**stored.get("answers", {}), **body.get("answers", {})}
    draft.body, draft.saved_at = json.dumps({**body, **stored, "answers": answers}, ensure_ascii=False), now
    draft.save(update_fields=["body", "saved_at"])
    return draft


def discard_draft(person: User) -> None:
    """Throw the draft away, and the files that were sent for it."""
    draft = Draft.objects.filter(person=person).first()
    if draft is not None:
        draft.delete()
        evidencing.discard_for(person, meant_for=json.loads(draft.body).get("key", ""))


def _check(filing: Filing, now: datetime.datetime) -> None:
    day = beijing_day(now)
    if filing.happened_date > day:
        raise Refused(_("The day it happened lies in the future. Correct the date."))
    if filing.amount_fen is not None and filing.amount_fen <= 0:
        raise Refused(_("An amount of money is more than nothing. Leave it out if you do not know it."))
    if not Place.objects.cities().open_on(day).filter(pk=filing.place.pk).exists():
        raise Refused(_("The portal is not yet open in that city. Call 12345; they take appeals everywhere."))
    if filing.respondent_kind == RespondentKind.COMMITTEE and filing.about and filing.about.parent is None:
        raise Refused(_("An appeal against the province's committee goes to 12345: nobody here stands above it."))
    may_skip = (
        filing.category == Category.SAFETY
        or filing.identity == Identity.SEALED
        or filing.respondent_kind in (RespondentKind.CONTACT, RespondentKind.BRANCH)
    )
    if filing.skips_contact and not may_skip:
        raise Refused(
            _("Starting at the branch is for harassment, sealed appeals and appeals about a contact or branch.")
        )


@transaction.atomic
def file(filing: Filing, *, by: User, now: datetime.datetime, volunteer: Post | None = None) -> Appeal:
    """File an appeal: it gets its number and secret, enters its first tier, and its clocks start.

    `by` is the driver; `volunteer` the post at a driver home that typed it for him after he confirmed it by his code.
    Respondent, rule version and place are frozen as they were on the day it happened.
    """
    _check(filing, now)
    driver = getattr(by, "driver", None)
    is_company = filing.about is not None and filing.about.kind in (OrganisationKind.PLATFORM, OrganisationKind.LEASING)
    rule = (
        RuleVersion.objects.in_force(filing.happened_date).filter(rule__company__organisation=filing.about).first()
        if is_company and filing.category == Category.DISPATCH
        else None
    )
    appeal = Appeal(
        number=moving.free_number(filing.place, now),
        secret=codes.new_secret(),
        filer=by,
        driver=driver,
        filed_by=volunteer,
        filed_at=now,
        title=filing.title,
        category=filing.category,
        identity=filing.identity,
        happened_date=filing.happened_date,
        order_number=filing.order_number,
        amount_fen=filing.amount_fen,
        deduction_kind=filing.deduction_kind if filing.category == Category.PAY else "",
        place=filing.place,
        district=filing.district,
        respondent_kind=filing.respondent_kind,
        respondent_at_event=filing.about,
        rule_version=rule,
        wants_enterprise=filing.wants_enterprise and is_company,
        skips_contact=filing.skips_contact,
        is_urgent=filing.is_urgent,
        moved_at=now,
        is_demo=by.is_demo,
    )
    _admit(appeal, filing.person_about, now)
    reads = Reads(now)
    found = moving.enter(appeal, routing.first_tier(appeal), reads)
    moving.log(
        appeal,
        "filed",
        by=by,
        now=now,
        post=volunteer,
        facts={
            "number": appeal.number,
            "category": appeal.category,
            "identity": appeal.identity,
            "place": appeal.place.code,
            "district": appeal.district.code if appeal.district else None,
            "respondent": filing.about.code if filing.about else None,
            "rule_version": f"{rule.rule.code}/{rule.number}" if rule else None,
            "happened": filing.happened_date.isoformat(),
            "is_urgent": appeal.is_urgent,
            "amount_fen": appeal.amount_fen,
            "deduction_kind": appeal.deduction_kind or None,
            **moving.entry_facts(found),
        },
        words={"title": filing.title, "story": filing.story, "order_number": filing.order_number},
    )
    moving.alarm_for(appeal, found, reads)
    if appeal.is_urgent:
        alarm_urgent(appeal, now=now)
    appeal.save()
    evidencing.attach(filing.evidence, appeal, by=volunteer.person if volunteer else by, post=volunteer, now=now)
    return appeal


@transaction.atomic
def file_draft(filing: Filing, *, by: User, now: datetime.datetime) -> Appeal:
    """File what the driver's own draft holds, which is gone with it.

    What a volunteer types for him or another app sends leaves the draft: what he has begun himself is another matter.
    """
    appeal = file(filing, by=by, now=now)
    Draft.objects.filter(person=by).delete()
    return appeal


def _admit(appeal: Appeal, person_about: User | None, now: datetime.datetime) -> None:
    """Store the appeal so that bars and routing can be asked; entering the first tier sets its real place and dates."""
    committee = routing.committee_of(appeal, Reads(now))
    appeal.tier, appeal.handling_org, appeal.handling_path = chain.COMMITTEE, committee, committee.path
    moving.start_round(appeal, now)
    appeal.due_date, appeal.due_at = beijing_day(now), now
    appeal.save()
    if appeal.identity == Identity.SEALED:
        appeal.pseudonym = appeal.pk
    if person_about:
        Bar.objects.create(appeal=appeal, person=person_about, reason="named", at=now)


def alarm_urgent(appeal: Appeal, *, now: datetime.datetime) -> None:
    """The city's committee is told of every urgent appeal; the province too when nobody is on duty."""
    committee = routing.committee_of(appeal, Reads(now))
    moving.raise_alarm(appeal, AlarmKind.URGENT, committee, now=now)
    if not permissions.on_duty(appeal, now):
        moving.raise_alarm(appeal, AlarmKind.NO_DUTY, committee.parent or committee, now=now)
