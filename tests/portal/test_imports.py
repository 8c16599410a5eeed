"""Registers filled from files: checked, written, written again, taken back."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from drivers.models import Driver, Engagement
from portal.actions import importing, imports
from portal.errors import Refused
from portal.imports.tables import tables
from portal.models import Event, Import, ImportedRow, ImportProblem, Post, Role, RowUndone
from tests import world

HEAD = ["姓名", "手机号", "驾驶证号", "区县", "从业起始日期"]
NOW = world.NOW


@pytest.fixture
def office(db: None) -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def driver_row(number: int, **more: str) -> list[str]:
    return [
        more.get("name", "周建平"),
        more.get("phone", f"139{number:08d}"),
        more.get("licence", f"5105021990{number:08d}"),
        more.get("place", world.district().code),
        more.get("since", "2024-03-01"),
    ]


def csv_file(rows: list[list[Any]], head: list[str] = HEAD, encoding: str = "utf-8") -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([head, *rows])
    return written.getvalue().encode(encoding)


def asked(office: Post, content: bytes, table: str = "drivers.drivers", name: str = "司机.csv") -> Import:
    """Handed in and checked."""
    run = imports.ask(tables()[table], [content], file_name=name, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def written(office: Post, run: Import) -> Import:
    imports.start(run.pk, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def undone(office: Post, run: Import) -> Import:
    imports.undo(run.pk, by=office.person, post=office, now=NOW)
    importing.work(run.pk, clock=lambda: NOW)
    run.refresh_from_db()
    return run


def counts(run: Import) -> tuple[int, int, int, int]:
    return run.created, run.changed, run.same, run.problems


def problems(run: Import) -> list[tuple[int, str, str]]:
    return list(ImportProblem.objects.filter(run=run).order_by("line", "pk").values_list("line", "column", "kind"))


def test_drivers_are_entered_once_and_the_same_file_changes_nothing(office: Post) -> None:
    content = csv_file([driver_row(1), driver_row(2)], encoding="gb18030")
    run = asked(office, content)
    assert (run.state, run.rows, counts(run), Driver.objects.count()) == ("checked", 2, (2, 0, 0, 0), 0)
    run = written(office, run)
    assert (run.state, counts(run), run.file_key) == ("done", (2, 0, 0, 0), "")
    driver = Driver.objects.with_licence("510502199000000001")
    assert driver is not None
    assert (driver.name, driver.phone, driver.place) == ("周建平", "13900000001", world.district())
    again = asked(office, content)
    assert (again.state, counts(again)) == ("checked", (0, 0, 2, 0))
    with pytest.raises(Refused):
        imports.start(again.pk, by=office.person, post=office, now=NOW)
