"""Idempotency: a key on every form that creates or moves. Same key, same answer, also after a crash."""

import datetime
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import ledger
from portal.errors import Refused
from portal.models import OnceKey, User
from portal.sealing import keyed_hash


class KeyUsed(Refused):
    """The key was used before, for something else or by somebody else."""


def new_key() -> str:
    return secrets.token_urlsafe(24)


def once(key: str, *, by: User | None, verb: str, body: Any, now: datetime.datetime, do: Callable[[], str]) -> str:
    """Run `do` (which returns a short answer such as a code) unless this key was used: then give its first answer.

    A second request with the same key waits for the first one's transaction. Another body, verb or person under the
    same key is refused. A Refused inside `do` rolls the key back with everything else, so the form can be sent again.
    """
    fingerprint = _fingerprint(verb, body)
    with transaction.atomic():
        created = OnceKey.objects.bulk_create(
            [OnceKey(key=key, person=by, verb=verb, body_hash=fingerprint, at=now)], ignore_conflicts=True
        )
        row = OnceKey.objects.select_for_update().get(key=key)
        if row.answer:
            return _first_answer(row, fingerprint, by)
        assert created
        row.answer = do()
        row.save(update_fields=["answer"])
        return row.answer


def replayed(key: str, *, by: User, verb: str, body: Any) -> str:
    """The first answer under this key, when the same was sent before; empty while the key was not used."""
    row = OnceKey.objects.filter(key=key).exclude(answer="").first()
    return _first_answer(row, _fingerprint(verb, body), by) if row else ""


def _fingerprint(verb: str, body: Any) -> str:
    """Keyed: a body may hold a phone number, of which there are few enough to try them all."""
    return keyed_hash("once", hashlib.sha256(ledger.canonical({"verb": verb, "body": body})).hexdigest())


def _first_answer(row: OnceKey, fingerprint: str, by: User | None) -> str:
    if row.body_hash != fingerprint or row.person_id != (by.pk if by else None):
        raise KeyUsed(_("This form was already sent with other content. Open the page again and send it once more."))
    return row.answer


def answer_to(key: str, *, by: User) -> str:
    """What this person's key was answered before; empty while it was not used."""
    row = OnceKey.objects.filter(key=key, person=by).first() if key and "\x00" not in key else None
    return row.answer if row else ""
