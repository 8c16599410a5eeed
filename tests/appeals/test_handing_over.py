"""A post ends or its holder is away: no case is left with somebody who is gone, no pair with a contact who left."""

import datetime
import random
from typing import Any

import pytest

from appeals import permissions
from appeals.actions import handing_over as appeals_over
from appeals.actions import handling, ticking
from appeals.models import Appeal, DutyPost
from appeals.reads import Reads
from branches.models import Pair
from portal import telling
from portal.actions import handing_over, posts
from portal.errors import Refused
from portal.front import HandOver
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.reading import fresh, kinds
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class Desk:
    def __init__(self) -> None:
        self.line = world.a_line()
        self.contact, self.colleague = self.line["contact"], world.a_contact(self.line["branch"])
        self.office = world.a_post(Role.SECURITY_ADMIN, world.department())

    def case(self, status: str = "in_hand", **fields: Any) -> Appeal:
        driver = world.a_driver(self.line["branch"], contact=self.contact)
        return world.an_appeal(status, by=driver, handler=self.contact, now=NOW, **fields)

    def end(self, to: Post | None = None, *, last: datetime.date = TODAY - DAY) -> Post:
        return posts.end_post(self.contact.pk, last_date=last, by=self.office.person, now=NOW, to=to)


def words(post: Post) -> dict[str, int]:
    return {str(work.word): work.count for work in handing_over.open_work(post, NOW)}


def test_what_a_post_holds_is_counted_kind_by_kind() -> None:
    desk = Desk()
    for status in ("in_hand", "asked", "waiting", "answered"):
        desk.case(status)
    world.on_duty(desk.contact)
    assert list(words(desk.contact).values()) == [4, 2, 1, 1]
    assert words(desk.colleague) == {}


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
def test_a_colleague_goes_on_with_every_case_and_no_clock_begins_anew(status: str) -> None:
    desk = Desk()
    case = desk.case(status)
    due, driver = case.due_date, case.driver
    desk.end(desk.colleague)
    after = fresh(case)
    assert (after.status, after.due_date) == (status, due)
    assert permissions.who_may_act_now(after, Reads(NOW)) == [desk.colleague]
    assert after.handler == (None if status == "waiting" else desk.colleague)
    assert kinds(after)[-1] == "handed_over"
    assert Pair.objects.contact_of(driver, TODAY) == desk.colleague
    assert Event.objects.get(kind="portal.work_handed_over").facts["count"] == 2


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
def test_without_a_colleague_named_it_lies_at_the_branch_to_be_taken(status: str) -> None:
    desk = Desk()
    case = desk.case(status)
    answer_due = case.legs.get().answer_due_date
    desk.end()
    after = fresh(case)
    assert (after.status, after.handler, after.tier) == ("waiting", None, 1)
    assert after.legs.get().answer_due_date == answer_due
    assert permissions.who_may_act_now(after, Reads(NOW)) == [desk.colleague]
    assert handling.take(case.pk, by=desk.colleague, now=NOW).handler == desk.colleague


def test_where_nobody_is_left_it_goes_up_in_the_same_moment() -> None:
    desk = Desk()
    case = desk.case()
    world.end(desk.colleague)
    desk.end()
    assert (fresh(case).tier, fresh(case).status) == (2, "waiting")


def test_a_colleague_who_is_barred_does_not_get_it_with_the_rest() -> None:
    desk = Desk()
    case, other = desk.case(), desk.case()
    world.kin(case.filer, desk.colleague.person)
    desk.end(desk.colleague)
    assert fresh(other).handler == desk.colleague
    assert fresh(case).handler is None
    assert fresh(case).tier == 2


def test_a_promise_is_kept_by_whoever_follows() -> None:
    desk = Desk()
    cases = [desk.case(), desk.case()]
    for case in cases:
        handling.answer(
            case.pk, by=desk.contact, finding="upheld", reasons="平台算错了。", remedy="退回 38 元。",
            carry_out_date=TODAY + DAY, now=NOW,
        )  # fmt: skip
    desk.end(desk.colleague)
    assert fresh(cases[0]).handler == desk.colleague
    handling.carry_out(cases[0].pk, by=desk.colleague, note="已到账。", now=NOW)
    posts.end_post(desk.colleague.pk, last_date=TODAY - DAY, by=None, now=NOW)
    assert fresh(cases[1]).handler is None
    handling.carry_out(cases[1].pk, by=world.a_contact(desk.line["branch"]), note="已到账。", now=NOW)


def test_a_turn_on_duty_goes_to_the_colleague_or_is_nobodys() -> None:
    desk = Desk()
    world.on_duty(desk.contact)
    desk.end(desk.colleague)
    assert permissions.on_duty_in(world.city(), NOW) == [desk.colleague]
    posts.end_post(desk.colleague.pk, last_date=TODAY - DAY, by=None, now=NOW)
    assert permissions.on_duty_in(world.city(), NOW) == []
    assert not DutyPost.objects.filter(until_at__gt=NOW).exists()


def test_only_a_colleague_who_is_there_may_be_given_it() -> None:
    desk = Desk()
    desk.case()
    away = world.a_contact(desk.line["branch"])
    world.leave(away)
    for to in (away, desk.line["secretary"], world.a_contact(world.a_branch("CD")), desk.contact):
        with pytest.raises(Refused, match="同事"):
            desk.end(to)


def test_after_a_last_day_to_come_it_is_handed_over_in_the_night() -> None:
    desk = Desk()
    case = desk.case()
    desk.end(desk.colleague, last=TODAY)
    assert fresh(case).handler == desk.contact
    assert handing_over.hand_over_left(now=NOW) == 0
    assert handing_over.hand_over_left(now=NOW + DAY) == 2
    assert fresh(case).handler == desk.colleague
    assert handing_over.hand_over_left(now=NOW + DAY) == 0


def test_on_leave_without_a_deputy_the_cases_are_given_back_and_the_drivers_stay_his() -> None:
    desk = Desk()
    case = desk.case()
    world.leave(desk.contact, desk.line["secretary"])
    assert handing_over.hand_over_left(now=NOW) == 0
    world.leave(desk.contact)
    assert handing_over.hand_over_left(now=NOW) == 1
    assert fresh(case).handler is None
    assert Pair.objects.get(driver=case.driver, until_date=None).contact == desk.contact


def test_posts_ended_at_random_leave_nothing_orphaned() -> None:
    """Two cities, cases at every tier and turn; then half of all posts end, with and without a colleague."""
    chance = random.Random(20261123)
    office = world.a_post(Role.SECURITY_ADMIN, world.department())
    held: list[Post] = [world.a_committee_staff(world.province_committee())]
    for letters in ("LZ", "CD"):
        committee = [world.a_committee_staff(world.committee(letters)) for _n in range(2)]
        branch = world.a_branch(letters)
        contacts, secretaries = [world.a_contact(branch) for _n in range(3)], [world.a_secretary(branch) for _n in "ab"]
        held += [*committee, *contacts, *secretaries]
        for number in range(18):
            contact = contacts[number % 3]
            driver = world.a_driver(branch, place=world.district(letters), contact=contact)
            place = {"place": world.city(letters), "district": world.district(letters)}
            status = ("waiting", "in_hand", "asked", "answered")[number % 4]
            case = world.an_appeal(status, by=driver, handler=contact, now=NOW, **place)
            for taker in (secretaries[0], committee[0])[: number % 3] if status == "in_hand" else ():
                handling.escalate(case.pk, by=fresh(case).handler, reason="超出权限。", now=NOW)
                handling.take(case.pk, by=taker, now=NOW)
    for post in chance.sample(held[1:], 9):
        colleagues = handing_over.heirs(post, TODAY)
        to = chance.choice([None, *colleagues])
        posts.end_post(post.pk, last_date=TODAY - DAY, by=office.person, now=NOW, to=to)
        assert ticking.without_anyone(now=NOW) == []
    dead = Post.objects.exclude(pk__in=Post.objects.live(TODAY))
    assert dead.count() == 9
    assert not Appeal.objects.open().filter(handler__in=dead).exists()
    assert not Appeal.objects.open().filter(legs__left_at=None, legs__designated__in=dead).exists()
    assert not Pair.objects.live(TODAY).filter(contact__in=dead).exists()
    assert all(case.due_at and case.due_at > NOW for case in Appeal.objects.open())


def test_the_driver_and_the_colleague_are_told() -> None:
    desk = Desk()
    case = desk.case()
    desk.end(desk.colleague)
    told = {
        kind: {one.person for one in telling.tellings_for(Event.objects.get(kind=kind))}
        for kind in ("appeals.handed_over", "portal.work_handed_over")
    }
    assert told == {"appeals.handed_over": {case.filer}, "portal.work_handed_over": {desk.colleague.person}}


def test_a_case_that_moved_before_it_was_held_stays_where_it_is() -> None:
    desk = Desk()
    cases = {status: desk.case(status) for status in ("in_hand", "answered")}
    over = HandOver(desk.contact, NOW)
    Appeal.objects.filter(pk=cases["in_hand"].pk).update(handler=desk.colleague)
    for case in cases.values():
        before = fresh(case)
        appeals_over._pass_on(case.pk, over)  # as a list that was read a moment too early has it
        after = fresh(case)
        assert (after.status, after.handler, after.position) == (before.status, before.handler, before.position)
