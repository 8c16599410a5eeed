"""Filing: who gets an appeal first, by when, what is frozen, and what is turned down."""

import datetime
import json

import pytest
from django.core.exceptions import PermissionDenied

from appeals.actions import filing, helping, ticking
from appeals.models import AlarmKind, Appeal, Bar, Category, Draft, Identity, RespondentKind
from appeals.permissions import shown_name, visible_appeals
from portal import codes
from portal.calendar import beijing_day
from portal.models import CalendarNotice, EventText, Organisation, Place, PlaceOpening, Role, User
from tests import world
from tests.appeals.reading import alarms, fresh, kinds, last, log, refused, words
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")  # a Monday


def filed(by: User, now: datetime.datetime = NOW, **fields: object) -> Appeal:
    return filing.file(world.a_filing(**fields), by=by, now=now)


# -- the happy path ---------------------------------------------------------------------------------------------------


def test_filing_gives_a_number_a_secret_and_the_clocks_of_the_first_tier() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = fresh(filed(driver))
    assert codes.tidy_case_number(appeal.number) == appeal.number
    assert appeal.number.startswith("LZ-260302-")
    assert len(appeal.secret) == 8
    assert (appeal.status, appeal.tier, appeal.handling_org) == ("waiting", 1, line["branch"])
    assert appeal.handling_path == line["branch"].path
    leg = appeal.legs.get()
    assert (leg.designated, leg.handler, leg.round_number) == (line["contact"], None, 1)
    assert (leg.take_days, leg.answer_days, leg.reply_days) == (1, 3, 3)
    assert (leg.take_due_date, leg.answer_due_date) == (datetime.date(2026, 3, 3), datetime.date(2026, 3, 5))
    assert (appeal.due_kind, appeal.due_date, appeal.due_at) == ("take", leg.take_due_date, at("2026-03-04 00:00"))
    assert appeal.tick_at == appeal.due_at
    assert appeal.limit_at == at("2026-05-02 00:00")


def test_the_log_begins_with_the_filing_its_facts_and_its_words_apart() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    company = world.a_platform()
    version = world.a_rule(company)
    appeal = filed(driver, about=company, order_number="DD20260112001")
    assert kinds(appeal) == ["filed"]
    event = last(appeal)
    assert (event.by, event.post, event.at, appeal.position) == (driver, None, NOW, 1)
    assert event.facts == {
        "number": appeal.number,
        "category": "dispatch",
        "identity": "named",
        "place": world.city().code,
        "district": world.district().code,
        "respondent": company.code,
        "rule_version": f"{version.rule.code}/1",
        "happened": "2026-01-12",
        "is_urgent": False,
        "amount_fen": None,
        "deduction_kind": None,
        "tier": 1,
        "organisation": line["branch"].code,
        "designated": line["contact"].code,
        "skipped": [],
        "take_due": "2026-03-03",
        "answer_due": "2026-03-05",
    }
    assert words(event) == {
        "title": "派单少了三成，想知道原因",
        "story": "上周开始晚高峰派单少了三成，客服只说是系统派的。",
        "order_number": "DD20260112001",
    }


def test_without_a_contact_of_his_own_any_contact_of_the_branch_may_take_it() -> None:
    line = world.a_line()
    appeal = filed(world.a_driver(line["branch"]))
    assert (appeal.tier, appeal.legs.get().designated) == (1, None)


def test_a_person_without_a_record_goes_to_the_branch_of_the_district_he_names() -> None:
    line = world.a_line()
    appeal = filed(world.a_person())
    assert (appeal.driver, appeal.handling_org, appeal.tier) == (None, line["branch"], 1)


def test_where_no_district_is_known_the_committee_has_it_at_once() -> None:
    world.a_line()
    appeal = filed(world.a_person(), district=None)
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    assert last(appeal).facts["skipped"] == [{"tier": 2, "organisation": "", "why": "no_branch"}]
    assert alarms(appeal) == []


def test_friday_before_spring_festival_plus_five_days_is_the_friday_after_it() -> None:
    """Example 2 of the domain: nothing moves and nobody is reminded while the country is on holiday."""
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    now = at("2026-02-13 16:30")
    appeal = filed(driver, now, category=Category.SAFETY, skips_contact=True)
    leg = appeal.legs.get()
    assert (appeal.tier, leg.answer_days, leg.answer_due_date) == (2, 5, datetime.date(2026, 2, 27))
    counted = CalendarNotice.objects.calendar().due(now, 5).counted_days
    assert [day.isoformat()[5:] for day in counted] == ["02-14", "02-24", "02-25", "02-26", "02-27"]
    links = len(log(appeal))
    for day in range(14, 24):
        assert ticking.tick(now=at(f"2026-02-{day} 08:00"), most=10) == (1 if day == 15 else 0)
    # not taken by the working Saturday: it moved up that night, and the next tier's days begin after the holiday
    assert len(log(appeal)) == links + 1
    assert fresh(appeal).due_date == datetime.date(2026, 2, 26)


# -- about whom -------------------------------------------------------------------------------------------------------


def test_about_a_contact_it_starts_at_the_branch_and_the_contact_never_sees_it() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = filed(driver, respondent_kind=RespondentKind.CONTACT, person_about=line["contact"].person)
    assert (appeal.tier, appeal.handling_org) == (2, line["branch"])
    assert Bar.objects.get(appeal=appeal).reason == "named"
    assert not visible_appeals(line["contact"], beijing_day(NOW)).exists()
    assert visible_appeals(line["secretary"], beijing_day(NOW)).get() == appeal


def test_about_a_branch_it_starts_above_it() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = filed(driver, respondent_kind=RespondentKind.BRANCH, about=line["branch"])
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    for role in ("contact", "secretary"):
        assert not visible_appeals(line[role], beijing_day(NOW)).exists()


def test_about_a_citys_committee_it_goes_to_the_province() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    appeal = filed(driver, respondent_kind=RespondentKind.COMMITTEE, about=world.committee())
    assert (appeal.tier, appeal.handling_org) == (3, world.province_committee())
    assert not visible_appeals(line["committee"], beijing_day(NOW)).exists()
    assert visible_appeals(line["province"], beijing_day(NOW)).exists()


def test_about_the_provinces_committee_an_outside_body_is_named() -> None:
    line = world.a_line()
    about = {"respondent_kind": RespondentKind.COMMITTEE, "about": world.province_committee()}
    with refused("An appeal against the province's committee goes to 12345: nobody here stands above it."):
        filed(world.a_driver(line["branch"]), **about)
    assert not Appeal.objects.exists()


def test_what_held_when_it_happened_is_frozen_whatever_moves_later() -> None:
    """Example 7: the driver changes platform, the rule a version, the branch its district; the case does not."""
    line = world.a_line()
    company, other = world.a_platform(), world.a_platform()
    old = world.a_rule(company)
    old.until_date = datetime.date(2026, 1, 31)
    old.save()
    world.a_rule(company, from_date=datetime.date(2026, 2, 1), number=2)
    driver = world.a_driver(line["branch"])
    world.drives_for(driver, company)
    appeal = filed(driver, about=company, happened_date=datetime.date(2026, 1, 31))
    assert appeal.rule_version == old
    driver.driver.engagements.update(until_date=datetime.date(2026, 3, 1))
    world.drives_for(driver, other, datetime.date(2026, 3, 2))
    driver.driver.place = world.district("CD")
    driver.driver.save()
    ticking.tick(now=at("2026-03-04 00:00"), most=10)
    later = fresh(appeal)
    assert (later.respondent_at_event, later.rule_version, later.place) == (company, old, world.city("LZ"))
    assert later.district == world.district("LZ")


@pytest.mark.parametrize("category", [Category.PAY, Category.ACCOUNT])
def test_a_rule_version_belongs_to_appeals_about_dispatch_only(category: str) -> None:
    line = world.a_line()
    company = world.a_platform()
    world.a_rule(company)
    assert filed(world.a_driver(line["branch"]), about=company, category=category).rule_version is None


# -- starting at the branch -------------------------------------------------------------------------------------------

MAY_SKIP = [
    {"category": Category.SAFETY},
    {"identity": Identity.SEALED},
    {"respondent_kind": RespondentKind.CONTACT},
]


@pytest.mark.parametrize("fields", MAY_SKIP)
def test_the_driver_may_start_at_the_branch(fields: dict[str, str]) -> None:
    line = world.a_line()
    appeal = filed(world.a_driver(line["branch"], contact=line["contact"]), skips_contact=True, **fields)
    assert (appeal.tier, appeal.handling_org) == (2, line["branch"])
    assert appeal.due_date == datetime.date(2026, 3, 3)


def test_starting_at_the_branch_is_not_for_everything() -> None:
    line = world.a_line()
    sentence = "Starting at the branch is for harassment, sealed appeals and appeals about a contact or branch."
    with refused(sentence):
        filed(world.a_driver(line["branch"]), skips_contact=True)
    assert not Appeal.objects.exists()


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_what_has_not_happened_yet_is_no_appeal() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    with refused("The day it happened lies in the future. Correct the date."):
        filed(driver, happened_date=datetime.date(2026, 3, 3))
    assert filed(driver, happened_date=datetime.date(2026, 3, 2)).status == "waiting"


def test_a_city_is_open_from_the_day_its_row_says() -> None:
    city = Place.objects.cities().exclude(pk__in=PlaceOpening.objects.values("place")).first()
    assert city is not None
    fields = {"place": city, "district": None}
    with refused("The portal is not yet open in that city. Call 12345; they take appeals everywhere."):
        filed(world.a_person(), **fields)
    PlaceOpening.objects.create(place=city, from_date=datetime.date(2026, 3, 3))
    with refused("The portal is not yet open in that city. Call 12345; they take appeals everywhere."):
        filed(world.a_person(), **fields)
    appeal = filed(world.a_person(), at("2026-03-03 09:00"), **fields)
    assert (appeal.tier, appeal.handling_org) == (3, world.province_committee())


# -- urgent -----------------------------------------------------------------------------------------------------------


def test_urgent_starts_at_the_branch_with_two_hours_by_the_wall_clock() -> None:
    line = world.a_line()
    world.on_duty(line["secretary"])
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = filed(driver, at("2026-03-07 23:30"), is_urgent=True)  # a Saturday night
    assert (appeal.tier, appeal.due_kind, appeal.due_at) == (2, "take", at("2026-03-08 01:30"))
    assert appeal.due_date == datetime.date(2026, 3, 8)
    assert alarms(appeal) == [(AlarmKind.URGENT, world.committee())]
    assert ticking.tick(now=at("2026-03-08 01:29"), most=10) == 0
    assert ticking.tick(now=at("2026-03-08 01:30"), most=10) == 1
    later = fresh(appeal)
    assert (later.tier, later.due_at) == (3, at("2026-03-08 03:30"))


def off_duty(line: dict[str, object], how: str) -> None:
    """A duty that exists on paper."""
    duty = world.on_duty(line["secretary"])
    if how == "over":
        duty.until_at = NOW
        duty.save()
    elif how == "ended":
        world.end(line["secretary"], "2026-03-01")
    elif how == "on leave":
        world.leave(line["secretary"])
    elif how == "another city":
        duty.place = world.city("CD")
        duty.save()


@pytest.mark.parametrize("how", ["over", "ended", "on leave", "another city"])
def test_a_duty_on_paper_is_nobody_on_duty_and_the_province_is_told(how: str) -> None:
    line = world.a_line()
    world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    off_duty(line, how)
    appeal = filed(world.a_driver(line["branch"]), is_urgent=True)
    assert alarms(appeal) == [
        (AlarmKind.URGENT, world.committee()),
        (AlarmKind.NO_DUTY, world.province_committee()),
    ]


def test_whoever_is_on_duty_and_complained_of_does_not_count() -> None:
    line = world.a_line()
    world.on_duty(line["secretary"])
    about = {"respondent_kind": RespondentKind.CONTACT, "person_about": line["secretary"].person}
    appeal = filed(world.a_driver(line["branch"]), is_urgent=True, **about)
    assert (AlarmKind.NO_DUTY, world.province_committee()) in alarms(appeal)


def test_urgent_about_a_branch_starts_at_the_committee() -> None:
    line = world.a_line()
    world.on_duty(line["committee"])
    appeal = filed(
        world.a_driver(line["branch"]), is_urgent=True, respondent_kind=RespondentKind.BRANCH, about=line["branch"]
    )
    assert (appeal.tier, appeal.due_at) == (3, NOW + datetime.timedelta(hours=2))


# -- sealed, helped, drafted ------------------------------------------------------------------------------------------


def test_a_sealed_appeal_shows_a_number_instead_of_the_name() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    sealed, named = filed(driver, identity=Identity.SEALED), filed(driver)
    assert shown_name(sealed).isdigit()
    assert shown_name(fresh(sealed)) == shown_name(sealed)
    assert shown_name(named) == driver.masked_name
    assert driver.name not in shown_name(named)


def a_home() -> Organisation:
    return world.an_organisation("home", "江阳司机之家", place=world.district())


def test_a_volunteer_files_what_the_driver_confirmed_and_the_case_is_the_drivers() -> None:
    """Example 15: paper at a driver home; the same receipt, the same clocks."""
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    volunteer = world.a_post(Role.VOLUNTEER, a_home())
    filing.save_draft(driver, body={"title": "另一件事"}, now=NOW)
    appeal = helping.file_for(world.a_filing(), phone=driver.phone, name="别的名字", by=volunteer, now=NOW)
    assert Draft.objects.filter(person=driver).exists()
    assert (appeal.filer, appeal.filed_by, appeal.driver) == (driver, volunteer, driver.driver)
    assert (appeal.tier, appeal.due_date) == (1, datetime.date(2026, 3, 3))
    assert (last(appeal).by, last(appeal).post) == (driver, volunteer)
    driver.refresh_from_db()
    assert driver.name != "别的名字"


def test_a_volunteer_may_file_for_somebody_who_was_never_here() -> None:
    world.a_line()
    volunteer = world.a_post(Role.VOLUNTEER, a_home())
    appeal = helping.file_for(world.a_filing(), phone="13900000001", name="蒋大山", by=volunteer, now=NOW)
    assert (appeal.filer.name, appeal.filer.phone, appeal.driver) == ("蒋大山", "13900000001", None)


@pytest.mark.parametrize("role", ["contact", "secretary", "committee"])
def test_nobody_but_a_volunteer_files_for_another(role: str) -> None:
    line = world.a_line()
    with pytest.raises(PermissionDenied):
        helping.file_for(world.a_filing(), phone="13900000001", name="蒋大山", by=line[role], now=NOW)
    assert not Appeal.objects.exists()


def test_a_page_that_is_sent_twice_or_late_takes_nothing_from_another() -> None:
    driver = world.a_driver()
    filing.save_draft(driver, body={"key": "a", "answers": {"is_urgent": "no"}}, now=NOW)
    filing.amend_draft(driver, key="a", body={"key": "a", "answers": {"category": "pay"}}, now=NOW)
    late = filing.save_draft(driver, body={"key": "b", "answers": {"is_urgent": "yes"}}, now=NOW)
    assert json.loads(late.body) == {"key": "a", "answers": {"is_urgent": "yes", "category": "pay"}}


def test_the_newest_draft_wins_and_is_gone_once_filed() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    filing.save_draft(driver, body={"key": "a", "answers": {}}, now=NOW)
    filing.save_draft(driver, body={"key": "a", "answers": {"title": "短了"}}, now=NOW)
    assert json.loads(Draft.objects.get(person=driver).body)["answers"] == {"title": "短了"}
    filed(driver)
    assert Draft.objects.exists(), "another app's filing leaves it"
    filing.file_draft(world.a_filing(), by=driver, now=NOW)
    assert not Draft.objects.exists()


def test_a_draft_that_was_filed_or_thrown_away_does_not_come_back() -> None:
    driver = world.a_driver()
    filing.save_draft(driver, body={"key": "new", "answers": {}}, now=NOW)
    assert filing.amend_draft(driver, key="old", body={"key": "old"}, now=NOW) is None
    amended = filing.amend_draft(driver, key="new", body={"key": "new", "answers": {"title": "改"}}, now=NOW)
    assert amended is not None
    assert json.loads(Draft.objects.get().body)["answers"] == {"title": "改"}
    filing.discard_draft(driver)
    assert filing.amend_draft(driver, key="new", body={"key": "new"}, now=NOW) is None


def test_drafts_and_words_are_encrypted_where_they_lie() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    filing.save_draft(driver, body={"key": "k", "answers": {"story": "平台多扣了"}}, now=NOW)
    appeal = filed(driver, order_number="DD42")
    filing.save_draft(driver, body={"key": "k", "answers": {"story": "平台多扣了"}}, now=NOW)
    stored = [
        *Draft.objects.extra(select={"raw": "body"}).values_list("raw", flat=True),
        *Appeal.objects.extra(select={"raw": "order_number"}).values_list("raw", flat=True),
        *Appeal.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True),
        *EventText.objects.filter(event=last(appeal)).extra(select={"raw": "text"}).values_list("raw", flat=True),
    ]
    assert len(stored) == 6
    readable = ("平台多扣了", "DD42", appeal.secret, "派单少了三成")
    assert not [raw for raw in stored if any(word in raw for word in readable)]
