"""A person wants to be forgotten: asked, undone for some days, then done room by room; what stays, he is told."""

import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, front
from portal.actions import tokens
from portal.actions.erasure import erase_words
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.jobs import attempt
from portal.models import (
    ApiToken,
    Correction,
    Erasure,
    Invitation,
    Notice,
    NoticeSetting,
    OnceKey,
    Post,
    PurposeConsent,
    Reading,
    SmsMessage,
    User,
)
from portal.sealing import keyed_hash

AT_ONCE = 100


@transaction.atomic
def ask(person: User, *, now: datetime.datetime) -> Erasure:
    """He asks to be forgotten; it is done after some days, in which he may undo it. Asking twice is asking once."""
    held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    waiting = Erasure.objects.filter(person=held, undone_at=None, done_at=None).first()
    if waiting:
        return waiting
    if holds_posts(held, now):
        raise Refused(_("You hold a post. It has to end first: what is done in a post stays on record."))
    due = now + datetime.timedelta(days=settings.ERASURE_WAITS_DAYS)
    asked = Erasure.objects.create(person=held, asked_at=now, due_at=due)
    events.record("portal.erasure_asked", held, by=held, at=now, facts={"erasure": asked.code})
    return asked


@transaction.atomic
def undo(person: User, *, now: datetime.datetime) -> None:
    """He changed his mind in time."""
    if not Erasure.objects.filter(person=person, undone_at=None, done_at=None).update(undone_at=now):
        raise Refused(_("There is nothing to undo."))
    events.record("portal.erasure_undone", person, by=person, at=now)


def erase_due(*, now: datetime.datetime) -> dict[str, int]:
    """Everybody whose days are over. Who has something open waits until it is closed; twice changes nothing."""
    due = Erasure.objects.filter(due_at__lte=now, undone_at=None, done_at=None).order_by("due_at", "pk")
    counts = {"erased": 0, "waiting": 0, "failed": 0}
    for erasure_id in list(due.values_list("pk", flat=True)):
        # those who wait for a case of theirs stand in nobody's way
        if counts["erased"] + counts["failed"] >= AT_ONCE:
            break
        is_done, error = attempt("portal.erase", _erase, erasure_id, now)
        counts["failed" if error else "erased" if is_done else "waiting"] += 1
    return counts


def holds_posts(person: User, now: datetime.datetime) -> bool:
    day = beijing_day(now)
    return Post.objects.filter(person=person).exclude(until_date__lt=day).exists()


@transaction.atomic
def _erase(erasure_id: int, now: datetime.datetime) -> bool:
    """All rooms in one transaction: a crash leaves nothing half forgotten. Higher rooms first, the account last."""
    asked = Erasure.objects.select_for_update().get(pk=erasure_id)
    person = User.objects.select_for_update().get(pk=asked.person_id)
    if asked.done_at or asked.undone_at:
        return False
    if holds_posts(person, now) or front.erasure_waits(person):
        return False
    asked.kept, asked.done_at = front.erasure_stays(person), now
    front.erase(person, now)
    asked.save(update_fields=["kept", "done_at"])
    return True


@transaction.atomic
def erase_account(person: User, *, now: datetime.datetime) -> None:
    """The account: name, number, sessions, keys, messages and settings go. The row stays without them, for the log.

    The number comes anew as a stranger's.
    """
    tokens.revoke_all(person, by=None, post=None, now=now)
    ApiToken.objects.filter(person=person).update(name="", networks=[])
    for model in (Notice, SmsMessage, NoticeSetting, OnceKey, Reading, PurposeConsent, Correction):
        model._default_manager.filter(person=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Invitation.objects.filter(phone_hash=person.phone_hash, answered_at=None).delete()
    person.name, person.phone = "", ""
    person.phone_hash, person.is_active = keyed_hash("erased", person.code), False
    person.last_login = None
    # every session carries a hash over this
    person.set_unusable_password()
    person.save(update_fields=["name", "phone", "phone_hash", "is_active", "last_login", "password"])
    erase_words(events.subject_of(person), by=None, now=now)
    events.record("portal.person_erased", person, by=None, at=now)
