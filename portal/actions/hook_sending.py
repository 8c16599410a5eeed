"""Sending what hooks are owed. Nothing is locked while the other side is spoken to.

A try is counted and committed before it is made, and the hook rests meanwhile: two workers never speak to the same
address, and a worker that dies leaves a message that is tried again with the same name. The other side knows it by
that name and does it once.
"""

import datetime
import json
from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from standardwebhooks import Webhook

from portal import hook_door
from portal.actions.deliveries import pause_after
from portal.hook_door import Reply
from portal.models import Hook, HookAttempt, HookMessage

MAX_TRIES = 10
# longer than a try can take: after it the worker that made it is taken for dead
LEASE = datetime.timedelta(minutes=1)
MOST_A_HOOK = 20
BATCH = 100
Clock = Callable[[], datetime.datetime]


def send_due(*, clock: Clock, limit: int = BATCH) -> Counter[str]:
    """Send what is due, hook by hook; one that does not answer is left alone after its first try and rests."""
    counts = Counter[str]()
    for hook_id in due_hooks(clock()):
        for _turn in range(MOST_A_HOOK):
            if sum(counts.values()) >= limit:
                return counts
            outcome = send_next(hook_id, clock=clock)
            if outcome:
                counts[outcome] += 1
            if outcome != "sent":
                break
    return counts


def due_hooks(now: datetime.datetime) -> list[int]:
    """Hooks that have something to be told and do not rest, the one that has waited longest first."""
    waiting = HookMessage.objects.filter(hook=OuterRef("pk"), sent_at=None, failed_at=None, next_at__lte=now)
    rows = _ready(now).filter(Exists(waiting))
    return list(rows.order_by(F("rests_until").asc(nulls_first=True), "pk").values_list("pk", flat=True))


def _ready(now: datetime.datetime) -> QuerySet[Hook]:
    return Hook.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), is_on=True)


def send_next(hook_id: int, *, clock: Clock) -> str:
    """Tell a hook the oldest thing it is owed: "sent", "failed", "given_up", or nothing when nothing is due."""
    now = clock()
    message = _claim(hook_id, now)
    if message is None:
        return ""
    body = json.dumps(message.body, ensure_ascii=False, sort_keys=True)
    reply = hook_door.send(message.hook.url, body.encode(), headers_for(message, body, now))
    return _note(message, reply, clock())


def headers_for(message: HookMessage, body: str, now: datetime.datetime) -> dict[str, str]:
    """Named, dated and signed as the Standard Webhooks say; by both secrets for a day after a change."""
    name, at = f"msg_{message.code}", now.astimezone(datetime.UTC)
    hook = message.hook
    is_changing = bool(hook.old_secret) and hook.old_until_at is not None and now < hook.old_until_at
    keys = [hook.secret, hook.old_secret] if is_changing else [hook.secret]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "driver-home-hooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(name, at, body) for key in keys),
    }


@transaction.atomic
def _claim(hook_id: int, now: datetime.datetime) -> HookMessage | None:
    """Count the try and let the hook rest for as long as it may take."""
    hook = _ready(now).select_for_update(skip_locked=True).filter(pk=hook_id).first()
    if hook is None:
        return None
    due = HookMessage.objects.filter(hook=hook, sent_at=None, failed_at=None, next_at__lte=now)
    message: HookMessage | None = due.order_by("next_at", "pk").select_for_update(skip_locked=True).first()
    if message is None:
        return None
    if message.tries >= MAX_TRIES:
        # the last try did not come back to say how it ended
        message.failed_at = now
        message.save(update_fields=["failed_at"])
        return None
    message.tries += 1
    message.next_at = now + pause_after(message.tries)
    message.save(update_fields=["tries", "next_at"])
    hook.rests_until = now + LEASE
    hook.save(update_fields=["rests_until"])
    message.hook = hook
    return message


@transaction.atomic
def _note(message: HookMessage, reply: Reply, now: datetime.datetime) -> str:
    """Write down how it ended; a failure lets the whole hook rest, longer each time in a row."""
    hook = Hook.objects.select_for_update().get(pk=message.hook_id)
    HookAttempt.objects.create(
        message=message, at=now, status=reply.status, error=reply.error, milliseconds=reply.milliseconds
    )
    if reply.is_good:
        message.sent_at = now
        hook.failures, hook.rests_until = 0, None
    else:
        hook.failures += 1
        hook.rests_until = now + pause_after(min(hook.failures, MAX_TRIES))
        message.failed_at = now if message.tries >= MAX_TRIES else None
    message.save(update_fields=["sent_at", "failed_at"])
    hook.save(update_fields=["failures", "rests_until"])
    if reply.is_good:
        return "sent"
    return "given_up" if message.failed_at else "failed"
