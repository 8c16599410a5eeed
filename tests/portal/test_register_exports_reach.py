"""Who agrees to a register's list and what he has to see himself; what happens when a post or a company is gone."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from drivers.models import Driving
from portal.actions import exporting
from portal.errors import Refused
from portal.models import EventText, Organisation, Post, Reading, RegisterExport, Role
from portal.privacy import KEPT
from portal.registers_out import REGISTERS
from tests import world
from tests.portal.taken_out import (
    a_car,
    a_driver,
    analyst,
    asked,
    at_ten,
    branch,
    browser,
    content,
    office,
    table,
    text,
)
from tests.world import NOW

__all__ = ["analyst", "at_ten", "branch", "office"]
pytestmark = pytest.mark.django_db
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
YESTERDAY = (NOW - DAY).date().isoformat()


def whole(post: Post, register: str = "drivers.drivers", **wanted: str) -> RegisterExport:
    return asked(post, register, is_whole=True, purpose="核对换证名单", **wanted)


def after(export: RegisterExport) -> RegisterExport:
    return RegisterExport.objects.get(pk=export.pk)


def test_who_sees_less_of_a_register_does_not_agree_to_it(branch: Organisation) -> None:
    """A city's administrator reads the drivers of a place, the secretary at the next desk those of his line."""
    city = branch.parent
    keeper, beside = world.a_post(Role.SYSTEM_ADMIN, city), world.a_post(Role.SYSTEM_ADMIN, city)
    secretary = world.a_secretary(city)
    own, elsewhere = a_driver(branch), world.a_record(world.a_person(), place=world.district())
    assert elsewhere.branch_path == ""
    export = whole(keeper)
    assert export.rows == 2
    assert REGISTERS.seconds_for(export, NOW.date()) == [beside]
    desk = browser(secretary)
    assert keeper.person.name not in text(desk.get(reverse("portal:exports")))
    assert desk.get(reverse("portal:export", args=[export.code])).status_code == 404
    with pytest.raises(PermissionDenied):
        exporting.agree(REGISTERS, export.pk, by=secretary, now=NOW)
    assert keeper.person.name in text(browser(beside).get(reverse("portal:exports")))
    # of a branch's own list he sees every row, as does whoever reads the place
    of_branch = whole(world.a_secretary(branch))
    assert (of_branch.rows, table_names(of_branch, secretary)) == (1, [own.name])


def table_names(export: RegisterExport, by: Post) -> list[str]:
    exporting.agree(REGISTERS, export.pk, by=by, now=NOW)
    exporting.make(REGISTERS, export.pk, now=NOW)
    return [row[0] for row in table(after(export))[1:]]


def test_whose_post_ended_gets_no_file(office: Post, analyst: Post, branch: Organisation) -> None:
    a_driver(branch)
    waiting, agreed, ready = whole(office), whole(office), asked(office, "drivers.drivers")
    exporting.agree(REGISTERS, agreed.pk, by=analyst, now=NOW)
    ended = world.end(office, YESTERDAY)
    with pytest.raises(Refused):
        exporting.agree(REGISTERS, waiting.pk, by=analyst, now=NOW)
    assert exporting.make(REGISTERS, agreed.pk, now=NOW) == 0
    assert (after(agreed).state, content(agreed)) == ("failed", b"")
    with pytest.raises(PermissionDenied):
        exporting.hand_out(REGISTERS, ready.pk, by=ended, now=NOW)
    assert not Reading.objects.filter(what__contains=["phone"]).exists()


def test_a_filter_that_lost_its_company_lets_nothing_more_out(
    office: Post, analyst: Post, branch: Organisation
) -> None:
    """Without the company the list would be everybody's; the page still says which one was asked for."""
    company, other = world.a_platform("蓉易行"), a_driver(branch)
    world.drives_for(a_driver(branch).person, company)
    agreed, waiting = (whole(office, company=company.code) for _time in range(2))
    exporting.agree(REGISTERS, agreed.pk, by=analyst, now=NOW)
    Organisation.objects.filter(pk=company.pk).update(closed_at=NOW)
    assert exporting.make(REGISTERS, agreed.pk, now=NOW) == 0
    assert (after(agreed).state, content(agreed)) == ("failed", b"")
    assert other.name not in str(list(Reading.objects.values()))
    for export in (agreed, waiting):
        page = text(browser(office).get(reverse("portal:export", args=[export.code])))
        assert "蓉易行" in page
    exporting.agree(REGISTERS, waiting.pk, by=analyst, now=NOW)
    assert exporting.make(REGISTERS, waiting.pk, now=NOW) == 0


def test_who_drives_what_is_a_file_of_the_list_of_drivers(office: Post, analyst: Post, branch: Organisation) -> None:
    driver, idle, car, company = a_driver(branch), a_driver(branch), a_car("川E12345D"), world.a_platform("蓉易行")
    world.drives_for(driver.person, company)
    days = {"driver": driver, "from_date": world.LONG_AGO}
    Driving.objects.create(vehicle=car, company=company, **days)
    Driving.objects.create(vehicle=car, company=world.a_platform(), **days)
    Driving.objects.create(vehicle=a_car("川E99999D"), company=company, until_date=world.LONG_AGO, **days)
    assert len(table(asked(office, "drivers.drivings"))) == 3
    masked = table(asked(office, "drivers.drivings", company=company.code))
    assert masked[1:] == [[driver.name, car.masked_plate, "蓉易行", world.LONG_AGO.isoformat(), ""]]
    export = whole(office, "drivers.drivings")
    exporting.agree(REGISTERS, export.pk, by=analyst, now=NOW)
    exporting.make(REGISTERS, export.pk, now=NOW)
    assert car.plate in content(export).decode()
    assert idle.name not in content(export).decode()
    reading = Reading.objects.get(where=f"drivers.taken_out:{export.code}")
    assert (reading.person, sorted(reading.what)) == (driver.person, ["name", "plate"])
    page = text(browser(office).get(reverse("portal:new_export", args=["drivers.drivers"]), {"q": driver.name}))
    assert reverse("portal:new_export", args=["drivers.drivings"]) + "?q=" in page


def test_what_is_agreed_to_in_the_last_minute_is_still_made(office: Post, analyst: Post, branch: Organisation) -> None:
    a_driver(branch)
    export = whole(office)
    exporting.agree(REGISTERS, export.pk, by=analyst, now=NOW + DAY - MINUTE)
    assert exporting.sweep(REGISTERS, now=NOW + DAY) == 0
    assert exporting.make(REGISTERS, export.pk, now=NOW + DAY) == 1


def test_what_was_asked_for_goes_when_nobody_can_look_it_up_any_more(office: Post, branch: Organisation) -> None:
    a_driver(branch)
    export = whole(office)
    kept = NOW + DAY + datetime.timedelta(days=KEPT["exports"].days)
    exporting.sweep(REGISTERS, now=kept)
    assert after(export).state == "gone"
    exporting.sweep(REGISTERS, now=kept + MINUTE)
    assert not RegisterExport.objects.exists()
    words = EventText.objects.filter(event__subject=f"portal.registerexport:{export.code}")
    assert [word.text for word in words] == [None] * words.count() != []
    assert KEPT["exports"].days >= KEPT["readings"].days
