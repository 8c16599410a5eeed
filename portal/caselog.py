"""Writing out a subject's whole chain as a file that anybody can verify without us. Reads only."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from portal import ledger, rootfiles, verification
from portal.models import DailyRoot, Event, EventHead
from portal.verification import Problem, Report

Shows = Callable[[Event, str], bool]


def export(subject: str, *, now: datetime.datetime, shows: Shows = lambda _event, _name: True) -> dict[str, Any]:
    """All links of a subject, its words where they are not erased, its head and the newest daily root that covers it.

    `shows(event, name)` says whether this reader sees these words; what he does not see is marked as withheld, and the
    chain still verifies.
    """
    events = Event.objects.filter(subject=subject).order_by("position")
    links = [_link(event, shows) for event in events.select_related("by", "post").prefetch_related("texts")]
    head = EventHead.objects.filter(subject=subject).first()
    return {
        "format": verification.FORMAT,
        "subject": subject,
        "made_at": ledger.microseconds(now),
        "links": links,
        "head": {"position": head.position if head else 0, "hash": head.hash if head else ""},
        "root": covering_root(subject),
    }


def _link(event: Event, shows: Shows) -> dict[str, Any]:
    texts: dict[str, dict[str, Any]] = {}
    for text in event.texts.all():
        if text.erased_at:
            texts[text.name] = {"erased_at": ledger.microseconds(text.erased_at)}
        elif shows(event, text.name):
            texts[text.name] = {"text": text.text, "salt": text.salt}
        else:
            texts[text.name] = {"withheld": True}
    return {
        "subject": event.subject,
        "position": event.position,
        "kind": event.kind,
        "by": event.by.code if event.by else None,
        "post": event.post.code if event.post else None,
        "at": ledger.microseconds(event.at),
        "facts": event.facts,
        "words": event.commitments,
        "previous": event.previous,
        "hash": event.hash,
        "texts": texts,
    }


def covering_root(subject: str) -> dict[str, Any] | None:
    """The newest published daily root, with the proof that this head is under it; None before the first one."""
    newest = DailyRoot.objects.order_by("-day").first()
    return rootfiles.proof(newest.day, subject) if newest else None


def verify_given(log: dict[str, Any], *, head: str = "") -> tuple[Report, int]:
    """Check a record somebody holds, also against what is stored here; and how many entries are newer than it.

    Comparing with the stored chain names the entry even where everything after it was made to fit.
    """
    report = verification.verify(log, roots=published_roots(), head=head)
    stored = dict(Event.objects.filter(subject=log["subject"]).values_list("position", "hash"))
    if not stored:
        return dataclasses.replace(report, problems=[*report.problems, Problem(0, "stranger")]), 0
    differing = [link["position"] for link in log["links"] if stored.get(link["position"]) != link["hash"]]
    if differing and report.ok:
        report = dataclasses.replace(report, problems=[Problem(min(differing), "altered")], covered_until=None)
    return report, max(stored) - report.head[0]


def published_roots() -> dict[str, str]:
    return {day.isoformat(): root for day, root in DailyRoot.objects.values_list("day", "root")}


def verify_stored(subject: str, *, now: datetime.datetime) -> Report:
    """Check a chain as it stands in the database against its head and the published roots."""
    return verification.verify(export(subject, now=now), roots=published_roots())
