"""Doors for Celery: beat and the events knock here."""

import datetime

from celery import current_task, signals
from django.utils import timezone

from portal import jobs
from portal.actions import (
    deliveries,
    erasing,
    exporting,
    hook_sending,
    importing,
    people,
    posts,
    retention,
    roots,
    sms,
)
from portal.jobs import job
from portal.registers_out import REGISTERS


@job("portal.deliver", is_recorded=False)
def deliver(event_id: int) -> None:
    deliveries.deliver_event(event_id, now=timezone.now())


@job("portal.sweep_deliveries")
def sweep_deliveries() -> dict[str, int]:
    return deliveries.sweep(now=timezone.now())


@job("portal.send_sms")
def send_sms() -> dict[str, int]:
    return sms.send_due(now=timezone.now())


@job("portal.send_hooks")
def send_hooks() -> dict[str, int]:
    return hook_sending.send_due(clock=timezone.now)


@job("portal.work_import")
def work_import(import_id: int) -> dict[str, int]:
    return importing.work(import_id, clock=timezone.now)


@job("portal.sweep_imports")
def sweep_imports() -> dict[str, int]:
    return {"imports": importing.sweep(now=timezone.now())}


@job("portal.publish_root")
def publish_root() -> dict[str, int]:
    return roots.publish_due(now=timezone.now())


@job("portal.sync_grants")
def sync_grants() -> dict[str, int]:
    return {"people": posts.sync_all_grants(now=timezone.now())}


@job("portal.clear_sessions")
def clear_sessions() -> dict[str, int]:
    return {"sessions": people.clear_sessions(now=timezone.now())}


@job("portal.erase_due")
def erase_due() -> dict[str, int]:
    return erasing.erase_due(now=timezone.now())


@job("portal.delete_past")
def delete_past() -> dict[str, int]:
    return retention.sweep(now=timezone.now())


@job("portal.make_export")
def make_export(export_id: int) -> dict[str, int]:
    return {"rows": exporting.make(REGISTERS, export_id, now=timezone.now())}


@job("portal.sweep_exports")
def sweep_exports() -> dict[str, int]:
    return {"gone": exporting.sweep(REGISTERS, now=timezone.now())}


@job("portal.heartbeat", is_recorded=False)
def heartbeat(is_first: bool = False) -> None:
    """The worker lives, and so did beat when it sent this."""
    sent_at = getattr(current_task.request, "sent_at", None) if current_task else None
    jobs.beat("worker", timezone.now())
    if sent_at:
        at = datetime.datetime.fromtimestamp(sent_at, datetime.UTC)
        jobs.beat("beat", at)
        if is_first:
            jobs.beat("beat_start", at)


@signals.before_task_publish.connect
def stamp(headers: dict[str, object], **_message: object) -> None:
    """When a task was sent, for the age of beat's sign of life: a worker may read it later."""
    headers["sent_at"] = timezone.now().timestamp()


@signals.beat_init.connect
def begin_at_once(**_beat: object) -> None:
    """A portal that has just been started need not wait for the first ticks to know that it is whole."""
    heartbeat.apply_async(kwargs={"is_first": True}, expires=60)
    publish_root.apply_async(expires=600)
