"""The public rules, and companies as each post sees them."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from platforms.models import DispatchRule, RuleVersion
from portal.models import Organisation, Post, Role
from tests import world

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)


@pytest.fixture
def company() -> Organisation:
    company = world.a_platform("蜀程出行")
    company.company.cities.set([world.city("LZ"), world.city("YB")])
    return company


def a_version(company: Organisation, number: int, text: str, from_date: str, until_date: str | None) -> RuleVersion:
    rule = DispatchRule.objects.get_or_create(company=company.company, title="派单规则")[0]
    return RuleVersion.objects.create(
        rule=rule, number=number, text=text, published_date=from_date, from_date=from_date, until_date=until_date
    )


@pytest.fixture
def versions(company: Organisation) -> list[RuleVersion]:
    return [
        a_version(company, 1, "派单顺序：按距离。", "2025-03-01", "2026-02-28"),
        a_version(company, 2, "派单顺序：按服务分。", "2026-03-01", None),
    ]


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    response = client.get(reverse(f"platforms:{name}", args=arguments), query)
    assert response.status_code == 200
    return response.content.decode()


def test_anybody_reads_the_rules_in_force_with_cap_and_cities(client: Client, versions: list[RuleVersion]) -> None:
    text = page(client, "public_rules")
    assert "蜀程出行" in text
    assert "29%" in text
    assert "第 2 版" in text
    assert "泸州、宜宾" in text


def test_the_list_is_narrowed_by_name_and_city_and_says_when_nothing_fits(
    client: Client, versions: list[RuleVersion]
) -> None:
    world.a_rule(world.a_platform("川行约车"))
    assert "川行约车" not in page(client, "public_rules", q="蜀程")
    assert "川行约车" not in page(client, "public_rules", city="YB")
    assert "没有符合条件的规则" in page(client, "public_rules", q="没有这家")
    assert "川行约车" in page(client, "public_rules", city="no such city")


def test_the_list_asks_the_same_questions_however_long_it_is(client: Client, versions: list[RuleVersion]) -> None:
    with CaptureQueriesContext(connection) as short:
        page(client, "public_rules")
    for number in range(8):
        world.a_rule(world.a_platform(f"平台{number}"))
    with CaptureQueriesContext(connection) as long:
        page(client, "public_rules")
    assert len(long) == len(short)


def test_a_version_shows_its_text_what_it_changed_and_its_neighbours(
    client: Client, versions: list[RuleVersion]
) -> None:
    text = page(client, "public_rule", versions[0].rule.code, 2)
    assert "<del>距离</del>" in text
    assert "<ins>服务分</ins>" in text
    assert reverse("platforms:public_rule", args=[versions[0].rule.code, 1]) in text
    assert "这一版已失效，现在执行第 2 版" in page(client, "public_rule", versions[0].rule.code, 1)


def test_a_coming_version_is_announced_and_not_yet_in_force(client: Client, versions: list[RuleVersion]) -> None:
    a_version(versions[0].rule.company.organisation, 3, "派单顺序：抽签。", TOMORROW.isoformat(), None)
    assert "第 3 版" in page(client, "public_rules")
    assert "还没有生效" in page(client, "public_rule", versions[0].rule.code, 3)
    response = client.get(reverse("platforms:current_rule", args=[versions[0].rule.code]))
    assert response.headers["Location"].endswith("/2/")


def test_the_text_is_downloaded_as_it_was_published(client: Client, versions: list[RuleVersion]) -> None:
    response = client.get(reverse("platforms:rule_text", args=[versions[0].rule.code, 1]))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.content.decode().endswith("派单顺序：按距离。\n")


@pytest.mark.parametrize("name", ["current_rule", "public_rule", "rule_text"])
def test_what_does_not_exist_is_404(client: Client, name: str, versions: list[RuleVersion]) -> None:
    number = [] if name == "current_rule" else [9]
    unknown = reverse(f"platforms:{name}", args=["0" * 16, *number])
    assert client.get(unknown).status_code == 404
    if number:
        assert client.get(reverse(f"platforms:{name}", args=[versions[0].rule.code, 9])).status_code == 404


def test_a_liaison_sees_his_own_company_and_no_other(company: Organisation, versions: list[RuleVersion]) -> None:
    post, other = world.a_post(Role.LIAISON, company), world.a_platform("川行约车")
    client = world.signed_in(post.person, post)
    assert "川行约车" not in page(client, "companies")
    text = page(client, "company", company.code)
    assert "第 2 版" in text
    assert post.person.name in text
    assert client.get(reverse("platforms:company", args=[other.code])).status_code == 404


def test_an_office_sees_the_companies_of_its_city_and_the_province_all(company: Organisation) -> None:
    far = world.a_platform("巴渠约车")
    far.company.cities.set([world.city("DZ")])
    city, province = world.a_committee_staff(), world.a_committee_staff(world.province_committee())
    at_city, at_province = world.signed_in(city.person, city), world.signed_in(province.person, province)
    assert "巴渠约车" not in page(at_city, "companies")
    assert at_city.get(reverse("platforms:company", args=[far.code])).status_code == 404
    assert "巴渠约车" in page(at_province, "companies")
    assert "没有派单规则" in page(at_province, "company", far.code)


def test_whoever_has_no_business_with_companies_finds_no_page(company: Organisation) -> None:
    people: list[Post | None] = [None, world.a_post(Role.AUDITOR, world.department())]
    for post in people:
        client = world.signed_in(post.person if post else world.a_person(), post)
        assert client.get(reverse("platforms:companies")).status_code == 404
        assert client.get(reverse("platforms:company", args=[company.code])).status_code == 404
    response = Client().get(reverse("platforms:companies"))
    assert response.status_code == 302
