"""The one wrapper of background work: it writes down runs, errors by their kind and place, and signs of life."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from portal import celery_app, jobs, tasks
from portal.models import Heartbeat, JobRun
from tests import world

pytestmark = pytest.mark.django_db


def counting(counts: dict[str, int] | None) -> Callable[[], dict[str, int] | None]:
    def count() -> dict[str, int] | None:
        return counts

    return count


def a_job(name: str, do: Callable[[], Any], **given: Any) -> Any:
    task = jobs.job(name, **given)(do)
    celery_app.tasks.pop(name, None)
    return task


def test_a_run_is_written_down_with_its_counts() -> None:
    a_job("tests.counted", counting({"moved": 3}))()
    run = JobRun.objects.get()
    assert (run.name, run.counts, run.error) == ("tests.counted", {"moved": 3}, "")
    assert run.started_at <= run.finished_at
    assert Heartbeat.objects.get(name="tests.counted").at == run.finished_at


@pytest.mark.parametrize("counts", [None, {}, {"moved": 0}])
def test_a_run_with_nothing_to_do_leaves_only_its_sign_of_life(counts: dict[str, int] | None) -> None:
    a_job("tests.idle", counting(counts))()
    assert not JobRun.objects.exists()
    assert Heartbeat.objects.filter(name="tests.idle").exists()


def test_an_error_is_written_down_by_its_kind_and_raised_again() -> None:
    def fail() -> None:
        raise ValueError("周建平 13800001234")

    with pytest.raises(ValueError, match="周建平"):
        a_job("tests.failing", fail)()
    run = JobRun.objects.get()
    assert run.error.startswith("ValueError at tests/portal/test_jobs.py:")
    assert not Heartbeat.objects.filter(name="tests.failing").exists()


def test_an_unrecorded_job_leaves_nothing() -> None:
    a_job("tests.quiet", counting({"moved": 3}), is_recorded=False)()
    assert not JobRun.objects.exists()
    assert not Heartbeat.objects.exists()


def test_a_late_sign_of_life_does_not_replace_a_newer_one() -> None:
    jobs.beat("worker", world.at("2026-11-23 10:00"))
    jobs.beat("worker", world.at("2026-11-23 09:00"))
    assert Heartbeat.objects.get().at == world.at("2026-11-23 10:00")
    jobs.beat("worker", world.at("2026-11-23 11:00"))
    assert Heartbeat.objects.get().at == world.at("2026-11-23 11:00")


def test_a_heartbeat_is_the_workers_sign_and_beats() -> None:
    tasks.heartbeat()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker"]
    headers: dict[str, object] = {}
    tasks.stamp(headers=headers)
    sent_at = datetime.datetime.fromtimestamp(float(str(headers["sent_at"])), datetime.UTC)
    tasks.heartbeat.push_request(sent_at=headers["sent_at"])
    try:
        tasks.heartbeat(is_first=True)
    finally:
        tasks.heartbeat.pop_request()
    signs = dict(Heartbeat.objects.values_list("name", "at"))
    assert signs["beat"] == signs["beat_start"] == sent_at <= signs["worker"]


def test_every_task_that_beat_names_exists() -> None:
    celery_app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(celery_app.tasks)
