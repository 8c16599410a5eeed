"""Dispatch rules and their versions: a published text never changes, and one ends where the next begins."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied

from platforms.actions import rules as actions
from platforms.models import DispatchRule, RuleVersion
from portal.errors import Refused
from portal.models import Event, EventText, Post, Role
from tests import world

pytestmark = pytest.mark.django_db
MARCH, OCTOBER = datetime.date(2026, 3, 1), datetime.date(2026, 10, 20)


@pytest.fixture
def liaison() -> Post:
    return world.a_post(Role.LIAISON, world.a_platform())


@pytest.fixture
def rule(liaison: Post) -> DispatchRule:
    company = liaison.organisation.company
    return actions.open_rule(company, "派单规则", by=liaison.person, post=liaison, now=world.NOW)


def publish(rule: DispatchRule, post: Post, text: str, from_date: datetime.date, **fields: object) -> RuleVersion:
    published = {"published_date": from_date - datetime.timedelta(days=32), "by": post.person, "post": post}
    return actions.publish_version(rule, text, from_date=from_date, now=world.NOW, **(published | fields))  # type: ignore[arg-type]


def test_a_liaison_publishes_versions_and_each_ends_the_day_before_the_next(rule: DispatchRule, liaison: Post) -> None:
    publish(rule, liaison, "按距离派单。", MARCH)
    publish(rule, liaison, "按距离和服务分派单。", OCTOBER)
    first, second = rule.versions.order_by("number")
    assert (first.number, first.until_date) == (1, datetime.date(2026, 10, 19))
    assert (second.number, second.until_date) == (2, None)
    assert rule.versions.in_force(datetime.date(2026, 10, 19)).get() == first
    assert rule.versions.in_force(OCTOBER).get() == second
    event = Event.objects.filter(kind="platforms.version_published").latest("pk")
    assert event.facts == {"number": 2, "published_date": "2026-09-18", "from_date": "2026-10-20"}
    assert EventText.objects.get(event=event).text == "按距离和服务分派单。"
    assert Event.objects.get(kind="platforms.rule_opened").facts == {"company": liaison.organisation.code}


def test_an_empty_an_unchanged_and_an_overtaken_version_are_refused(rule: DispatchRule, liaison: Post) -> None:
    publish(rule, liaison, "按距离派单。", MARCH)
    later = MARCH + datetime.timedelta(days=1)
    for text, from_date in ((" ", OCTOBER), ("按距离派单。\n", OCTOBER), ("别的。", MARCH)):
        with pytest.raises(Refused):
            publish(rule, liaison, text, from_date)
    with pytest.raises(Refused):
        publish(rule, liaison, "别的。", later, published_date=OCTOBER)
    assert rule.versions.count() == 1


def test_another_companys_liaison_and_an_office_publish_nothing(rule: DispatchRule) -> None:
    stranger = world.a_post(Role.LIAISON, world.a_platform())
    staff = world.a_committee_staff()
    for post in (stranger, staff):
        with pytest.raises(PermissionDenied):
            publish(rule, post, "按距离派单。", MARCH)
        with pytest.raises(PermissionDenied):
            actions.open_rule(rule.company, "另一规则", by=post.person, post=post, now=world.NOW)
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    assert publish(rule, admin, "按距离派单。", MARCH).number == 1


def test_a_rule_has_one_name_at_a_platform_and_none_at_a_leasing_company(rule: DispatchRule, liaison: Post) -> None:
    with pytest.raises(Refused):
        actions.open_rule(rule.company, "派单规则", by=liaison.person, post=liaison, now=world.NOW)
    company = rule.company
    company.organisation.kind = "leasing"
    company.organisation.save(update_fields=["kind"])
    with pytest.raises(Refused):
        actions.open_rule(company, "新规则", by=liaison.person, post=liaison, now=world.NOW)
