"""Is the portal whole: its servers, its background work, its promises. Reads only, and says no word about a person."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import redis
from celery.schedules import crontab
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import front
from portal.actions import calendar, roots
from portal.actions.sms import MAX_TRIES
from portal.front import LEVELS, Check
from portal.models import DailyRoot, Delivery, Event, Heartbeat, Hook, HookMessage, SmsMessage

SILENT = datetime.timedelta(seconds=90)
UNDELIVERED = datetime.timedelta(minutes=5)
SMS_LATE = datetime.timedelta(minutes=30)
HOOK_FAILURES = 5
ROOT_LATE = datetime.timedelta(hours=2)
DAILY = datetime.timedelta(hours=25)
STARTING = datetime.timedelta(minutes=30)
FILES_COMPARED = datetime.timedelta(days=30)
# what keeps a committed row after a power cut, and what the log's protection consists of
DURABLE = {
    "synchronous_commit": {"on", "remote_apply"},
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "data_checksums": {"on"},
}
PROTECTED = """
    SELECT has_table_privilege('portal_event', 'UPDATE') OR has_table_privilege('portal_event', 'DELETE')
           OR has_table_privilege('portal_event', 'TRUNCATE'),
           (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'portal_event'::regclass AND NOT tgisinternal
                   AND tgenabled = 'D'),
           (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'portal_event'::regclass AND NOT tgisinternal)
"""
TRIGGERS = 2


def findings(now: datetime.datetime) -> Iterator[Check]:
    """Every part with its level and one sentence. Without a database nothing else can be asked but the broker."""
    yield valkey()
    try:
        yield database()
    except (OperationalError, InterfaceError) as error:
        yield Check("database", "red", {"error": type(error).__name__}, _("The database does not answer."))
        return
    parts: list[Callable[[datetime.datetime], Check]] = [worker, beat, deliveries, sms, web_hooks, jobs, horizon, root]
    yield log()
    yield from (part(now) for part in parts)
    for checks in front.health(now).values():
        yield from checks


def worst(found: list[Check]) -> str:
    return max((check.level for check in found), key=LEVELS.index, default="green")


def database() -> Check:
    """The settings without which a committed appeal could be lost."""
    with connection.cursor() as cursor:
        said: dict[str, Any] = {}
        for name in DURABLE:
            cursor.execute(f"SHOW {name}")
            said[name] = cursor.fetchone()[0]
    wrong = sorted(name for name, allowed in DURABLE.items() if said[name] not in allowed)
    if wrong:
        names = ", ".join(wrong)
        return Check(
            "database", "red", said, _("The database may lose what it confirmed: %(names)s.") % {"names": names}
        )
    return Check("database", "green", said, _("The database answers and keeps what it confirms."))


def log() -> Check:
    """The event log is protected twice: by triggers and by what the application's role may not do."""
    with connection.cursor() as cursor:
        cursor.execute(PROTECTED)
        has_right, disabled, triggers = cursor.fetchone()
    facts = {"triggers": triggers - disabled, "application_may_change": has_right}
    if has_right or disabled or triggers < TRIGGERS:
        return Check("log", "red", facts, _("The event log is not protected against changes."))
    return Check("log", "green", facts, _("The event log can only be added to."))


def valkey() -> Check:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError as error:
        return Check("valkey", "red", {"error": type(error).__name__}, _("Valkey does not answer."))
    finally:
        client.close()
    return Check("valkey", "green", {}, _("Valkey answers."))


def _sign_of(name: str) -> datetime.datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def _alive(name: str, now: datetime.datetime, alive: str, silent: str) -> Check:
    last = _sign_of(name)
    facts = {"seconds": max(0, int((now - last).total_seconds()))} if last else {}
    if last is None or now - last > SILENT:
        return Check(name, "red", facts, silent)
    return Check(name, "green", facts, alive)


def worker(now: datetime.datetime) -> Check:
    return _alive("worker", now, _("A worker is at work."), _("No worker has given a sign of life for 90 seconds."))


def beat(now: datetime.datetime) -> Check:
    return _alive("beat", now, _("Beat gives the time."), _("Beat has given no sign of life for 90 seconds."))


def _beat_start(now: datetime.datetime) -> datetime.datetime:
    """Since when background work may be expected: nothing is late before it could begin."""
    return _sign_of("beat_start") or now


def deliveries(now: datetime.datetime) -> Check:
    """Events that somebody is still owed."""
    failed = Delivery.objects.filter(failed_at__isnull=False).count()
    owed = Delivery.objects.filter(failed_at__isnull=True)
    waiting = owed.count()
    oldest = owed.order_by("event__at").values_list("event__at", flat=True).first() or now
    age = max(now - max(oldest, _beat_start(now)), datetime.timedelta())
    facts = {"waiting": waiting, "failed": failed, "oldest_seconds": int(age.total_seconds())}
    if failed:
        words = ngettext("%(n)d delivery was given up.", "%(n)d deliveries were given up.", failed) % {"n": failed}
        return Check("deliveries", "red", facts, words)
    if age > UNDELIVERED:
        return Check("deliveries", "red", facts, _("Events have been waiting for delivery for more than 5 minutes."))
    return Check("deliveries", "green", facts, _("Events are delivered."))


def sms(now: datetime.datetime) -> Check:
    unsent = SmsMessage.objects.filter(sent_at__isnull=True)
    failed = unsent.filter(tries__gte=MAX_TRIES).count()
    late = unsent.filter(tries__lt=MAX_TRIES, send_after__lt=now - SMS_LATE).count()
    facts = {"failed": failed, "late": late}
    if failed or (late and now - _beat_start(now) > SMS_LATE):
        return Check("sms", "yellow", facts, _("Some SMS could not be sent. The messages stand in the portal."))
    return Check("sms", "green", facts, _("SMS go out."))


def web_hooks(now: datetime.datetime) -> Check:
    """Other systems that are to be told of something: theirs is the fault, ours to tell them."""
    given_up = HookMessage.objects.filter(failed_at__isnull=False, hook__is_on=True).count()
    silent = Hook.objects.filter(is_on=True, failures__gte=HOOK_FAILURES).count()
    facts = {"given_up": given_up, "silent": silent}
    if given_up or silent:
        return Check("web_hooks", "yellow", facts, _("Some other systems do not take what they are told."))
    return Check("web_hooks", "green", facts, _("Other systems take what they are told."))


def _patience(schedule: float | crontab) -> datetime.timedelta:
    """Three turns of a job that runs every so many seconds; a job by the clock runs once a day at least."""
    return DAILY if isinstance(schedule, crontab) else datetime.timedelta(seconds=3 * schedule + 60)


def overdue_jobs(now: datetime.datetime) -> dict[str, int]:
    """Periodic jobs that have missed three turns, with the seconds since their last good run."""
    signs = dict(Heartbeat.objects.values_list("name", "at"))
    found = {}
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        last = max(signs.get(entry["task"], datetime.datetime.min.replace(tzinfo=datetime.UTC)), _beat_start(now))
        age = now - last
        if entry["task"] != "portal.heartbeat" and age > _patience(entry["schedule"]):
            found[entry["task"]] = int(age.total_seconds())
    return found


def job_names() -> list[str]:
    return sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {"portal.heartbeat"})


def jobs(now: datetime.datetime) -> Check:
    late = overdue_jobs(now)
    if late:
        return Check("jobs", "red", late, _("Overdue: %(names)s.") % {"names": ", ".join(sorted(late))})
    return Check("jobs", "green", {}, _("Every periodic job has run in time."))


def horizon(now: datetime.datetime) -> Check:
    facts = calendar.horizon(now)
    words = ngettext(
        "Due dates are certain for %(n)d more day.",
        "Due dates are certain for %(n)d more days.",
        int(facts["days_left"]),
    )
    found = {"last_year": facts["last_year"], "days_left": facts["days_left"]}
    return Check("calendar", str(facts["level"]), found, words % {"n": facts["days_left"]})


def root(now: datetime.datetime) -> Check:
    """Yesterday's root is out, and no root differs between its file and the database."""
    changed = roots.disagreements(roots.newest_due(now) - FILES_COMPARED)
    if changed:
        days = ", ".join(day.isoformat() for day in changed[:5])
        words = _("The daily root is missing on file or differs from the database: %(days)s.") % {"days": days}
        return Check("root", "red", {"days": len(changed)}, words)
    due = roots.newest_due(now)
    newest = DailyRoot.objects.order_by("-day").values_list("day", flat=True).first()
    facts = {"newest": newest.isoformat() if newest else None, "due": due.isoformat()}
    if (newest is None or newest < due) and roots.missing_days(now):
        is_late = roots.newest_due(now - ROOT_LATE) == due and now - _beat_start(now) > STARTING
        words = _("The daily root of %(day)s is not out yet.") % {"day": due.isoformat()}
        return Check("root", "red" if is_late else "yellow", facts, words)
    if not Event.objects.exists():
        return Check("root", "green", facts, _("There is nothing to vouch for yet."))
    return Check("root", "green", facts, _("The daily root is out."))
