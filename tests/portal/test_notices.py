"""Telling people: once per event and person, in the portal and by SMS, at night only what is urgent."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import events, sms, telling
from portal.actions import notices
from portal.actions import sms as sending
from portal.models import Event, Notice, Role, SmsMessage, User
from portal.sms import SmsFailed
from portal.telling import Telling
from tests import world

pytestmark = pytest.mark.django_db
KIND = "tests.told"
NIGHT = world.at("2026-11-23 23:10")
MORNING = world.at("2026-11-24 07:00")


@pytest.fixture
def told() -> Iterator[list[Telling]]:
    """What the rule for KIND says."""
    says: list[Telling] = []
    telling.on(KIND)(lambda _event: says)
    yield says
    del telling._tellers[KIND]


@pytest.fixture
def sent(settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    Door.sent, Door.failures = [], 0
    settings.SMS_DOOR = f"{__name__}.Door"
    return Door.sent


class Door:
    """The network's edge: writes down what it would send."""

    sent: list[tuple[str, str]] = []
    failures = 0

    def send(self, phone: str, text: str) -> None:
        if Door.failures:
            Door.failures -= 1
            raise SmsFailed("busy")
        Door.sent.append((phone, text))


@transaction.atomic
def an_event(at: datetime.datetime = world.NOW) -> Event:
    return events.record(KIND, world.department(), by=None, at=at)


def tell(person: User, told: list[Telling], at: datetime.datetime = world.NOW, **given: object) -> Event:
    told[:] = [Telling(person, _("Save"), "/appeals/", **given)]  # type: ignore[arg-type]
    event = an_event(at)
    notices.tell(event, at)
    return event


def test_a_person_is_told_in_his_language_and_where_it_leads(told: list[Telling]) -> None:
    person = world.a_person()
    event = tell(person, told, urgent=True)
    notice = Notice.objects.get()
    assert (notice.person, notice.event, notice.text, notice.url) == (person, event, "保存", "/appeals/")
    assert (notice.at, notice.read_at, notice.is_urgent) == (event.at, None, True)
    assert not SmsMessage.objects.exists()


def test_nobody_is_told_twice_of_one_event(told: list[Telling]) -> None:
    person = world.a_person()
    event = tell(person, told, sms=True)
    notices.tell(event, world.NOW)
    told.append(Telling(person, "again", "/other/"))
    notices.tell(event, world.NOW)
    assert (Notice.objects.count(), SmsMessage.objects.count()) == (1, 1)


def test_who_is_no_longer_active_is_not_told(told: list[Telling]) -> None:
    tell(world.a_person(is_active=False), told, sms=True)
    assert not Notice.objects.exists()


def test_an_sms_goes_out_once(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    person = world.a_person()
    tell(person, told, sms=True)
    assert sending.send_due(now=world.NOW) == {"sent": 1}
    assert sending.send_due(now=world.NOW + datetime.timedelta(days=1)) == {}
    assert sent == [(person.phone, "司机之家：您有新消息，打开首页查看。")]
    assert SmsMessage.objects.get().sent_at == world.NOW


def test_at_night_it_waits_for_the_morning(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    tell(world.a_person(), told, NIGHT, sms=True)
    assert SmsMessage.objects.get().send_after == MORNING
    assert sending.send_due(now=MORNING - datetime.timedelta(seconds=1)) == {}
    assert sending.send_due(now=MORNING) == {"sent": 1}


def test_what_is_urgent_goes_out_at_night(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    tell(world.a_person(), told, NIGHT, sms=True, urgent=True)
    assert sending.send_due(now=NIGHT) == {"sent": 1}


def test_who_switched_the_quiet_night_off_is_told_at_night(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    person = world.a_person()
    notices.set_telling(by=person, is_sms_on=True, is_quiet_at_night=False, now=NIGHT)
    tell(person, told, NIGHT, sms=True)
    assert sending.send_due(now=NIGHT) == {"sent": 1}


def test_who_switched_sms_off_gets_only_urgent_ones(told: list[Telling]) -> None:
    person = world.a_person()
    notices.set_telling(by=person, is_sms_on=False, is_quiet_at_night=True, now=world.NOW)
    tell(person, told, sms=True)
    assert not SmsMessage.objects.exists()
    tell(person, told, NIGHT, sms=True, urgent=True)
    assert SmsMessage.objects.get().send_after == NIGHT
    assert Notice.objects.count() == 2


def test_a_new_choice_holds_for_what_already_waits(told: list[Telling]) -> None:
    person, other = world.a_person(), world.a_person()
    tell(person, told, NIGHT, sms=True)
    tell(other, told, NIGHT, sms=True)
    notices.set_telling(by=person, is_sms_on=False, is_quiet_at_night=True, now=NIGHT)
    notices.set_telling(by=other, is_sms_on=True, is_quiet_at_night=False, now=NIGHT)
    assert [(row.person, row.send_after) for row in SmsMessage.objects.all()] == [(other, NIGHT)]


def test_ten_events_in_one_night_make_one_sms_in_the_morning(told: list[Telling]) -> None:
    person = world.a_person()
    for minutes in range(10):
        tell(person, told, NIGHT + datetime.timedelta(minutes=minutes), sms=True)
    assert (Notice.objects.count(), SmsMessage.objects.count()) == (10, 1)


def test_old_news_wakes_nobody(told: list[Telling]) -> None:
    told[:] = [Telling(world.a_person(), "x", "/", sms=True)]
    notices.tell(an_event(), world.NOW + datetime.timedelta(days=2))
    assert (Notice.objects.count(), SmsMessage.objects.count()) == (1, 0)


def test_an_sms_that_is_too_long_fails_loudly(told: list[Telling]) -> None:
    told[:] = [Telling(world.a_person(), "x", "/", sms=telling.SmsText("长" * 71))]
    with pytest.raises(ValueError, match="71 characters"), transaction.atomic():
        notices.tell(an_event(), world.NOW)
    assert not Notice.objects.exists()


def test_a_supplier_who_is_busy_is_asked_again_later(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    tell(world.a_person(), told, sms=True)
    Door.failures = 1
    assert sending.send_due(now=world.NOW) == {"failed": 1}
    assert sending.send_due(now=world.NOW + datetime.timedelta(seconds=59)) == {}
    assert sending.send_due(now=world.NOW + datetime.timedelta(seconds=60)) == {"sent": 1}
    assert len(sent) == 1


def test_after_five_tries_an_sms_is_given_up(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    tell(world.a_person(), told, sms=True)
    Door.failures, now = 99, world.NOW
    for _try in range(sending.MAX_TRIES):
        assert sending.send_due(now=now) == {"failed": 1}
        now = SmsMessage.objects.get().send_after
    assert sending.send_due(now=now + datetime.timedelta(days=1)) == {}


def test_one_number_that_fails_does_not_hold_up_the_next(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    for _person in range(3):
        tell(world.a_person(), told, sms=True)
    Door.failures = 1
    assert sending.send_due(now=world.NOW) == {"failed": 1, "sent": 2}


def test_the_batch_is_bounded(told: list[Telling], sent: list[tuple[str, str]]) -> None:
    for _person in range(3):
        tell(world.a_person(), told, sms=True)
    assert sending.send_due(now=world.NOW, limit=2) == {"sent": 2}


def test_the_door_is_named_by_the_settings(sent: list[tuple[str, str]]) -> None:
    assert isinstance(sms.door(), Door)


def test_reading_is_each_persons_own(told: list[Telling]) -> None:
    person, other = world.a_person(), world.a_person()
    tell(person, told)
    with pytest.raises(Notice.DoesNotExist):
        notices.read(Notice.objects.get().pk, by=other, now=world.NOW)
    notices.read(Notice.objects.get().pk, by=person, now=world.NOW)
    notices.read(Notice.objects.get().pk, by=person, now=NIGHT)
    assert Notice.objects.get().read_at == world.NOW


def test_marking_all_read_leaves_what_came_since(told: list[Telling]) -> None:
    person = world.a_person()
    tell(person, told)
    tell(person, told, world.NOW + datetime.timedelta(minutes=5))
    assert notices.unread_count(person) == 2
    assert notices.read_all(by=person, until=world.NOW + datetime.timedelta(minutes=1), now=NIGHT) == 1
    assert notices.unread_count(person) == 1


def test_a_person_is_told_of_his_new_post() -> None:
    admin = world.a_post(Role.SECURITY_ADMIN, world.department())
    post = world.a_post(Role.CONTACT, world.a_branch())
    with transaction.atomic():
        facts = {"from_date": "2026-11-24"}
        event = events.record("portal.post_appointed", post, by=admin.person, at=world.NOW, facts=facts)
    notices.tell(event, world.NOW)
    notice = Notice.objects.get(person=post.person)
    assert notice.text == f"从11月24日起，您任{post.organisation.name}联系人。"


def test_the_text_of_a_notice_is_encrypted_in_the_database(told: list[Telling]) -> None:
    tell(world.a_person(), told)
    raw = Notice.objects.raw("SELECT id, text AS kept FROM portal_notice")[0].kept  # type: ignore[attr-defined]
    assert "保存" not in raw
