"""A driver's pages through their addresses, as his phone asks for them."""

import datetime
import json
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appeals.actions import driving, filing, handling, overseeing, ticking
from appeals.models import Appeal
from portal import events, verification
from portal.actions import erasure
from portal.models import Role, User
from portal.once import new_key
from tests import world
from tests.appeals.phone import main_text, move, page, text

pytestmark = pytest.mark.django_db
STATUSES = ("waiting", "in_hand", "asked", "answered", "closed", "withdrawn", "transferred")
READING = ("detail", "receipt", "clock", "log", "log_file")
MOVES = ("add", "reply", "challenge", "withdraw", "come_back", "go_on", "accept", "not_carried_out", "rate")
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(world.NOW, tick=False) as clock:
        yield clock


def kinds(appeal: Appeal) -> list[str]:
    return [row.kind for row in events.Event.objects.filter(subject=events.subject_of(appeal)).order_by("position")]


# -- whose pages ------------------------------------------------------------------------------------------------------


def test_anothers_case_is_the_same_404_as_none(client: Client, line: dict) -> None:
    theirs = world.an_appeal(by=world.a_driver(line["branch"]))
    nothing = Appeal(code="0123456789ABCDEF")
    for name in (*READING, *MOVES):
        there, nowhere = client.get(page(name, theirs)), client.get(page(name, nothing))
        assert (name, there.status_code, nowhere.status_code) == (name, 404, 404)
        assert main_text(there).split("编号 ")[0] == main_text(nowhere).split("编号 ")[0]


def test_anothers_case_cannot_be_moved(client: Client, line: dict) -> None:
    theirs = world.an_appeal(by=world.a_driver(line["branch"]))
    for name in MOVES:
        assert move(client, name, theirs, words="x", reason="x", why="solved", stars="1").status_code == 404
    assert kinds(theirs) == ["appeals.filed"]


def test_the_list_has_only_his_own(client: Client, driver: User, line: dict) -> None:
    world.an_appeal(by=driver, title="我自己的")
    world.an_appeal(by=world.a_driver(line["branch"]), title="别人的")
    shown = main_text(client.get("/appeals/"))
    assert "我自己的" in shown
    assert "别人的" not in shown


# -- the list ---------------------------------------------------------------------------------------------------------


def test_questions_first_then_open_then_answered_then_over(client: Client, driver: User, line: dict) -> None:
    for status in ("closed", "answered", "waiting", "asked"):
        world.an_appeal(status, by=driver, handler=line["contact"], title=f"标题 {status}")
    shown = main_text(client.get("/appeals/"))
    assert [shown.index(f"标题 {status}") for status in ("asked", "waiting", "answered", "closed")] == sorted(
        shown.index(f"标题 {status}") for status in STATUSES if f"标题 {status}" in shown
    )


def test_nothing_yet_offers_to_file(client: Client) -> None:
    page_of = client.get("/appeals/")
    assert "还没有提过诉求" in main_text(page_of)
    assert 'href="/appeals/new/"' in page_of.content.decode()


def test_long_lists_come_in_pages_with_as_many_queries(client: Client, driver: User) -> None:
    for number in range(3):
        world.an_appeal(by=driver, title=f"第 {number} 件")
    client.get("/appeals/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/appeals/")
    for number in range(3, 20):
        world.an_appeal(by=driver, title=f"第 {number} 件")
    with CaptureQueriesContext(connection) as many:
        first = client.get("/appeals/")
    assert len(many) == len(few)
    assert main_text(first).count("等接手") == 15
    assert main_text(client.get("/appeals/?page=2")).count("等接手") == 5


# -- the case ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", STATUSES)
def test_every_page_of_every_state_reads(client: Client, driver: User, line: dict, status: str) -> None:
    appeal = world.an_appeal(status, by=driver, handler=line["contact"])
    for name in READING:
        assert (name, client.get(page(name, appeal)).status_code) == (name, 200)


def test_while_it_waits_the_organisation_has_it(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver)
    shown = main_text(client.get(page("detail", appeal)))
    assert f"{line['branch'].short_name} 收到了，还没有人接手" in shown
    assert "11月24日 周二 24:00 前接手，11月26日 周四 24:00 前答复" in shown
    assert f"会自动上报{line['branch'].name}" in shown
    assert line["contact"].person.name not in shown


def test_who_took_it_is_named_with_his_post(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    shown = main_text(client.get(page("detail", appeal)))
    assert f"{line['contact'].person.name} 正在办" in shown
    assert f"{line['branch'].short_name} · 联系人" in shown
    assert "11月26日 周四 24:00 前答复" in shown
    assert "流动党员" in shown


def test_a_question_stands_on_top_with_one_red_answer(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    shown = client.get(page("detail", appeal))
    words = main_text(shown)
    assert words.index("有当天的截图吗？") < words.index("您现在可以")
    assert shown.content.decode().count("btn-main") == 1
    assert f'btn-main" href="{page("reply", appeal)}"' in shown.content.decode()
    assert "11月30日 周一 24:00 前回答" in words


def test_an_answer_is_there_with_its_promise_and_what_it_is_not(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.answer(
        appeal.pk,
        by=line["contact"],
        finding="upheld",
        reasons="算错了。",
        remedy="补给您 21.40 元。",
        carry_out_date=datetime.date(2026, 11, 30),
        now=world.NOW,
    )
    words = main_text(client.get(page("detail", appeal)))
    assert "成立" in words
    assert "算错了。" in words
    assert "补给您 21.40 元。" in words
    assert "答应11月30日前做到" in words
    assert "不是行政决定" in words
    assert "12月8日 周二 24:00 前可以接着往上走" in words


def test_a_late_promise_says_so_and_can_be_sent_back(
    client: Client, driver: User, line: dict, now: time_machine.Traveller
) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.answer(
        appeal.pk,
        by=line["contact"],
        finding="upheld",
        reasons="算错了。",
        remedy="补钱。",
        carry_out_date=datetime.date(2026, 11, 24),
        now=world.NOW,
    )
    assert page("not_carried_out", appeal) not in client.get(page("detail", appeal)).content.decode()
    now.move_to(world.NOW + 3 * DAY)
    shown = world.signed_in(driver).get(page("detail", appeal))
    assert "兑现超时 2 天" in main_text(shown)
    assert page("not_carried_out", appeal) in shown.content.decode()


def test_the_last_tier_has_no_next_one_and_says_where_else(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver, respondent_kind="branch", about=line["branch"])
    handling.take(appeal.pk, by=line["committee"], now=world.NOW)
    handling.answer(appeal.pk, by=line["committee"], finding="not_upheld", reasons="查过。", now=world.NOW)
    shown = client.get(page("detail", appeal))
    assert page("go_on", appeal) not in shown.content.decode()
    assert "这是这里的最后一级" in main_text(shown)


def test_tiers_it_went_past_are_shown_as_they_were(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver, identity="sealed", skips_contact=True)
    shown = main_text(client.get(page("detail", appeal)))
    assert "流动党员 （没有经过）" in shown
    assert "流动党支部 （正在办）" in shown


def test_a_tier_where_nobody_could_act_is_said(client: Client, driver: User, line: dict) -> None:
    handling_post = line["contact"]
    handling_post.until_date = datetime.date(2026, 11, 1)
    handling_post.save()
    appeal = world.an_appeal(by=driver)
    assert "现在没有人能办" in main_text(client.get(page("detail", appeal)))


def test_late_at_the_last_tier_is_not_hidden(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver, respondent_kind="branch", about=line["branch"], now=world.NOW - 60 * DAY + DAY)
    handling.take(appeal.pk, by=line["committee"], now=world.NOW - 58 * DAY)
    ticking.tick(now=world.NOW, most=5)
    shown = main_text(client.get(page("detail", appeal)))
    assert "已报上级" in shown
    assert "已急报四川省网约车行业党委" in shown


def test_whoever_looked_up_the_phone_stands_there(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    before = main_text(client.get(page("detail", appeal)))
    assert "没有人查看过您的电话" in before
    handling.reveal_phone(appeal.pk, by=line["contact"], now=world.NOW)
    after = main_text(client.get(page("detail", appeal)))
    assert "没有人查看过您的电话" not in after
    assert after.count("有人查看了您的电话") == 2
    assert driver.phone not in after


def test_an_unsealing_shows_who_and_why(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver, identity="sealed")
    handling.take(appeal.pk, by=line["contact"], now=world.NOW)
    one, two = (world.a_post(Role.CUSTODIAN, world.committee()) for _number in range(2))
    asked = overseeing.ask_unsealing(appeal.pk, by=one, motive="要和平台核对账号。", now=world.NOW)
    overseeing.decide_unsealing(asked.pk, by=two, is_agreed=True, now=world.NOW)
    shown = main_text(client.get(page("detail", appeal)))
    assert "要和平台核对账号。" in shown
    assert "您的名字已对办理人打开" in shown


def test_help_elsewhere_is_on_every_page_of_a_case(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    for name in ("detail", "receipt", "clock", "log"):
        assert {"12345", "12333", "12328", "12348"} <= set(main_text(client.get(page(name, appeal))).split())


def test_a_transferred_case_leads_to_the_body(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("transferred", by=driver, handler=line["contact"])
    shown = client.get(page("detail", appeal))
    assert 'href="tel:122"' in shown.content.decode()
    assert "罚单归交警管。" in main_text(shown)


def test_many_entries_are_folded(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    for number in range(15):
        driving.add(appeal.pk, by=driver, words=f"第 {number} 次", now=world.NOW)
    assert "更早的 5 条" in main_text(client.get(page("detail", appeal)))


def test_the_page_of_a_long_case_costs_as_many_queries(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    driving.add(appeal.pk, by=driver, words="再说一次", now=world.NOW)
    client.get(page("detail", appeal))
    with CaptureQueriesContext(connection) as few:
        client.get(page("detail", appeal))
    for number in range(20):
        driving.add(appeal.pk, by=driver, words=f"第 {number} 次", now=world.NOW)
    with CaptureQueriesContext(connection) as many:
        client.get(page("detail", appeal))
    assert len(many) == len(few)


def test_a_case_whose_words_were_erased_still_reads(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    erasure.erase_words(events.subject_of(appeal), by=None, now=world.NOW)
    Appeal.objects.filter(pk=appeal.pk).update(title="", order_number="")
    for name in (*READING, "go_on", "rate"):
        assert client.get(page(name, appeal)).status_code == 200
    shown = main_text(client.get(page("detail", appeal)))
    assert "内容已删除" in shown
    assert "核对过规则。" not in shown
    assert "内容已删除" in main_text(client.get("/appeals/"))


def test_a_reopened_case_leads_to_the_old_one_and_back(client: Client, driver: User, line: dict) -> None:
    old = world.an_appeal("closed", by=driver, handler=line["contact"])
    new = overseeing.reopen(old.pk, by=line["committee"], reason="有新证据。", now=world.NOW)
    assert page("detail", old) in client.get(page("detail", new)).content.decode()
    assert page("detail", new) in client.get(page("detail", old)).content.decode()
    assert "客服只说是系统派的" in main_text(client.get(page("detail", new)))


# -- receipt, clock, log ----------------------------------------------------------------------------------------------


def test_the_receipt_can_be_opened_again_and_keeps_its_code(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal(by=driver)
    first = main_text(client.get(page("receipt", appeal)))
    handling.take(appeal.pk, by=line["contact"], now=world.NOW)
    later = main_text(client.get(page("receipt", appeal)))
    head = events.Event.objects.get(subject=events.subject_of(appeal), position=1).hash
    assert f"1-{head[:16]}" in first
    assert f"1-{head[:16]}" in later
    assert appeal.secret in later


def test_the_receipts_picture_is_in_the_page(client: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    shown = client.get(page("receipt", appeal)).content.decode()
    assert 'src="data:image/svg+xml' in shown
    assert 'data-draft-clear="appeal"' in shown


def test_the_clock_lists_the_days_around_new_year(
    client: Client, driver: User, line: dict, now: time_machine.Traveller
) -> None:
    """Entered Friday 2026-02-13 16:30 at the branch, 5 working days: due Friday 02-27, 14 February among them."""
    entered = world.at("2026-02-13 16:30")
    now.move_to(entered)
    client = world.signed_in(driver)
    appeal = world.an_appeal(by=driver, category="safety", skips_contact=True, now=entered)
    shown = main_text(client.get(page("clock", appeal)))
    assert "2月14日 周六 第 1 天" in shown
    assert "调休上班" in shown
    assert "2月16日 周一 春节，不算" in shown
    assert "2月27日 周五 第 5 天 最晚这天答复" in shown
    assert "2月28日" not in shown


def test_the_clock_after_closing_time_starts_the_next_day(
    client: Client, driver: User, now: time_machine.Traveller
) -> None:
    late = world.at("2026-11-20 18:05")
    now.move_to(late)
    client = world.signed_in(driver)
    appeal = world.an_appeal(by=driver, now=late)
    shown = main_text(client.get(page("clock", appeal)))
    assert "按11月23日 周一到算" in shown
    assert "11月24日 周二 第 1 天 最晚这天接手" in shown


def test_the_clock_shows_the_days_it_rested(
    client: Client, driver: User, line: dict, now: time_machine.Traveller
) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    now.move_to(world.NOW + 2 * DAY)
    client = world.signed_in(driver)
    resting = main_text(client.get(page("clock", appeal)))
    assert "11月24日 周二 等您回答，不算" in resting
    assert "您今天回答的话，最晚这天答复" in resting
    driving.reply(appeal.pk, by=driver, words="有的。", now=world.NOW + 2 * DAY)
    after = main_text(client.get(page("clock", appeal)))
    assert "11月25日 周三 等您回答，不算" in after
    assert "11月30日 周一 第 3 天 最晚这天答复" in after


def test_the_clock_of_the_tiers_before_is_there(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.escalate(appeal.pk, by=line["contact"], reason="要支部问。", now=world.NOW)
    assert "前面几级" in main_text(client.get(page("clock", appeal)))


def test_the_log_verifies_and_is_a_download(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    sent = client.get(page("log_file", appeal))
    assert sent["Content-Disposition"] == f'attachment; filename="{appeal.number}.json"'
    report = verification.verify(json.loads(sent.content), roots={})
    assert report.problems == []
    assert report.count == len(kinds(appeal))


# -- moves ------------------------------------------------------------------------------------------------------------


def test_add(client: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    sent = move(client, "add", appeal, words="还有一单也是。")
    assert sent["Location"] == page("detail", appeal)
    shown = text(client.get(page("detail", appeal)))
    assert "还有一单也是。" in shown
    assert "已补充" in shown


def test_reply(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    assert "有当天的截图吗？" in main_text(client.get(page("reply", appeal)))
    move(client, "reply", appeal, words="有，已经存好。")
    appeal.refresh_from_db()
    assert appeal.status == "in_hand"


def test_challenge_once(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    move(client, "challenge", appeal, reason="他是我亲戚。")
    appeal.refresh_from_db()
    assert appeal.challenged_at == world.NOW
    again = client.get(page("challenge", appeal), follow=True)
    assert "办理人只能换一次" in text(again)
    assert page("challenge", appeal) not in client.get(page("detail", appeal)).content.decode()


def test_nobody_to_challenge_is_not_offered(client: Client, line: dict) -> None:
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal(by=driver)
    browser = world.signed_in(driver)
    assert page("challenge", appeal) not in browser.get(page("detail", appeal)).content.decode()
    refused = move(browser, "challenge", appeal, reason="想换人")
    assert refused.status_code == 422
    assert "还没有人接手" in main_text(refused)
    assert "想换人" in refused.content.decode()


def test_withdraw_and_come_back(client: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    assert "15 天内可以恢复" in main_text(client.get(page("withdraw", appeal)))
    move(client, "withdraw", appeal, why="elsewhere", words="先去仲裁")
    words = main_text(client.get(page("detail", appeal)))
    assert "去找别处了：先去仲裁" in words
    assert "12月8日 周二 24:00 前可以恢复" in words
    assert "还剩 3 个工作日" in main_text(client.get(page("come_back", appeal)))
    move(client, "come_back", appeal)
    appeal.refresh_from_db()
    assert appeal.status == "waiting"


def test_withdrawn_and_not_taken_up_again_is_closed_and_says_why(
    client: Client, driver: User, now: time_machine.Traveller
) -> None:
    appeal = world.an_appeal("withdrawn", by=driver)
    now.move_to(world.NOW + 17 * DAY)
    ticking.tick(now=world.NOW + 17 * DAY, most=5)
    shown = main_text(world.signed_in(driver).get(page("detail", appeal)))
    assert "满 15 天，已办结" in shown
    assert "还没有人接手" not in shown


def test_go_on(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    assert "12月8日 周二 24:00 前" in main_text(client.get(page("go_on", appeal)))
    move(client, "go_on", appeal, reason="没说清为什么。")
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.round_number) == (2, 2)
    assert "没说清为什么。" in main_text(client.get(page("detail", appeal)))


def test_after_15_days_going_on_is_neither_offered_nor_possible(
    client: Client, driver: User, line: dict, now: time_machine.Traveller
) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    now.move_to(world.NOW + 16 * DAY)
    client = world.signed_in(driver)
    assert page("go_on", appeal) not in client.get(page("detail", appeal)).content.decode()
    late = move(client, "go_on", appeal, reason="晚了")
    assert late.status_code == 422
    assert "15 天已经过了" in main_text(late)


def test_accept(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    assert "不能再往上走" in main_text(client.get(page("accept", appeal)))
    move(client, "accept", appeal)
    appeal.refresh_from_db()
    assert appeal.status == "closed"


def test_not_carried_out(client: Client, driver: User, line: dict, now: time_machine.Traveller) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.answer(
        appeal.pk,
        by=line["contact"],
        finding="upheld",
        reasons="算错了。",
        remedy="补钱。",
        carry_out_date=datetime.date(2026, 11, 24),
        now=world.NOW,
    )
    now.move_to(world.NOW + 3 * DAY)
    move(world.signed_in(driver), "not_carried_out", appeal, reason="没有到账。")
    appeal.refresh_from_db()
    assert (appeal.status, appeal.tier) == ("waiting", 1)
    assert appeal.breaches == 1


def test_rate_once(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    move(client, "rate", appeal, stars="4", words="说得清楚。")
    assert appeal.answers.get().rating == 4
    assert page("rate", appeal) not in client.get(page("detail", appeal)).content.decode()
    again = move(client, "rate", appeal, stars="1")
    assert again.status_code == 422
    assert appeal.answers.get().rating == 4


def test_a_rating_has_one_to_five_stars(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    for stars in ("", "0", "6", "x"):
        assert move(client, "rate", appeal, stars=stars).status_code == 422
    assert appeal.answers.get().rating is None


def test_the_same_key_moves_once(client: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    key = new_key()
    for _time in range(2):
        sent = client.post(page("add", appeal), {"key": key, "words": "只说一次。"})
        assert sent["Location"] == page("detail", appeal)
    assert kinds(appeal) == ["appeals.filed", "appeals.added"]


def test_a_form_without_a_key_is_not_carried_out(client: Client, driver: User) -> None:
    appeal = world.an_appeal(by=driver)
    sent = client.post(page("add", appeal), {"words": "没有钥匙"})
    assert sent.status_code == 422
    assert "没有钥匙" in sent.content.decode()
    assert kinds(appeal) == ["appeals.filed"]


def test_words_that_are_needed_are_asked_for(client: Client, driver: User, line: dict) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    for name, fields in (
        ("add", {"words": " "}),
        ("reply", {"words": ""}),
        ("challenge", {"reason": ""}),
        ("withdraw", {"words": "没选原因"}),
        ("go_on", {"reason": ""}),
        ("not_carried_out", {"reason": ""}),
    ):
        assert (name, move(client, name, appeal, **fields).status_code) == (name, 422)
    assert kinds(appeal) == ["appeals.filed", "appeals.taken"]


@pytest.mark.parametrize("status", STATUSES)
def test_only_moves_that_would_not_be_refused_are_offered(
    client: Client, driver: User, line: dict, status: str
) -> None:
    """Each link on the case page opens its form; each move not offered leads back with a sentence."""
    appeal = world.an_appeal(status, by=driver, handler=line["contact"])
    shown = client.get(page("detail", appeal)).content.decode()
    for name in MOVES:
        opened = client.get(page(name, appeal))
        is_offered = page(name, appeal) in shown
        assert (opened.status_code == 200) == is_offered, name
        if not is_offered:
            assert opened["Location"] == page("detail", appeal)


# -- the start page ---------------------------------------------------------------------------------------------------


def test_the_start_page_has_what_needs_him(client: Client, driver: User, line: dict) -> None:
    asked = world.an_appeal("asked", by=driver, handler=line["contact"], title="等我回答的")
    filing.save_draft(driver, body={"key": "k", "answers": {}}, now=world.NOW)
    shown = client.get("/")
    assert page("reply", asked) in shown.content.decode()
    assert "等我回答的" in main_text(shown)
    assert "接着写没提交的诉求" in main_text(shown)
