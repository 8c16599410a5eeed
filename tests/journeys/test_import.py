"""A system administrator fills the register of drivers from a file, through the pages; a worker is killed over it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from drivers.models import Driver
from portal import vault
from portal.actions import deliveries, importing, imports
from portal.imports.tables import tables
from portal.models import Delivery, Event, Import, ImportedRow, Notice, Role
from portal.once import new_key
from tests import world
from tests.portal.test_imports import csv_file, driver_row

GONE = 404


def handed_in(browser: Client, content: bytes, key: str = "") -> Import:
    page = browser.post(
        "/desk/imports/new/drivers.drivers/",
        {"file": SimpleUploadedFile("十一月.csv", content), "key": key or new_key()},
        follow=True,
    )
    assert page.status_code == 200, page.content.decode()
    run = Import.objects.latest("pk")
    assert page.redirect_chain[-1][0] == f"/desk/imports/{run.code}/"
    return run


def worked(run: Import) -> Import:
    importing.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    return run


def text(browser: Client, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200
    return page.content.decode()


def test_a_file_is_checked_written_settled_and_taken_back(db: None) -> None:
    office = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    branch = world.a_branch("LZ")
    browser = world.signed_in(office.person, office)
    home = text(browser, "/desk/imports/")
    assert 'href="/desk/imports/new/drivers.drivers/"' in home
    sheet = browser.get("/desk/imports/template/drivers.drivers.xlsx")
    assert sheet.content.startswith(b"PK")
    assert "attachment" in sheet["Content-Disposition"]
    missing = browser.post("/desk/imports/new/drivers.drivers/", {"key": new_key()})
    assert missing.status_code == 422

    key, content = new_key(), csv_file([driver_row(1), driver_row(2), driver_row(3, phone="12")], encoding="gbk")
    run = handed_in(browser, content, key)
    assert handed_in(browser, content, key).pk == run.pk
    address = f"/desk/imports/{run.code}/"
    assert 'hx-trigger="every 2s"' in text(browser, address)
    worked(run)
    page = text(browser, address)
    assert "hx-trigger" not in page
    assert "手机号" in page
    assert [one.shown for one in run.found.all()] == ["12"]
    told = browser.get(f"{address}problems.csv").content.decode("utf-8-sig")
    assert len(told.splitlines()) == 2

    assert browser.post(f"{address}start/", {"key": new_key()}).status_code == 302
    assert "0" in text(browser, address)
    worked(run)
    assert run.state == "done"
    assert "/undo/" in text(browser, address)
    for row in Delivery.objects.filter(consumer="branches.settle_imported"):
        deliveries.deliver(row.pk, now=timezone.now())
    assert set(Driver.objects.values_list("branch", "branch_path")) == {(branch.pk, branch.path)}
    for row in Delivery.objects.filter(consumer="notices"):
        deliveries.deliver(row.pk, now=timezone.now())
    assert set(Notice.objects.filter(person=office.person, kind__startswith="portal.import").values_list("url")) == {
        (address,)
    }

    assert browser.post(f"{address}start/", {"key": new_key()}).status_code == 422
    assert browser.get(f"{address}undo/").status_code == 200
    browser.post(f"{address}undo/", {"key": new_key()})
    worked(run)
    assert (run.state, Driver.objects.count()) == ("undone", 0)
    assert "hx-trigger" not in text(browser, address)


def test_a_dropped_file_is_gone_and_a_strangers_import_is_not_there(db: None) -> None:
    office = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    browser = world.signed_in(office.person, office)
    run = handed_in(browser, csv_file([driver_row(1)]))
    worked(run)
    strangers = [
        world.a_post(Role.SYSTEM_ADMIN, world.committee("CD")),
        world.a_post(Role.SECURITY_ADMIN, world.committee("LZ")),
        world.a_post(Role.COMMITTEE_STAFF, world.committee("LZ")),
    ]
    addresses = ["", "start/", "drop/", "undo/", "problems.csv"]
    for stranger in strangers:
        other = world.signed_in(stranger.person, stranger)
        assert {other.get(f"/desk/imports/{run.code}/{one}").status_code for one in addresses} == {GONE}
        assert other.post(f"/desk/imports/{run.code}/start/", {"key": new_key()}).status_code == GONE
        assert run.code not in other.get("/desk/imports/").content.decode()
    assert other.post("/desk/imports/new/drivers.drivers/", {}).status_code == GONE
    assert browser.get("/desk/imports/new/drivers.nothing/").status_code == GONE
    paths = [vault.path_of(run.store, part) for part in (imports.FILE, imports.ROWS)]
    assert all(path.exists() for path in paths)
    assert "周建平".encode() not in b"".join(path.read_bytes() for path in paths)
    imports.forget_file(run)
    vault.delete(run.store, imports.FILE, imports.ROWS)
    assert not any(path.exists() for path in paths)
    assert browser.post(f"/desk/imports/{run.code}/drop/", {"key": new_key()}).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.file_key) == ("dropped", "")


WORKER = """
import sys, django
django.setup()
from django.utils import timezone
from portal.actions import importing
from portal.imports.tables import tables
type(tables()["drivers.drivers"]).batch_rows = 5
importing.work(int(sys.argv[1]), clock=timezone.now)
"""


def test_a_killed_worker_is_followed_by_another_where_it_stood(committed: str) -> None:
    """kill -9 of the process, not a loss of power: what the database had committed is there."""
    rows = 500
    office = world.a_post(Role.SYSTEM_ADMIN, world.department())
    who = {"by": office.person, "post": office, "now": timezone.now()}
    content = csv_file([driver_row(number) for number in range(rows)])
    run = imports.ask(tables()["drivers.drivers"], [content], file_name="x.csv", **who)
    worked(run)
    imports.start(run.pk, **who)
    database = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{committed}"
    env = os.environ | {"DATABASE_URL": database}
    command = [sys.executable, "-c", WORKER, str(run.pk)]
    with subprocess.Popen(command, cwd=Path(settings.ROOT_DIR), env=env) as worker:
        until = time.monotonic() + 60
        while Import.objects.get(pk=run.pk).rows_done == 0:
            assert worker.poll() is None
            assert time.monotonic() < until
        worker.send_signal(signal.SIGKILL)
        worker.wait(20)
    run.refresh_from_db()
    left = run.rows_done
    assert 0 < left < rows
    assert Driver.objects.count() == ImportedRow.objects.filter(run=run).count() == left
    # the server notices that the line is dead by itself; until then the claim is the dead worker's
    while run.state == "writing":
        worked(run)
        assert time.monotonic() < until
    assert (run.state, run.created) == ("done", rows)
    assert Driver.objects.count() == ImportedRow.objects.filter(run=run).count() == rows
    assert ImportedRow.objects.filter(run=run).values("line").distinct().count() == rows
    batches = Event.objects.filter(subject=f"portal.import:{run.code}", kind="drivers.drivers_imported")
    assert sum(one.facts["created"] for one in batches) == rows
    connection.close()
