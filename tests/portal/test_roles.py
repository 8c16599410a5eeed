"""The table of roles: who may do what where, and where each starts."""

import itertools

import pytest

from portal import permissions, roles
from portal.models import Event, Organisation, OrganisationKind, Role
from tests import world

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@pytest.mark.parametrize(("role", "kind"), list(itertools.product(Role, OrganisationKind)))
def test_only_what_the_table_lists_is_possible(role: str, kind: str) -> None:
    assert roles.is_possible(role, kind) == bool(roles.permissions_of(role, kind))
    assert roles.is_possible(role, kind) == (kind in roles.kinds_for(role))


def test_every_role_is_somewhere_and_every_permission_is_somebodys() -> None:
    assert {role for role, _kind in roles.TABLE} == set(Role)
    assert set().union(*roles.TABLE.values()) == set(roles.PERMISSIONS)
    assert set(roles.PERMISSIONS) == {name for name, _words in Organisation._meta.permissions}


def test_administrators_and_custodians_handle_nothing() -> None:
    apart = {roles.HANDLE, roles.OVERSEE, roles.ANSWER_FOR_COMPANY, roles.HELP_AT_HOME}
    for role in (*ADMINISTRATORS, Role.AUDITOR, Role.CUSTODIAN, Role.ANALYST):
        for kind in OrganisationKind:
            assert not roles.permissions_of(role, kind) & apart


def test_no_role_both_appoints_and_does_something_else() -> None:
    for (role, kind), allowed in roles.TABLE.items():
        if roles.ADMINISTER_SECURITY in allowed:
            assert allowed == {roles.ADMINISTER_SECURITY}, (role, kind)


def test_only_contacts_and_volunteers_act_without_a_second_factor() -> None:
    assert {role for role in Role if not roles.needs_second_factor(role)} == {Role.CONTACT, Role.VOLUNTEER}


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "kind"), sorted(roles.TABLE, key=str))
def test_a_post_gives_what_the_table_says_there_and_nowhere_else(role: str, kind: str) -> None:
    here = world.an_organisation(kind, "此处", place=world.city())
    there = world.an_organisation(kind, "别处", place=world.city("YB"))
    post = world.a_post(role, here)
    for permission in roles.PERMISSIONS:
        expected = [here.path] if permission in roles.permissions_of(role, kind) else []
        assert permissions.paths_for(post, permission) == expected
        assert there.path not in permissions.paths_for(post, permission)


START = {
    (Role.CONTACT, OrganisationKind.BRANCH): "师傅",
    (Role.VOLUNTEER, OrganisationKind.HOME): "师傅",
    (Role.CUSTODIAN, OrganisationKind.COMMITTEE): "密封",
    (Role.LIAISON, OrganisationKind.PLATFORM): "企业联络员",
    (Role.SYSTEM_ADMIN, OrganisationKind.DEPARTMENT): "工作日历",
    (Role.SECURITY_ADMIN, OrganisationKind.DEPARTMENT): "任命",
    (Role.AUDITOR, OrganisationKind.DEPARTMENT): "事件",
    (Role.AUDIT_ADMIN, OrganisationKind.DEPARTMENT): "事件",
    (Role.ANALYST, OrganisationKind.DEPARTMENT): "取整",
    (Role.SECRETARY, OrganisationKind.BRANCH): "诉求",
    (Role.COMMITTEE_STAFF, OrganisationKind.COMMITTEE): "诉求",
    (Role.ENTERPRISE_STAFF, OrganisationKind.ENTERPRISE): "诉求",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "says"), list(START.items()))
def test_the_start_page_follows_the_active_post(where: tuple[Role, OrganisationKind], says: str) -> None:
    role, kind = where
    post = world.a_post(role, world.an_organisation(kind, "某组织", place=world.city()))
    page = world.signed_in(post.person, post).get("/", follow=True)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "某组织" in page.content.decode()


@pytest.mark.django_db
def test_without_a_post_the_start_page_is_the_drivers_and_without_an_account_the_publics() -> None:
    driver = world.a_driver(world.a_branch())
    assert "师傅" in world.signed_in(driver).get("/").content.decode()
    assert "网约车司机" in world.Client().get("/").content.decode()


@pytest.mark.django_db
def test_the_event_log_shows_facts_and_no_words() -> None:
    auditor = world.a_post(Role.AUDITOR, world.department())
    driver = world.a_driver(world.a_branch())
    appeal = world.an_appeal(by=driver)
    page = world.signed_in(auditor.person, auditor).get("/desk/audit/", {"kind": "appeals.filed"}).content.decode()
    event = Event.objects.get(kind="appeals.filed")
    assert appeal.code in page
    assert driver.code in page
    assert driver.name not in page
    assert driver.phone not in page
    for text in event.texts.all():
        assert text.text not in page
    assert "portal.post_appointed" not in page.partition("<table")[2]


@pytest.mark.django_db
def test_the_event_log_can_be_read_day_by_day() -> None:
    auditor = world.a_post(Role.AUDITOR, world.department())
    browser = world.signed_in(auditor.person, auditor)
    assert "没有符合条件的记录" in browser.get("/desk/audit/", {"day": "2020-01-01"}).content.decode()
    assert "portal.post_appointed" in browser.get("/desk/audit/", {"day": "2025-01-06"}).content.decode()
    for day in ("昨天", "0001-01-01", "9999-12-31"):
        assert "日期写作 2026-11-23" in browser.get("/desk/audit/", {"day": day}).content.decode()
