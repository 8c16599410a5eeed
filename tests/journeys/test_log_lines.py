"""What a driver's whole way leaves in the logs: request ids through to the worker, and nothing about the person."""

import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from portal import celery_app, events, jobs
from portal.models import Delivery, Event, Notice
from tests import world
from tests.journeys.walk import file_appeal

STORY = "我在江阳区二环路口被扣了三百元"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The lines of this process, through the formatter that production uses."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(next(h.formatter for h in logging.getLogger().handlers if h.formatter and _is_ours(h)))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def _is_ours(handler: logging.Handler) -> bool:
    return type(handler.formatter).__name__ == "ProcessorFormatter"


def work_off(database: str, folder: Path) -> str:
    """A real worker until nothing is owed any more; its log."""
    address = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}"
    program = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo", "--loglevel", "info"]
    log = folder / "worker.log"
    with log.open("wb") as file:
        env = os.environ | {"DATABASE_URL": address}
        worker = subprocess.Popen(program, env=env, stdout=file, stderr=file, cwd=settings.ROOT_DIR)
        try:
            deadline = time.monotonic() + 60
            while Delivery.objects.filter(tries=0).exists() and time.monotonic() < deadline:
                assert worker.poll() is None, log.read_text()
                time.sleep(0.2)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(30)
    return log.read_text()


def test_a_drivers_way_leaves_ids_and_no_person(committed: str, lines: io.StringIO, tmp_path: Path) -> None:
    celery_app.control.purge()
    Delivery.objects.all().delete()
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    Client().post("/sign-in/", {"phone": driver.phone})
    Client().get(f"/sign-in/?next=/&phone={driver.phone}", headers={"user-agent": "PhoneOfHis/1"})
    appeal = file_appeal(world.signed_in(driver), day="2026-11-20", where=world.district(), story=STORY)
    Client().get(f"/r/{appeal.number}-ABCDEFGH/")
    request_ids = [json.loads(text)["request_id"] for text in lines.getvalue().splitlines() if "/appeals/new" in text]
    worked = work_off(committed, tmp_path)

    assert Notice.objects.filter(event__kind="appeals.filed").exists()
    delivered = [json.loads(text) for text in worked.splitlines() if '"task_succeeded"' in text]
    assert {text["task"] for text in delivered} == {"portal.deliver"}
    assert {text.get("request_id") for text in delivered} & set(request_ids)
    secrets = [driver.phone, driver.name, driver.driver.licence, STORY, "PhoneOfHis", "ABCDEFGH", STORY[2:8]]
    for said in (lines.getvalue(), worked):
        assert len(said.splitlines()) > 2
        assert [canary for canary in secrets if canary in said] == []


def test_an_error_that_quotes_a_row_quotes_nothing_in_the_log(committed: str, lines: io.StringIO) -> None:
    driver = world.a_driver()

    def broken(_event: Event) -> None:
        driver.driver.pk = None
        driver.driver.save(force_insert=True)

    _answer, error = jobs.attempt("test", broken, None)
    assert driver.driver.licence_hash in str(error) or driver.name in str(error) or "Key" in str(error)
    said = lines.getvalue()
    assert "IntegrityError at tests/journeys/test_log_lines.py" in said
    assert "Traceback" in said
    for canary in (driver.phone, driver.name, driver.driver.licence, driver.driver.licence_hash, "Key ("):
        assert canary not in said
    assert events.subject_of(driver.driver).startswith("drivers.driver:")
