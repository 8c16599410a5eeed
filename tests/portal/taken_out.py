"""Set-up of the tests of registers' lists that are taken out: who asks, what stands in the registers, the file."""

import base64
import csv
import datetime
import io
import json
from html import unescape
from typing import Any

import openpyxl
import pytest
import time_machine
from django.test import Client

from drivers.models import Driver
from platforms.models import Vehicle
from portal.actions import exporting
from portal.models import Event, Organisation, Post, RegisterExport, RegisterExportPart, Role
from portal.plates import plate_hash
from portal.registers_out import REGISTERS, registers
from tests import world
from tests.world import NOW

SOON = NOW.date() + datetime.timedelta(days=5)


@pytest.fixture(autouse=True)
def at_ten() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


@pytest.fixture
def analyst() -> Post:
    return world.a_post(Role.ANALYST, world.department())


@pytest.fixture
def branch() -> Organisation:
    return world.a_branch()


def a_driver(branch: Organisation, **fields: Any) -> Driver:
    found: Driver = world.a_driver(branch).driver
    Driver.objects.filter(pk=found.pk).update(certificate_until_date=SOON, **fields)
    return Driver.objects.get(pk=found.pk)


def a_car(plate: str, **fields: Any) -> Vehicle:
    given = {"city": world.city(), "company": world.a_platform().company, "owner_name": "周建平"}
    return Vehicle.objects.create(plate=plate, plate_hash=plate_hash(plate), insured_until_date=SOON, **given, **fields)


def asked(
    post: Post, register: str, *, format: str = "csv", is_whole: bool = False, purpose: str = "", **wanted: str
) -> RegisterExport:
    given = {"register": register, "format": format, "is_whole": is_whole}
    export = RegisterExport(post=post, wanted=json.dumps(registers()[register].asked(wanted)), **given)
    exporting.ask(REGISTERS, export, purpose=purpose, now=NOW)
    return export


def content(export: RegisterExport) -> bytes:
    return b"".join(base64.b64decode(part.sealed) for part in RegisterExportPart.objects.filter(export=export))


def table(export: RegisterExport) -> list[list[str]]:
    if export.format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content(export))).active
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(content(export).decode("utf-8-sig"))))


def browser(post: Post) -> Client:
    return world.signed_in(post.person, post)


def text(response: Any) -> str:
    return unescape(response.content.decode())


def last(kind: str) -> Event:
    return Event.objects.filter(kind=f"portal.{kind}").latest("pk")
