"""Who is told of what happens to an appeal, and what an SMS may say."""

import datetime

import pytest
from django.utils.translation import override

from appeals import notices
from appeals.actions import driving, filing, handling, overseeing, replying, ticking
from appeals.models import Appeal
from portal import events, telling
from portal.models import Event, Role, User
from portal.telling import Telling
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def told(appeal: Appeal, kind: str) -> dict[User, Telling]:
    """Whom the newest event of a kind is told to."""
    event = Event.objects.filter(subject=events.subject_of(appeal), kind=f"appeals.{kind}").latest("position")
    return {one.person: one for one in telling.tellings_for(event)}


def test_the_own_contact_alone_is_told_of_his_drivers_appeal(line: dict, driver: User) -> None:
    world.a_contact(line["branch"])
    found = told(world.an_appeal(by=driver), "filed")
    assert set(found) == {line["contact"].person}
    assert "24:00 前" in str(found[line["contact"].person].text)


def test_without_an_own_contact_all_of_the_branch_are_told(line: dict) -> None:
    second = world.a_contact(line["branch"])
    found = told(world.an_appeal(by=world.a_driver(line["branch"])), "filed")
    assert set(found) == {line["contact"].person, second.person}


def test_on_leave_the_deputy_is_told(line: dict, driver: User) -> None:
    deputy = world.a_contact(line["branch"])
    post = line["contact"]
    post.deputy, post.leave_from_date = deputy, world.NOW.date()
    post.save()
    assert set(told(world.an_appeal(by=driver), "filed")) == {deputy.person}


def test_an_urgent_appeal_wakes_the_branch_and_the_committee(line: dict, driver: User) -> None:
    appeal = world.an_appeal(by=driver, is_urgent=True, category="safety")
    branch = told(appeal, "filed")[line["secretary"].person]
    assert branch.urgent
    assert branch.sms_words == str(notices.URGENT.words)
    alarm = told(appeal, "alarm_raised")
    assert all(one.urgent and one.sms for one in alarm.values())
    assert set(alarm) == {line["province"].person}


def test_who_is_on_duty_is_told_of_an_urgent_one(line: dict, driver: User) -> None:
    other = world.a_secretary(world.a_branch())
    overseeing.set_duty(
        other,
        place=world.city(),
        from_at=world.NOW,
        until_at=world.NOW + DAY,
        by=line["committee"],
        now=world.NOW,
    )
    found = told(world.an_appeal(by=driver, is_urgent=True, category="safety"), "filed")
    assert set(found) == {other.person, line["secretary"].person}


@pytest.mark.parametrize(
    ("status", "kind", "has_sms"),
    [
        ("in_hand", "taken", False),
        ("asked", "asked", True),
        ("answered", "answered", True),
        ("transferred", "transferred", True),
    ],
)
def test_the_driver_is_told_with_the_handlers_name(
    line: dict, driver: User, status: str, kind: str, has_sms: bool
) -> None:
    appeal = world.an_appeal(status, by=driver, handler=line["contact"])
    mine = told(appeal, kind)[driver]
    assert mine.url == f"/appeals/{appeal.code}/"
    assert appeal.number in str(mine.text)
    assert bool(mine.sms) is has_sms
    if status != "transferred":
        assert line["contact"].person.name in str(mine.text)


def test_moving_up_by_itself_tells_both_sides(line: dict, driver: User) -> None:
    appeal = world.an_appeal(by=driver, now=world.NOW - 7 * DAY)
    ticking.tick(now=world.NOW, most=5)
    found = told(appeal, "passed_up")
    assert {driver, line["secretary"].person} == set(found)
    assert found[driver].sms_words == str(notices.MOVED_UP.words)


def test_the_handler_is_told_of_what_the_driver_does(line: dict, driver: User) -> None:
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"])
    driving.reply(appeal.pk, by=driver, words="有。", now=world.NOW)
    driving.add(appeal.pk, by=driver, words="还有。", now=world.NOW)
    driving.withdraw(appeal.pk, by=driver, reason="已经解决", now=world.NOW)
    for kind in ("replied", "added", "withdrawn"):
        found = told(appeal, kind)
        assert set(found) == {line["contact"].person}
        assert found[line["contact"].person].url == f"/desk/appeals/{appeal.code}/"


def test_a_challenged_handler_is_not_told_any_more(line: dict, driver: User) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    driving.challenge(appeal.pk, by=driver, reason="他是我亲戚。", now=world.NOW)
    assert set(told(appeal, "challenged")) == {line["secretary"].person}


def test_going_on_tells_the_next_tier(line: dict, driver: User) -> None:
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    driving.go_on(appeal.pk, by=driver, reason="没说清。", now=world.NOW)
    assert set(told(appeal, "went_on")) == {line["secretary"].person}


def test_an_entry_that_is_over_when_it_is_delivered_tells_nobody(line: dict, driver: User) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.escalate(appeal.pk, by=line["contact"], reason="要支部问。", now=world.NOW)
    assert told(appeal, "filed") == {}


def test_a_barred_person_is_told_nothing(line: dict, driver: User) -> None:
    world.a_contact(line["branch"])
    found = told(world.an_appeal(by=driver, respondent_kind="contact", person_about=line["contact"].person), "filed")
    assert line["contact"].person not in found


def test_a_late_promise_tells_driver_and_handler(line: dict, driver: User) -> None:
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.answer(
        appeal.pk,
        by=line["contact"],
        finding="upheld",
        reasons="算错了。",
        remedy="补钱。",
        carry_out_date=world.NOW.date(),
        now=world.NOW,
    )
    ticking.tick(now=world.NOW + 2 * DAY, most=5)
    assert set(told(appeal, "carry_out_missed")) == {driver, line["contact"].person}


def test_the_company_learns_neither_number_nor_name(line: dict, driver: User) -> None:
    platform = world.a_platform()
    liaison = world.a_post(Role.LIAISON, platform)
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=platform)
    world.heard(appeal.pk, by=line["contact"], question="规则怎么变的？", now=world.NOW)
    found = told(appeal, "platform_asked")
    assert set(found) == {liaison.person}
    words = str(found[liaison.person].text)
    assert appeal.number not in words
    assert driver.name not in words
    hearing = appeal.hearings.get()
    assert found[liaison.person].url == f"/desk/hearings/{hearing.code}/"
    replying.platform_reply(hearing.pk, by=liaison, facts_given="10月起按分排。", now=world.NOW)
    assert set(told(appeal, "platform_replied")) == {driver, line["contact"].person}


def test_unsealing_tells_the_second_person_then_the_driver_and_the_handler(line: dict, driver: User) -> None:
    appeal = world.an_appeal(by=driver, identity="sealed")
    handling.take(appeal.pk, by=line["contact"], now=world.NOW)
    one, two = (world.a_post(Role.CUSTODIAN, world.committee()) for _number in range(2))
    asked = overseeing.ask_unsealing(appeal.pk, by=one, motive="要核对账号。", now=world.NOW)
    assert set(told(appeal, "unsealing_asked")) == {driver, two.person}
    overseeing.decide_unsealing(asked.pk, by=two, is_agreed=True, now=world.NOW)
    assert set(told(appeal, "unsealed")) == {driver, line["contact"].person}


def test_what_is_told_names_no_words_of_anybody(line: dict, driver: User) -> None:
    platform = world.a_platform("蜀程出行")
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"], about=platform)
    driving.go_on(appeal.pk, by=driver, reason="没说清。", now=world.NOW)
    for event in Event.objects.filter(subject=events.subject_of(appeal)):
        for one in telling.tellings_for(event):
            words = f"{one.text} {one.sms_words}"
            assert not [
                private for private in (appeal.title, "没说清", "核对过", "蜀程", driver.name) if private in words
            ]


def test_every_sms_fits_and_says_nothing_private() -> None:
    texts = (notices.QUESTION, notices.ANSWERED, notices.MOVED_UP, notices.ENTERED, notices.URGENT)
    for language in ("zh-hans", "en"):
        with override(language):
            assert [words for words in map(str, (text.words for text in texts)) if len(words) > 70] == []
    assert telling.check_sms_texts() == []


def test_a_draft_is_told_to_nobody(driver: User) -> None:
    before = Event.objects.count()
    filing.save_draft(driver, body={"key": "k", "answers": {}}, now=world.NOW)
    assert Event.objects.count() == before
