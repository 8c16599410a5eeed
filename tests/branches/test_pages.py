"""A driver's own record and start card; branches, their drivers and pairs as each post sees them."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import branches_with_figures, coverage
from portal import front
from portal.actions import posts
from portal.models import Organisation, Post, Role
from tests import world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def line() -> dict[str, Any]:
    """A branch with secretary and one contact at work of two, five drivers, one of them paired."""
    line = world.a_line()
    away = world.a_contact(line["branch"])
    span = (TODAY, TODAY + datetime.timedelta(days=3))
    posts.set_leave(away.pk, span=span, deputy=None, by=None, now=timezone.now())
    line["drivers"] = [world.a_driver(line["branch"]) for _number in range(4)]
    line["paired"] = world.a_driver(line["branch"], contact=line["contact"])
    return line


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    response = client.get(reverse(f"branches:{name}", args=arguments), query)
    assert response.status_code == 200
    return response.content.decode()


def status(post: Post | None, name: str, *arguments: object) -> int:
    client = world.signed_in(post.person if post else world.a_person(), post)
    return client.get(reverse(f"branches:{name}", args=arguments)).status_code


def test_a_drivers_record_is_masked_and_names_companies_and_branch(line: dict[str, Any]) -> None:
    person = line["drivers"][0]
    world.drives_for(person, world.a_platform("蜀程出行"))
    text = page(world.signed_in(person), "my_record")
    assert "蜀程出行" in text
    assert line["branch"].name in text
    assert "还没有专门的联系人" in text
    assert person.phone not in text
    assert person.driver.licence not in text
    assert person.driver.masked_licence in text


def test_a_person_without_record_is_told_so() -> None:
    assert "还没有对上您的司机档案" in page(world.signed_in(world.a_person()), "my_record")


def test_the_start_page_shows_a_contacts_number_only_by_his_consent(line: dict[str, Any]) -> None:
    contact, client = line["contact"], world.signed_in(line["paired"])
    text = client.get("/").content.decode()
    assert "您有联系人" in text
    assert contact.person.phone not in text
    assert contact.person.name not in text
    posts.set_public(contact.pk, is_public=True, by=contact.person, now=timezone.now())
    text = client.get("/").content.decode()
    assert f'href="tel:{contact.person.phone}"' in text
    assert contact.person.name in text


def test_the_start_page_names_the_branch_where_there_is_no_contact_and_none_where_there_is_none(
    line: dict[str, Any],
) -> None:
    assert line["branch"].name in world.signed_in(line["drivers"][0]).get("/").content.decode()
    adrift = world.a_driver(place=world.district("DZ"))
    assert "还没有支部负责" in world.signed_in(adrift).get("/").content.decode()


def test_a_contacts_start_page_counts_his_drivers(line: dict[str, Any]) -> None:
    cards = [card for card in front.cards(line["contact"].person, line["contact"]) if "pair_count" in card.context]
    assert [card.context["pair_count"] for card in cards] == [1]


def test_the_figures_are_honest(line: dict[str, Any]) -> None:
    enterprise = world.an_enterprise(world.a_platform("锦驾租赁"))
    world.drives_for(line["paired"], Organisation.objects.get(name="锦驾租赁"))
    rows = branches_with_figures(line["committee"], TODAY)
    branch = rows.get(pk=line["branch"].pk)
    assert (branch.driver_count, branch.contact_count, branch.present_count, branch.pair_count) == (5, 2, 1, 1)
    assert (branch.load, branch.district_count) == (5, 1)
    assert (rows.get(pk=enterprise.pk).company_driver_count, rows.get(pk=enterprise.pk).load) == (1, None)
    total = coverage(rows)
    assert (total.branches, total.enterprises, total.drivers, total.contacts, total.present) == (1, 1, 5, 2, 1)
    assert total.paired_share == 0.2


def test_a_committee_sees_its_line_and_a_branch_itself(line: dict[str, Any]) -> None:
    other = world.a_branch("YB")
    committee = world.signed_in(line["committee"].person, line["committee"])
    text = page(committee, "desk")
    assert "5 位司机，联系人 1 名" in text
    assert line["branch"].name in text
    assert other.name not in text
    secretary = world.signed_in(line["secretary"].person, line["secretary"])
    assert line["branch"].name in page(secretary, "desk")
    assert status(line["secretary"], "branch", other.code) == 404
    assert status(line["province"], "branch", other.code) == 200


def test_the_list_is_narrowed_by_kind(line: dict[str, Any]) -> None:
    world.an_enterprise(world.a_platform("锦驾租赁"))
    client = world.signed_in(line["committee"].person, line["committee"])
    assert line["branch"].name not in page(client, "desk", kind="enterprise")
    assert "锦驾租赁党支部" not in page(client, "desk", kind="branch")
    assert "锦驾租赁党支部" in page(client, "desk", kind="no such kind")


def test_a_branchs_page_shows_who_is_there_and_who_is_away(line: dict[str, Any]) -> None:
    client = world.signed_in(line["secretary"].person, line["secretary"])
    text = page(client, "branch", line["branch"].code)
    assert line["secretary"].person.name in text
    assert "请假到" in text
    assert reverse("branches:branch_drivers", args=[line["branch"].code]) in text


def test_a_branch_without_contacts_says_so() -> None:
    branch = world.a_branch()
    secretary = world.a_secretary(branch)
    text = page(world.signed_in(secretary.person, secretary), "branch", branch.code)
    assert "今天没有联系人在岗" in text


def test_the_drivers_of_a_branch_are_masked_and_narrowed(line: dict[str, Any]) -> None:
    client = world.signed_in(line["secretary"].person, line["secretary"])
    text = page(client, "branch_drivers", line["branch"].code)
    assert line["paired"].driver.name not in text
    assert line["paired"].phone not in text
    assert "5 位司机" in text
    assert line["contact"].person.name in text
    without = page(client, "branch_drivers", line["branch"].code, contact="none", district="510502")
    assert "4 位司机" in without


def test_lists_ask_the_same_questions_however_long_they_are(line: dict[str, Any]) -> None:
    client = world.signed_in(line["committee"].person, line["committee"])
    pages = [("desk",), ("pairs",), ("branch_drivers", line["branch"].code)]

    def asked() -> list[int]:
        counts = []
        for name, *arguments in pages:
            with CaptureQueriesContext(connection) as queries:
                page(client, name, *arguments)
            counts.append(len(queries))
        return counts

    asked()
    before = asked()
    for _number in range(3):
        world.a_branch()
        world.a_driver(line["branch"], contact=line["contact"])
    assert asked() == before


def test_pairs_are_a_contacts_own_a_branchs_or_a_lines(line: dict[str, Any]) -> None:
    second = world.a_contact(line["branch"])
    world.a_driver(line["branch"], contact=second)
    own = page(world.signed_in(line["contact"].person, line["contact"]), "pairs")
    assert "1 位司机" in own
    for key in ("secretary", "committee", "province"):
        assert "2 位司机" in page(world.signed_in(line[key].person, line[key]), "pairs")
    elsewhere = world.a_secretary(world.a_branch("YB"))
    assert "还没有结对" in page(world.signed_in(elsewhere.person, elsewhere), "pairs")


@pytest.mark.parametrize("name", ["desk", "branch", "branch_drivers", "pairs"])
def test_whoever_has_no_business_here_finds_no_page(line: dict[str, Any], name: str) -> None:
    arguments = [line["branch"].code] if name.startswith("branch") else []
    analyst = world.a_post(Role.ANALYST, world.department())
    liaison = world.a_post(Role.LIAISON, world.a_platform())
    nobody: list[Post | None] = [None, analyst, liaison]
    if name != "pairs":
        nobody.append(line["contact"])
    assert [status(post, name, *arguments) for post in nobody] == [404] * len(nobody)
    assert Client().get(reverse(f"branches:{name}", args=arguments)).status_code == 302


def test_health_speaks_up_when_a_district_or_a_driver_has_no_branch() -> None:
    def levels() -> dict[str, str]:
        return {check.name: check.level for check in front.health(timezone.now())["branches"]}

    assert levels() == {"districts_without_branch": "yellow", "drivers_without_branch": "green"}
    world.a_driver()
    assert levels()["drivers_without_branch"] == "yellow"


def test_a_person_gets_his_pairs_without_a_name_that_is_not_public(line: dict[str, Any]) -> None:
    held = front.personal_data(line["paired"])["branches"]["pairs"]
    assert [row["contact"] for row in held] == [None]
    assert [row["branch"] for row in held] == [line["branch"].name]
