"""Following a case by its receipt, without an account."""

import datetime
import logging
from collections.abc import Iterator

import pytest
import structlog
import time_machine
from django.test import Client

from appeals import following
from appeals.models import Appeal
from portal import events
from portal.models import Event, User
from portal.once import new_key
from tests import world
from tests.appeals.phone import main_text, text

pytestmark = pytest.mark.django_db
WRONG = "AAAAAAA0"


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(world.NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def stranger() -> Client:
    return Client(headers={"accept-language": "zh-hans"})


def link(appeal: Appeal, secret: str = "") -> str:
    return f"/r/{appeal.number}/{secret or appeal.secret}/"


def test_state_tier_and_due_time_and_nothing_else(stranger: Client, driver: User, line: dict) -> None:
    platform = world.a_platform("蜀程出行")
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=platform, order_number="DD20261110")
    shown = stranger.get(link(appeal)).content.decode()
    words = main_text(stranger.get(link(appeal)))
    assert "正在办" in words
    assert "11月26日 周四 24:00 前答复" in words
    private = (
        driver.name, appeal.title, line["contact"].person.name, line["branch"].short_name, "蜀程出行", "DD20261110",
        "客服只说", appeal.code, "派单<",
    )  # fmt: skip
    assert [word for word in private if word in shown] == []


@pytest.mark.parametrize("status", ["waiting", "asked", "answered", "closed", "withdrawn", "transferred"])
def test_every_state_has_its_word(stranger: Client, driver: User, line: dict, status: str) -> None:
    appeal = world.an_appeal(status, by=driver, handler=line["contact"])
    said = {
        "waiting": "等接手",
        "asked": "在等司机回答",
        "answered": "已答复",
        "closed": "已办结",
        "withdrawn": "司机已撤回",
        "transferred": "已转交",
    }
    assert said[status] in main_text(stranger.get(link(appeal)))


def test_number_and_secret_as_people_type_them(stranger: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    typed = {
        "number": appeal.number.lower().replace("-", " "),
        "secret": f" {appeal.secret.lower()[:4]}-{appeal.secret[4:]}",
    }
    sent = stranger.post("/follow/", typed)
    assert sent["Location"] == link(appeal)


def test_wrong_number_and_wrong_secret_are_the_same_404(stranger: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    other = appeal.number[:-1] + ("0" if appeal.number[-1] != "0" else "1")
    tries = [link(appeal, WRONG), f"/r/{other}/{appeal.secret}/", f"/r/LZ-260101-00000Y/{appeal.secret}/"]
    answers = [stranger.get(address) for address in tries]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({main_text(answer).split("编号 ")[0] for answer in answers}) == 1


def test_the_form_says_the_same_of_both_and_keeps_what_was_typed(stranger: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    sent = stranger.post("/follow/", {"number": appeal.number, "secret": WRONG})
    assert sent.status_code == 404
    assert "没有找到" in main_text(sent)
    assert f'value="{appeal.number}"' in sent.content.decode()


def test_guessing_is_slowed_down_and_the_right_secret_is_not_counted(stranger: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    for _look in range(following.PER_ADDRESS + 5):
        assert stranger.get(link(appeal)).status_code == 200
    for _try in range(following.PER_ADDRESS):
        assert stranger.get(link(appeal, WRONG)).status_code == 404
    slowed = stranger.get(link(appeal))
    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) <= 3660
    assert "试的次数太多了" in text(slowed)


def test_another_address_still_gets_in_and_the_hour_ends(
    stranger: Client, driver: User, now: time_machine.Traveller
) -> None:
    appeal = world.an_appeal(by=driver)
    for _try in range(following.PER_ADDRESS + 1):
        stranger.get(link(appeal, WRONG))
    assert stranger.get(link(appeal)).status_code == 429
    assert stranger.get(link(appeal), REMOTE_ADDR="10.1.2.3").status_code == 200
    now.move_to(world.NOW + datetime.timedelta(hours=1))
    assert stranger.get(link(appeal)).status_code == 200


def test_one_case_is_guessed_at_from_many_addresses_in_vain(stranger: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    for number in range(following.PER_NUMBER):
        stranger.get(link(appeal, WRONG), REMOTE_ADDR=f"10.0.{number // 200}.{number % 200}")
    assert stranger.get(link(appeal), REMOTE_ADDR="10.9.9.9").status_code == 429
    assert stranger.get(link(world.an_appeal(by=driver)), REMOTE_ADDR="10.9.9.9").status_code == 200


def test_no_log_line_holds_a_secret(stranger: Client, driver: User, caplog: pytest.LogCaptureFixture) -> None:
    appeal = world.an_appeal(by=driver)
    with caplog.at_level(logging.INFO):
        stranger.get(link(appeal))
        stranger.get(link(appeal, WRONG))
        stranger.post("/follow/", {"number": appeal.number, "secret": WRONG})
    written = next(
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    lines = "\n".join(written.format(record) for record in caplog.records)
    assert lines.count("appeals.follow_missed") == 2
    assert appeal.secret not in lines
    assert WRONG not in lines


def test_nothing_of_it_stays_in_a_cache(stranger: Client, driver: User) -> None:
    assert "no-store" in stranger.get(link(world.an_appeal(by=driver)))["Cache-Control"]


def test_rating_through_the_receipt(stranger: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    assert "这次办得怎么样" in main_text(stranger.get(link(appeal)))
    key = new_key()
    for _time in range(2):
        sent = stranger.post(link(appeal), {"key": key, "stars": "5", "words": "说得清楚。"})
        assert sent["Location"] == link(appeal)
    assert appeal.answers.get().rating == 5
    rated = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.rated")
    assert rated.by is None
    after = main_text(stranger.get(link(appeal)))
    assert "已评 5 分" in after
    assert "这次办得怎么样" not in after
    assert "说得清楚。" not in after


def test_before_an_answer_there_is_nothing_to_rate(stranger: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    assert "这次办得怎么样" not in main_text(stranger.get(link(appeal)))
    sent = stranger.post(link(appeal), {"key": new_key(), "stars": "5", "words": ""})
    assert sent.status_code == 422
    assert not Event.objects.filter(kind="appeals.rated").exists()


def test_the_owner_is_led_to_his_case(driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    shown = world.signed_in(driver).get(link(appeal)).content.decode()
    assert f"/appeals/{appeal.code}/" in shown
