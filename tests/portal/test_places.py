"""The table of places, and a city switched on."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied

from portal.actions import places
from portal.errors import Refused
from portal.models import Event, Place, PlaceKind, PlaceOpening, Role
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 12, 1)


def test_the_file_holds_sichuan_its_21_prefectures_and_their_183_districts() -> None:
    assert Place.objects.filter(kind=PlaceKind.PROVINCE).count() == 1
    assert Place.objects.filter(kind=PlaceKind.CITY).count() == 21
    districts = {letters: Place.objects.filter(parent__letters=letters).count() for letters in ("CD", "LZ", "YB", "DZ")}
    assert districts == {"CD": 20, "LZ": 7, "YB": 10, "DZ": 7}
    assert Place.objects.filter(kind=PlaceKind.DISTRICT).count() == 183
    assert not Place.objects.cities().filter(parts=None).exists()


def test_codes_lie_below_their_parents_and_letters_are_two_and_unique() -> None:
    for place in Place.objects.filter(kind=PlaceKind.DISTRICT).select_related("parent"):
        assert place.parent is not None
        assert place.code[:4] == place.parent.code[:4]
    letters = list(Place.objects.exclude(letters="").values_list("letters", flat=True))
    assert len(letters) == 22
    assert sorted(set(letters)) == sorted(letters)
    assert all(len(word) == 2 and word.isascii() and word.isupper() for word in letters)


def test_loading_again_changes_nothing_and_mends_what_was_changed() -> None:
    assert places.load() == 0
    Place.objects.filter(code="510502").update(short_name="错字")
    assert places.load() == 1
    assert Place.objects.get(code="510502").short_name == "江阳"


def test_a_city_is_switched_on_by_a_system_administrator_once() -> None:
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    city = Place.objects.get(letters="MY")
    opening = places.open_city(city, from_date=DAY, by=admin.person, post=admin, now=world.NOW)
    assert opening.from_date == DAY
    assert city not in Place.objects.open_on(DAY - datetime.timedelta(days=1))
    assert city in Place.objects.open_on(DAY)
    event = Event.objects.get(kind="portal.city_opened", subject="portal.place:510700")
    assert (event.by, event.post, event.facts) == (admin.person, admin, {"from_date": "2026-12-01"})
    with pytest.raises(Refused):
        places.open_city(city, from_date=DAY, by=admin.person, post=admin, now=world.NOW)
    assert PlaceOpening.objects.filter(place=city).count() == 1


@pytest.mark.parametrize("code", ["510000", "510502"])
def test_only_a_city_can_be_switched_on(code: str) -> None:
    admin = world.a_post(Role.SYSTEM_ADMIN, world.department())
    with pytest.raises(Refused):
        places.open_city(Place.objects.get(code=code), from_date=DAY, by=admin.person, post=admin, now=world.NOW)


def test_nobody_else_switches_a_city_on() -> None:
    city = Place.objects.get(letters="MY")
    staff = world.a_committee_staff()
    for by, post in ((staff.person, staff), (world.a_person(), None)):
        with pytest.raises(PermissionDenied):
            places.open_city(city, from_date=DAY, by=by, post=post, now=world.NOW)
    assert not PlaceOpening.objects.filter(place=city).exists()
