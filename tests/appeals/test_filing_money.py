"""How much money an appeal is about, and what was taken off: asked where it fits, frozen when it is filed."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from appeals.actions import filing
from portal.models import Role, User
from tests import world
from tests.appeals.phone import answers, fill_in, main_text, page, step
from tests.appeals.reading import last, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(world.NOW, tick=False):
        yield


def test_what_was_taken_off_and_how_much_is_filed_and_read_over(client: Client, driver: User, line: dict) -> None:
    pages = answers()
    pages[4] |= {"deduction_kind": "service_fee", "amount_fen": "1,240.50 元"}
    key = fill_in(client, pages)
    review = main_text(client.get(step(5)))
    assert "信息服务费" in review
    assert "1,240.50 元" in review
    assert client.post(step(5), {**pages[5], "key": key}).status_code == 302
    appeal = driver.appeals.get()
    assert (appeal.amount_fen, appeal.deduction_kind) == (124050, "service_fee")
    facts = last(appeal).facts
    assert (facts["amount_fen"], facts["deduction_kind"]) == (124050, "service_fee")
    assert "1,240.50 元" in main_text(client.get(page("detail", appeal)))
    desk = world.signed_in(line["contact"].person, line["contact"])
    assert "1,240.50 元" in main_text(desk.get(page("case", appeal)))


def test_it_may_be_left_out(client: Client, driver: User) -> None:
    pages = answers()
    client.post(step(5), {**pages[5], "key": fill_in(client, pages)})
    appeal = driver.appeals.get()
    assert (appeal.amount_fen, appeal.deduction_kind) == (None, "")


def test_no_amount_is_told_on_its_page_and_kept(client: Client) -> None:
    pages = answers()
    key = fill_in(client, pages, until=3)
    sent = client.post(step(4), {**pages[4], "amount_fen": "很多", "key": key})
    assert sent.status_code == 422
    assert "只填数字，比如 128 或 128.50" in main_text(sent)
    assert 'value="很多"' in sent.content.decode()


@pytest.mark.parametrize(
    ("category", "asked"),
    [("pay", ["deduction_kind", "amount_fen"]), ("lease", ["amount_fen"]), ("safety", []), ("home", [])],
)
def test_each_is_asked_only_where_it_fits(client: Client, category: str, asked: list[str]) -> None:
    fill_in(client, answers(category=category), until=3)
    shown = client.get(step(4)).content.decode()
    assert [name for name in ("deduction_kind", "amount_fen") if f'name="{name}"' in shown] == asked


def test_a_deduction_belongs_to_pay_and_nothing_is_no_amount(driver: User) -> None:
    other = filing.file(world.a_filing(category="dispatch", deduction_kind="penalty"), by=driver, now=world.NOW)
    assert other.deduction_kind == ""
    with refused("An amount of money is more than nothing. Leave it out if you do not know it."):
        filing.file(world.a_filing(amount_fen=0), by=driver, now=world.NOW)


def test_a_volunteer_asks_it_too_and_it_survives_the_reading_back(driver: User) -> None:
    home = world.an_organisation("home", "江阳司机之家", place=world.district())
    post = world.a_post(Role.VOLUNTEER, home)
    desk = world.signed_in(post.person, post)
    typed = {
        "name": "周建平", "phone": "13900001234", "is_urgent": "no", "category": "pay", "happened_date": "2026-11-10",
        "where": world.district().code, "about": "none", "order_number": "", "title": "多扣了钱", "story": "多扣了。",
        "identity": "named", "deduction_kind": "penalty", "amount_fen": "200.5",
    }  # fmt: skip
    assert desk.post("/desk/file-for/", typed).status_code == 302
    back = main_text(desk.get("/desk/file-for/confirm/"))
    assert "200.50 元" in back
    assert "罚款、违约扣款" in back
    assert 'value="200.5"' in desk.get("/desk/file-for/").content.decode()
