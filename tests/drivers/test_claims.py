"""A claim's rules: what counts as the same, how tries slow down, who may look, decide, object and let go."""

import datetime
import re

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drivers import pace
from drivers.actions import claims, claims_desk, pacing, tying
from drivers.matching import Given, is_same_name, tidy_licence
from drivers.models import Claim, ClaimPace, ClaimStatus, Driver, licence_hash
from drivers.permissions import may_see_facts
from portal import front
from portal.actions import deliveries
from portal.errors import Refused
from portal.models import Event, Notice, Post, Role
from tests import world
from tests.journeys.walk import hidden_fields, send

pytestmark = pytest.mark.django_db
NOW = world.NOW


@pytest.mark.parametrize(
    ("register", "typed", "fits"),
    [
        ("买买提·阿不都", "买买提•阿不都", True),
        ("买买提·阿不都", "买买提阿不都", True),
        ("周建平", " 周 建平　", True),
        ("ＬＩＵ Wei", "liu wei", True),
        ("周建平", "周建", False),
        ("", "", False),
    ],
)
def test_the_same_name_is_written_in_many_ways(register: str, typed: str, fits: bool) -> None:
    assert is_same_name(register, typed) is fits


def test_a_licence_is_read_without_blanks_width_and_small_letters() -> None:
    assert tidy_licence(" ５１０５ 0219-900101 234x ") == "51050219900101234X"
    assert licence_hash("5105-0219900101234x") == licence_hash("51050219900101234X")


def test_waits_grow_and_end_and_only_own_tries_start_them() -> None:
    def left(**wrong: int) -> int:
        return pace.seconds_left({name: pace.Count(count, NOW) for name, count in wrong.items()}, NOW)

    own = [left(person=count) for count in range(15)]
    assert own == sorted(own)
    assert own[:3] == [0, 0, 0]
    assert own[-1] == 3600
    # whatever others did at his licence and in his network, his first try is looked at, the next within two minutes
    assert left(licence=10_000, address=10_000) == 0
    assert left(person=1, licence=10_000, address=10_000) == 120
    count = pace.Count(50, NOW)
    assert pace.seconds_left({"person": count}, NOW + pace.FORGOTTEN) == 0


def tried(person, given: Given, now: datetime.datetime = NOW):  # type: ignore[no-untyped-def]
    return claims.match(given, by=person, address="203.0.113.9", now=now)


def of(driver: Driver) -> Given:
    return Given(driver.licence, driver.name)


def a_volunteer() -> Post:
    return world.a_post(Role.VOLUNTEER, world.an_organisation("home", "江阳司机之家", place=world.district()))


def test_all_that_does_not_fit_gets_one_and_the_same_page() -> None:
    person, other = world.a_person("周建平"), world.a_person("周建平")
    wrong_name = world.a_record(person, name="周建国")
    other_phone = world.a_record(other)
    taken = world.a_record(person, person=other)
    gone = world.a_record(person, state="ended", ended_date=world.LONG_AGO)
    pages = set()
    with time_machine.travel(NOW, tick=False):
        for licence in ("510500000000000017", wrong_name.licence, other_phone.licence, taken.licence, gone.licence):
            ClaimPace.objects.all().delete()
            answer = send(world.signed_in(person), reverse("drivers:claim_match"), licence=licence, name="周建平")
            page = re.sub(r'(csrfmiddlewaretoken|name="key")[^>]*', "", answer.content.decode()).replace(licence, "")
            page = re.sub(r'nonce="[^"]*"|X-CSRFToken[^}]*', "", page)
            pages.add((answer.status_code, page))
    assert len(pages) == 1
    assert Driver.objects.exclude(person=None).count() == 1


def test_each_wrong_answer_costs_the_database_the_same() -> None:
    person, other = world.a_person("周建平"), world.a_person("周建平")
    licences = ["510500000000000017", world.a_record(person, name="周建国").licence, world.a_record(other).licence]
    licences.append(world.a_record(person, person=other).licence)
    licences.append(world.a_record(person, state="ended", ended_date=world.LONG_AGO).licence)
    counted = []
    for licence in [licences[0], *licences]:
        ClaimPace.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert tried(person, Given(licence, "周建平")) is None
        counted.append([re.sub(r"\d", "", query["sql"][:40]) for query in queries])
    # the first try of all begins the person's chain of events
    for other in counted[2:]:
        assert other == counted[1]


def test_waiting_survives_a_restart_and_costs_nothing_more() -> None:
    person = world.a_person("周建平")
    given = of(world.a_record(person))
    for _try in range(3):
        assert tried(person, Given(given.licence, "周建国")) is None
    for _try in range(2):
        with pytest.raises(pacing.TooSoon) as refused:
            tried(person, given)
        assert refused.value.seconds == 60
        # nothing of it lies in the cache
        cache.clear()
    assert tried(person, given, NOW + datetime.timedelta(seconds=60)) is not None
    assert ClaimPace.objects.count() == 2
    assert pacing.clear(now=NOW + datetime.timedelta(days=2)) == 2


def test_an_account_has_one_record_and_facts_are_shown_to_the_verified_alone() -> None:
    person = world.a_person("周建平")
    first, second = world.a_record(person), world.a_record(person)
    assert not may_see_facts(person)
    made = tried(person, of(first))
    assert made is not None
    assert may_see_facts(person)
    with pytest.raises(Refused):
        tried(person, of(second))
    held = front.personal_data(person)["drivers"]
    assert (held["licence"], held["claims"][0]["licence"]) == (first.licence, first.licence)
    tying.let_go(by=person, now=NOW)
    assert not may_see_facts(person)
    assert front.personal_data(person)["drivers"].keys() == {"claims"}


def test_nobody_looks_twice_at_one_licence_nor_at_his_own_nor_a_week_late() -> None:
    line, volunteer = world.a_line(), a_volunteer()
    driver = world.a_record(world.a_person(), line["branch"])
    colleague = world.a_post(Role.VOLUNTEER, volunteer.organisation)
    stranger = a_volunteer()
    cousin, related = a_volunteer(), world.a_person()
    world.kin(cousin.person, related)
    for looker, phone in ((volunteer, volunteer.person.phone), (cousin, related.phone)):
        with pytest.raises(Refused):
            claims_desk.see(of(driver), phone=phone, by=looker, now=NOW)
    claim = claims_desk.see(of(driver), phone="19912340001", by=volunteer, now=NOW)
    with pytest.raises(Refused):
        claims_desk.look_again(claim.pk, by=volunteer, now=NOW)
    for other in (stranger, line["contact"], world.a_secretary(world.a_branch("CD"))):
        with pytest.raises(PermissionDenied):
            claims_desk.look_again(claim.pk, by=other, now=NOW)
    with pytest.raises(Refused):
        claims_desk.look_again(claim.pk, by=colleague, now=NOW + datetime.timedelta(days=8))
    claims_desk.look_again(claim.pk, by=line["secretary"], now=NOW)
    assert Driver.objects.get().person == claim.person


def test_a_secretary_sees_and_decides_no_claim_of_his_own_or_of_a_relative() -> None:
    line = world.a_line()
    secretary, deputy = line["secretary"], world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    world.kin(deputy.person, secretary.person)
    driver = world.a_driver(line["branch"]).driver
    claim = claims.ask_branch(of(driver), place=driver.place, said="", by=secretary.person, now=NOW)
    day = NOW.date()
    for post in (secretary, deputy):
        assert not Claim.objects.visible_to(post, day).exists()
        with pytest.raises(PermissionDenied):
            claims_desk.grant(claim.pk, of(driver), reason="是我。", by=post, now=NOW)
    assert Claim.objects.visible_to(line["committee"], day).exists()


def test_whoever_has_the_registers_number_objects_and_the_branch_decides() -> None:
    line, volunteer = world.a_line(), a_volunteer()
    numbered, bystander = world.a_person("周建平"), world.a_person("周建平")
    driver = world.a_record(numbered, line["branch"])
    claim = claims_desk.see(of(driver), phone="19912340002", by=volunteer, now=NOW)
    with pytest.raises(Refused):
        claims.object_to(claim.code, said="", by=bystander, now=NOW)
    mine = claims.object_to(claim.code, said="号码一直是我的。", by=numbered, now=NOW)
    claim.refresh_from_db()
    assert (claim.status, mine.status, mine.holder) == (ClaimStatus.ASKED, ClaimStatus.ASKED, claim.person)
    claims_desk.grant(mine.pk, of(driver), reason="看过驾驶证。", by=line["secretary"], now=NOW)
    claims_desk.refuse(claim.pk, reason="证件不是本人的。", by=line["secretary"], now=NOW)
    driver.refresh_from_db()
    assert driver.person == numbered


def test_a_second_look_and_an_objection_at_once_are_one_after_the_other() -> None:
    """Both move the same claim: the objection reads it as the second look left it."""
    numbered, volunteer = world.a_person("周建平"), a_volunteer()
    driver = world.a_record(numbered, world.a_branch())
    claim = claims_desk.see(of(driver), phone="19912340002", by=volunteer, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        claims.object_to(claim.code, said="", by=numbered, now=NOW)
    reads = [one["sql"] for one in asked.captured_queries if 'SELECT "drivers_claim"."id"' in one["sql"]]
    first = reads[0]
    assert 'FOR NO KEY UPDATE OF "drivers_claim"' in first


def test_whoever_changes_a_claim_locks_its_person_first() -> None:
    """In one order, so that asking the branch and a second look at the same moment never wait for each other."""
    person, volunteer = world.a_person("周建平"), a_volunteer()
    driver = world.a_record(person, world.a_branch())
    claim = claims_desk.see(of(driver), phone=person.phone, by=volunteer, now=NOW)
    colleague = world.a_post(Role.VOLUNTEER, volunteer.organisation)
    for move in (
        lambda: claims_desk.look_again(claim.pk, by=colleague, now=NOW),
        lambda: claims.ask_branch(of(driver), place=driver.place, said="", by=world.a_person(), now=NOW),
        lambda: claims.match(of(driver), by=world.a_person(), address="192.0.2.7", now=NOW),
    ):
        with CaptureQueriesContext(connection) as asked:
            move()
        locked = [one["sql"] for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
        own = [sql for sql in locked if "drivers_claimpace" not in sql]
        assert 'FROM "portal_user"' in own[0]


def test_objecting_over_and_over_ends() -> None:
    """Each objection is a message to people who did nothing."""
    numbered, volunteer = world.a_person("周建平"), a_volunteer()
    line = world.a_line()
    driver = world.a_record(numbered, line["branch"])
    for number in range(4):
        claim = claims_desk.see(of(driver), phone=f"1991234001{number}", by=volunteer, now=NOW)
        if number == 3:
            with pytest.raises(Refused, match="三次"):
                claims.object_to(claim.code, said="", by=numbered, now=NOW)
        else:
            claims.withdraw(claims.object_to(claim.code, said="", by=numbered, now=NOW).pk, by=numbered, now=NOW)
    claims.ask_branch(of(driver), place=driver.place, said="", by=numbered, now=NOW)


def test_a_first_yes_counts_only_against_the_account_it_was_said_of() -> None:
    line = world.a_line()
    colleague = world.a_post(Role.DEPUTY_SECRETARY, line["branch"])
    driver = world.a_driver(line["branch"]).driver
    claim = claims.ask_branch(of(driver), place=driver.place, said="", by=world.a_person(), now=NOW)
    claims_desk.grant(claim.pk, of(driver), reason="看过驾驶证。", by=line["secretary"], now=NOW)
    tying.untie(driver.pk, why="branch", by=line["secretary"].person, post=line["secretary"], now=NOW)
    other = world.a_person()
    tying.tie(driver.pk, other, by=line["secretary"].person, post=line["secretary"], now=NOW)
    again = claims_desk.grant(claim.pk, of(driver), reason="看过驾驶证。", by=colleague, now=NOW)
    assert (again.status, again.agreed_by, again.holder) == (ClaimStatus.AGREED, colleague, other)
    assert claims_desk.grant(claim.pk, of(driver), reason="看过。", by=line["secretary"], now=NOW).status == "granted"


def test_a_record_found_with_the_decision_warns_its_number_then() -> None:
    line = world.a_line()
    driver = world.a_record(world.a_person("周建平"), line["branch"])
    given = Given("510500000000000017", "周建平")
    claim = claims.ask_branch(given, place=driver.place, said="", by=world.a_person("周建平"), now=NOW)
    claims.place_with(claim.pk, office=line["branch"], now=NOW)
    told = Notice.objects.filter(person__phone_hash=driver.phone_hash)

    def deliver() -> None:
        for event in Event.objects.filter(kind__startswith="drivers.claim_").order_by("pk"):
            deliveries.deliver_event(event.pk, now=NOW)

    deliver()
    assert not told.exists()
    claims_desk.grant(claim.pk, of(driver), reason="看过驾驶证。", by=line["secretary"], now=NOW)
    deliver()
    assert "档案" in told.get().text


def test_a_record_that_left_the_register_is_nobodys_to_claim() -> None:
    line, volunteer = world.a_line(), a_volunteer()
    asked, seen, taken = (world.a_record(world.a_person(), line["branch"]) for _number in range(3))
    at_branch = claims.ask_branch(of(asked), place=asked.place, said="", by=world.a_person(), now=NOW)
    at_home = claims_desk.see(of(seen), phone="19912340001", by=volunteer, now=NOW)
    Driver.objects.update(state="ended", ended_date=NOW.date())
    with pytest.raises(Refused, match=str(claims_desk.NO_RECORD)):
        claims_desk.grant(at_branch.pk, of(asked), reason="看过驾驶证。", by=line["secretary"], now=NOW)
    with pytest.raises(Refused, match=str(claims_desk.NO_RECORD)):
        claims_desk.look_again(at_home.pk, by=line["secretary"], now=NOW)
    with pytest.raises(Refused, match=str(claims_desk.NO_RECORD)):
        claims_desk.see(of(taken), phone="19912340002", by=volunteer, now=NOW)
    assert claims.ask_branch(of(taken), place=taken.place, said="", by=world.a_person(), now=NOW).driver is None
    with pytest.raises(Refused):
        tying.tie(taken.pk, world.a_person(), by=volunteer.person, post=volunteer, now=NOW)
    assert not Driver.objects.exclude(person=None).exists()


def test_a_person_has_one_open_claim_and_asks_three_times_a_month() -> None:
    world.a_line()
    person = world.a_person("周建平")
    given = Given("510500000000000017", "周建平")
    for number in range(3):
        claim = claims.ask_branch(given, place=world.district(), said="", by=person, now=NOW)
        if number == 0:
            with pytest.raises(Refused):
                claims.ask_branch(given, place=world.district(), said="", by=person, now=NOW)
        claims.withdraw(claim.pk, by=person, now=NOW)
    with pytest.raises(Refused):
        claims.ask_branch(given, place=world.district(), said="", by=person, now=NOW)


def test_a_claim_that_fits_ends_the_one_at_the_branch() -> None:
    person = world.a_person("周建平")
    driver = world.a_record(person, world.a_branch())
    asked = claims.ask_branch(of(driver), place=driver.place, said="", by=person, now=NOW)
    assert tried(person, of(driver)) is not None
    asked.refresh_from_db()
    assert asked.status == ClaimStatus.WITHDRAWN


def test_the_second_tap_on_taking_back_leads_where_the_first_did() -> None:
    person = world.a_person("周建平")
    world.a_line()
    claim = claims.ask_branch(
        Given("510500000000000017", "周建平"), place=world.district(), said="", by=person, now=NOW
    )
    browser, address = world.signed_in(person), reverse("drivers:claim_withdraw", args=[claim.code])
    sent = hidden_fields(browser.get(address))
    assert [browser.post(address, sent).status_code for _tap in range(2)] == [302, 302]
    assert browser.post(address, sent | {"key": "other"}).status_code == 404
    assert browser.post(address, sent | {"key": "\x00"}).status_code == 404
