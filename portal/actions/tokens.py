"""Keys for programs: issued by whoever answers for what is done with them, shown once, ended at once."""

import datetime
import hmac
import re
import secrets
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import codes, events, permissions, roles, sealing
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import ApiToken, Post, User

MARK = "sjzj"
SHAPE = re.compile(f"{MARK}_([{codes.ALPHABET}]{{8}})_([{codes.ALPHABET}]{{32}})")
LONGEST_DAYS = 365
MOST = 10
# what a program can do in a post; other posts have nothing here
OPENED = frozenset({roles.HANDLE, roles.ANSWER_FOR_COMPANY})


def may_have_token(post: Post) -> bool:
    return bool(OPENED & roles.permissions_of(post.role, post.organisation.kind))


@transaction.atomic
def issue(
    post: Post | None, *, name: str, days: int, networks: Iterable[str], by: User, now: datetime.datetime
) -> tuple[ApiToken, str]:
    """Give a program a key for the issuer's own post, or with no post for himself; the secret is given back once.

    Nobody issues one for somebody else: a program sees what the issuer may see, and ends with his post.
    """
    day = beijing_day(now)
    if post is not None and not permissions.may_act_in(by, post, day):
        raise PermissionDenied
    if post is not None and not may_have_token(post):
        raise Refused(_("This post has nothing that a program could read or do."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("A key lasts from one day to one year."))
    # one at a time: the number of keys is looked at below
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if ApiToken.objects.in_force(now).filter(person=by).count() >= MOST:
        raise Refused(_("You have %(most)d keys already. Revoke one that is not used any more.") % {"most": MOST})
    prefix, secret = codes.new_code()[:8], codes.new_code() + codes.new_code()
    token = ApiToken.objects.create(
        person=by,
        post=post,
        name=name,
        prefix=prefix,
        secret_hash=_hash(secret),
        networks=list(networks),
        created_by=by,
        created_at=now,
        expires_at=now + datetime.timedelta(days=days),
    )
    facts = {
        "person": by.code,
        "post": post.code if post else None,
        "until_date": beijing_day(token.expires_at).isoformat(),
        "networks": len(token.networks),
    }
    events.record("portal.token_issued", token, by=by, post=post, at=now, facts=facts)
    return token, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def revoke(token_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> ApiToken:
    """End a key at once: its holder, or a security administrator of the line its post belongs to."""
    token = ApiToken.objects.select_for_update(no_key=True, of=("self",)).get(pk=token_id)
    if token.person_id != by.pk:
        if token.post is None:
            raise PermissionDenied
        post = permissions.require_post_administrator(by, token.post.organisation, beijing_day(now))
    if token.revoked_at is not None:
        raise Refused(_("This key has been revoked already."))
    _end(token, by=by, post=post, why="own" if token.person_id == by.pk else "administrator", now=now)
    return token


@transaction.atomic
def revoke_all(person: User, *, by: User | None, post: Post | None, now: datetime.datetime) -> int:
    """A lost phone, a lost second factor, a number that changed hands: the person's keys end with his sessions."""
    held = list(ApiToken.objects.in_force(now).filter(person=person).select_for_update(no_key=True))
    for token in held:
        _end(token, by=by, post=post, why="sessions", now=now)
    return len(held)


def _end(token: ApiToken, *, by: User | None, post: Post | None, why: str, now: datetime.datetime) -> None:
    token.revoked_at, token.revoked_by = now, by
    token.save(update_fields=["revoked_at", "revoked_by"])
    facts = {"person": token.person.code, "why": why}
    events.record("portal.token_revoked", token, by=by, post=post, at=now, facts=facts)


def found(presented: str, *, now: datetime.datetime) -> ApiToken | None:
    """The key behind what a program sent, while it, its person and its post are in force; else nothing."""
    shape = SHAPE.fullmatch(presented)
    if shape is None:
        return None
    rows = ApiToken.objects.in_force(now).select_related("person", "post__organisation__place", "post__person")
    token = rows.filter(prefix=shape[1]).first()
    # hashed also where there is no such key: how long the answer takes tells nothing
    is_right = hmac.compare_digest(token.secret_hash if token else secrets.token_hex(32), _hash(shape[2]))
    if token is None or not is_right or not token.person.is_active:
        return None
    return token if token.post is None or token.post.is_live(beijing_day(now)) else None


def note_use(token: ApiToken, *, now: datetime.datetime) -> None:
    """The day it was last used, so that keys nobody needs are seen; the hour would place a driver."""
    day = beijing_day(now)
    if token.last_used_date != day:
        ApiToken.objects.filter(pk=token.pk).update(last_used_date=day)


def _hash(secret: str) -> str:
    return sealing.keyed_hash("api-token", secret)
