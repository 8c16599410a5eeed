"""What a committee does about its line: alarms, reopening, clocks, duty; and two custodians who open a sealed name."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appeals import permissions
from appeals.actions import driving, handling, overseeing, ticking
from appeals.models import Alarm, AlarmKind, Appeal, ClockSetting, DutyPost, Identity, Unsealing
from portal import events
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.reading import alarms, denied, fresh, kinds, last, log, refused, words
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday
LATER = at("2026-03-02 11:00")


# -- alarms -----------------------------------------------------------------------------------------------------------


def alarmed() -> tuple[dict[str, Any], Alarm]:
    """An urgent appeal, of which the city's committee is told."""
    line = world.a_line()
    world.on_duty(line["secretary"])
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=NOW, is_urgent=True)
    return line, Alarm.objects.get(appeal=appeal)


def test_an_alarm_is_seen_by_the_committee_it_is_for_and_once() -> None:
    line, alarm = alarmed()
    seen = overseeing.see_alarm(alarm.pk, by=line["committee"], now=LATER)
    assert (seen.seen_at, seen.seen_by) == (LATER, line["committee"])
    again = overseeing.see_alarm(alarm.pk, by=world.a_committee_staff(), now=at("2026-03-02 12:00"))
    assert (again.seen_at, again.seen_by) == (LATER, line["committee"])
    event = last(alarm.appeal)
    assert (event.kind, event.post, event.facts) == ("appeals.alarm_seen", line["committee"], {"alarm": "urgent"})
    assert kinds(alarm.appeal) == ["filed", "alarm_raised", "alarm_seen"]
    assert fresh(alarm.appeal).position == 3


@pytest.mark.parametrize("who", ["secretary", "contact", "province", "other city", "ended", "kin of the driver"])
def test_an_alarm_is_seen_by_nobody_else(who: str) -> None:
    line, alarm = alarmed()
    post = line.get(who) or world.a_committee_staff(world.committee("CD" if who == "other city" else "LZ"))
    if who == "ended":
        post = world.end(post)
    if who == "kin of the driver":
        world.kin(post.person, alarm.appeal.filer)
    with denied(alarm.appeal):
        overseeing.see_alarm(alarm.pk, by=post, now=LATER)
    alarm.refresh_from_db()
    assert alarm.seen_at is None


def test_a_city_whose_own_committee_is_empty_alarms_the_province() -> None:
    line = world.a_line()
    world.end(line["committee"])
    appeal = world.an_appeal(by=world.a_person(), now=NOW, district=None)
    assert (appeal.tier, appeal.handling_org) == (3, world.province_committee())
    assert alarms(appeal) == [(AlarmKind.SKIPPED, world.province_committee())]


# -- reopening --------------------------------------------------------------------------------------------------------


def closed(**fields: Any) -> tuple[dict[str, Any], Appeal]:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    return line, world.an_appeal("closed", by=driver, handler=line["contact"], now=NOW, **fields)


def test_reopening_makes_a_new_series_linked_to_the_old_one() -> None:
    company = world.a_platform()
    named = world.a_person()
    line, old = closed(about=company, identity=Identity.SEALED, person_about=named, order_number="DD42")
    before = fresh(old)
    new = overseeing.reopen(old.pk, by=line["committee"], reason="平台承认系统出错。", now=LATER)
    assert (new.status, new.tier, new.handling_org) == ("waiting", 3, world.committee())
    assert (new.reopened_from, new.round_number) == (old, 1)
    assert (new.due_date, new.limit_at) == (datetime.date(2026, 3, 4), at("2026-05-02 00:00"))
    for name in ("filer", "driver", "title", "identity", "pseudonym", "happened_date", "order_number", "place",
                 "district", "respondent_at_event", "category", "amount_fen", "deduction_kind"):  # fmt: skip
        assert getattr(fresh(new), name) == getattr(before, name)
    assert (new.number != old.number, new.secret != old.secret) == (True, True)
    assert [bar.person for bar in new.bars.all()] == [named]
    assert fresh(old).status == "closed"
    event = last(new)
    assert (event.kind, event.post) == ("appeals.reopened", line["committee"])
    assert (event.facts["number"], event.facts["from"]) == (new.number, old.number)
    assert words(event) == {"reason": "平台承认系统出错。"}
    assert last(old).facts == {"number": new.number}
    assert fresh(old).position == len(log(old))


def test_what_is_not_closed_is_not_reopened_and_nothing_twice() -> None:
    line, old = closed()
    overseeing.reopen(old.pk, by=line["committee"], reason="新证据。", now=LATER)
    with refused("It has been reopened already.", fresh(old)):
        overseeing.reopen(old.pk, by=line["committee"], reason="又一次。", now=LATER)
    answered = world.an_appeal("answered", by=world.a_driver(line["branch"]), handler=line["contact"], now=NOW)
    with refused("This appeal has been answered.", answered):
        overseeing.reopen(answered.pk, by=line["committee"], reason="新证据。", now=LATER)


@pytest.mark.parametrize("who", ["contact", "secretary", "other city", "ended", "staff of the company", "custodian"])
def test_only_the_committee_of_the_line_reopens(who: str) -> None:
    company = world.a_platform()
    line, old = closed(about=company)
    post = line.get(who) or world.a_committee_staff(world.committee("CD" if who == "other city" else "LZ"))
    if who == "ended":
        post = world.end(post)
    elif who == "staff of the company":
        world.tie(post.person, company)
    elif who == "custodian":
        post = world.a_post(Role.CUSTODIAN, world.committee())
    with denied(old):
        overseeing.reopen(old.pk, by=post, reason="新证据。", now=LATER)
    assert Appeal.objects.count() == 1


def test_the_province_reopens_too() -> None:
    line, old = closed()
    assert (
        overseeing.reopen(old.pk, by=line["province"], reason="新证据。", now=LATER).handling_org == world.committee()
    )


# -- a sealed name ----------------------------------------------------------------------------------------------------


class Sealed:
    """A sealed appeal in hand at the contact, and two custodians of the city."""

    def __init__(self, status: str = "in_hand", identity: str = Identity.SEALED) -> None:
        self.line = world.a_line()
        self.driver = world.a_driver(self.line["branch"])
        self.appeal = world.an_appeal(status, by=self.driver, handler=self.line["contact"], now=NOW, identity=identity)
        self.one, self.two = (world.a_post(Role.CUSTODIAN, world.committee()) for _time in range(2))

    def ask(self, by: Post | None = None) -> Unsealing:
        return overseeing.ask_unsealing(self.appeal.pk, by=by or self.one, motive="要核对押金收据。", now=NOW)

    def is_open(self, now: datetime.datetime = LATER) -> bool:
        return permissions.is_unsealed_for(self.appeal, self.line["contact"].person, now)


def test_two_custodians_open_a_sealed_name_for_a_week_and_the_driver_reads_why() -> None:
    case = Sealed()
    asked = case.ask()
    assert (asked.asked_by, asked.for_person, asked.decided_at) == (case.one, case.line["contact"].person, None)
    assert not case.is_open()
    decided = overseeing.decide_unsealing(asked.pk, by=case.two, is_agreed=True, now=LATER)
    assert (decided.decided_by, decided.is_agreed) == (case.two, True)
    assert case.is_open()
    assert case.is_open(LATER + datetime.timedelta(days=7, seconds=-1))
    assert not case.is_open(LATER + datetime.timedelta(days=7))
    assert not permissions.is_unsealed_for(case.appeal, case.line["secretary"].person, LATER)
    first, second = log(case.appeal)[-2:]
    assert (first.kind, first.post, words(first)) == (
        "appeals.unsealing_asked", case.one, {"motive": "要核对押金收据。"},
    )  # fmt: skip
    assert (second.kind, second.post) == ("appeals.unsealed", case.two)
    assert handling.reveal_phone(case.appeal.pk, by=case.line["contact"], now=LATER) == case.driver.phone


def test_refused_the_name_stays_closed_and_it_may_be_asked_again() -> None:
    case = Sealed()
    overseeing.decide_unsealing(case.ask().pk, by=case.two, is_agreed=False, now=LATER)
    assert kinds(case.appeal)[-1] == "unsealing_refused"
    assert not case.is_open()
    assert case.ask(by=case.two).asked_by == case.two


def test_the_second_person_is_neither_the_one_who_asked_nor_the_handler() -> None:
    case = Sealed()
    asked = case.ask()
    sentence = "A second person has to decide: not the one who asked, nor the handler."
    both = world.a_post(Role.CUSTODIAN, world.province_committee(), case.one.person)
    handler_too = world.a_post(Role.CUSTODIAN, world.committee(), case.line["contact"].person)
    for post in (case.one, both, handler_too):
        with refused(sentence, fresh(case.appeal)):
            overseeing.decide_unsealing(asked.pk, by=post, is_agreed=True, now=LATER)
    assert not case.is_open()


def test_a_request_waits_for_one_decision() -> None:
    case = Sealed()
    asked = case.ask()
    with refused("A request for this appeal already waits for a second person.", fresh(case.appeal)):
        case.ask(by=case.two)
    overseeing.decide_unsealing(asked.pk, by=case.two, is_agreed=False, now=LATER)
    with refused("This request has been decided already.", fresh(case.appeal)):
        overseeing.decide_unsealing(asked.pk, by=case.two, is_agreed=True, now=LATER)
    assert not case.is_open()


@pytest.mark.parametrize(
    ("status", "identity", "sentence"),
    [
        ("in_hand", "named", "This appeal is not sealed."),
        ("waiting", "sealed", "Only for a handler who has the appeal in hand."),
        ("answered", "sealed", "Only for a handler who has the appeal in hand."),
    ],
)
def test_a_name_is_opened_for_who_has_a_sealed_case_in_hand(status: str, identity: str, sentence: str) -> None:
    case = Sealed(status, identity)
    with refused(sentence, case.appeal):
        case.ask()


def test_a_case_that_moved_on_meanwhile_is_opened_for_nobody() -> None:
    case = Sealed()
    asked = case.ask()
    handling.escalate(case.appeal.pk, by=case.line["contact"], reason="超出权限。", now=LATER)
    handling.take(case.appeal.pk, by=case.line["secretary"], now=LATER)
    with refused("Only for a handler who has the appeal in hand.", fresh(case.appeal)):
        overseeing.decide_unsealing(asked.pk, by=case.two, is_agreed=True, now=LATER)
    overseeing.decide_unsealing(asked.pk, by=case.two, is_agreed=False, now=LATER)
    assert not case.is_open()


@pytest.mark.parametrize("who", ["contact", "secretary", "committee", "other city", "ended", "kin of the driver"])
def test_only_a_custodian_of_the_line_asks_and_decides(who: str) -> None:
    case = Sealed()
    post = case.line.get(who) or world.a_post(Role.CUSTODIAN, world.committee("CD" if who == "other city" else "LZ"))
    if who == "ended":
        post = world.end(post)
    if who == "kin of the driver":
        world.kin(case.driver, post.person)
    with denied(case.appeal):
        case.ask(by=post)
    asked = case.ask()
    with denied(case.appeal):
        overseeing.decide_unsealing(asked.pk, by=post, is_agreed=True, now=LATER)


def test_a_custodian_sees_that_sealed_cases_exist_and_nothing_of_others() -> None:
    case = Sealed()
    world.an_appeal(by=case.driver, now=NOW)
    day = NOW.date()
    assert list(permissions.sealed_appeals(case.one, day)) == [case.appeal]
    assert not permissions.visible_appeals(case.one, day).exists()
    elsewhere = world.a_post(Role.CUSTODIAN, world.committee("CD"))
    assert not permissions.sealed_appeals(elsewhere, day).exists()
    assert not permissions.sealed_appeals(case.line["committee"], day).exists()
    assert not permissions.sealed_appeals(None, day).exists()


# -- clocks -----------------------------------------------------------------------------------------------------------


def set_clock(by: Post, **fields: Any) -> ClockSetting:
    values = {
        "place": world.city(), "category": "", "tier": 1, "take_days": 2, "answer_days": 4, "reply_days": 5,
        "from_date": datetime.date(2026, 3, 3),
    } | fields  # fmt: skip
    return overseeing.set_clock(by=by, now=NOW, **values)


def test_a_committee_sets_the_clocks_of_its_city_from_a_day_on() -> None:
    line = world.a_line()
    set_clock(line["committee"])
    driver = world.a_driver(line["branch"])
    today = world.an_appeal(by=driver, now=NOW).legs.get()
    tomorrow = world.an_appeal(by=driver, now=at("2026-03-03 09:00")).legs.get()
    assert (today.take_days, today.answer_days, today.reply_days) == (1, 3, 3)
    assert (tomorrow.take_days, tomorrow.answer_days, tomorrow.reply_days) == (2, 4, 5)
    assert (tomorrow.take_due_date, tomorrow.answer_due_date) == (datetime.date(2026, 3, 5), datetime.date(2026, 3, 9))
    event = Event.objects.get(kind="appeals.clock_set")
    assert (event.subject, event.post) == (events.subject_of(world.committee()), line["committee"])
    assert event.facts == {
        "place": world.city().code, "category": "", "tier": 1, "take_days": 2, "answer_days": 4, "reply_days": 5,
        "from": "2026-03-03",
    }  # fmt: skip


def test_a_round_keeps_the_clocks_it_began_with_in_every_tier() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=NOW)
    set_clock(line["committee"], tier=2, answer_days=20)
    up = handling.escalate(appeal.pk, by=line["contact"], reason="超出权限。", now=at("2026-03-04 09:00"))
    assert up.legs.last().answer_days == 5
    handling.take(appeal.pk, by=line["secretary"], now=at("2026-03-04 10:00"))
    handling.answer(
        appeal.pk, by=line["secretary"], finding="upheld", reasons="算错了。", remedy="退款。",
        carry_out_date=datetime.date(2026, 3, 4), now=at("2026-03-04 11:00"),
    )  # fmt: skip
    again = driving.not_carried_out(appeal.pk, by=driver, reason="没有到账。", now=at("2026-03-05 09:00"))
    assert (again.round_number, again.legs.last().answer_days) == (2, 20)


def test_the_most_particular_clock_holds_and_of_those_the_newest() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    rows = [
        ({"place": None, "by": line["province"]}, 10),
        ({"place": None, "category": "pay", "by": line["province"]}, 11),
        ({"by": line["committee"]}, 12),
        ({"by": line["committee"], "from_date": datetime.date(2026, 3, 4)}, 13),
        ({"category": "pay", "by": line["committee"]}, 14),
        ({"tier": 2, "by": line["committee"]}, 15),
    ]
    found = []
    for fields, days in rows:
        set_clock(**fields, answer_days=days)
        leg = world.an_appeal(by=driver, now=at("2026-03-05 09:00"), category="pay").legs.get()
        found.append(leg.answer_days)
    assert found == [10, 11, 12, 13, 14, 14]
    other = world.an_appeal(by=driver, now=at("2026-03-05 09:00"), category="home").legs.get()
    assert other.answer_days == 13


def test_another_citys_clocks_are_its_own() -> None:
    here, there = world.a_line("LZ"), world.a_line("CD")
    set_clock(here["committee"], answer_days=9)
    fields = {"place": world.city("CD"), "district": world.district("CD")}
    appeal = world.an_appeal(by=world.a_driver(there["branch"]), now=at("2026-03-05 09:00"), **fields)
    assert appeal.legs.get().answer_days == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from_date": datetime.date(2026, 3, 2)}, "New clocks begin tomorrow at the earliest."),
        ({"from_date": datetime.date(2026, 2, 1)}, "New clocks begin tomorrow at the earliest."),
        (
            {"take_days": 5, "answer_days": 4},
            "The answer clock must be as long as the take clock or longer, and at most 60 days.",
        ),
        (
            {"take_days": -1},
            "The answer clock must be as long as the take clock or longer, and at most 60 days.",
        ),
        (
            {"answer_days": 61},
            "The answer clock must be as long as the take clock or longer, and at most 60 days.",
        ),
    ],
)
def test_clocks_begin_in_the_future_and_are_in_bounds(fields: dict[str, Any], sentence: str) -> None:
    line = world.a_line()
    with refused(sentence):
        set_clock(line["committee"], **fields)
    assert not ClockSetting.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "contact", "other city", "custodian", "ended"])
def test_only_the_citys_own_committee_or_the_province_sets_its_clocks(who: str) -> None:
    line = world.a_line()
    post = line.get(who) or world.a_committee_staff(world.committee("CD" if who == "other city" else "LZ"))
    if who == "custodian":
        post = world.a_post(Role.CUSTODIAN, world.committee())
    if who == "ended":
        post = world.end(post)
    with pytest.raises(PermissionDenied):
        set_clock(post)
    assert not ClockSetting.objects.exists()


def test_the_clocks_of_all_places_are_the_provinces() -> None:
    line = world.a_line()
    with pytest.raises(PermissionDenied):
        set_clock(line["committee"], place=None)
    assert set_clock(line["province"], place=None).place is None
    assert set_clock(line["province"]).place == world.city()


# -- duty -------------------------------------------------------------------------------------------------------------


def set_duty(post: Post, by: Post, letters: str = "LZ", **fields: datetime.datetime) -> DutyPost:
    span = {"from_at": at("2026-03-02 18:00"), "until_at": at("2026-03-03 08:00")} | fields
    return overseeing.set_duty(post, place=world.city(letters), by=by, now=NOW, **span)


def test_a_committee_puts_a_post_of_its_line_on_duty() -> None:
    line = world.a_line()
    duty = set_duty(line["secretary"], line["committee"])
    assert (duty.post, duty.place) == (line["secretary"], world.city())
    event = Event.objects.get(kind="appeals.duty_set")
    assert (event.subject, event.post) == (events.subject_of(world.committee()), line["committee"])
    assert (event.facts["place"], event.facts["post"]) == (world.city().code, line["secretary"].code)
    appeal = world.an_appeal(by=world.a_driver(line["branch"]), now=at("2026-03-02 23:00"), is_urgent=True)
    assert alarms(appeal) == [(AlarmKind.URGENT, world.committee())]


def test_a_duty_lies_ahead_and_ends_after_it_begins() -> None:
    line = world.a_line()
    sentence = "The duty must end after it begins, and not in the past."
    spans = [("2026-03-02 18:00", "2026-03-02 18:00"), ("2026-03-01 08:00", "2026-03-02 08:00")]
    for first, until in spans:
        with refused(sentence):
            set_duty(line["secretary"], line["committee"], from_at=at(first), until_at=at(until))
    assert not DutyPost.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "other city", "ended"])
def test_only_the_citys_own_committee_or_the_province_sets_its_duty(who: str) -> None:
    line = world.a_line()
    by = line.get(who) or world.a_committee_staff(world.committee("CD" if who == "other city" else "LZ"))
    by = world.end(by) if who == "ended" else by
    with pytest.raises(PermissionDenied):
        set_duty(line["secretary"], by)
    assert not DutyPost.objects.exists()


def test_a_duty_opens_no_other_citys_cases_and_goes_to_handlers_only() -> None:
    here, there = world.a_line("LZ"), world.a_line("CD")
    custodian = world.a_post(Role.CUSTODIAN, world.committee())
    for post, by, letters in (
        (here["secretary"], here["committee"], "CD"),
        (there["secretary"], here["committee"], "LZ"),
        (custodian, here["committee"], "LZ"),
    ):
        with pytest.raises(PermissionDenied):
            set_duty(post, by, letters)
    assert set_duty(here["secretary"], here["province"], "CD").place == world.city("CD")


def test_ticks_do_not_raise_an_alarm_again_that_was_seen() -> None:
    line = world.a_line()
    appeal = world.an_appeal(by=world.a_person(), now=NOW, district=None)
    ticking.tick(now=at("2026-03-05 00:00"), most=10)
    alarm = Alarm.objects.get(appeal=appeal)
    overseeing.see_alarm(alarm.pk, by=line["province"], now=at("2026-03-05 09:00"))
    ticking.tick(now=at("2026-03-30 00:00"), most=10)
    assert Alarm.objects.filter(appeal=appeal).count() == 1
