"""Two accounts of one person: bars follow the pointer, rights never do, and it takes two administrators each time."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appeals import permissions as reach
from appeals.actions import overseeing
from appeals.models import Appeal, Bar, Identity
from appeals.reads import Reads
from portal import permissions, telling
from portal.actions import posts, same_person
from portal.errors import Refused
from portal.models import Event, Post, Role, SamePersonProposal, User
from portal.same_person import accounts_of, are_one
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def offices() -> list[User]:
    return [world.a_post(Role.SECURITY_ADMIN, world.department()).person for _n in range(2)]


def mark(account: User, same_as: User, offices: list[User], *, is_undo: bool = False) -> SamePersonProposal:
    asked = same_person.propose(account, same_as=same_as, is_undo=is_undo, by=offices[0], now=NOW)
    return same_person.decide(asked.pk, is_agreed=True, by=offices[1], now=NOW)


def test_two_administrators_mark_and_two_undo(offices: list[User]) -> None:
    old, new = world.a_person(), world.a_person()
    mark(old, new, offices)
    assert accounts_of([old.pk, new.pk]) == {old.pk: {old.pk, new.pk}, new.pk: {old.pk, new.pk}}
    event = Event.objects.get(kind="portal.same_person_set")
    assert {one.person for one in telling.tellings_for(event)} == {old, new}
    mark(User.objects.get(pk=old.pk), new, offices, is_undo=True)
    assert not are_one(old.pk, new.pk)


def test_who_may_not_and_when_not(offices: list[User]) -> None:
    old, new, third = world.a_person(), world.a_person(), world.a_person()
    asked = same_person.propose(old, same_as=new, is_undo=False, by=offices[0], now=NOW)
    with pytest.raises(Refused, match="另一位"):
        same_person.decide(asked.pk, is_agreed=True, by=offices[0], now=NOW)
    with pytest.raises(Refused, match="等第二位"):
        same_person.propose(new, same_as=third, is_undo=False, by=offices[1], now=NOW)
    for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN):
        with pytest.raises(PermissionDenied):
            same_person.decide(asked.pk, is_agreed=True, by=world.a_post(role, world.department()).person, now=NOW)
    same_person.decide(asked.pk, is_agreed=False, by=offices[1], now=NOW)
    assert not are_one(old.pk, new.pk)
    with pytest.raises(Refused, match="其他管理员"):
        same_person.propose(offices[0], same_as=new, is_undo=False, by=offices[0], now=NOW)
    with pytest.raises(Refused, match="没有标为"):
        same_person.propose(old, same_as=new, is_undo=True, by=offices[0], now=NOW)


def test_a_citys_administrator_reaches_no_posts_of_another_line(offices: list[User]) -> None:
    city = world.a_post(Role.SECURITY_ADMIN, world.committee("LZ")).person
    elsewhere = world.a_secretary(world.a_branch("CD")).person
    with pytest.raises(PermissionDenied):
        same_person.propose(elsewhere, same_as=world.a_person(), is_undo=False, by=city, now=NOW)
    assert same_person.propose(world.a_person(), same_as=world.a_person(), is_undo=False, by=city, now=NOW)


def test_his_own_second_account_is_no_second_administrator(offices: list[User]) -> None:
    twin = world.a_post(Role.SECURITY_ADMIN, world.department()).person
    third = world.a_post(Role.SECURITY_ADMIN, world.department()).person
    mark(twin, offices[0], [offices[1], third])
    asked = same_person.propose(world.a_person(), same_as=world.a_person(), is_undo=False, by=offices[0], now=NOW)
    with pytest.raises(Refused, match="另一位"):
        same_person.decide(asked.pk, is_agreed=True, by=twin, now=NOW)
    with pytest.raises(Refused, match="另一位安全管理员"):
        posts.end_post(twin.posts.get().pk, last_date=NOW.date(), by=offices[0], now=NOW)


# -- what bars one bars the other -------------------------------------------------------------------------------------


def bar(how: str, case: Appeal, person: User, company: Any) -> None:
    match how:
        case "named" | "challenged":
            Bar.objects.create(appeal=case, person=person, reason=how, at=NOW)
        case "tied":
            world.tie(person, company)
        case "kin":
            world.kin(person, case.filer)


@pytest.mark.parametrize("how", ["named", "challenged", "tied", "kin", "filer"])
@pytest.mark.parametrize("is_old", [True, False])
def test_who_is_barred_by_one_account_is_barred_by_the_other(how: str, is_old: bool, offices: list[User]) -> None:
    line, company = world.a_line(), world.a_platform()
    twin = world.a_driver(line["branch"])
    filer = twin if how == "filer" else world.a_driver(line["branch"])
    case = world.an_appeal(by=filer, now=NOW, about=company)
    contact: Post = line["contact"]
    bar(how, case, twin, company)
    assert reach.may_handle(contact, case, NOW)
    pair = (twin, contact.person) if is_old else (contact.person, twin)
    mark(*pair, offices)
    assert not reach.may_handle(contact, case, NOW)
    assert reach.barred_people(case, [contact.person_id], Reads(NOW)).keys() == {contact.person_id}
    assert not reach.visible_appeals(contact, NOW.date()).filter(pk=case.pk).exists()


def test_whose_relative_has_two_accounts_is_barred_from_both(offices: list[User]) -> None:
    line = world.a_line()
    relative, filer = world.a_person(), world.a_driver(line["branch"])
    case = world.an_appeal(by=filer, now=NOW)
    world.kin(line["contact"].person, relative)
    assert reach.may_handle(line["contact"], case, NOW)
    mark(relative, filer, offices)
    assert not reach.may_handle(line["contact"], case, NOW)


def test_he_does_not_agree_to_his_own_unsealing(offices: list[User]) -> None:
    line = world.a_line()
    case = world.an_appeal(
        "in_hand", by=world.a_driver(line["branch"]), handler=line["contact"], now=NOW, identity=Identity.SEALED
    )
    first, twin = (world.a_post(Role.CUSTODIAN, world.committee()) for _n in range(2))
    asked = overseeing.ask_unsealing(case.pk, by=first, motive="要核对收据。", now=NOW)
    mark(twin.person, first.person, offices)
    with pytest.raises(Refused, match="第二个人"):
        overseeing.decide_unsealing(asked.pk, by=twin, is_agreed=True, now=NOW)


# -- and nothing opens ------------------------------------------------------------------------------------------------


def test_an_attack_by_pointing_opens_nothing(offices: list[User]) -> None:
    """A dishonest administrator and his accomplice point an account of their own at a victim, each way round."""
    line = world.a_line()
    victim = world.a_driver(line["branch"], contact=line["contact"])
    case = world.an_appeal("in_hand", by=victim, handler=line["contact"], now=NOW)
    world.a_post(Role.SECRETARY, line["branch"], victim)
    stranger = world.a_person()
    pages = ["/", "/me/", "/me/data/", "/posts/", "/appeals/", f"/appeals/{case.code}/", f"/desk/appeals/{case.code}/"]
    own = ("/drivers/", "/work/contracts/", "/me/contracts/")

    def seen() -> dict[str, tuple[int, str]]:
        browser = world.signed_in(stranger)
        answers = {page: browser.get(page) for page in (*pages, *own)}
        return {page: (answer.status_code, text_of(answer, case, victim)) for page, answer in answers.items()}

    before = seen()
    for pair in ((stranger, victim), (victim, stranger)):
        mark(*pair, offices)
        assert seen() == before
        assert permissions.wanted_grants(stranger, NOW.date()) == set()
        assert not Post.objects.filter(person=stranger).exists()
        assert not Appeal.objects.of(stranger).exists()
        assert not hasattr(User.objects.get(pk=stranger.pk), "driver")
        mark(*(User.objects.get(pk=one.pk) for one in pair), offices, is_undo=True)


def text_of(answer: Any, case: Appeal, victim: User) -> str:
    """Which of the victim's words stand on a page."""
    page = answer.content.decode()
    return ",".join(word for word in (case.number, case.title, victim.name, victim.phone) if word in page)
