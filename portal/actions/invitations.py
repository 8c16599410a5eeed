"""Inviting a phone number to a post: by SMS, for a week, once; the post begins when its holder accepts."""

import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import events, permissions, roles, same_person, sms
from portal.actions import posts
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Event, Invitation, InvitationAnswer, Organisation, Post, Role, User
from portal.models.people import phone_hash
from portal.telling import SMS_CHARACTERS, language_of, sms_text

VALID = datetime.timedelta(days=7)
PAUSE = datetime.timedelta(hours=1)
MOST_SENT = 3
SHORT = sms_text(gettext_lazy("Driver Home: you are invited to a post. Sign in within 7 days."))
WORDS = sms_text(gettext_lazy("Driver Home: you are invited to a post. Answer within 7 days:"))


@transaction.atomic
def invite(
    phone: str,
    *,
    name: str,
    organisation: Organisation,
    role: str,
    from_date: datetime.date,
    by: User,
    now: datetime.datetime,
) -> Invitation:
    """Invite a number to a post. Whether somebody is known here by it is neither asked nor told."""
    office = permissions.require_post_administrator(by, organisation, beijing_day(now))
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    hashed = phone_hash(phone)
    if hashed == by.phone_hash:
        raise Refused(_("Your own posts are changed by another security administrator."))
    posts.refuse_organisation(organisation, role)
    if from_date < beijing_day(now):
        raise Refused(_("A post to which somebody is invited begins today or later."))
    waiting = Invitation.objects.filter(phone_hash=hashed, organisation=organisation, role=role, answered_at=None)
    if waiting.open(now).exists():
        raise Refused(_("This number is invited to this post already."))
    for lapsed in waiting:
        _close(lapsed, InvitationAnswer.WITHDRAWN, now=now)
    made = Invitation.objects.create(
        organisation=organisation, role=role, from_date=from_date, phone=phone, phone_hash=hashed, name=name.strip(),
        by=office, at=now, expires_at=now + VALID, sent_at=now,
    )  # fmt: skip
    facts = {"organisation": organisation.code, "role": role, "from_date": from_date.isoformat(), "sent": 1}
    events.record("portal.invited", made, by=by, post=office, at=now, facts=facts)
    return made


@transaction.atomic
def send_again(invitation_id: int, *, by: User, now: datetime.datetime) -> Invitation:
    """Send the SMS once more; whoever does so stands for the invitation from now on, and its week begins anew."""
    held = _locked(invitation_id)
    office = permissions.require_post_administrator(by, held.organisation, beijing_day(now))
    if held.answered_at is not None:
        raise Refused(_("This invitation has been answered or withdrawn."))
    if held.sent >= MOST_SENT:
        raise Refused(_("It was sent three times. Call the person, or withdraw it and check the number."))
    if now < held.sent_at + PAUSE:
        raise Refused(_("It was sent less than an hour ago."))
    held.by, held.sent, held.sent_at, held.expires_at = office, held.sent + 1, now, now + VALID
    held.save(update_fields=["by", "sent", "sent_at", "expires_at"])
    events.record("portal.invitation_sent_again", held, by=by, post=office, at=now, facts={"sent": held.sent})
    return held


@transaction.atomic
def withdraw(invitation_id: int, *, by: User, now: datetime.datetime) -> Invitation:
    """An administrator of the line takes the invitation back; its number goes with it."""
    held = _locked(invitation_id)
    office = permissions.require_post_administrator(by, held.organisation, beijing_day(now))
    if held.answered_at is not None:
        raise Refused(_("This invitation has been answered or withdrawn."))
    _close(held, InvitationAnswer.WITHDRAWN, now=now)
    events.record("portal.invitation_withdrawn", held, by=by, post=office, at=now)
    return held


@transaction.atomic
def accept(invitation_id: int, *, by: User, now: datetime.datetime) -> Post:
    """The holder of the number accepts: his post begins. He has a second factor where the role asks for one.

    Whoever invited him still administers this organisation: what a dismissed administrator left behind opens nothing.
    """
    held = _for_holder(invitation_id, by, now)
    reach = permissions.administered_organisations(held.by, beijing_day(now))
    is_in_force = held.by.person.is_active and held.by.is_live(beijing_day(now))
    if not is_in_force or not reach.filter(pk=held.organisation_id).exists():
        raise Refused(_("Whoever invited you holds that post no more. Ask for the invitation to be sent again."))
    if same_person.are_one(by.pk, held.by.person_id):
        raise Refused(_("Your own posts are changed by another security administrator."))
    if lacks_factor(held, by):
        raise Refused(_("This post asks for a second factor. Set one up first, then accept."))
    made = posts.begin(
        by, organisation=held.organisation, role=held.role, from_date=max(held.from_date, beijing_day(now)), by=by,
        office=held.by, now=now,
    )  # fmt: skip
    if held.name and not by.name:
        by.name = held.name[:60]
        by.save(update_fields=["name"])
    held.post = made
    _close(held, InvitationAnswer.ACCEPTED, now=now, person=by)
    events.record("portal.invitation_accepted", held, by=by, at=now, facts={"post": made.code, "person": by.code})
    return made


@transaction.atomic
def decline(invitation_id: int, *, by: User, now: datetime.datetime) -> Invitation:
    """The holder of the number says no; nothing begins."""
    held = _for_holder(invitation_id, by, now)
    _close(held, InvitationAnswer.DECLINED, now=now, person=by)
    events.record("portal.invitation_declined", held, by=by, at=now)
    return held


def lacks_factor(held: Invitation, person: User) -> bool:
    """The role asks for a second factor and the person has enrolled none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    asks = settings.STAFF_SECOND_FACTOR and roles.needs_second_factor(Role(held.role))
    return asks and not Authenticator.objects.filter(user=person, type__in=kinds).exists()


def send(event: Event, now: datetime.datetime) -> None:
    """A consumer of events: the SMS to a number that may have no account yet. Tried until the supplier takes it."""
    invitation = Invitation.objects.get(code=events.code_of(event.subject))
    # one that was sent again meanwhile, answered or taken back is not sent for the older event
    if invitation.is_open(now) and invitation.sent == event.facts["sent"]:
        with translation.override(language_of(event.by)):  # type: ignore[arg-type]
            link = settings.PUBLIC_URL + reverse("portal:invitation", args=[invitation.code])
            words = f"{WORDS.words} {link}"
            sms.door().send(invitation.phone, words if len(words) <= SMS_CHARACTERS else str(SHORT.words))


def _locked(invitation_id: int) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related(
        "organisation__place", "by__person", "by__organisation__place"
    )
    return rows.get(pk=invitation_id)


def _for_holder(invitation_id: int, by: User, now: datetime.datetime) -> Invitation:
    held = _locked(invitation_id)
    if held.answered_at is not None or held.phone_hash != by.phone_hash:
        raise PermissionDenied
    if not held.is_open(now):
        raise Refused(_("This invitation is older than a week. Ask for it to be sent again."))
    return held


def _close(held: Invitation, answer: str, *, now: datetime.datetime, person: User | None = None) -> None:
    """With the answer the number and the name go: from now on the account says who it was."""
    held.answer, held.answered_at, held.person = answer, now, person
    held.phone, held.phone_hash, held.name = "", "", ""
    held.save()
