"""What the portal does by itself when a clock runs out."""

import datetime

import pytest

from appeals.actions import driving, handling, ticking
from appeals.models import Alarm, AlarmKind, Appeal
from portal import events
from portal.models import Event
from tests import world

pytestmark = pytest.mark.django_db


def kinds(appeal: Appeal) -> list[str]:
    return list(
        Event.objects.filter(subject=events.subject_of(appeal)).order_by("position").values_list("kind", flat=True)
    )


def test_an_appeal_nobody_takes_moves_up_once_and_gets_the_next_tiers_clocks() -> None:
    line = world.a_line()
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=world.at("2026-03-02 09:00"))
    assert (appeal.tier, appeal.due_date) == (1, datetime.date(2026, 3, 3))
    assert ticking.tick(now=world.at("2026-03-03 23:59"), most=10) == 0
    assert ticking.tick(now=world.at("2026-03-04 00:00"), most=10) == 1
    assert ticking.tick(now=world.at("2026-03-04 00:01"), most=10) == 0
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.status, appeal.handling_org) == (2, "waiting", line["branch"])
    assert appeal.due_date == datetime.date(2026, 3, 5)
    assert appeal.legs.filter(is_breached=True).count() == 1
    assert kinds(appeal) == ["appeals.filed", "appeals.passed_up"]


def test_at_the_top_an_alarm_is_raised_once_and_the_due_date_stays() -> None:
    line = world.a_line()
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=world.at("2026-03-02 09:00"))
    for day in range(3, 31):
        ticking.tick(now=world.at(f"2026-03-{day:02d} 00:00"), most=10)
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.status) == (3, "waiting")
    assert appeal.due_at is not None
    alarm = Alarm.objects.get(appeal=appeal)
    assert (alarm.kind, alarm.organisation) == (AlarmKind.TOP_BREACH, world.province_committee())


def test_a_rest_ends_after_five_working_days_and_gives_them_back() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=world.at("2026-03-02 09:00"))
    assert appeal.due_date == datetime.date(2026, 3, 5)
    handling.ask(appeal.pk, by=line["contact"], question="有截图吗？", now=world.at("2026-03-02 10:00"))
    assert ticking.tick(now=world.at("2026-03-09 23:00"), most=10) == 0
    assert ticking.tick(now=world.at("2026-03-10 00:00"), most=10) == 1
    appeal.refresh_from_db()
    assert (appeal.status, appeal.due_date) == ("in_hand", datetime.date(2026, 3, 12))


def test_an_early_answer_gives_back_only_the_days_that_passed() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal("asked", by=driver, handler=line["contact"], now=world.at("2026-03-02 09:00"))
    appeal = driving.reply(appeal.pk, by=driver, words="有的。", now=world.at("2026-03-04 09:00"))
    assert (appeal.status, appeal.due_date) == ("in_hand", datetime.date(2026, 3, 9))


def test_sixty_days_lead_to_the_committee_with_an_alarm_although_the_clock_rests() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    began = world.at("2026-03-02 09:00")
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=began)
    now = began
    for _time in range(16):
        appeal.refresh_from_db()
        if appeal.status == "in_hand" and appeal.tier == 1:
            handling.ask(appeal.pk, by=line["contact"], question="还有吗？", now=now)
        now += datetime.timedelta(days=4)
        appeal.refresh_from_db()
        if appeal.status == "asked":
            driving.reply(appeal.pk, by=driver, words="有。", now=now)
        ticking.tick(now=now, most=10)
    appeal.refresh_from_db()
    assert appeal.tier == 3
    assert Alarm.objects.filter(appeal=appeal, kind=AlarmKind.LIMIT, organisation=world.committee()).count() == 1
    limit = world.at("2026-05-02 00:00")
    assert Event.objects.get(subject=events.subject_of(appeal), kind="appeals.limit_reached").at >= limit


def test_silence_for_fifteen_days_closes_an_answered_appeal() -> None:
    line = world.a_line()
    appeal = world.an_appeal(
        "answered", by=world.a_driver(line["branch"]), handler=line["contact"], now=world.at("2026-03-02 09:00")
    )
    assert ticking.tick(now=world.at("2026-03-17 23:59"), most=10) == 0
    assert ticking.tick(now=world.at("2026-03-18 00:00"), most=10) == 1
    appeal.refresh_from_db()
    assert (appeal.status, appeal.due_at) == ("closed", None)


def test_a_promise_is_a_clock_of_its_own() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=world.at("2026-03-02 09:00"))
    handling.answer(
        appeal.pk, by=line["contact"], finding="upheld", reasons="平台算错了。", remedy="退回 300 元。",
        carry_out_date=datetime.date(2026, 3, 6), now=world.at("2026-03-03 09:00"),
    )  # fmt: skip
    ticking.tick(now=world.at("2026-03-07 00:00"), most=10)
    given = appeal.answers.get()
    assert given.is_breached
    ticking.tick(now=world.at("2026-03-19 00:00"), most=10)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.due_kind) == ("answered", "carry_out")
    handling.carry_out(appeal.pk, by=line["contact"], note="钱已到账。", now=world.at("2026-03-20 09:00"))
    appeal.refresh_from_db()
    assert appeal.status == "closed"


def test_a_company_that_stays_silent_is_counted_and_stops_nothing() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    company = world.a_platform()
    appeal = world.an_appeal(
        "in_hand", by=driver, handler=line["contact"], about=company, now=world.at("2026-03-02 09:00")
    )
    world.heard(appeal.pk, by=line["contact"], question="三月初派单规则改了吗？", now=world.at("2026-03-02 10:00"))
    assert ticking.note_silence(now=world.at("2026-03-06 00:00"), most=10) == 1
    assert ticking.note_silence(now=world.at("2026-03-06 00:01"), most=10) == 0
    assert kinds(appeal)[-1] == "appeals.platform_silent"
    answered = handling.answer(
        appeal.pk, by=line["contact"], finding="not_upheld", reasons="规则没有改。", now=world.at("2026-03-05 10:00")
    )
    assert answered.status == "answered"


def test_one_broken_appeal_does_not_hold_up_the_others() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    broken = world.an_appeal(by=driver, now=world.at("2026-03-02 08:00"))
    whole = world.an_appeal(by=driver, now=world.at("2026-03-02 09:00"))
    broken.legs.update(left_at=world.at("2026-03-02 08:30"))
    assert ticking.tick(now=world.at("2026-03-04 00:00"), most=10) == 1
    whole.refresh_from_db()
    assert whole.tier == 2


def test_when_the_last_person_leaves_the_appeal_goes_up_and_the_committee_is_alarmed() -> None:
    line = world.a_line()
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=world.at("2026-03-02 09:00"))
    for role in ("contact", "secretary"):
        line[role].until_date = datetime.date(2026, 3, 1)
        line[role].save()
    now = world.at("2026-03-02 10:00")
    assert ticking.vacant_desks(now=now) == 1
    assert ticking.without_anyone(now=now) == [appeal.code]
    assert ticking.rescue(appeal.code, now=now)
    assert ticking.without_anyone(now=now) == []
    appeal.refresh_from_db()
    assert appeal.tier == 3
    assert Alarm.objects.get(appeal=appeal).kind == AlarmKind.SKIPPED
