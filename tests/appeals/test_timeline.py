"""A case's events as lines, for the driver and for staff."""

import datetime

import pytest

from appeals import timeline, wording
from appeals.actions import driving, replying, ticking
from appeals.models import Appeal
from portal import events
from portal.actions import erasure
from portal.models import Event, Role, User
from tests import world

pytestmark = pytest.mark.django_db
TODAY = world.NOW.date()
DAY = datetime.timedelta(days=1)


def entries(appeal: Appeal, *, is_driver: bool = True) -> list[timeline.Entry]:
    return timeline.of(appeal, is_driver=is_driver, today=TODAY).entries


def test_newest_first_and_only_one_is_now(line: dict, driver: User) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    found = entries(appeal)
    assert [one.kind for one in found] == ["appeals.asked", "appeals.taken", "appeals.filed"]
    assert [one.state for one in found] == ["now", "done", "done"]


def test_a_closed_case_is_nowhere_now(line: dict, driver: User) -> None:
    appeal = world.an_appeal("closed", by=driver, handler=line["contact"])
    appeal.refresh_from_db()
    assert "now" not in {one.state for one in entries(appeal)}


def test_his_own_words_are_his_and_the_handlers_carry_a_name(line: dict, driver: User) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    asked, _taken, filed = entries(appeal)
    assert (filed.is_mine, filed.say) == (True, "上周开始晚高峰派单少了三成，客服只说是系统派的。")
    assert (asked.is_mine, asked.say) == (False, "有当天的截图吗？")
    assert line["contact"].person.name in asked.by
    assert not filed.by


def test_staff_read_no_name_of_the_driver(line: dict, driver: User) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    driving.reply(appeal.pk, by=driver, words="有。", now=world.NOW)
    found = entries(appeal, is_driver=False)
    assert found[0].title == "司机已回答"
    assert not any(driver.name in f"{one.title}{one.text}{one.by}" for one in found)
    assert not any(one.is_mine for one in found)


def test_why_it_moved_up_is_said(line: dict, driver: User) -> None:
    appeal = world.an_appeal(by=driver, now=world.NOW - 7 * DAY)
    ticking.tick(now=world.NOW, most=5)
    appeal.refresh_from_db()
    text = entries(appeal)[0].text
    assert f"{line['branch'].short_name}没有按期接手。" in text
    assert f"交{line['branch'].short_name}办" in text


@pytest.mark.parametrize(("identity", "is_said"), [("named", True), ("open", False)])
def test_a_company_that_did_not_see_the_name_is_said_to(line: dict, driver: User, identity: str, is_said: bool) -> None:
    platform = world.a_platform("蜀程出行")
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=platform, identity=identity)
    world.heard(appeal.pk, by=line["contact"], question="规则怎么变的？", now=world.NOW)
    liaison = world.a_post(Role.LIAISON, platform)
    replying.platform_reply(
        appeal.hearings.get().pk, by=liaison, facts_given="按分排。", offer="复核一次。", now=world.NOW
    )
    newest = entries(appeal)[0]
    assert ("没有看到您的姓名" in newest.by) is is_said
    assert newest.say == "事实：按分排。\n方案：复核一次。"


def test_erased_words_leave_a_sentence(line: dict, driver: User) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    erasure.erase_words(events.subject_of(appeal), by=None, now=world.NOW)
    found = entries(appeal)
    assert not any(one.say for one in found)
    assert "原话已删除" in found[-1].text


def test_long_cases_are_folded(line: dict, driver: User) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    for number in range(timeline.RECENT):
        driving.add(appeal.pk, by=driver, words=f"第 {number} 次", now=world.NOW)
    found = timeline.of(appeal, is_driver=True, today=TODAY)
    assert (len(found.recent), len(found.older)) == (timeline.RECENT, 2)


def test_the_last_question_alone(line: dict, driver: User) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    found = timeline.last_of(appeal, "appeals.asked", today=TODAY)
    assert found is not None
    assert found.say == "有当天的截图吗？"
    assert timeline.last_of(appeal, "appeals.rated", today=TODAY) is None


def test_every_kind_of_event_in_a_case_has_its_words(line: dict, driver: User) -> None:
    """Each kind of the log that a case can carry is worded for both readers."""
    for kind in wording.LABELS:
        for is_driver in (True, False):
            assert str(wording.label(kind, is_driver=is_driver)).strip()
    appeal = world.an_appeal("closed", by=driver, handler=line["contact"])
    recorded = set(Event.objects.filter(subject=events.subject_of(appeal)).values_list("kind", flat=True))
    assert recorded <= set(wording.LABELS)


@pytest.mark.parametrize("why", ["nobody", "own_contact", "complained_of", "no_branch"])
def test_every_reason_for_passing_over_has_a_sentence(why: str) -> None:
    assert timeline.passed_over(why, "第一流动党支部").endswith("。")
