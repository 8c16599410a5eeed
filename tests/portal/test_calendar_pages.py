"""The administrator's pages: years, a year, loading with a preview, confirming without a second upload or a script."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.models import CalendarNotice, Post, Role
from tests import world
from tests.portal.calendar_years import TABLE_2027

pytestmark = pytest.mark.django_db
PAGES = ["/desk/calendar/", "/desk/calendar/2026/", "/desk/calendar/2026/table/", "/desk/calendar/load/"]


@pytest.fixture(autouse=True)
def _one_room(settings) -> None:
    settings.JOINS = ["tests.portal.calendar_years"]


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def administrator() -> Post:
    return world.a_post(Role.SYSTEM_ADMIN, world.department())


@pytest.fixture
def browser(administrator: Post) -> Client:
    return world.signed_in(administrator.person, administrator)


def upload(browser: Client, table: str | bytes = TABLE_2027, **fields: str):
    content = table if isinstance(table, bytes) else table.encode("gbk")
    values = {
        "year": "2027",
        "number": "国办发明电〔2026〕9号",
        "published_date_year": "2026",
        "published_date_month": "11",
        "published_date_day": "10",
        "table": SimpleUploadedFile("2027.csv", content),
    }
    return browser.post("/desk/calendar/load/", values | fields)


def sealed(page) -> str:
    return re.search(r'name="token" value="([^"]+)"', page.content.decode()).group(1)


def test_the_years_and_their_notices_are_listed(browser: Client) -> None:
    page = browser.get("/desk/calendar/").content.decode()
    assert "国办发明电〔2025〕7号" in page
    assert "确定的日历到 2026 年底为止，还有 38 天" in page
    assert page.count('class="btn btn-main"') == 1


def test_a_year_is_shown_by_holiday(browser: Client) -> None:
    page = browser.get("/desk/calendar/2026/").content.decode()
    assert "02-15 周日" in page
    assert "02-23 周一" in page
    assert "放假 9 天" in page
    assert browser.get("/desk/calendar/2031/").status_code == 404


def test_a_year_is_downloaded_as_the_table_that_loading_takes(browser: Client) -> None:
    table = browser.get("/desk/calendar/2026/table/")
    assert table["Content-Disposition"] == 'attachment; filename="calendar-2026.csv"'
    again = upload(
        browser, table.content, year="2026", number="国办发明电〔2025〕7号", published_date_year="2025",
        published_date_month="11", published_date_day="4",
    )  # fmt: skip
    assert "日子没有变" in again.content.decode()


def test_the_preview_names_what_moves_and_saves_nothing(browser: Client) -> None:
    page = upload(browser)
    text = page.content.decode()
    assert page.status_code == 200
    assert "1 个期限会变" in text
    assert "LZ-261230-7KQ2MX" in text
    assert "2027-01-04 周一" in text
    assert "LZ-261123-0000AA" not in text
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_confirming_the_preview_puts_the_notice_in_force(browser: Client, administrator: Post) -> None:
    answer = browser.post("/desk/calendar/confirm/", {"token": sealed(upload(browser))}, follow=True)
    assert answer.redirect_chain == [("/desk/calendar/2027/", 302)]
    assert "2027 年的通知已生效" in answer.content.decode()
    notice = CalendarNotice.objects.get(year=2027)
    assert (notice.loaded_by, notice.loaded_at, notice.days.count()) == (administrator.person, world.NOW, 14)


def test_confirming_twice_is_confirming_once(browser: Client) -> None:
    token = sealed(upload(browser))
    answers = [browser.post("/desk/calendar/confirm/", {"token": token}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == ["/desk/calendar/2027/"] * 2
    assert CalendarNotice.objects.filter(year=2027).count() == 1


def test_wrong_lines_are_told_row_by_row_beside_the_file(browser: Client) -> None:
    page = upload(browser, "date,is_working,name\n2027-10-01,0,国庆节\n2027-13-01,0,国庆节\n2026-10-02,0,国庆节\n")
    text = page.content.decode()
    assert "第 3 行：“2027-13-01”不是日期" in text
    assert "第 4 行：2026-10-02 不属于 2027 年的通知" in text
    assert 'name="token"' not in text
    assert "文件要重新选一次" in text


def test_many_wrong_lines_are_not_all_poured_out(browser: Client) -> None:
    text = upload(browser, "date,is_working,name\n" + "x,0,y\n" * 30).content.decode()
    assert "另有 10 行有错" in text
    assert "第 22 行" not in text


def test_a_rule_that_says_no_keeps_the_form(browser: Client) -> None:
    text = upload(browser, TABLE_2027, published_date_year="2025").content.decode()
    assert "应在上一年公布" in text
    assert "国办发明电〔2026〕9号" in text


def test_forgotten_public_holidays_are_named(browser: Client) -> None:
    text = upload(browser, TABLE_2027.replace("2027-10-01,0,国庆节\n", "")).content.decode()
    assert "缺这些法定节假日" in text
    assert "10-01 周五" in text


def test_a_preview_is_good_for_its_reader_only(browser: Client) -> None:
    other = world.a_post(Role.SYSTEM_ADMIN, world.committee())
    page = world.signed_in(other.person, other).post(
        "/desk/calendar/confirm/", {"token": sealed(upload(browser))}, follow=True
    )
    assert "这份预览不是本人的" in page.content.decode()
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_changed_preview_is_not_loaded(browser: Client) -> None:
    page = browser.post("/desk/calendar/confirm/", {"token": sealed(upload(browser)) + "x"}, follow=True)
    assert "内容被改过" in page.content.decode()
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_preview_is_good_for_two_hours(browser: Client, administrator: Post, time_machine) -> None:
    token = sealed(upload(browser))
    time_machine.shift(2 * 60 * 60 + 1)
    later = world.signed_in(administrator.person, administrator)
    page = later.post("/desk/calendar/confirm/", {"token": token}, follow=True)
    assert "预览已超过两小时" in page.content.decode()
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_the_second_of_two_administrators_gets_the_page_that_says_who_was_first(browser: Client) -> None:
    mine = sealed(upload(browser, TABLE_2027.replace("2027-02-14,1", "2027-02-13,1")))
    other = world.a_post(Role.SYSTEM_ADMIN, world.committee())
    theirs = world.signed_in(other.person, other)
    theirs.post("/desk/calendar/confirm/", {"token": sealed(upload(theirs))})
    page = browser.post("/desk/calendar/confirm/", {"token": mine})
    assert page.status_code == 409
    assert other.person.name in page.content.decode()


@pytest.mark.parametrize("role", [Role.COMMITTEE_STAFF, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_for_other_posts_the_pages_do_not_exist(role: str) -> None:
    post = world.a_post(role, world.committee())
    browser = world.signed_in(post.person, post)
    answers = [browser.get(page).status_code for page in PAGES]
    answers += [upload(browser).status_code, browser.post("/desk/calendar/confirm/", {"token": "x"}).status_code]
    assert answers == [404] * 6


def test_a_driver_finds_nothing_and_a_visitor_is_asked_to_sign_in() -> None:
    driver = world.signed_in(world.a_person())
    assert [driver.get(page).status_code for page in PAGES] == [404] * 4
    assert [Client().get(page).status_code for page in PAGES] == [302] * 4


def test_the_address_of_confirming_leads_back_to_the_form(browser: Client) -> None:
    assert browser.get("/desk/calendar/confirm/")["Location"] == "/desk/calendar/load/"
