"""Moves of the driver: what each does, when it is refused, and that nobody else makes them."""

import datetime
from typing import Any

import pytest

from appeals import permissions
from appeals.actions import driving, handling, ticking
from appeals.models import AlarmKind, Appeal, Bar, Category, RespondentKind
from appeals.reads import Reads
from portal import caselog, events
from portal.actions import erasure
from portal.models import Post, Role
from tests import world
from tests.appeals.reading import alarms, denied, fresh, kinds, last, log, refused, words
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday
LATER = at("2026-03-02 11:00")


class Case:
    """A driver with a contact of his own and his appeal, brought to a status at tier 1."""

    def __init__(self, status: str = "waiting", *, now: datetime.datetime = NOW, **fields: Any) -> None:
        self.line = world.a_line()
        self.contact, self.secretary = self.line["contact"], self.line["secretary"]
        self.driver = world.a_driver(self.line["branch"], contact=self.contact)
        self.appeal = world.an_appeal(status, by=self.driver, handler=self.contact, now=now, **fields)

    @property
    def pk(self) -> int:
        return self.appeal.pk

    def answer(self, by: Post | None = None, now: datetime.datetime = LATER, **fields: Any) -> Appeal:
        values = {"finding": "not_upheld", "reasons": "规则没有改。"} | fields
        return handling.answer(self.pk, by=by or self.contact, now=now, **values)


# -- add and reply ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
def test_adding_something_never_restarts_a_clock(status: str) -> None:
    case = Case(status)
    before = fresh(case.appeal)
    driving.add(case.pk, by=case.driver, words="还有一张截图。", now=at("2026-03-03 16:00"))
    after = fresh(case.appeal)
    assert (after.status, after.due_at, after.tick_at) == (before.status, before.due_at, before.tick_at)
    assert words(last(after, "added")) == {"words": "还有一张截图。"}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("answered", "This appeal has been answered."),
        ("closed", "This appeal is closed."),
        ("withdrawn", "The driver withdrew this appeal."),
        ("transferred", "This appeal was passed to another body."),
    ],
)
def test_nothing_is_added_to_what_is_over(status: str, sentence: str) -> None:
    case = Case(status)
    with refused(sentence, case.appeal):
        driving.add(case.pk, by=case.driver, words="还有。", now=LATER)


def test_answering_the_question_gives_back_the_days_it_rested() -> None:
    case = Case("asked")
    appeal = driving.reply(case.pk, by=case.driver, words="有，见附图。", now=at("2026-03-05 10:00"))
    assert (appeal.status, appeal.due_kind, appeal.due_date) == ("in_hand", "answer", datetime.date(2026, 3, 10))
    assert appeal.legs.get().rested_from is None
    event = last(appeal, "replied")
    assert (event.facts, words(event)) == ({"answer_due": "2026-03-10"}, {"words": "有，见附图。"})
    with refused("This appeal is in hand.", appeal):
        driving.reply(case.pk, by=case.driver, words="再说一次。", now=at("2026-03-05 11:00"))


def test_asked_on_the_last_evening_and_answered_overnight_the_handler_still_has_the_day() -> None:
    case = Case("in_hand")  # the answer is due on Thursday
    handling.ask(case.pk, by=case.contact, question="是哪一单？", now=at("2026-03-05 22:00"))
    appeal = driving.reply(case.pk, by=case.driver, words="第三单。", now=at("2026-03-06 08:00"))
    assert appeal.due_date == datetime.date(2026, 3, 6)
    assert ticking.tick(now=at("2026-03-06 09:00"), most=10) == 0


def test_asked_on_the_last_evening_and_never_answered_the_handler_has_the_day_after_the_rest() -> None:
    case = Case("in_hand")
    appeal = handling.ask(case.pk, by=case.contact, question="是哪一单？", now=at("2026-03-05 22:00"))
    assert appeal.due_date == datetime.date(2026, 3, 13)
    assert ticking.tick(now=at("2026-03-14 00:00"), most=10) == 1
    assert (fresh(appeal).status, fresh(appeal).due_date) == ("in_hand", datetime.date(2026, 3, 16))
    assert ticking.tick(now=at("2026-03-14 00:01"), most=10) == 0


def test_a_rest_over_a_holiday_counts_its_working_days_only() -> None:
    case = Case("in_hand", now=at("2026-02-13 09:00"))  # Friday before Spring Festival: due on 25 February
    assert case.appeal.due_date == datetime.date(2026, 2, 25)
    handling.ask(case.pk, by=case.contact, question="是哪一单？", now=at("2026-02-13 10:00"))
    appeal = driving.reply(case.pk, by=case.driver, words="第三单。", now=at("2026-02-24 10:00"))
    assert appeal.due_date == datetime.date(2026, 2, 27)


# -- challenge --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
def test_another_handler_is_found_at_the_same_tier_and_the_one_before_sees_it_no_more(status: str) -> None:
    case = Case(status)
    colleague = world.a_contact(case.line["branch"])
    appeal = driving.challenge(case.pk, by=case.driver, reason="他在偏袒平台。", now=LATER)
    assert (appeal.status, appeal.tier, appeal.handler, appeal.challenged_at) == ("waiting", 1, None, LATER)
    assert Bar.objects.get(appeal=appeal).person == case.contact.person
    assert permissions.who_may_act_now(appeal, Reads(LATER)) == [colleague]
    assert not permissions.visible_appeals(case.contact, LATER.date()).exists()
    event = last(appeal)
    assert (event.kind, event.facts["handler"]) == ("appeals.challenged", case.contact.code)
    assert words(event) == {"reason": "他在偏袒平台。"}


def test_with_nobody_else_there_it_goes_up() -> None:
    case = Case("in_hand")
    appeal = driving.challenge(case.pk, by=case.driver, reason="他在偏袒平台。", now=LATER)
    assert (appeal.tier, appeal.handling_org) == (2, case.line["branch"])
    assert alarms(appeal) == []


def test_challenging_the_only_secretary_alarms_the_committee() -> None:
    case = Case("in_hand")
    handling.escalate(case.pk, by=case.contact, reason="超出权限。", now=LATER)
    handling.take(case.pk, by=case.secretary, now=LATER)
    appeal = driving.challenge(case.pk, by=case.driver, reason="他是平台的亲戚。", now=LATER)
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    assert alarms(appeal) == [(AlarmKind.SKIPPED, world.committee())]


def test_a_handler_is_changed_once() -> None:
    case = Case("in_hand")
    colleague = world.a_contact(case.line["branch"])
    driving.challenge(case.pk, by=case.driver, reason="他在偏袒平台。", now=LATER)
    handling.take(case.pk, by=colleague, now=LATER)
    with refused("A handler can be changed once, and you have done so already.", fresh(case.appeal)):
        driving.challenge(case.pk, by=case.driver, reason="他也一样。", now=LATER)
    assert "challenge" not in permissions.moves_for_filer(case.driver, fresh(case.appeal))


def test_there_must_be_somebody_to_change() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal(by=driver, now=NOW)
    with refused("Nobody has taken it yet, so there is nobody to change.", appeal):
        driving.challenge(appeal.pk, by=driver, reason="换人。", now=LATER)


def test_at_the_branch_there_is_nobody_to_change_before_it_is_taken() -> None:
    case = Case(category=Category.SAFETY, skips_contact=True)
    with refused("Nobody has taken it yet, so there is nobody to change.", case.appeal):
        driving.challenge(case.pk, by=case.driver, reason="换人。", now=LATER)


# -- withdraw and come back -------------------------------------------------------------------------------------------


def test_withdrawing_keeps_the_working_days_that_were_left() -> None:
    case = Case("in_hand", now=at("2026-02-13 09:00"))  # due on 25 February
    appeal = driving.withdraw(case.pk, by=case.driver, reason="平台找我谈了。", now=at("2026-02-14 10:00"))
    assert (appeal.status, appeal.days_left, appeal.due_kind) == ("withdrawn", 2, "come_back")
    assert appeal.due_at == appeal.tick_at == at("2026-03-02 00:00")  # 15 calendar days
    event = last(appeal)
    assert event.facts == {"days_left": 2, "until": "2026-03-01"}
    assert words(event) == {"reason": "平台找我谈了。"}
    back = driving.come_back(case.pk, by=case.driver, now=at("2026-02-26 10:00"))
    assert (back.status, back.handler, back.tier) == ("in_hand", case.contact, 1)
    # Friday the 27th and the worked Saturday after it
    assert (back.due_date, back.days_left) == (datetime.date(2026, 2, 28), None)
    assert last(back).facts == {"answer_due": "2026-02-28"}


def test_what_nobody_had_taken_waits_again_with_a_take_clock() -> None:
    case = Case()
    driving.withdraw(case.pk, by=case.driver, reason="算了。", now=LATER)
    back = driving.come_back(case.pk, by=case.driver, now=at("2026-03-04 10:00"))
    assert (back.status, back.due_kind, back.due_date) == ("waiting", "take", datetime.date(2026, 3, 5))
    assert back.legs.get().answer_due_date == datetime.date(2026, 3, 9)


def test_a_question_that_rested_is_counted_before_it_is_withdrawn() -> None:
    case = Case("asked")  # asked on Monday with three days left
    appeal = driving.withdraw(case.pk, by=case.driver, reason="算了。", now=at("2026-03-04 10:00"))
    assert appeal.days_left == 3
    back = driving.come_back(case.pk, by=case.driver, now=at("2026-03-05 10:00"))
    assert (back.status, back.due_date) == ("in_hand", datetime.date(2026, 3, 10))


def test_an_urgent_appeal_comes_back_as_urgent_as_it_was() -> None:
    case = Case()
    handling.mark_urgent(case.pk, by=case.contact, reason="有人威胁他。", now=LATER)
    driving.withdraw(case.pk, by=case.driver, reason="算了。", now=LATER)
    back = driving.come_back(case.pk, by=case.driver, now=at("2026-03-07 22:00"))
    assert (back.status, back.due_at) == ("waiting", at("2026-03-08 00:00"))


def test_on_the_fifteenth_day_it_may_come_back_and_then_no_more() -> None:
    case = Case()
    driving.withdraw(case.pk, by=case.driver, reason="算了。", now=LATER)
    with refused("The 15 days to take it up again have passed. You can file a new appeal.", fresh(case.appeal)):
        driving.come_back(case.pk, by=case.driver, now=at("2026-03-18 00:00"))
    assert driving.come_back(case.pk, by=case.driver, now=at("2026-03-17 23:59")).status == "waiting"


def test_fifteen_days_after_withdrawing_it_is_closed() -> None:
    case = Case()
    driving.withdraw(case.pk, by=case.driver, reason="算了。", now=LATER)
    assert ticking.tick(now=at("2026-03-17 23:59"), most=10) == 0
    assert ticking.tick(now=at("2026-03-18 00:00"), most=10) == 1
    after = fresh(case.appeal)
    assert (after.status, after.legs.get().left_by) == ("closed", "withdraw")
    with refused("This appeal is closed.", after):
        driving.come_back(case.pk, by=case.driver, now=at("2026-03-18 09:00"))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("answered", "This appeal has been answered."),
        ("closed", "This appeal is closed."),
        ("transferred", "This appeal was passed to another body."),
    ],
)
def test_only_what_is_open_is_withdrawn(status: str, sentence: str) -> None:
    case = Case(status)
    with refused(sentence, fresh(case.appeal)):
        driving.withdraw(case.pk, by=case.driver, reason="算了。", now=LATER)


# -- go on ------------------------------------------------------------------------------------------------------------


def test_going_on_begins_a_round_at_the_next_tier_with_its_own_clocks() -> None:
    case = Case("in_hand")
    case.answer(now=at("2026-03-03 09:00"))
    appeal = driving.go_on(case.pk, by=case.driver, reason="没有回答我的问题。", now=at("2026-03-09 09:00"))
    assert (appeal.status, appeal.tier, appeal.round_number) == ("waiting", 2, 2)
    assert (appeal.handling_org, appeal.handler) == (case.line["branch"], None)
    leg = appeal.legs.last()
    assert (leg.round_number, leg.answer_due_date) == (2, datetime.date(2026, 3, 16))
    assert appeal.limit_at == at("2026-05-09 00:00")
    event = last(appeal)
    assert (event.kind, event.facts["round"], event.facts["tier"]) == ("appeals.went_on", 2, 2)
    assert words(event) == {"reason": "没有回答我的问题。"}


def test_nobody_who_answered_below_has_it_above() -> None:
    case = Case("in_hand")
    world.a_post(Role.DEPUTY_SECRETARY, case.line["branch"], case.contact.person)
    case.answer()
    appeal = driving.go_on(case.pk, by=case.driver, reason="没有回答。", now=LATER)
    assert permissions.who_may_act_now(appeal, Reads(LATER)) == [case.secretary]


TOO_LATE = "The 15 days to go on have passed, or you accepted the answer. You can file a new appeal."


def test_the_fifteenth_calendar_day_still_counts_to_its_end() -> None:
    in_time, too_late = Case("answered"), Case("answered")
    assert fresh(in_time.appeal).due_at == at("2026-03-18 00:00")
    with refused(TOO_LATE, too_late.appeal):
        driving.go_on(too_late.pk, by=too_late.driver, reason="没有回答。", now=at("2026-03-18 00:00"))
    late_second = at("2026-03-17 23:59") + datetime.timedelta(seconds=59, microseconds=999_999)
    assert driving.go_on(in_time.pk, by=in_time.driver, reason="没有回答。", now=late_second).tier == 2


def test_what_was_accepted_does_not_go_on() -> None:
    case = Case("in_hand")
    case.answer(finding="upheld", remedy="退款。", carry_out_date=datetime.date(2026, 3, 10))
    driving.accept(case.pk, by=case.driver, now=LATER)
    with refused(TOO_LATE, fresh(case.appeal)):
        driving.go_on(case.pk, by=case.driver, reason="没有回答。", now=LATER)


def test_after_the_last_tier_the_driver_is_told_where_else_to_turn() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    about = {"respondent_kind": RespondentKind.BRANCH, "about": line["branch"]}
    appeal = world.an_appeal("answered", by=driver, handler=line["committee"], now=NOW, **about)
    with refused("This is the last tier. You can still turn to 12345, mediation, arbitration or a court.", appeal):
        driving.go_on(appeal.pk, by=driver, reason="没有回答。", now=LATER)


# -- accept, carry out, rate ------------------------------------------------------------------------------------------


def test_accepting_closes_what_promised_nothing() -> None:
    case = Case("answered")
    appeal = driving.accept(case.pk, by=case.driver, now=LATER)
    assert (appeal.status, appeal.accepted_at, appeal.closed_at) == ("closed", LATER, LATER)
    assert kinds(appeal)[-2:] == ["accepted", "closed"]
    assert last(appeal).facts == {"why": "accepted"}


def test_accepting_leaves_a_promise_open_until_it_is_kept() -> None:
    case = Case("in_hand")
    case.answer(finding="upheld", remedy="退款。", carry_out_date=datetime.date(2026, 3, 10))
    appeal = driving.accept(case.pk, by=case.driver, now=LATER)
    assert (appeal.status, appeal.due_kind, appeal.due_date) == ("answered", "carry_out", datetime.date(2026, 3, 10))
    assert appeal.tick_at == at("2026-03-11 00:00")
    with refused("You accepted this answer already.", appeal):
        driving.accept(case.pk, by=case.driver, now=LATER)


def promised(day: int = 6) -> Case:
    case = Case("in_hand")
    case.answer(finding="upheld", remedy="退回 300 元。", carry_out_date=datetime.date(2026, 3, day))
    return case


def test_not_carried_out_goes_back_to_the_same_tier_and_is_counted() -> None:
    case = promised()
    appeal = driving.not_carried_out(case.pk, by=case.driver, reason="钱没有到。", now=at("2026-03-07 09:00"))
    assert (appeal.status, appeal.tier, appeal.round_number, appeal.breaches) == ("waiting", 1, 2, 1)
    assert appeal.handling_org == case.line["branch"]
    assert appeal.answers.get().is_breached
    assert words(last(appeal, "not_carried_out")) == {"reason": "钱没有到。"}
    assert handling.take(case.pk, by=case.contact, now=at("2026-03-09 09:00")).handler == case.contact


def test_a_broken_promise_is_counted_once_by_the_tick_and_the_driver() -> None:
    case = promised()
    ticking.tick(now=at("2026-03-07 00:00"), most=10)
    assert fresh(case.appeal).breaches == 1
    assert kinds(case.appeal)[-1] == "carry_out_missed"
    appeal = driving.not_carried_out(case.pk, by=case.driver, reason="钱没有到。", now=at("2026-03-07 09:00"))
    assert appeal.breaches == 1


def test_what_a_handler_calls_done_the_driver_may_deny_at_once() -> None:
    case = promised(10)
    handling.carry_out(case.pk, by=case.contact, note="钱已到账。", now=LATER)
    appeal = driving.not_carried_out(case.pk, by=case.driver, reason="没有到账。", now=LATER)
    assert (appeal.status, appeal.breaches) == ("waiting", 1)


def test_before_the_promised_day_has_passed_nothing_is_late() -> None:
    case, bare = promised(), Case("answered")
    with refused("The promised day has not passed yet. Come back when it has.", fresh(case.appeal)):
        driving.not_carried_out(case.pk, by=case.driver, reason="没有到账。", now=at("2026-03-06 23:59"))
    with refused("The answer promised nothing by a day. You can go on to the next tier instead.", bare.appeal):
        driving.not_carried_out(bare.pk, by=bare.driver, reason="没有到账。", now=at("2026-03-07 09:00"))


@pytest.mark.parametrize("status", ["answered", "closed"])
def test_an_answer_is_rated_once(status: str) -> None:
    case = Case(status)
    appeal = driving.rate(case.pk, by=case.driver, stars=4, words="讲清楚了。", now=LATER)
    assert (appeal.status, appeal.answers.get().rating) == (status, 4)
    event = last(appeal, "rated")
    assert (event.facts, words(event)) == ({"stars": 4}, {"words": "讲清楚了。"})
    with refused("This answer has been rated already.", appeal):
        driving.rate(case.pk, by=case.driver, stars=1, words="", now=LATER)


def test_the_receipt_rates_without_signing_in_and_a_wrong_secret_learns_nothing() -> None:
    case = Case("answered")
    with denied(case.appeal):
        driving.rate(case.pk, by=None, stars=5, words="", now=LATER, secret="0" * 8)
    driving.rate(case.pk, by=None, stars=5, words="", now=LATER, secret=case.appeal.secret.lower())
    event = last(case.appeal, "rated")
    assert (event.by, event.facts) == (None, {"stars": 5})


def test_what_nobody_answered_is_not_rated() -> None:
    case, gone = Case("in_hand"), Case()
    with refused("This appeal is in hand.", case.appeal):
        driving.rate(case.pk, by=case.driver, stars=1, words="", now=LATER)
    driving.withdraw(gone.pk, by=gone.driver, reason="算了。", now=LATER)
    ticking.tick(now=at("2026-03-18 00:00"), most=10)
    with refused("Nobody answered this appeal, so there is nothing to rate.", fresh(gone.appeal)):
        driving.rate(gone.pk, by=gone.driver, stars=1, words="", now=at("2026-03-18 09:00"))


# -- nobody else ------------------------------------------------------------------------------------------------------

MOVES = {
    "waiting": {
        "add": {"words": "我也说两句。"},
        "withdraw": {"reason": "替他撤。"},
        "challenge": {"reason": "换人。"},
    },
    "asked": {"reply": {"words": "替他答。"}},
    "answered": {
        "go_on": {"reason": "替他走。"},
        "accept": {},
        "not_carried_out": {"reason": "没有。"},
        "rate": {"stars": 5, "words": ""},
    },
    "withdrawn": {"come_back": {}},
}


@pytest.mark.parametrize("who", ["another driver", "his contact", "the secretary", "a relative", "the volunteer"])
def test_only_the_driver_himself_makes_his_moves(who: str) -> None:
    case = Case()
    home = world.an_organisation("home", "司机之家", place=world.district())
    volunteer = world.a_post(Role.VOLUNTEER, home)
    person = {
        "another driver": world.a_driver(case.line["branch"]),
        "his contact": case.contact.person,
        "the secretary": case.secretary.person,
        "a relative": world.a_person(),
        "the volunteer": volunteer.person,
    }[who]
    if who == "a relative":
        world.kin(person, case.driver)
    for status, moves in MOVES.items():
        appeal = world.an_appeal(status, by=case.driver, handler=case.contact, now=NOW)
        Appeal.objects.filter(pk=appeal.pk).update(filed_by=volunteer)
        for move, values in moves.items():
            with denied(appeal):
                getattr(driving, move)(appeal.pk, by=person, now=LATER, **values)
        assert permissions.moves_for_filer(person, appeal) == []


def test_a_person_is_shown_the_moves_of_his_own_case() -> None:
    case = Case("answered")
    assert permissions.moves_for_filer(case.driver, case.appeal) == ["go_on", "accept", "rate", "not_carried_out"]


# -- erased words -----------------------------------------------------------------------------------------------------


def test_erased_words_leave_the_chain_whole_and_the_case_alive() -> None:
    case = Case("in_hand", order_number="DD20260112")
    subject = events.subject_of(case.appeal)
    driving.add(case.pk, by=case.driver, words="我的车牌是川E·12345。", now=LATER)
    assert erasure.erase_words(subject, by=case.driver, now=LATER) == 4
    assert {text for link in log(case.appeal) for text in words(link).values()} == {None}
    handling.ask(case.pk, by=case.contact, question="还在吗？", now=LATER)
    appeal = driving.reply(case.pk, by=case.driver, words="在。", now=LATER)
    report = caselog.verify_stored(subject, now=LATER)
    assert report.ok, report.problems
    assert appeal.position == 6
    assert kinds(appeal)[3] == "portal.words_erased"
