"""Registers' lists taken out: the list's rows, masked; in full only with a second person, and who is in it reads so."""

import datetime
import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drivers.models import Driving
from platforms.models import Permit
from portal import namemarks, notices_exports, same_person
from portal.actions import exporting
from portal.errors import Refused
from portal.models import Event, Organisation, Post, Reading, RecordUse, RegisterExport, RegisterExportPart, Role, User
from portal.registers_out import REGISTERS, registers
from tests import world
from tests.portal.taken_out import (
    SOON,
    a_car,
    a_driver,
    analyst,
    asked,
    at_ten,
    branch,
    browser,
    content,
    last,
    office,
    table,
    text,
)
from tests.world import NOW

__all__ = ["analyst", "at_ten", "branch", "office"]
pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def first_cells(page: str) -> list[str]:
    return re.findall(r'<td class="first"><a[^>]*>(.*?)</a>', page)


# -- the rows ---------------------------------------------------------------------------------------------------------


LISTS: list[tuple[str, dict[str, str], int]] = [
    ("platforms.companies", {"kind": "platform"}, 3),
    ("platforms.permits", {"expiry": "soon"}, 3),
    ("platforms.vehicles", {"state": "suspended"}, 1),
    ("drivers.drivers", {"q": "周建"}, 2),
    ("drivers.drivings", {"q": "周建"}, 2),
    ("drivers.expiring_certificate", {}, 3),
    ("drivers.expiring_insurance", {}, 3),
    ("drivers.expiring_permit", {}, 3),
]


def test_the_file_has_exactly_the_lists_rows_in_its_order(office: Post, analyst: Post, branch: Organisation) -> None:
    for number, name in enumerate(("周建平", "吴小红", "周建军")):
        driver = a_driver(branch, name=name, marks=namemarks.marks_of(name))
        car = a_car(f"川E1234{number}D", state="valid" if number else "suspended")
        days = {"from_date": world.LONG_AGO, "until_date": SOON}
        Driving.objects.create(driver=driver, vehicle=car, company=car.company.organisation, **days)
        Permit.objects.create(company=car.company, city=world.city(), number=f"川网{number}", **days)
    desk = browser(office)
    for register, wanted, count in LISTS:
        found = registers()[register]
        page = desk.get(reverse(found.address), {**wanted, "paper": register.rpartition("_")[2]})
        for kind in ("csv", "xlsx"):
            export = asked(office, register, format=kind, **wanted)
            assert REGISTERS.seconds_for(export, NOW.date()) == [analyst]
            head, *rows = table(export)
            assert head == [str(column.word) for column in found.columns()]
            assert [row[0] for row in rows] == first_cells(text(page)), register
            assert len(rows) == count, register


def test_a_line_gets_its_own_drivers_only(branch: Organisation) -> None:
    own, other = a_driver(branch), a_driver(world.a_branch("CD"))
    rows = table(asked(world.a_secretary(branch), "drivers.drivers"))
    assert [row[0] for row in rows[1:]] == [own.name]
    assert other.name not in str(rows)


def test_no_cell_is_a_formula(office: Post, branch: Organisation) -> None:
    a_driver(branch, name="=1+1")
    assert table(asked(office, "drivers.drivers"))[1][0] == "'=1+1"
    sheet = openpyxl.load_workbook(io.BytesIO(content(asked(office, "drivers.drivers", format="xlsx")))).active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n"}
    assert sheet["A2"].value == "'=1+1"


def test_numbers_are_masked_and_names_that_stand_on_the_list_are_noted(office: Post, branch: Organisation) -> None:
    driver, car = a_driver(branch), a_car("川E12345D")
    Driving.objects.create(driver=driver, vehicle=car, company=world.a_platform(), from_date=world.LONG_AGO)
    exports = [asked(office, name) for name in ("drivers.drivers", "platforms.vehicles", "drivers.expiring_insurance")]
    whole = b"".join(content(export) for export in exports).decode()
    assert driver.masked_phone in whole
    assert car.masked_plate in whole
    for secret in (driver.phone, driver.licence, car.plate, car.owner_name):
        assert secret not in whole
    reading = Reading.objects.get()
    assert (reading.person, reading.by, reading.what) == (driver.person, office.person, ["name"])
    assert reading.where == f"drivers.taken_out:{exports[0].code}"


def test_it_is_in_the_log_without_what_was_typed(office: Post, branch: Organisation) -> None:
    a_driver(branch, name="周建平", marks=["周建平", "建平"])
    asked(office, "drivers.drivers", q="建平", city=world.city().code)
    event = last("exported")
    assert event.facts["filter"] == {"city": world.city().code}
    assert (event.facts["register"], event.facts["rows"], event.facts["is_whole"]) == ("drivers.drivers", 1, False)
    assert last("export_asked").texts.get(name="search").text == "建平"


# -- in full, and long ones -------------------------------------------------------------------------------------------


def test_in_full_needs_a_purpose_and_a_second_person_however_short(
    office: Post, analyst: Post, branch: Organisation
) -> None:
    driver = a_driver(branch)
    with pytest.raises(Refused):
        asked(office, "drivers.drivers", is_whole=True, purpose=" ")
    export = asked(office, "drivers.drivers", is_whole=True, purpose="核对换证名单")
    assert (export.state, RegisterExportPart.objects.count(), Reading.objects.count()) == ("asked", 0, 0)
    told = list(notices_exports.second_of_register(last("export_asked")))
    assert [telling.person for telling in told] == [analyst.person]
    exporting.agree(REGISTERS, export.pk, by=analyst, now=NOW)
    assert exporting.make(REGISTERS, export.pk, now=NOW) == 1
    assert exporting.make(REGISTERS, export.pk, now=NOW) == 0  # once more is once
    row = table(export)[1]
    assert {driver.phone, driver.licence} < set(row)
    reading = Reading.objects.get()
    assert (reading.person, sorted(reading.what)) == (driver.person, ["licence", "name", "phone"])
    assert [telling.person for telling in notices_exports.asker_of_register(last("exported"))] == [office.person]
    mine = text(world.signed_in(reading.person).get(reverse("portal:my_readings")))
    assert "导出的登记清单" in mine


def test_who_drives_a_car_reads_who_took_its_plate_out(office: Post, analyst: Post, branch: Organisation) -> None:
    now, past, car = a_driver(branch), a_driver(branch), a_car("川E12345D")
    days = {"vehicle": car, "company": world.a_platform(), "from_date": world.LONG_AGO}
    Driving.objects.create(driver=now, **days)
    Driving.objects.create(driver=past, until_date=world.LONG_AGO, **days)
    export = asked(office, "platforms.vehicles", is_whole=True, purpose="年检通知")
    exporting.agree(REGISTERS, export.pk, by=analyst, now=NOW)
    exporting.make(REGISTERS, export.pk, now=NOW)
    assert "川E12345D" in content(export).decode()
    assert list(Reading.objects.values_list("person", "what")) == [(now.person_id, ["plate"])]


def test_many_people_are_noted_in_bounded_steps(
    office: Post, branch: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.registers_out.ROWS_A_STEP", 2)
    for _number in range(5):
        a_driver(branch)
    with CaptureQueriesContext(connection) as captured:
        asked(office, "drivers.drivers")
    noted = [one for one in captured.captured_queries if "INSERT INTO portal_reading" in one["sql"]]
    assert (len(noted), Reading.objects.count()) == (3, 5)


def test_a_long_one_waits_and_nobody_agrees_to_his_own(
    office: Post, analyst: Post, branch: Organisation, settings: Any
) -> None:
    settings.EXPORT_ROWS_ALONE = 1
    a_driver(branch), a_driver(branch)
    export = asked(office, "drivers.drivers", purpose="报表")
    other_post = world.a_post(Role.ANALYST, world.department())
    Post.objects.filter(pk=other_post.pk).update(person=office.person)
    User.objects.filter(pk=office.person_id).update(same_person_as=world.a_person())
    for post in (office, Post.objects.get(pk=other_post.pk), world.a_secretary(branch)):
        with pytest.raises(PermissionDenied):
            exporting.agree(REGISTERS, export.pk, by=post, now=NOW)
    User.objects.filter(pk=analyst.person_id).update(same_person_as=office.person.pk)
    assert same_person.are_one(analyst.person_id, office.person_id)
    with pytest.raises(PermissionDenied):
        exporting.agree(REGISTERS, export.pk, by=analyst, now=NOW)
    User.objects.filter(pk=analyst.person_id).update(same_person_as=None)
    exporting.refuse(REGISTERS, export.pk, by=analyst, reason="太宽，请缩小。", now=NOW)
    export.refresh_from_db()
    assert (export.state, exporting.make(REGISTERS, export.pk, now=NOW)) == ("refused", 0)


def test_the_budget_stops_whoever_copies_the_register(office: Post, branch: Organisation, settings: Any) -> None:
    settings.DESK_RECORDS_A_DAY = 5
    a_driver(branch), a_driver(branch)
    assert [asked(office, "drivers.drivers").state for _time in range(3)] == ["ready", "ready", "refused"]
    assert RecordUse.objects.get(person=office.person).records == 4
    assert Event.objects.filter(kind="portal.budget_reached").count() == 1


def test_the_file_lies_sealed_and_goes_after_a_day(office: Post, branch: Organisation) -> None:
    driver = a_driver(branch)
    export = asked(office, "drivers.drivers")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM portal_registerexportpart")
        assert driver.name not in cursor.fetchone()[0]
    assert exporting.sweep(REGISTERS, now=NOW + DAY - datetime.timedelta(minutes=1)) == 0
    assert exporting.sweep(REGISTERS, now=NOW + DAY) == 1
    assert not RegisterExportPart.objects.exists()
    with pytest.raises(Refused):
        exporting.hand_out(REGISTERS, export.pk, by=office, now=NOW + DAY)


# -- pages ------------------------------------------------------------------------------------------------------------


def test_from_the_list_to_the_file(office: Post, branch: Organisation) -> None:
    a_driver(branch, state="suspended"), a_driver(branch)
    desk = browser(office)
    page = text(desk.get(reverse("drivers:drivers"), {"state": "suspended"}))
    address = re.search(r'href="(/desk/registers/exports/new/[^"]*)"', page)
    assert address is not None
    asked_for = desk.get(address.group(1))
    assert "1 行" in text(asked_for)
    sent = desk.post(address.group(1), {"key": "a" * 20, "format": "csv"}, follow=True)
    again = desk.post(address.group(1), {"key": "a" * 20, "format": "csv"}, follow=True)
    assert sent.redirect_chain == again.redirect_chain
    export = RegisterExport.objects.get()
    assert (export.rows, export.state) == (1, "ready")
    answer = desk.post(reverse("portal:export_file", args=[export.code]))
    assert answer["Content-Disposition"] == 'attachment; filename="drivers-20261123-1000.csv"'
    assert b"".join(answer.streaming_content) == content(export)
    assert last("export_handed_out").by == office.person


def test_in_full_is_asked_for_on_the_page_and_decided_by_the_other(
    office: Post, analyst: Post, branch: Organisation
) -> None:
    a_driver(branch)
    new = reverse("portal:new_export", args=["drivers.drivers"])
    form = {"key": "b" * 20, "format": "xlsx", "is_whole": "on"}
    assert browser(office).post(new, form).status_code == 422
    sent = browser(office).post(new, {**form, "purpose": "核对换证名单"}, follow=True)
    assert "等另一人同意" in text(sent) or RegisterExport.objects.get().state == "asked"
    export = RegisterExport.objects.get()
    desk = browser(analyst)
    assert "要我决定" in text(desk.get(reverse("portal:exports")))
    page = text(desk.get(reverse("portal:export", args=[export.code])))
    assert "核对换证名单" in page
    assert "完整显示" in page
    assert desk.post(reverse("portal:agree_export", args=[export.code]), {"key": "c" * 20}).status_code == 302
    export.refresh_from_db()
    assert export.state == "making"
    assert desk.post(reverse("portal:export_file", args=[export.code])).status_code == 404


def test_a_stranger_does_not_learn_that_it_exists(office: Post, branch: Organisation) -> None:
    a_driver(branch)
    export = asked(office, "drivers.drivers")
    strangers = [world.a_secretary(branch), world.a_contact(branch), world.a_post(Role.LIAISON, world.a_platform())]
    for post in strangers:
        for name in ("export", "agree_export", "refuse_export"):
            assert browser(post).get(reverse(f"portal:{name}", args=[export.code])).status_code == 404
    for post in strangers[1:]:
        assert browser(post).get(reverse("portal:exports")).status_code == 404
        assert browser(post).get(reverse("portal:new_export", args=["platforms.companies"])).status_code == 404
        with pytest.raises(PermissionDenied):
            asked(post, "platforms.companies")
    assert browser(office).get(reverse("portal:new_export", args=["drivers.nothing"])).status_code == 404
    assert browser(strangers[0]).get(reverse("portal:new_export", args=["platforms.vehicles"])).status_code == 404
