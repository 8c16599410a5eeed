"""The settings of a city: switched on from a day and off after one, read by whom they concern, with their history."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appeals.actions import overseeing
from appeals.models import ClockSetting
from branches import actions as branches
from platforms.models import Permit
from portal import telling
from portal.actions import places
from portal.errors import Refused
from portal.models import Event, Place, PlaceOpening, Post, Role
from tests import world
from tests.journeys.walk import send
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def admin() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


def as_parts(name: str, day: datetime.date) -> dict[str, str]:
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_city_is_switched_on_off_and_kept_on(admin: Post) -> None:
    browser, page = world.signed_in(admin.person, admin), "/desk/places/510700/"
    city = Place.objects.get(code="510700")
    shown = text(browser.get(page))
    assert "还没有开通过" in shown
    assert "江油市" in shown
    answer = send(browser, f"{page}open/", **as_parts("from_date", TODAY - DAY))
    assert (answer.status_code, "从今天" in text(answer) or "最早是今天" in text(answer)) == (422, True)
    assert send(browser, f"{page}open/", **as_parts("from_date", TODAY + DAY)).status_code == 302
    assert "即将开通" in text(browser.get(page))
    assert city not in Place.objects.open_on(TODAY)
    assert city in Place.objects.open_on(TODAY + DAY)
    answer = send(browser, f"{page}close/", **as_parts("last_date", TODAY), reason="试点结束")
    assert (answer.status_code, "也不能早于开通日期" in text(answer)) == (422, True)
    last = TODAY + 40 * DAY
    assert send(browser, f"{page}close/", **as_parts("last_date", last), reason="试点结束").status_code == 302
    assert city in Place.objects.open_on(last)
    assert city not in Place.objects.open_on(last + DAY)
    again = send(browser, f"{page}close/", **as_parts("last_date", last + DAY), reason="改日子")
    assert "请先撤回" in text(again)
    assert send(browser, f"{page}keep-open/").status_code == 302
    assert city in Place.objects.open_on(last + DAY)
    shown = text(browser.get(page))
    told = [shown.index(words) for words in ("撤回关停，继续开通", f"{last} 后关停", f"自 {TODAY + DAY} 起开通")]
    assert told == sorted(told)
    assert "试点结束" in shown


def test_it_is_not_switched_off_over_open_appeals(admin: Post) -> None:
    line = world.a_line()
    by = {"by": admin.person, "post": admin, "now": NOW}
    case = world.an_appeal("in_hand", by=world.a_driver(line["branch"]), handler=line["contact"], now=NOW)
    with pytest.raises(Refused, match=r"没办完的诉求 1.*请先办完"):
        places.close_city(world.city(), last_date=TODAY + 30 * DAY, reason="整顿", **by)
    answered = world.an_appeal("answered", by=world.a_driver(line["branch"]), handler=line["contact"], now=NOW)
    with pytest.raises(Refused, match="继续反映的诉求 1"):
        places.close_city(world.city(), last_date=TODAY, reason="整顿", **by)
    late = case.limit_at.astimezone(world.BEIJING).date()
    assert answered.due_at is not None
    opening = places.close_city(world.city(), last_date=late, reason="整顿", **by)
    assert opening.until_date == late
    closed = Event.objects.get(kind="portal.city_closed")
    assert [one.person for one in telling.tellings_for(closed)] == [line["committee"].person]
    with pytest.raises(Refused, match="已经开通"):
        places.open_city(world.city(), from_date=late, **by)
    places.open_city(world.city(), from_date=late + DAY, **by)
    assert PlaceOpening.objects.filter(place=world.city()).count() == 2


def test_who_reads_and_who_writes(admin: Post) -> None:
    province = world.a_committee_staff(world.province_committee())
    own = world.a_committee_staff(world.committee("LZ"))
    local = world.a_post(Role.SYSTEM_ADMIN, world.committee("LZ"))
    secretary = world.a_secretary(world.a_branch())
    auditor = world.a_post(Role.AUDIT_ADMIN, world.department())
    here, there = "/desk/places/510500/", "/desk/places/510100/"
    seen = {
        name: tuple(world.signed_in(post.person, post).get(url).status_code for url in (here, f"{here}close/", there))
        for name, post in {
            "province": province, "admin": admin, "own": own, "local": local, "secretary": secretary,
            "auditor": auditor,
        }.items()
    }  # fmt: skip
    assert seen == {
        "province": (200, 200, 200), "admin": (200, 200, 200), "own": (200, 404, 404), "local": (200, 200, 404),
        "secretary": (404, 404, 404), "auditor": (404, 404, 404),
    }  # fmt: skip
    listed = text(world.signed_in(own.person, own).get("/desk/places/"))
    assert (here in listed, there in listed) == (True, False)
    with pytest.raises(PermissionDenied):
        places.close_city(world.city(), last_date=TODAY, reason="x", by=own.person, post=own, now=NOW)
    found = world.signed_in(admin.person, admin).get("/desk/places/?q=LZ&state=on")
    assert (here in text(found), there in text(found)) == (True, False)
    assert here not in text(world.signed_in(admin.person, admin).get("/desk/places/?q=LZ&state=off"))


def test_the_page_holds_what_every_room_set_and_asks_no_more_for_more(admin: Post) -> None:
    line, city = world.a_line(), world.city()
    staff = world.a_committee_staff(world.committee("LZ"))
    clock = {"place": city, "tier": 2, "take_days": 2, "reply_days": 3, "by": staff, "now": NOW}
    overseeing.set_clock(category="pay", answer_days=7, from_date=TODAY + 9 * DAY, **clock)
    until = NOW + datetime.timedelta(hours=12)
    overseeing.set_duty(line["secretary"], place=city, from_at=NOW, until_at=until, by=staff, now=NOW)
    company = world.a_platform("天府约车").company
    days = {"from_date": world.LONG_AGO, "until_date": TODAY + 90 * DAY}
    Permit.objects.create(company=company, city=city, number="川泸网约 1", **days)
    browser = world.signed_in(admin.person, admin)
    browser.get("/desk/places/510500/")
    with CaptureQueriesContext(connection) as few:
        shown = text(browser.get("/desk/places/510500/"))
    for words in (
        line["branch"].short_name,
        str(TODAY + 9 * DAY),
        "川泸网约 1",
        "安排值班",
        "工作日历",
        "7 个工作日内答复",
    ):
        assert words in shown
    assert line["secretary"].person.name not in shown
    assert staff.person.name in shown
    for number in range(2, 5):
        Permit.objects.create(company=world.a_platform().company, city=city, number=f"川泸网约 {number}", **days)
        overseeing.set_clock(category="", answer_days=5 + number, from_date=TODAY + number * DAY, **clock)
        district = Place.objects.filter(parent=city).order_by("code")[number]
        other = world.a_branch(of_district=Place.objects.filter(parent=city).order_by("code")[number + 1])
        branches.make_responsible(district, branch=other, from_date=TODAY, by=staff.person, post=staff, now=NOW)
    with CaptureQueriesContext(connection) as many:
        shown = text(browser.get("/desk/places/510500/"))
    assert len(many) == len(few)
    assert f"自 {TODAY} 起由{other.short_name}负责" in shown
    assert ClockSetting.objects.count() == 4


def test_a_committee_gives_a_district_to_a_branch_and_finds_the_city_where_it_sets_clocks_and_duty(admin: Post) -> None:
    line, city = world.a_line(), world.city()
    staff = world.a_committee_staff(world.committee("LZ"))
    held = line["branch"].responsibilities.get()
    driver = world.a_driver(line["branch"]).driver
    other = world.a_branch(of_district=Place.objects.filter(parent=city).exclude(pk=held.district_id)[0])
    browser = world.signed_in(staff.person, staff)
    shown = text(browser.get("/desk/places/510500/"))
    page = f"/desk/places/districts/{held.district.code}/"
    for link in (page, "/desk/clocks/set/?where=510500", "/desk/duty/set/?where=510500"):
        assert link in shown
    assert page not in text(world.signed_in(admin.person, admin).get("/desk/places/510500/"))
    far = world.a_committee_staff(world.committee("CD"))
    assert world.signed_in(far.person, far).get(page).status_code == 404
    assert line["branch"].short_name in text(browser.get(page))
    late = send(browser, page, branch=other.code, **as_parts("from_date", TODAY + DAY))
    assert (late.status_code, "不能是以后" in text(late)) == (422, True)
    stranger = world.a_branch("CD")
    assert send(browser, page, branch=stranger.code, **as_parts("from_date", TODAY)).status_code == 422
    assert send(browser, page, branch=other.code, **as_parts("from_date", TODAY)).status_code == 302
    held.refresh_from_db()
    assert held.until_date == TODAY - DAY
    driver.refresh_from_db()
    assert driver.branch == other
    assert f"{held.district} 自 {TODAY} 起由{other.short_name}负责" in text(browser.get("/desk/places/510500/"))


def test_the_province_sets_clocks_and_duty_before_a_city_begins(admin: Post) -> None:
    province = world.a_committee_staff(world.province_committee())
    ahead = Place.objects.get(code="510700")
    browser = world.signed_in(province.person, province)
    assert 'value="510700"' not in text(browser.get("/desk/duty/set/"))
    places.open_city(ahead, from_date=TODAY + 7 * DAY, by=admin.person, post=admin, now=NOW)
    for url in ("/desk/duty/set/?where=510700", "/desk/clocks/set/?where=510700"):
        assert 'value="510700" selected' in text(browser.get(url))
    assert str(ahead) not in text(browser.get("/desk/duty/"))
