"""A new key: everything is sealed with it, still opens, and the old key can go."""

import os

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from drivers.models import Driver
from portal import sealing
from portal.actions import resealing
from portal.models import User
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    found = world.a_driver()
    sealed = sealing.seal("JBSWY3DPEHPK3PXP", "second-factor")
    Authenticator.objects.create(user=found, type=Authenticator.Type.TOTP, data={"secret": sealed})
    return found


@pytest.fixture
def rotated(person: User, settings: Settings) -> User:
    """FIELD_KEYS after the first step of a rotation: a new key writes, the old one still reads."""
    settings.FIELD_KEYS = {"k2": os.urandom(32), **settings.FIELD_KEYS}
    return person


def raw(person: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM portal_user WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_before_a_rotation_nothing_is_outdated(person: User) -> None:
    assert resealing.outdated() == {}


def test_every_sealed_column_is_counted(rotated: User) -> None:
    found = resealing.outdated()
    assert found["portal.user.phone"] >= 1
    assert (found["drivers.driver.phone"], found["drivers.driver.licence"]) == (1, 1)
    assert found["second-factor"] == 1


def test_everything_opens_without_the_old_key(rotated: User, settings: Settings) -> None:
    phone = User.objects.get(pk=rotated.pk).phone
    licence = Driver.objects.get().licence
    done = resealing.reseal()
    settings.FIELD_KEYS = {"k2": settings.FIELD_KEYS["k2"]}
    assert raw(rotated).startswith("k2:")
    assert User.objects.get(pk=rotated.pk).phone == phone
    assert Driver.objects.get().licence == licence
    assert sealing.unseal(Authenticator.objects.get().data["secret"], "second-factor") == "JBSWY3DPEHPK3PXP"
    assert done["drivers.driver.licence"] == 1
    assert resealing.outdated() == {}


def test_a_second_run_changes_nothing(rotated: User) -> None:
    resealing.reseal()
    before = raw(rotated)
    assert resealing.reseal() == {}
    assert raw(rotated) == before


def test_more_rows_than_a_batch_are_all_done(rotated: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    count = User.objects.count()
    for _number in range(5):
        world.a_driver()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_user SET phone = (SELECT phone FROM portal_user WHERE id = %s)", [rotated.pk])
    assert resealing.reseal()["portal.user.phone"] == count + 5


def test_the_command_says_when_a_key_may_go(rotated: User, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="still needed"):
        call_command("reseal", "--check")
    call_command("reseal")
    capsys.readouterr()
    call_command("reseal", "--check")
    assert capsys.readouterr().out == "No value needs an older key.\n"
