"""/healthz: green, yellow or red for each part with one sentence, 503 on red, and not a word about anybody."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from portal import events, front, health, jobs
from portal.actions import roots
from portal.models import Delivery, JobRun, Role, SmsMessage
from tests import world

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.timedelta(hours=8)


@pytest.fixture(autouse=True)
def now(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:  # type: ignore[no-untyped-def]
    """A portal that has run for hours, with every job in time and yesterday's root out; no room has a complaint."""
    settings.ROOTS_DIR = tmp_path / "roots"
    monkeypatch.setattr(front, "health", lambda _now: {})
    at = timezone.now()
    jobs.beat("beat_start", at - LONG_AGO)
    for name in ("worker", "beat", *health.job_names()):
        jobs.beat(name, at)
    roots.publish_root(roots.newest_due(at), now=at)
    monkeypatch.setattr(roots, "missing_days", lambda _now: [])
    Delivery.objects.all().delete()
    return at


def level(name: str, now: datetime.datetime) -> str:
    return {check.name: check.level for check in health.findings(now)}[name]


def answer(client: Client) -> tuple[int, dict[str, Any]]:
    response = client.get("/healthz")
    return response.status_code, json.loads(response.content)


def test_a_whole_portal_is_not_red(client: Client, now: datetime.datetime) -> None:
    status, body = answer(client)
    assert status == 200
    assert body["status"] in {"green", "yellow"}  # the calendar of next year may still be missing
    names = {
        "database",
        "log",
        "valkey",
        "worker",
        "beat",
        "deliveries",
        "sms",
        "web_hooks",
        "jobs",
        "calendar",
        "root",
    }
    assert set(body["parts"]) == names
    for part in body["parts"].values():
        assert part["sentence"]
        assert part["ok"] is (part["status"] != "red")


def test_it_is_never_cached_and_needs_no_sign_in(client: Client) -> None:
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


def test_a_red_part_makes_it_503(client: Client, now: datetime.datetime) -> None:
    jobs.Heartbeat.objects.filter(name="worker").update(at=now - datetime.timedelta(minutes=2))
    status, body = answer(client)
    assert (status, body["status"], body["parts"]["worker"]["ok"]) == (503, "red", False)
    assert body["parts"]["worker"]["sentence"] == "后台进程 90 秒没有动静。"


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_part_that_never_gave_a_sign_is_red(now: datetime.datetime, name: str) -> None:
    jobs.Heartbeat.objects.filter(name=name).delete()
    assert level(name, now) == "red"


def test_the_database_keeps_what_it_confirms(now: datetime.datetime) -> None:
    check = health.database()
    assert check.level == "green"
    said = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on", "data_checksums": "on"}
    assert check.facts == said


def test_a_database_that_may_lose_something_is_red(now: datetime.datetime) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    check = health.database()
    assert check.level == "red"
    assert "synchronous_commit" in str(check.sentence)


def test_a_broker_that_does_not_answer_is_red(settings) -> None:  # type: ignore[no-untyped-def]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert health.valkey().level == "red"


@transaction.atomic
def an_event(at: datetime.datetime) -> None:
    event = events.record("tests.happened", world.department(), by=None, at=at)
    Delivery.objects.create(event=event, consumer="tests", next_at=at)


@pytest.mark.parametrize(("minutes", "found"), [(4, "green"), (6, "red")])
def test_events_that_wait_for_delivery(now: datetime.datetime, minutes: int, found: str) -> None:
    an_event(now - datetime.timedelta(minutes=minutes))
    assert level("deliveries", now) == found


def test_what_waited_while_nothing_ran_is_not_late_at_once(now: datetime.datetime) -> None:
    an_event(now - datetime.timedelta(days=3))
    jobs.Heartbeat.objects.filter(name="beat_start").update(at=now - datetime.timedelta(minutes=1))
    assert level("deliveries", now) == "green"
    assert level("deliveries", now + datetime.timedelta(minutes=5)) == "red"


def test_a_delivery_that_was_given_up_is_red(now: datetime.datetime) -> None:
    an_event(now)
    Delivery.objects.update(failed_at=now)
    assert level("deliveries", now) == "red"


def test_an_sms_that_was_given_up_is_yellow(now: datetime.datetime) -> None:
    an_event(now)
    event = Delivery.objects.get().event
    SmsMessage.objects.create(person=world.a_person(), event=event, text="x", send_after=now, tries=5)
    assert level("sms", now) == "yellow"


def test_a_job_that_missed_its_turns_is_red_and_named(now: datetime.datetime) -> None:
    jobs.Heartbeat.objects.filter(name="portal.send_sms").update(at=now - datetime.timedelta(minutes=3))
    check = health.jobs(now)
    assert check.level == "red"
    assert "portal.send_sms" in check.sentence
    assert "portal.publish_root" not in check.sentence


@pytest.mark.parametrize(("hours", "found"), [(24, False), (26, True)])
def test_a_job_by_the_clock_may_rest_a_day(now: datetime.datetime, hours: int, found: bool) -> None:
    jobs.Heartbeat.objects.filter(name="beat_start").update(at=now - datetime.timedelta(days=3))
    jobs.Heartbeat.objects.filter(name="portal.sync_grants").update(at=now - datetime.timedelta(hours=hours))
    assert ("portal.sync_grants" in health.overdue_jobs(now)) is found


def test_a_job_of_a_portal_just_started_is_not_late(now: datetime.datetime) -> None:
    jobs.Heartbeat.objects.filter(name="portal.publish_root").delete()
    jobs.Heartbeat.objects.filter(name="beat_start").update(at=now)
    assert level("jobs", now) == "green"


def test_every_room_says_how_it_is(now: datetime.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "health", lambda _now: {"appeals": [front.Check("appeals_stuck", "red", {"n": 1}, "x")]})
    assert level("appeals_stuck", now) == "red"


def test_a_root_that_differs_on_file_is_red(now: datetime.datetime) -> None:
    path = settings.ROOTS_DIR / f"{roots.newest_due(now).isoformat()}.json"
    path.write_text(path.read_text().replace('"root": "', '"root": "0'))
    assert level("root", now) == "red"


@pytest.mark.parametrize(("started", "found"), [(LONG_AGO, "red"), (datetime.timedelta(), "yellow")])
def test_a_root_that_is_not_out(monkeypatch, now: datetime.datetime, started: datetime.timedelta, found: str) -> None:  # type: ignore[no-untyped-def]
    noon = world.at("2026-11-23 12:00") + datetime.timedelta(days=400)
    monkeypatch.setattr(roots, "missing_days", lambda _now: [roots.newest_due(noon)])
    jobs.Heartbeat.objects.filter(name="beat_start").update(at=noon - started)
    assert health.root(noon).level == found


def test_no_personal_word_is_in_it(client: Client) -> None:
    person = world.a_person("欧阳晓风")
    said = client.get("/healthz").content.decode()
    assert person.name not in said
    assert person.phone not in said
    assert person.code not in said


# -- the pages of the desk ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
@pytest.mark.parametrize("url", ["/desk/health/", "/desk/jobs/"])
def test_administrators_see_it_on_the_desk(role: str, url: str) -> None:
    post = world.a_post(role, world.department())
    assert world.signed_in(post.person, post).get(url).status_code == 200


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.ANALYST])
@pytest.mark.parametrize("url", ["/desk/health/", "/desk/jobs/"])
def test_for_others_there_is_no_such_page(role: str, url: str) -> None:
    post = world.a_post(role, world.department())
    assert world.signed_in(post.person, post).get(url).status_code == 404
    assert world.signed_in(world.a_person()).get(url).status_code == 404


def test_a_given_up_delivery_is_tried_again_by_a_button(now: datetime.datetime) -> None:
    an_event(now)
    Delivery.objects.update(failed_at=now, last_error="KeyError")
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())
    desk = world.signed_in(post.person, post)
    row = Delivery.objects.get(consumer="tests")
    assert "KeyError" in desk.get("/desk/health/").content.decode()
    assert desk.post("/desk/health/retry/", {"delivery": row.pk}).status_code == 302
    assert Delivery.objects.get(pk=row.pk).failed_at is None
    assert desk.post("/desk/health/retry/", {"delivery": row.pk}).status_code == 409
    assert desk.post("/desk/health/retry/", {"delivery": "x"}).status_code == 409


def test_runs_are_listed_and_filtered(now: datetime.datetime) -> None:
    JobRun.objects.create(name="portal.send_sms", started_at=now, finished_at=now, counts={"sent": 1234})
    JobRun.objects.create(name="appeals.tick", started_at=now, finished_at=now, error="ValueError at appeals/x.py:3")
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())
    desk = world.signed_in(post.person, post)
    assert "sent 1,234" in desk.get("/desk/jobs/").content.decode()
    failed = desk.get("/desk/jobs/?failed=1").content.decode()
    assert "ValueError at appeals/x.py:3" in failed
    assert "sent 1,234" not in failed
    assert "ValueError" not in desk.get("/desk/jobs/?name=portal.send_sms").content.decode()
