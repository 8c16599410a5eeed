"""No open appeal without a handling organisation, a due date and somebody who may act: asked every hour, mended."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appeals import joins, permissions, tasks
from appeals.actions import handling, ticking
from appeals.models import AlarmKind, Appeal, Leg
from appeals.reads import Reads
from portal.models import Role
from tests import world
from tests.appeals.reading import alarms, fresh, kinds, last
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday
LATER = at("2026-03-02 11:00")


class Case:
    def __init__(self, status: str = "waiting", **fields: Any) -> None:
        self.line = world.a_line()
        self.contact = self.line["contact"]
        self.driver = world.a_driver(self.line["branch"], contact=self.contact)
        self.appeal = world.an_appeal(status, by=self.driver, handler=self.contact, now=NOW, **fields)

    def check(self, now: datetime.datetime = LATER) -> list[str]:
        """What the hourly check does, at a time of our own."""
        broken = ticking.without_anyone(now=now)
        for code in broken:
            ticking.rescue(code, now=now)
        return broken


def test_where_somebody_may_act_nothing_happens() -> None:
    case = Case()
    assert case.check() == []
    assert not ticking.rescue(case.appeal.code, now=LATER)
    assert kinds(case.appeal) == ["filed"]


@pytest.mark.parametrize("status", ["waiting", "in_hand", "asked"])
@pytest.mark.parametrize("how", ["ended", "on leave", "staff of the company", "kin of the driver"])
def test_when_its_contact_cannot_any_more_his_colleagues_have_it(status: str, how: str) -> None:
    company = world.a_platform()
    case = Case(status, about=company)
    colleague = world.a_contact(case.line["branch"])
    match how:
        case "ended":
            world.end(case.contact)
        case "on leave":
            world.leave(case.contact)
        case "staff of the company":
            world.tie(case.contact.person, company)
        case "kin of the driver":
            world.kin(case.driver, case.contact.person)
    assert case.check() == [case.appeal.code]
    after = fresh(case.appeal)
    assert (after.status, after.tier, after.handler) == ("waiting", 1, None)
    assert [leg.left_by for leg in after.legs.all()] == ["vacant", ""]
    assert permissions.who_may_act_now(after, Reads(LATER)) == [colleague]
    assert kinds(after)[-1] == "vacated"
    assert alarms(after) == []
    assert case.check() == []


def test_without_colleagues_it_goes_up_and_without_a_secretary_the_committee_is_alarmed() -> None:
    case = Case("in_hand")
    world.end(case.contact)
    world.end(case.line["secretary"])
    assert case.check() == [case.appeal.code]
    after = fresh(case.appeal)
    assert (after.tier, after.handling_org) == (3, world.committee())
    assert alarms(after) == [(AlarmKind.SKIPPED, world.committee())]


def test_a_deputy_who_took_it_and_stands_in_no_more_gives_it_back() -> None:
    case = Case()
    world.leave(case.contact, case.line["secretary"], "2026-03-01", "2026-03-02")
    handling.take(case.appeal.pk, by=case.line["secretary"], now=LATER)
    assert case.check() == []
    tuesday = at("2026-03-03 09:00")
    assert case.check(tuesday) == []
    appeal = fresh(case.appeal)
    assert permissions.who_may_act_now(appeal, Reads(tuesday)) == [case.contact]
    answered = handling.answer(appeal.pk, by=case.contact, finding="not_upheld", reasons="核对过规则。", now=tuesday)
    assert answered.handler == case.contact


def test_where_there_is_nobody_at_all_the_province_is_alarmed_once_a_day() -> None:
    case = Case()
    for role in ("contact", "secretary", "committee", "province"):
        world.end(case.line[role])
    for now in (LATER, at("2026-03-02 12:00"), at("2026-03-03 10:59")):
        assert case.check(now) == [case.appeal.code]
    assert alarms(case.appeal) == [(AlarmKind.NOBODY, world.province_committee())]
    case.check(at("2026-03-03 11:01"))
    assert len(alarms(case.appeal)) == 2
    assert fresh(case.appeal).handling_org == world.province_committee()
    world.a_committee_staff(world.province_committee())
    assert case.check(at("2026-03-03 12:00")) == []


@pytest.mark.parametrize("status", ["answered", "closed", "withdrawn", "transferred"])
def test_what_is_not_open_needs_nobody(status: str) -> None:
    case = Case(status)
    for role in ("contact", "secretary", "committee", "province"):
        world.end(case.line[role])
    assert case.check() == []
    assert not ticking.rescue(case.appeal.code, now=LATER)


def test_the_health_page_counts_what_lies_where_nobody_is() -> None:
    case = Case()
    assert ticking.vacant_desks(now=LATER) == 0
    world.end(case.contact)
    assert ticking.vacant_desks(now=LATER) == 1
    check = next(check for check in joins.health(LATER) if check.name == "appeals_without_anyone")
    assert (check.level, check.facts) == ("red", {"appeals": 1})
    case.check()
    assert ticking.vacant_desks(now=LATER) == 0


def test_a_late_sweep_is_red() -> None:
    Case()
    levels = [
        next(check.level for check in joins.health(at(now)) if check.name == "appeals_overdue_sweep")
        for now in ("2026-03-04 00:09", "2026-03-04 00:11")
    ]
    assert levels == ["green", "red"]


def test_running_the_job_again_changes_nothing() -> None:
    case = Case()
    world.end(case.contact, "2026-03-02")
    tasks.check_invariant()
    links = kinds(case.appeal)
    tasks.check_invariant()
    assert kinds(case.appeal) == links


def test_the_check_takes_as_many_questions_for_many_appeals_as_for_few(django_assert_max_num_queries: Any) -> None:
    line = world.a_line()
    for _time in range(4):
        world.an_appeal(by=world.a_driver(line["branch"]), now=NOW)
    with django_assert_max_num_queries(12):
        assert ticking.without_anyone(now=LATER) == []


# -- what the database itself refuses ---------------------------------------------------------------------------------


def test_an_open_appeal_without_a_due_date_cannot_be_stored() -> None:
    case = Case()
    with pytest.raises(IntegrityError, match="open_appeal_has_a_due_date"), transaction.atomic():
        Appeal.objects.filter(pk=case.appeal.pk).update(due_at=None)


def test_two_open_tiers_cannot_be_stored() -> None:
    case = Case()
    leg = case.appeal.legs.get()
    leg.pk, leg.number = None, 2
    with pytest.raises(IntegrityError, match="never_two_open_tiers"), transaction.atomic():
        leg.save(force_insert=True)
    assert Leg.objects.count() == 1


def test_the_driver_is_told_that_it_went_on_and_why() -> None:
    case = Case("in_hand")
    world.a_post(Role.CONTACT, case.line["branch"])
    world.end(case.contact)
    case.check()
    event = last(case.appeal, "vacated")
    assert event.by is None
    assert (event.facts["tier"], event.facts["organisation"]) == (1, case.line["branch"].code)
    assert event.facts["skipped"] == [{"tier": 1, "organisation": case.line["branch"].code, "why": "own_contact"}]
