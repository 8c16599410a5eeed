"""An empty installation is founded once; afterwards only its security administrator appoints people."""

import io

import pytest
from django.core.management import CommandError, call_command

from portal import permissions
from portal.actions import calendar, founding, places, posts
from portal.errors import Refused
from portal.models import Event, Organisation, OrganisationKind, Place, PlaceOpening, Post, Role, User
from tests import world

pytestmark = pytest.mark.django_db

PEOPLE = {
    Role.SYSTEM_ADMIN: ("许海波", "19955500001"),
    Role.SECURITY_ADMIN: ("彭丽华", "19955500002"),
    Role.AUDIT_ADMIN: ("吕思远", "19955500003"),
}


@pytest.fixture
def empty() -> None:
    """As `prepare` leaves it: places and calendar, and nobody."""
    PlaceOpening.objects.all().delete()
    Organisation.objects.exclude(parent=None).delete()
    Organisation.objects.all().delete()
    places.load()
    calendar.load_shipped(now=world.NOW)


@pytest.fixture
def founded(empty: None) -> dict[str, Post]:
    return founding.found(PEOPLE, cities=["CD", "LZ"], now=world.NOW)


def test_it_lays_the_lines_and_opens_the_cities(founded: dict[str, Post]) -> None:
    committees = Organisation.objects.filter(kind=OrganisationKind.COMMITTEE).order_by("path")
    assert {(c.name, c.parent.name if c.parent else "") for c in committees} == {
        ("四川省网约车行业党委", ""),
        ("成都市网约车行业党委", "四川省网约车行业党委"),
        ("泸州市网约车行业党委", "四川省网约车行业党委"),
    }
    assert {place.letters for place in Place.objects.filter(openings__isnull=False)} == {"CD", "LZ"}
    assert Event.objects.filter(kind="portal.organisation_founded").count() == 4


def test_the_administrators_are_at_the_department_and_may_do_their_own_thing_only(founded: dict[str, Post]) -> None:
    assert {post.organisation.kind for post in founded.values()} == {OrganisationKind.DEPARTMENT}
    day = world.NOW.date()
    assert (
        permissions.require_post_administrator(founded[Role.SECURITY_ADMIN].person, world.committee("LZ"), day)
        == founded[Role.SECURITY_ADMIN]
    )
    with pytest.raises(permissions.PermissionDenied):
        permissions.require_post_administrator(founded[Role.SYSTEM_ADMIN].person, world.committee("LZ"), day)


def test_the_security_administrator_appoints_the_rest(founded: dict[str, Post]) -> None:
    post = posts.appoint(
        world.a_person(), organisation=world.committee("LZ"), role=Role.COMMITTEE_STAFF,
        from_date=world.NOW.date(), by=founded[Role.SECURITY_ADMIN].person, now=world.NOW,
    )  # fmt: skip
    assert post.is_live(world.NOW.date())


def test_it_happens_once(founded: dict[str, Post]) -> None:
    with pytest.raises(Refused, match="已经建好"):
        founding.found(PEOPLE, cities=[], now=world.NOW)


def test_an_installation_with_any_organisation_is_no_empty_one() -> None:
    with pytest.raises(Refused, match="已经建好"):
        founding.found(PEOPLE, cities=[], now=world.NOW)


def test_one_person_cannot_be_two_administrators(empty: None) -> None:
    same = PEOPLE | {Role.AUDIT_ADMIN: PEOPLE[Role.SYSTEM_ADMIN]}
    with pytest.raises(Refused, match="三种管理员不能由同一人担任"):
        founding.found(same, cities=[], now=world.NOW)
    assert not Organisation.objects.exists()


def test_the_command_asks_for_each_and_prints_no_number(
    empty: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "".join(f"{name}\n{phone[:3]} {phone[3:7]} {phone[7:]}\n" for name, phone in PEOPLE.values())
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    call_command("found")
    said = capsys.readouterr().out
    assert "Founded." in said
    assert "19955500001" not in said
    assert User.objects.with_phone("19955500002").name == "彭丽华"


def test_the_command_refuses_a_number_that_is_none(empty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("许海波\n12345\n"))
    with pytest.raises(CommandError, match="digits are missing"):
        call_command("found")
