"""The daily root: one value over the heads of all chains at the end of a Beijing day, kept outside the database too."""

import datetime
import hashlib
import json
import urllib.request
from collections import Counter

from django.conf import settings
from django.db import connection, transaction

from portal import events, merkle, rootfiles
from portal.calendar import beijing, beijing_day, end_of
from portal.models import DailyRoot, Event
from portal.rootfiles import Leaf

# Whoever wrote down an event of yesterday has committed by then.
PUBLISHED_FROM = datetime.time(0, 20)
DAYS_AT_ONCE = 40
LOCK = 7_203_114_904
HOOK_SECONDS = 10


class RootsDisagree(Exception):
    """A published root is not what the database or the file says: somebody changed one of them."""


def publish_due(*, now: datetime.datetime) -> Counter[str]:
    """Publish yesterday's root, and those of days that were missed, the oldest first; a second run changes nothing.

    A day on which file and database disagree does not hold up the days after it; it fails loudly when they are out.
    """
    published, disagreeing = Counter[str](), []
    for day in missing_days(now)[:DAYS_AT_ONCE]:
        try:
            publish_root(day, now=now)
        except RootsDisagree:
            disagreeing.append(day)
        else:
            published["published"] += 1
    rootfiles.drop_old_leaves(beijing_day(now))
    if disagreeing:
        raise RootsDisagree(", ".join(day.isoformat() for day in disagreeing))
    return published


def newest_due(now: datetime.datetime) -> datetime.date:
    """The last day whose root should be out by now."""
    days = 1 if beijing(now).time() >= PUBLISHED_FROM else 2
    return beijing_day(now) - datetime.timedelta(days=days)


def missing_days(now: datetime.datetime) -> list[datetime.date]:
    """Days up to the last one due that lack their root or its file, from the first published one on.

    The first root of all is yesterday's: one made today for last year would vouch for no more than it does.
    """
    last = newest_due(now)
    known = set(DailyRoot.objects.values_list("day", flat=True))
    if not known and not Event.objects.filter(at__lt=end_of(last)).exists():
        return []
    first = min(known, default=last)
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day not in known or not rootfiles.path_of(day).exists()]


def leaves_at_end_of(day: datetime.date) -> list[Leaf]:
    """The head of every chain as it was at the end of a Beijing day, sorted by subject."""
    heads = Event.objects.filter(at__lt=end_of(day)).order_by("-subject", "-position").distinct("subject")
    return sorted(heads.values_list("subject", "position", "hash"))


@transaction.atomic
def publish_root(day: datetime.date, *, now: datetime.datetime) -> DailyRoot:
    """Publish a day's root in the database and in a file outside it; the web-hook follows as a delivery.

    A root that is already out is never replaced: a missing file is written again only when the database still gives
    the same root, and any disagreement fails loudly.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    known = DailyRoot.objects.filter(day=day).first()
    on_file = rootfiles.read(day)
    if known and on_file:
        _require_agreement(day, known.root, on_file["root"])
        return known
    leaves = leaves_at_end_of(day)
    root = merkle.root(rootfiles.hashes(leaves)).hex()
    _require_agreement(day, root, known.root if known else root, on_file["root"] if on_file else root)
    before = DailyRoot.objects.filter(day__lt=day).order_by("-day").first()
    made_at = known.made_at if known else datetime.datetime.fromisoformat(on_file["made_at"]) if on_file else now
    published = {
        "day": day.isoformat(),
        "root": root,
        "leaves": len(leaves),
        "previous": {"day": before.day.isoformat(), "root": before.root} if before else None,
        "made_at": made_at.astimezone(datetime.UTC).isoformat(),
    }
    if known is None:
        known = DailyRoot.objects.create(day=day, root=root, leaves=len(leaves), made_at=made_at)
        facts = {"day": published["day"], "root": root, "leaves": len(leaves)}
        events.record("portal.root_published", known, by=None, at=now, facts=facts)
    if on_file is None:
        rootfiles.write(published, leaves)
    return known


def _require_agreement(day: datetime.date, *roots: str) -> None:
    if len(set(roots)) > 1:
        raise RootsDisagree(f"The daily root of {day.isoformat()} differs between its file and the database.")


def disagreements(since: datetime.date) -> list[datetime.date]:
    """Days whose file is gone or says another root than the database."""
    found = []
    for row in DailyRoot.objects.filter(day__gte=since).order_by("day"):
        on_file = rootfiles.read(row.day)
        if on_file is None or on_file["root"] != row.root:
            found.append(row.day)
    return found


def post_to_hook(event: Event, now: datetime.datetime) -> None:
    """The consumer "root-hook": send a published root to the address in ROOT_WEBHOOK_URL, where one is set.

    It raises what the transport raises; the delivery is tried again and given up like any other.
    """
    if not settings.ROOT_WEBHOOK_URL:
        return
    body = json.dumps(event.facts, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", "Digest": f"sha-256={hashlib.sha256(body).hexdigest()}"}
    request = urllib.request.Request(settings.ROOT_WEBHOOK_URL, data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=HOOK_SECONDS):
        pass
