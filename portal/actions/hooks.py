"""Web-hooks: which address is told of what, in which line; and what each is still to be told."""

import base64
import datetime
import secrets
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, front, hook_door, permissions, roles
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Event, Hook, HookMessage, Organisation, OrganisationKind, PlaceKind, Post, User
from portal.models.organisations import OrganisationQuerySet

PING = "portal.hook_pinged"
# the old secret signs beside the new one for so long
OVERLAP = datetime.timedelta(hours=24)


def kinds() -> dict[str, Any]:
    """What a hook can be told of: event kind and its words, as the rooms offer them."""
    return {kind: word for _room, offered in front.ask("hook_kinds") for kind, word in offered.items()}


def is_any_on() -> bool:
    """Somebody is told of something."""
    return Hook.objects.filter(is_on=True).exists()


def lines(post: Post | None, day: datetime.date) -> OrganisationQuerySet:
    """The committees whose line this system administrator looks after: all from the province, else his own."""
    if post is None or not permissions.has_permission(post, roles.ADMINISTER_SYSTEM, day):
        return Organisation.objects.none()
    committees = Organisation.objects.live().filter(kind=OrganisationKind.COMMITTEE)
    if post.organisation.place.kind == PlaceKind.PROVINCE:
        return committees
    return committees.under(post.organisation.path)


@transaction.atomic
def add(
    organisation: Organisation,
    *,
    name: str,
    url: str,
    kinds_wanted: Iterable[str],
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Hook:
    """A system administrator has another system told of what happens in a committee's line."""
    _require_line(organisation, by, post, now)
    hook_door.require_address(url)
    wanted = [kind for kind in kinds() if kind in set(kinds_wanted)]
    if not wanted:
        raise Refused(_("Choose at least one kind of event."))
    hook = Hook.objects.create(
        organisation=organisation,
        name=name,
        url=url,
        secret=_new_secret(),
        kinds=wanted,
        created_by=by,
        created_at=now,
    )
    facts = {"organisation": organisation.code, "kinds": wanted}
    events.record("portal.hook_added", hook, by=by, post=post, at=now, facts=facts)
    return hook


@transaction.atomic
def set_on(hook_id: int, *, is_on: bool, by: User, post: Post | None, now: datetime.datetime) -> Hook:
    """Pause a hook, or let it go on. What happens meanwhile is not sent later; what waited already is."""
    hook = _locked(hook_id, by, post, now)
    if hook.is_on == is_on:
        raise Refused(_("It is so already."))
    hook.is_on = is_on
    hook.failures, hook.rests_until = 0, None
    hook.save(update_fields=["is_on", "failures", "rests_until"])
    events.record("portal.hook_resumed" if is_on else "portal.hook_paused", hook, by=by, post=post, at=now)
    return hook


@transaction.atomic
def rotate(hook_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> Hook:
    """A new secret; for a day messages carry the signatures of both."""
    hook = _locked(hook_id, by, post, now)
    hook.old_secret, hook.old_until_at = hook.secret, now + OVERLAP
    hook.secret = _new_secret()
    hook.save(update_fields=["secret", "old_secret", "old_until_at"])
    events.record("portal.hook_secret_changed", hook, by=by, post=post, at=now)
    return hook


@transaction.atomic
def ping(hook_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> HookMessage:
    """A message without content, to see whether the other side answers and accepts the signature."""
    hook = _locked(hook_id, by, post, now)
    if not hook.is_on:
        raise Refused(_("The hook is paused. Let it go on first."))
    # asked for by a person who waits for it: not after an hour's rest
    hook.rests_until = None
    hook.save(update_fields=["rests_until"])
    events.record("portal.hook_pinged", hook, by=by, post=post, at=now)
    body = {"type": PING, "timestamp": now.astimezone(datetime.UTC).isoformat(), "data": {}}
    return HookMessage.objects.create(hook=hook, kind=PING, body=body, made_at=now, next_at=now)


@transaction.atomic
def retry(message_id: int, *, by: User, post: Post | None, now: datetime.datetime) -> HookMessage:
    """Try a message again that was given up, after the fault has been mended."""
    message = HookMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
    hook = _locked(message.hook_id, by, post, now)
    if message.failed_at is None:
        raise Refused(_("This message is no longer waiting for you: it was sent or is being tried again."))
    message.tries, message.failed_at, message.next_at = 0, None, now
    message.save(update_fields=["tries", "failed_at", "next_at"])
    events.record("portal.hook_message_retried", hook, by=by, post=post, at=now, facts={"message": message.code})
    return message


def owe(event: Event, *, paths: Iterable[str], facts: dict[str, Any], now: datetime.datetime) -> int:
    """Write down, in the consumer's transaction, whom an event is owed to: hooks of a line it happened in.

    `paths` are the organisations it lay at. Sent twice, an event is still one message to a hook.
    """
    places = list(paths)
    hooks = [
        hook
        for hook in Hook.objects.filter(is_on=True).select_related("organisation")
        if event.kind in hook.kinds and any(path.startswith(hook.organisation.path) for path in places)
    ]
    body = {"type": event.kind, "timestamp": event.at.astimezone(datetime.UTC).isoformat(), "data": facts}
    owed = [HookMessage(hook=hook, event=event, kind=event.kind, body=body, made_at=now, next_at=now) for hook in hooks]
    return len(HookMessage.objects.bulk_create(owed, ignore_conflicts=True))


def _require_line(organisation: Organisation, by: User, post: Post | None, now: datetime.datetime) -> None:
    day = beijing_day(now)
    permissions.require_system_administrator(by, post, day)
    if not lines(post, day).filter(pk=organisation.pk).exists():
        raise PermissionDenied


def _locked(hook_id: int, by: User, post: Post | None, now: datetime.datetime) -> Hook:
    hook = Hook.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation").get(pk=hook_id)
    _require_line(hook.organisation, by, post, now)
    return hook


def _new_secret() -> str:
    """As the Standard Webhooks write it: 24 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
