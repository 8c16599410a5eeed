"""Where an appeal goes: the first tier where somebody may act, with a word on whoever was passed over."""

import datetime
from typing import Any

import pytest

from appeals import permissions, routing
from appeals.actions import handling, ticking
from appeals.models import AlarmKind, Appeal, Category, RespondentKind
from appeals.reads import Reads
from portal.models import Organisation, Post, Role
from tests import world
from tests.appeals.reading import alarms, fresh, last
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday
AT_BRANCH = {"category": Category.SAFETY, "skips_contact": True}


def filed(line: dict[str, Any], contact: Post | None = None, **fields: Any) -> Appeal:
    driver = fields.pop("by", None) or world.a_driver(line["branch"], contact=contact)
    return world.an_appeal(by=driver, now=NOW, **fields)


def skipped(appeal: Appeal) -> list[tuple[int, str]]:
    return [(row["tier"], row["why"]) for row in last(appeal, "filed").facts["skipped"]]


def acting(appeal: Appeal) -> list[Post]:
    return permissions.who_may_act_now(appeal, Reads(NOW))


# -- the first tier ---------------------------------------------------------------------------------------------------


def test_the_own_contact_comes_before_the_branchs_others() -> None:
    line = world.a_line()
    own = world.a_contact(line["branch"])
    appeal = filed(line, own)
    assert (appeal.tier, appeal.legs.get().designated, acting(appeal)) == (1, own, [own])


def test_an_own_contact_of_another_branch_keeps_his_driver() -> None:
    line = world.a_line()
    elsewhere = world.a_branch("LZ", of_district=world.district("CD"))
    own = world.a_contact(elsewhere)
    appeal = filed(line, own)
    assert (appeal.tier, appeal.handling_org, acting(appeal)) == (1, elsewhere, [own])


def test_on_leave_his_deputy_stands_in() -> None:
    line = world.a_line()
    world.leave(line["contact"], line["secretary"])
    appeal = filed(line, line["contact"])
    assert (appeal.tier, appeal.legs.get().designated, skipped(appeal)) == (1, line["contact"], [])
    assert acting(appeal) == [line["secretary"]]
    assert handling.take(appeal.pk, by=line["secretary"], now=NOW).handler == line["secretary"]


def test_on_leave_without_a_deputy_a_colleague_has_it() -> None:
    line = world.a_line()
    colleague = world.a_contact(line["branch"])
    world.leave(line["contact"])
    appeal = filed(line, line["contact"])
    assert (appeal.tier, appeal.legs.get().designated) == (1, None)
    assert skipped(appeal) == [(1, "own_contact")]
    assert acting(appeal) == [colleague]


def test_a_deputy_who_is_away_too_is_no_deputy() -> None:
    line = world.a_line()
    world.leave(world.leave(line["contact"], line["secretary"]).deputy)
    appeal = filed(line, line["contact"])
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())


@pytest.mark.parametrize("how", ["ended", "filer", "kin of the driver", "staff", "kin of staff", "own enterprise"])
def test_a_contact_who_must_not_is_passed_over_with_the_reason_in_the_log(how: str) -> None:
    """Example 5: the handler is the one complained of, or near to him."""
    line, company = world.a_line(), world.a_platform()
    own, uncle = line["contact"], world.a_person()
    colleague = world.a_contact(line["branch"])
    if how == "own enterprise":
        own = world.a_contact(world.an_enterprise(company))
    driver = world.a_driver(line["branch"], contact=own)
    match how:
        case "ended":
            world.end(own)
        case "filer":
            driver = own.person
            record = world.a_driver(line["branch"], contact=own).driver
            record.person = driver
            record.save()
        case "kin of the driver":
            world.kin(driver, own.person)
        case "staff":
            world.tie(own.person, company)
        case "kin of staff":
            world.tie(uncle, company)
            world.kin(uncle, own.person)
    driver.refresh_from_db()
    appeal = world.an_appeal(by=driver, now=NOW, about=company)
    assert skipped(appeal) == [(1, "own_contact")]
    assert (appeal.tier, appeal.handling_org) == (1, line["branch"])
    assert colleague in acting(appeal)
    assert own not in acting(appeal)
    assert not permissions.visible_appeals(Post.objects.get(pk=own.pk), NOW.date()).exists()


def test_without_contacts_the_branch_has_it_at_once() -> None:
    line = world.a_line()
    world.end(line["contact"])
    appeal = filed(line)
    assert (appeal.tier, appeal.handling_org, skipped(appeal)) == (2, line["branch"], [(1, "nobody")])
    assert alarms(appeal) == []


# -- the second tier --------------------------------------------------------------------------------------------------


def test_a_branch_without_a_secretary_is_passed_over_and_the_committee_alarmed() -> None:
    """Example 6."""
    line = world.a_line()
    world.end(line["secretary"])
    appeal = filed(line, **AT_BRANCH)
    assert (appeal.tier, appeal.handling_org, skipped(appeal)) == (3, world.committee(), [(2, "nobody")])
    assert alarms(appeal) == [(AlarmKind.SKIPPED, world.committee())]


def test_a_deputy_secretary_is_somebody() -> None:
    line = world.a_line()
    world.end(line["secretary"])
    deputy = world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    appeal = filed(line, **AT_BRANCH)
    assert (appeal.tier, acting(appeal), alarms(appeal)) == (2, [deputy], [])


def test_a_secretary_on_leave_is_stood_in_for_also_from_the_committee() -> None:
    line = world.a_line()
    world.leave(line["secretary"], line["committee"])
    appeal = filed(line, **AT_BRANCH)
    assert (appeal.tier, acting(appeal)) == (2, [line["committee"]])
    assert handling.take(appeal.pk, by=line["committee"], now=NOW).handler == line["committee"]


def test_a_contact_who_stands_in_for_the_secretary_sees_and_takes_it() -> None:
    line = world.a_line()
    world.leave(line["secretary"], line["contact"])
    appeal = filed(line, **AT_BRANCH)
    assert permissions.visible_appeals(line["contact"], NOW.date()).get() == appeal
    assert handling.take(appeal.pk, by=line["contact"], now=NOW).tier == 2


def test_back_from_leave_his_deputy_sees_it_no_more() -> None:
    line = world.a_line()
    world.leave(line["secretary"], line["contact"], "2026-03-01", "2026-03-10")
    appeal = filed(line, **AT_BRANCH)
    assert permissions.visible_appeals(line["contact"], datetime.date(2026, 3, 10)).exists()
    contact = Post.objects.get(pk=line["contact"].pk)
    assert not permissions.visible_appeals(contact, datetime.date(2026, 3, 11)).exists()
    assert not permissions.may_handle(contact, appeal, at("2026-03-11 09:00"))


def test_with_everyone_on_leave_it_rises_to_the_province() -> None:
    """Example 6."""
    line = world.a_line()
    for role in ("contact", "secretary", "committee"):
        world.leave(line[role])
    appeal = filed(line, line["contact"])
    assert (appeal.tier, appeal.handling_org) == (3, world.province_committee())
    assert skipped(appeal) == [(1, "own_contact"), (1, "nobody"), (2, "nobody"), (3, "nobody")]
    assert alarms(appeal) == [(AlarmKind.SKIPPED, world.province_committee())]


def test_with_nobody_anywhere_it_rests_with_the_province_and_says_so() -> None:
    line = world.a_line()
    for role in ("contact", "secretary", "committee", "province"):
        world.end(line[role])
    appeal = filed(line)
    assert (appeal.tier, appeal.handling_org, acting(appeal)) == (3, world.province_committee(), [])
    assert alarms(appeal) == [(AlarmKind.NOBODY, world.province_committee())]
    assert appeal.due_at is not None


def test_a_merged_branch_is_the_one_it_became() -> None:
    line = world.a_line()
    into = world.a_branch("LZ", of_district=world.district("CD"))
    Organisation.objects.filter(pk=line["branch"].pk).update(merged_into=into)
    secretary = world.a_secretary(into)
    driver = world.a_driver(Organisation.objects.get(pk=line["branch"].pk))
    appeal = filed(line, by=driver, **AT_BRANCH)
    assert (appeal.handling_org, acting(appeal)) == (into, [secretary])


# -- a company's own party organisation -------------------------------------------------------------------------------


def test_its_own_enterprise_organisation_is_barred_unless_the_driver_chose_it() -> None:
    line, company = world.a_line(), world.a_platform()
    enterprise = world.an_enterprise(company)
    own = world.a_secretary(enterprise)
    fields = {"about": company, **AT_BRANCH}
    left_out = filed(line, **fields)
    chosen = filed(line, **fields, wants_enterprise=True)
    assert (left_out.handling_org, chosen.handling_org) == (line["branch"], enterprise)
    assert list(permissions.visible_appeals(own, NOW.date())) == [chosen]
    assert handling.take(chosen.pk, by=own, now=NOW).tier == 2


def test_its_own_contact_does_not_see_it_either_unless_chosen() -> None:
    line, company = world.a_line(), world.a_platform()
    own = world.a_contact(world.an_enterprise(company))
    left_out = filed(line, own, about=company)
    assert left_out.handling_org == line["branch"]
    chosen = filed(line, own, about=company, wants_enterprise=True)
    assert (chosen.tier, chosen.legs.get().designated) == (1, own)
    assert list(permissions.visible_appeals(own, NOW.date())) == [chosen]


def test_another_companys_case_is_not_its_own() -> None:
    line, company, other = world.a_line(), world.a_platform(), world.a_platform()
    own = world.a_contact(world.an_enterprise(company))
    appeal = filed(line, own, about=other)
    assert acting(appeal) == [own]


def test_whoever_was_chosen_and_is_staff_there_stays_barred() -> None:
    line, company = world.a_line(), world.a_platform()
    enterprise = world.an_enterprise(company)
    own = world.a_post(Role.ENTERPRISE_STAFF, enterprise)
    world.tie(own.person, company)
    appeal = filed(line, about=company, wants_enterprise=True, **AT_BRANCH)
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    assert not permissions.visible_appeals(own, NOW.date()).exists()


# -- above ------------------------------------------------------------------------------------------------------------


def test_an_appeal_about_the_own_branch_never_lies_there() -> None:
    line = world.a_line()
    about = {"respondent_kind": RespondentKind.BRANCH, "about": line["branch"]}
    appeal = filed(line, line["contact"], **about)
    assert appeal.handling_org == world.committee()
    assert routing.find(appeal, 2, Reads(NOW)).organisation == world.committee()
    assert routing.find(appeal, 1, Reads(NOW)).skipped[-1]["why"] == "complained_of"


def test_committee_staff_with_a_post_in_the_company_is_passed_over() -> None:
    line, company = world.a_line(), world.a_platform()
    world.a_post(Role.LIAISON, company, line["committee"].person)
    appeal = filed(line, about=company, district=None, by=world.a_person())
    assert (appeal.tier, appeal.handling_org) == (3, world.province_committee())
    assert not permissions.visible_appeals(line["committee"], NOW.date()).exists()


def test_each_tier_is_asked_anew_when_a_clock_runs_out() -> None:
    line = world.a_line()
    appeal = filed(line, line["contact"])
    world.leave(line["secretary"], first="2026-03-03")
    ticking.tick(now=at("2026-03-04 00:00"), most=10)
    later = fresh(appeal)
    assert (later.tier, later.handling_org) == (3, world.committee())
    assert alarms(appeal) == [(AlarmKind.SKIPPED, world.committee())]
    facts = last(appeal, "passed_up").facts
    assert facts["late"] == {"tier": 1, "clock": "take", "organisation": line["branch"].code}
    assert [(row["tier"], row["why"]) for row in facts["skipped"]] == [(2, "nobody")]
