"""People: registering on first sign-in, their own name and language of the account."""

import datetime

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from portal import events
from portal.actions import tokens
from portal.models import User
from portal.models.people import phone_hash
from portal.sealing import keyed_hash


def register(phone: str, *, now: datetime.datetime) -> User:
    """The person of a number whose code was right, made on his first sign-in: a driver whom nobody has checked yet."""
    known = User.objects.with_phone(phone)
    if known:
        return known
    try:
        with transaction.atomic():
            person = User(phone=phone, phone_hash=phone_hash(phone), joined_at=now)
            person.set_unusable_password()
            person.save()
            events.record("portal.person_registered", person, by=person, at=now)
    except IntegrityError:
        # the same person pressed twice: the other request made him
        return User.objects.get(phone_hash=phone_hash(phone))
    return person


@transaction.atomic
def signed_in(person: User, *, is_long: bool, now: datetime.datetime) -> User:
    """A sign-in is an event of the person's own chain; his choice to stay signed in is remembered for the next one."""
    person.is_long_session = is_long
    person.save(update_fields=["is_long_session"])
    events.record("portal.signed_in", person, by=person, at=now, facts={"long": is_long})
    return person


@transaction.atomic
def part_from_number(person: User, *, now: datetime.datetime) -> None:
    """The number belongs to somebody else by now: the old account keeps its record and is no longer reached by it."""
    held = User.objects.select_for_update().get(pk=person.pk)
    held.phone, held.phone_hash = "", keyed_hash("parted", held.code)
    held.save(update_fields=["phone", "phone_hash"])
    end_sessions(held)
    tokens.revoke_all(held, by=None, post=None, now=now)
    events.record("portal.number_parted", held, by=None, at=now)


def end_sessions(person: User) -> None:
    """Every session of the person ends with its next request: each carries a hash over this unusable password."""
    person.set_unusable_password()
    person.save(update_fields=["password"])


def clear_sessions(*, now: datetime.datetime) -> int:
    """Rows of sessions that are over are deleted; each still names an account. Returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


@transaction.atomic
def sign_out_everywhere(person: User, *, by: User, now: datetime.datetime) -> None:
    """A lost or lent phone: all sessions of the person end, this one too, and his programs' keys with them."""
    end_sessions(person)
    tokens.revoke_all(person, by=by, post=None, now=now)
    events.record("portal.signed_out_everywhere", person, by=by, at=now)


@transaction.atomic
def signed_out(person: User, *, now: datetime.datetime) -> None:
    """Signing out is an event too: who was here, from when until when, can be told."""
    events.record("portal.signed_out", person, by=person, at=now)


@transaction.atomic
def rename(person: User, *, name: str, by: User, now: datetime.datetime) -> User:
    """What he is called here is the person's own to say."""
    person.name = name
    person.save(update_fields=["name"])
    events.record("portal.person_renamed", person, by=by, at=now)
    return person
