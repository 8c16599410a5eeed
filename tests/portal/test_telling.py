"""What an SMS may say, and when the night is quiet."""

import datetime

import pytest
from django.utils import translation

from portal import telling
from portal.telling import SmsText, after_quiet, is_quiet, sms_texts
from tests import world

PRIVATE = ["诉求类别", "封号", "抽成", "派单", "党", "蜀程", "支部", "骚扰", "电话", "{", "%"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_sms_has_at_most_70_characters(language: str) -> None:
    with translation.override(language):
        for text in sms_texts():
            assert 0 < len(str(text.words)) <= 70


def test_no_sms_tells_a_private_fact() -> None:
    with translation.override("zh-hans"):
        for text in sms_texts():
            assert not [word for word in PRIVATE if word in str(text.words)]


def test_an_sms_that_is_too_long_fails_the_check() -> None:
    long = telling.sms_text("长" * 71)
    try:
        assert [error.id for error in telling.check_sms_texts()] == ["portal.E001", "portal.E001"]
    finally:
        telling._sms_texts.remove(long)
    assert telling.check_sms_texts() == []


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-11-23 21:59", "2026-11-23 21:59"),
        ("2026-11-23 22:00", "2026-11-24 07:00"),
        ("2026-11-23 23:59", "2026-11-24 07:00"),
        ("2026-11-24 00:00", "2026-11-24 07:00"),
        ("2026-11-24 06:59", "2026-11-24 07:00"),
        ("2026-11-24 07:00", "2026-11-24 07:00"),
        ("2026-12-31 22:30", "2027-01-01 07:00"),
    ],
)
def test_the_night_is_quiet_from_22_to_7(moment: str, sent: str) -> None:
    at = world.at(moment)
    assert after_quiet(at) == world.at(sent)
    assert is_quiet(at) == (moment != sent)
    assert after_quiet(at.astimezone(datetime.UTC)) == world.at(sent)


@pytest.mark.django_db
def test_the_general_words_are_sent_unless_a_room_has_its_own() -> None:
    person = world.a_person()
    own = SmsText("司机之家：有新进展。")
    assert telling.Telling(person, "", "/").sms_words == ""
    assert telling.Telling(person, "", "/", sms=True).sms_words == str(telling.NEWS.words)
    assert telling.Telling(person, "", "/", sms=own).sms_words == "司机之家：有新进展。"
