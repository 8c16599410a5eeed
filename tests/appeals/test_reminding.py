"""Reminders in working days: at half time, one working day before; one digest a day, to whoever must act."""

import datetime

import pytest

from appeals import halfway, tasks
from appeals.actions import handling, reminding
from appeals.models import Appeal, Digest, Reminder
from portal.actions import deliveries
from portal.models import CalendarNotice, Event, Notice, Role, SmsMessage
from tests import world
from tests.appeals.desk import Line, a_line

pytestmark = pytest.mark.django_db

SPRING = world.at("2026-02-13 16:30")  # example 2: five working days, due Friday 27 February


@pytest.fixture
def line() -> Line:
    return a_line()


def morning(day: str) -> datetime.datetime:
    return world.at(f"{day} 08:30")


def days(first: str, count: int) -> list[datetime.date]:
    start = datetime.date.fromisoformat(first)
    return [start + datetime.timedelta(days=number) for number in range(count)]


def mornings(first: str, count: int) -> list[datetime.datetime]:
    return [morning(day.isoformat()) for day in days(first, count)]


def reminded(first: str, count: int) -> list[tuple[str, str]]:
    """(day, kind) of everything reminded of while the job runs each morning."""
    for now in mornings(first, count):
        reminding.remind(now=now)
    rows = Reminder.objects.order_by("digest__date", "pk").values_list("digest__date", "kind")
    return [(day.isoformat(), kind) for day, kind in rows]


# -- the days, without a case -----------------------------------------------------------------------------------------


def told(zero: str, due: str, count: int, span: int) -> list[tuple[str, str]]:
    calendar = CalendarNotice.objects.calendar()
    zero_day, due_day = datetime.date.fromisoformat(zero), datetime.date.fromisoformat(due)
    found = []
    for today in days(zero, span):
        kind = halfway.reminder_due(calendar, today=today, day_zero=zero_day, due_date=due_day, days=count)
        if kind and kind not in {one for _day, one in found}:
            found.append((today.isoformat(), kind))
    return found


@pytest.mark.parametrize(
    ("zero", "due", "count", "expected"),
    [
        # 14 February is worked, 15 to 23 are the Spring Festival
        ("2026-02-13", "2026-02-27", 5, [("2026-02-25", "half"), ("2026-02-26", "eve")]),
        ("2026-02-13", "2026-03-05", 10, [("2026-02-27", "half"), ("2026-03-04", "eve")]),
        # of three days half time and the eve are the same morning: one reminder
        ("2026-11-23", "2026-11-26", 3, [("2026-11-25", "eve")]),
        ("2026-11-23", "2026-11-25", 2, [("2026-11-24", "eve")]),
        # a clock of a day has neither: who took it yesterday knows
        ("2026-11-23", "2026-11-24", 1, []),
        ("2026-11-23", "2026-11-23", 0, []),
        # the promised day itself may be closed
        ("2026-11-23", "2026-11-29", 4, [("2026-11-26", "half"), ("2026-11-27", "eve")]),
    ],
)
def test_half_time_and_the_eve_are_working_days(
    zero: str, due: str, count: int, expected: list[tuple[str, str]]
) -> None:
    assert told(zero, due, count, 40) == expected


def test_what_was_missed_is_made_up_for_on_the_next_working_day() -> None:
    calendar = CalendarNotice.objects.calendar()
    clock = {"day_zero": datetime.date(2026, 11, 23), "due_date": datetime.date(2026, 11, 30), "days": 5}
    assert halfway.reminder_due(calendar, today=datetime.date(2026, 11, 30), **clock) == "eve"
    assert halfway.reminder_due(calendar, today=datetime.date(2026, 12, 1), **clock) == ""


# -- cases ------------------------------------------------------------------------------------------------------------


def test_no_reminder_in_the_spring_festival(line: Line) -> None:
    """Example 2: entered Friday 13 February 16:30 with five working days; silence from the 15th to the 23rd."""
    appeal = line.appeal("in_hand", now=SPRING)
    Appeal.objects.filter(pk=appeal.pk).update(due_date=datetime.date(2026, 2, 27), due_at=world.at("2026-02-28 00:00"))
    appeal.legs.filter(left_at=None).update(
        entered_at=SPRING, answer_days=5, answer_due_date=datetime.date(2026, 2, 27)
    )
    assert reminded("2026-02-13", 20) == [("2026-02-25", "answer_half"), ("2026-02-26", "answer_eve")]


def test_on_a_closed_day_nothing_happens_at_all(line: Line) -> None:
    line.appeal("in_hand")
    assert reminding.remind(now=morning("2026-11-28")) == {"digests": 0, "reminders": 0}
    assert reminding.remind(now=morning("2026-11-29")) == {"digests": 0, "reminders": 0}


def test_an_answer_is_reminded_of_twice_and_the_job_run_again_adds_nothing(line: Line) -> None:
    line.appeal("in_hand")  # a Monday, five days: due the Monday after
    for _time in range(3):
        assert reminded("2026-11-23", 8) == [("2026-11-26", "answer_half"), ("2026-11-27", "answer_eve")]
    assert Digest.objects.count() == 2
    assert Event.objects.filter(kind="appeals.digest_made").count() == 2


def test_several_cases_are_one_notice_without_number_or_name_and_no_sms(line: Line) -> None:
    appeals = [line.appeal("in_hand") for _number in range(3)]
    SmsMessage.objects.all().delete()
    reminding.remind(now=morning("2026-11-26"))
    deliveries.sweep(now=morning("2026-11-26"))
    notice = Notice.objects.get(kind="appeals.digest_made")
    assert notice.person == line.secretary.person
    assert "3" in notice.text
    assert not [one for one in appeals if one.number in notice.text or one.title in notice.text]
    assert line.driver.name not in notice.text
    assert not SmsMessage.objects.filter(event__kind="appeals.digest_made").exists()


def test_a_case_that_waits_is_everybodys_who_may_take_it(line: Line) -> None:
    colleague = world.a_post(Role.DEPUTY_SECRETARY, line.branch)
    appeal = line.appeal("waiting")
    appeal.legs.filter(left_at=None).update(take_days=2, take_due_date=datetime.date(2026, 11, 25))
    Appeal.objects.filter(pk=appeal.pk).update(
        due_date=datetime.date(2026, 11, 25), due_at=world.at("2026-11-26 00:00")
    )
    reminding.remind(now=morning("2026-11-24"))
    people = set(Digest.objects.values_list("person", flat=True))
    assert people == {line.secretary.person_id, colleague.person_id}
    assert set(Reminder.objects.values_list("kind", flat=True)) == {"take_eve"}


def test_the_deputy_of_the_absent_handler_is_reminded_in_his_place(line: Line) -> None:
    deputy = world.a_post(Role.DEPUTY_SECRETARY, line.branch)
    line.appeal("in_hand")
    world.leave(line.secretary, deputy, first="2026-11-24", last="2026-12-04")
    reminding.remind(now=morning("2026-11-26"))
    assert list(Digest.objects.values_list("person", flat=True)) == [deputy.person_id]


def test_while_a_question_waits_on_the_driver_nobody_is_reminded(line: Line) -> None:
    line.appeal("asked")
    assert reminded("2026-11-23", 8) == []


def promise(line: Line, appeal: Appeal, day: str) -> Appeal:
    return handling.answer(
        appeal.pk, by=line.secretary, finding="upheld", reasons="平台算错了。", remedy="退回 38 元。",
        carry_out_date=datetime.date.fromisoformat(day), now=world.NOW,
    )  # fmt: skip


def test_a_promise_is_reminded_of_until_it_is_kept(line: Line) -> None:
    appeal = promise(line, line.appeal("in_hand"), "2026-12-07")
    assert reminded("2026-11-24", 9) == [("2026-11-30", "promise_half")]
    handling.carry_out(appeal.pk, by=line.secretary, note="已到账。", now=world.at("2026-12-03 09:00"))
    assert reminded("2026-12-03", 5) == [("2026-11-30", "promise_half")]


def test_the_eve_of_a_promise_leads_to_the_promises(line: Line) -> None:
    promise(line, line.appeal("in_hand"), "2026-12-07")
    reminding.remind(now=morning("2026-12-04"))
    deliveries.sweep(now=morning("2026-12-04"))
    assert Notice.objects.get(kind="appeals.digest_made").url == "/desk/promises/"
    assert Reminder.objects.get().kind == "promise_eve"


def test_the_company_is_reminded_of_its_reply(line: Line) -> None:
    liaison = world.a_post(Role.LIAISON, line.platform)
    absent = world.a_post(Role.LIAISON, line.platform)
    world.leave(absent, liaison)
    appeal = line.appeal("in_hand")
    handling.hear_platform(appeal.pk, by=line.secretary, question="规则改了吗？", now=world.NOW)
    assert ("2026-11-25", "reply_eve") in reminded("2026-11-23", 4)
    deliveries.sweep(now=morning("2026-11-25"))
    notice = Notice.objects.get(kind="appeals.digest_made", person=liaison.person)
    assert (notice.url, appeal.number in notice.text) == ("/desk/hearings/", False)
    assert not Digest.objects.filter(person=absent.person).exists()


def test_a_deadline_that_moved_is_reminded_of_again_on_its_new_eve(line: Line) -> None:
    appeal = line.appeal("in_hand")
    assert reminded("2026-11-23", 5)[-1] == ("2026-11-27", "answer_eve")
    Appeal.objects.filter(pk=appeal.pk).update(due_date=datetime.date(2026, 12, 4), due_at=world.at("2026-12-05 00:00"))
    found = reminded("2026-11-30", 6)
    assert found == [("2026-11-26", "answer_half"), ("2026-11-27", "answer_eve"), ("2026-12-03", "answer_eve")]


def test_the_job_has_a_door_and_a_time() -> None:
    schedule = tasks.remind.app.conf.beat_schedule["appeals-remind"]
    assert schedule["task"] == tasks.remind.name == "appeals.remind"
    assert schedule["schedule"].minute == {30}
