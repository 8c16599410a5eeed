"""Appointing, ending, leave and deputy: the rule, refusals, wrong persons, the event, and the grants that follow."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from portal import permissions, roles
from portal.actions import posts
from portal.errors import Refused
from portal.models import Event, OrganisationKind, Post, Role, User
from tests import world

pytestmark = pytest.mark.django_db
TODAY = world.NOW.date()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(world.NOW, tick=False)


@pytest.fixture
def administrator() -> Post:
    return world.a_post(Role.SECURITY_ADMIN, world.department())


def appoint(person: User, by: User | None, **fields: Any) -> Post:
    values = {"organisation": None, "role": Role.SECRETARY, "from_date": TODAY, "now": world.NOW} | fields
    values["organisation"] = values["organisation"] or world.a_branch()
    return posts.appoint(person, by=by, **values)


def grants_agree(person: User) -> bool:
    return permissions.grants_of(person) == permissions.wanted_grants(person, TODAY)


# -- appointing -------------------------------------------------------------------------------------------------------


def test_an_appointment_gives_post_grants_and_event(administrator: Post) -> None:
    person, branch = world.a_person(), world.a_branch()
    post = appoint(person, administrator.person, organisation=branch)
    assert permissions.paths_for(post, roles.HANDLE) == [branch.path]
    assert permissions.grants_of(person) == {(roles.HANDLE, branch.pk)}
    event = Event.objects.get(kind="portal.post_appointed", subject__endswith=post.code)
    assert (event.by, event.post) == (administrator.person, administrator)
    assert event.facts["role"] == Role.SECRETARY


def test_a_post_that_begins_tomorrow_gives_nothing_today() -> None:
    post = appoint(world.a_person(), None, from_date=TODAY + DAY)
    assert permissions.paths_for(post, roles.HANDLE) == []
    assert permissions.grants_of(post.person) == set()
    posts.sync_all_grants(now=world.NOW + DAY)
    assert permissions.paths_for(Post.objects.get(pk=post.pk), roles.HANDLE, TODAY + DAY) == [post.organisation.path]


def test_each_refusal_of_an_appointment_has_its_sentence(administrator: Post) -> None:
    branch, held = world.a_branch(), world.a_secretary(world.a_branch())
    closed = world.a_branch()
    closed.closed_at = world.NOW
    closed.save()
    gone = world.a_person(is_active=False)
    cases: list[tuple[str, User, dict[str, Any]]] = [
        ("没有 密封姓名保管人 这个身份", world.a_person(), {"organisation": branch, "role": Role.CUSTODIAN}),
        ("已撤销或已合并", world.a_person(), {"organisation": closed}),
        ("已在这个岗位上", held.person, {"organisation": held.organisation}),
        ("账号已停用", gone, {}),
        ("另一位安全管理员", administrator.person, {}),
        (
            "不能由同一人担任",
            world.a_post(Role.SYSTEM_ADMIN, world.department()).person,
            {"organisation": world.department(), "role": Role.AUDIT_ADMIN},
        ),
    ]
    before = Post.objects.count()
    for says, person, fields in cases:
        with pytest.raises(Refused, match=says):
            appoint(person, administrator.person, **fields)
    assert Post.objects.count() == before


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.ANALYST, Role.AUDITOR])
def test_nobody_but_a_security_administrator_appoints(role: str) -> None:
    office = world.a_post(role, world.department())
    with pytest.raises(PermissionDenied):
        appoint(world.a_person(), office.person)
    with pytest.raises(PermissionDenied):
        appoint(world.a_person(), world.a_secretary(world.a_branch()).person)


def test_a_citys_security_administrator_appoints_in_his_line_only() -> None:
    office = world.a_post(Role.SECURITY_ADMIN, world.committee("LZ"))
    assert appoint(world.a_person(), office.person, organisation=world.a_branch("LZ"))
    with pytest.raises(PermissionDenied):
        appoint(world.a_person(), office.person, organisation=world.a_branch("YB"))


def test_an_administrator_whose_post_has_ended_appoints_nobody(administrator: Post) -> None:
    posts.end_post(administrator.pk, last_date=TODAY - DAY, by=None, now=world.NOW)
    with pytest.raises(PermissionDenied):
        appoint(world.a_person(), administrator.person)


# -- ending -----------------------------------------------------------------------------------------------------------


def test_a_post_ended_at_once_gives_nothing_any_more(administrator: Post) -> None:
    post = world.a_secretary(world.a_branch())
    posts.end_post(post.pk, last_date=TODAY - DAY, by=administrator.person, now=world.NOW)
    assert permissions.grants_of(post.person) == set()
    assert permissions.paths_for(Post.objects.get(pk=post.pk), roles.HANDLE) == []
    event = Event.objects.get(kind="portal.post_ended")
    assert event.facts == {"until_date": (TODAY - DAY).isoformat()}
    with pytest.raises(Refused, match="已结束"):
        posts.end_post(post.pk, last_date=TODAY, by=administrator.person, now=world.NOW)


def test_one_that_began_today_can_be_ended_at_once_too(administrator: Post) -> None:
    post = appoint(world.a_person(), administrator.person)
    posts.end_post(post.pk, last_date=TODAY - DAY, by=administrator.person, now=world.NOW)
    assert permissions.paths_for(Post.objects.get(pk=post.pk), roles.HANDLE) == []


def test_a_last_day_still_counts() -> None:
    post = world.a_secretary(world.a_branch())
    posts.end_post(post.pk, last_date=TODAY, by=None, now=world.NOW)
    ended = Post.objects.get(pk=post.pk)
    assert permissions.has_permission(ended, roles.HANDLE, TODAY)
    assert not permissions.has_permission(ended, roles.HANDLE, TODAY + DAY)


def test_a_post_cannot_end_before_it_began() -> None:
    post = world.a_secretary(world.a_branch())
    with pytest.raises(Refused, match="不能早于开始日"):
        posts.end_post(post.pk, last_date=world.LONG_AGO - DAY, by=None, now=world.NOW)


def test_only_a_security_administrator_ends_a_post_and_not_his_own(administrator: Post) -> None:
    post = world.a_secretary(world.a_branch())
    with pytest.raises(PermissionDenied):
        posts.end_post(post.pk, last_date=TODAY, by=post.person, now=world.NOW)
    with pytest.raises(Refused, match="另一位安全管理员"):
        posts.end_post(administrator.pk, last_date=TODAY, by=administrator.person, now=world.NOW)


# -- leave and deputy -------------------------------------------------------------------------------------------------


def test_a_deputy_may_what_the_absent_may_while_he_is_away_and_no_longer(administrator: Post) -> None:
    branch = world.a_branch()
    absent, deputy = world.a_secretary(branch), world.a_committee_staff(world.committee())
    posts.set_leave(absent.pk, span=(TODAY, TODAY + DAY), deputy=deputy, by=administrator.person, now=world.NOW)
    assert branch.path in permissions.paths_for(Post.objects.get(pk=deputy.pk), roles.HANDLE)
    assert grants_agree(deputy.person)
    later = TODAY + 2 * DAY
    posts.sync_all_grants(now=world.NOW + 2 * DAY)
    assert branch.path not in permissions.paths_for(Post.objects.get(pk=deputy.pk), roles.HANDLE, later)
    posts.sync_all_grants(now=world.NOW)
    posts.set_leave(absent.pk, span=None, deputy=None, by=administrator.person, now=world.NOW)
    assert branch.path not in permissions.paths_for(Post.objects.get(pk=deputy.pk), roles.HANDLE)
    assert grants_agree(deputy.person)
    assert Event.objects.filter(kind="portal.leave_set").count() == 2


def test_each_refusal_of_a_leave_has_its_sentence() -> None:
    branch = world.a_branch()
    absent, other = world.a_secretary(branch), world.a_secretary(world.a_branch("YB"))
    own = world.a_post(Role.CONTACT, branch, absent.person)
    ended = world.a_contact(branch)
    posts.end_post(ended.pk, last_date=TODAY - DAY, by=None, now=world.NOW)
    cases: list[tuple[str, Any, Any]] = [
        ("早于第一天", (TODAY, TODAY - DAY), None),
        ("不能代理自己", (TODAY, None), own),
        ("不在任", (TODAY, None), Post.objects.get(pk=ended.pk)),
        ("同一组织或它的上级", (TODAY, None), other),
    ]
    for says, span, deputy in cases:
        with pytest.raises(Refused, match=says):
            posts.set_leave(absent.pk, span=span, deputy=deputy, by=None, now=world.NOW)
    assert not Event.objects.filter(kind="portal.leave_set").exists()


# -- grants -----------------------------------------------------------------------------------------------------------


def test_a_grant_without_its_post_opens_nothing() -> None:
    post, elsewhere = world.a_secretary(world.a_branch()), world.a_branch("YB")
    permissions.set_grants(post.person, {(roles.HANDLE, elsewhere.pk), (roles.HANDLE, post.organisation.pk)})
    assert permissions.paths_for(post, roles.HANDLE) == [post.organisation.path]
    posts.sync_grants(post.person, now=world.NOW)
    assert grants_agree(post.person)


def test_a_post_without_its_grant_opens_nothing() -> None:
    post = world.a_secretary(world.a_branch())
    permissions.set_grants(post.person, set())
    assert permissions.paths_for(post, roles.HANDLE) == []


def test_grants_follow_every_change_of_a_persons_posts() -> None:
    person = world.a_person()
    held = [
        world.a_post(Role.CONTACT, world.a_branch(), person),
        world.a_post(Role.SECRETARY, world.a_branch(), person),
    ]
    assert len(permissions.grants_of(person)) == 2
    posts.end_post(held[0].pk, last_date=TODAY - DAY, by=None, now=world.NOW)
    assert permissions.grants_of(person) == {(roles.HANDLE, held[1].organisation.pk)}
    person.is_active = False
    person.save()
    posts.sync_grants(person, now=world.NOW)
    assert permissions.grants_of(person) == set()


def test_only_the_active_post_counts() -> None:
    person = world.a_person()
    contact = world.a_post(Role.CONTACT, world.a_branch(), person)
    liaison = world.a_post(Role.LIAISON, world.a_platform(), person)
    assert permissions.has_permission(contact, roles.HANDLE)
    assert not permissions.has_permission(liaison, roles.HANDLE)
    assert not permissions.has_permission(None, roles.HANDLE)


# -- choosing ---------------------------------------------------------------------------------------------------------


def test_one_post_at_a_time_is_active_and_the_page_names_it() -> None:
    person = world.a_person()
    contact = world.a_post(Role.CONTACT, world.a_branch(), person)
    volunteer = world.a_post(
        Role.VOLUNTEER, world.an_organisation(OrganisationKind.HOME, "城西之家", place=world.city()), person
    )
    browser = world.signed_in(person)
    for post in (contact, volunteer):
        assert browser.post("/posts/switch/", {"post": post.code})["Location"] == "/"
        assert browser.get("/posts/").wsgi_request.post == post
    browser.post("/posts/switch/", {"post": ""})
    assert browser.get("/posts/").wsgi_request.post is None
    kinds = Event.objects.filter(by=person).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["portal.post_taken_up", "portal.post_taken_up", "portal.post_laid_down"]


def test_a_contact_himself_decides_whether_drivers_see_his_name() -> None:
    contact = world.a_contact(world.a_branch())
    browser, other = world.signed_in(contact.person, contact), world.signed_in(world.a_person())
    browser.post(f"/posts/{contact.code}/show-name/", {"yes": ""})
    assert Post.objects.get(pk=contact.pk).is_public
    assert "因为您同意过" in browser.get("/posts/").content.decode()
    assert other.post(f"/posts/{contact.code}/show-name/", {"no": ""}).status_code == 404
    browser.post(f"/posts/{contact.code}/show-name/", {"no": ""})
    assert not Post.objects.get(pk=contact.pk).is_public


def test_choosing_anothers_post_does_not_work() -> None:
    secretary = world.a_secretary(world.a_branch())
    with pytest.raises(Post.DoesNotExist):
        posts.choose(secretary.pk, by=world.a_person(), now=world.NOW)


# -- the administrator's pages ----------------------------------------------------------------------------------------


def test_the_list_finds_by_name_number_organisation_and_role(administrator: Post) -> None:
    secretary = world.a_post(Role.SECRETARY, world.a_branch(), world.a_person("李秀兰"))
    world.a_post(Role.CONTACT, world.a_branch(), world.a_person("王建国"))
    browser = world.signed_in(administrator.person, administrator)
    for query in (
        {"q": "秀兰"},
        {"q": secretary.person.phone},
        {"q": secretary.organisation.name},
        {"role": "secretary"},
    ):
        asked = browser.post("/desk/posts/", query)
        assert secretary.person.phone not in asked["Location"]
        page = browser.get(asked["Location"]).content.decode()
        assert "李秀兰" in page, query
        assert "王建国" not in page, query
        assert secretary.person.phone not in page.partition("<table")[2]
    assert "没有符合条件的任职" in browser.get("/desk/posts/", {"q": "没有这个人"}).content.decode()


def test_appointing_ending_and_leave_on_the_page(administrator: Post) -> None:
    browser = world.signed_in(administrator.person, administrator)
    person, branch = world.a_person("冯志强"), world.a_branch()
    form = {"phone": person.phone, "organisation": branch.pk, "role": "secretary"}
    form |= {"from_date_year": "2026", "from_date_month": "11", "from_date_day": "23", "key": "appointed"}
    assert "还没登录过" in browser.post("/desk/posts/new/", form | {"phone": "13600136000"}).content.decode()
    assert "只设在" in browser.post("/desk/posts/new/", form | {"role": "custodian"}).content.decode()
    where = browser.post("/desk/posts/new/", form)["Location"]
    post = Post.objects.get(person=person)
    assert where == f"/desk/posts/{post.code}/" == browser.post("/desk/posts/new/", form)["Location"]
    assert "冯志强" in browser.get(where).content.decode()
    deputy = world.a_post(Role.DEPUTY_SECRETARY, branch)
    leave = {
        "from_date_year": "2026",
        "from_date_month": "12",
        "from_date_day": "1",
        "deputy": deputy.pk,
        "key": "leave",
    }
    browser.post(f"{where}leave/", leave)
    assert Post.objects.get(pk=post.pk).deputy == deputy
    assert "填上最后一天" in browser.post(f"{where}end/", {"when": "day"}).content.decode()
    for _twice in range(2):
        assert browser.post(f"{where}end/", {"when": "now", "key": "ended"})["Location"] == where
    assert Post.objects.get(pk=post.pk).until_date == TODAY - DAY


def test_the_pages_are_there_for_security_administrators_only(administrator: Post) -> None:
    post = world.a_secretary(world.a_branch())
    paths = ["", "new/", f"{post.code}/", f"{post.code}/end/", f"{post.code}/leave/", f"{post.code}/reset-factor/"]
    for office in (world.a_post(Role.SYSTEM_ADMIN, world.department()), post, None):
        browser = world.signed_in(office.person if office else world.a_person(), office)
        for path in paths:
            assert browser.get(f"/desk/posts/{path}").status_code == 404
    city = world.a_post(Role.SECURITY_ADMIN, world.committee("YB"))
    assert world.signed_in(city.person, city).get(f"/desk/posts/{post.code}/").status_code == 404
