"""Internal notes: written by handlers of the line, proved by the chain, read by nobody else."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from appeals.actions import noting
from appeals.models import Identity, Note
from portal import caselog, events, verification
from portal.errors import Refused
from portal.models import Event, Notice
from tests import world
from tests.appeals.desk import Line, a_line, at_ten

__all__ = ["at_ten"]
pytestmark = pytest.mark.django_db
WORDS = "客服口头承认规则上线早了两天，先别写进答复"


@pytest.fixture
def line() -> Line:
    return a_line()


def test_a_note_is_kept_sealed_and_the_chain_proves_it_without_a_word(line: Line) -> None:
    appeal = line.appeal("in_hand")
    note = noting.note(appeal.pk, by=line.secretary, text=f" {WORDS} ", now=world.NOW)
    assert (note.text, note.by) == (WORDS, line.secretary)
    event = Event.objects.get(subject=events.subject_of(appeal), kind="appeals.note_added")
    assert event.facts == {"note": note.code, "seal": noting.seal_of(note.code, WORDS)}
    assert not event.texts.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM appeals_note")
        assert WORDS[:4] not in cursor.fetchone()[0]
    log = caselog.export(events.subject_of(appeal), now=world.NOW)
    assert WORDS not in json.dumps(log, ensure_ascii=False)
    assert verification.verify(log, roots={}).ok


def test_the_same_words_twice_do_not_look_alike_and_other_words_do_not_pass(line: Line) -> None:
    appeal = line.appeal("in_hand")
    one, other = (noting.note(appeal.pk, by=line.secretary, text="同意", now=world.NOW) for _time in range(2))
    assert noting.seal_of(one.code, "同意") != noting.seal_of(other.code, "同意")
    assert noting.seal_of(one.code, "同意") != noting.seal_of(one.code, "同意 ")


def test_a_note_moves_nothing(line: Line) -> None:
    appeal = line.appeal("in_hand")
    before = (appeal.status, appeal.due_at, appeal.tick_at, appeal.handler_id)
    noting.note(appeal.pk, by=line.committee, text=WORDS, now=world.NOW)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.due_at, appeal.tick_at, appeal.handler_id) == before
    assert not Notice.objects.filter(kind="appeals.note_added").exists()


def test_only_who_sees_the_case_in_his_line_writes_one(line: Line) -> None:
    appeal = line.appeal("in_hand")
    strangers = [
        world.a_secretary(world.a_branch()),
        world.a_contact(line.branch),
        world.a_post("liaison", line.platform),
        world.a_post("custodian", world.committee()),
    ]
    for post in strangers:
        with pytest.raises(PermissionDenied):
            noting.note(appeal.pk, by=post, text=WORDS, now=world.NOW)
    assert not Note.objects.exists()


def test_its_writer_takes_a_note_back_and_only_that_it_was_there_stays(line: Line) -> None:
    appeal = line.appeal("in_hand")
    note = noting.note(appeal.pk, by=line.secretary, text=WORDS, now=world.NOW)
    browser = line.browser("secretary")
    url = reverse("appeals:withdraw_note", args=[appeal.code, note.code])
    assert url in browser.get(reverse("appeals:case", args=[appeal.code])).content.decode()
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"key": "take-it-back"}).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.withdrawn_at) == ("", world.NOW)
    page = browser.get(reverse("appeals:case", args=[appeal.code])).content.decode()
    assert (WORDS in page, "已收回" in page, url in page) == (False, True, False)
    log = caselog.export(events.subject_of(appeal), now=world.NOW)
    assert verification.verify(log, roots={}).ok
    assert Event.objects.get(kind="appeals.note_withdrawn").facts == {"note": note.code}
    with pytest.raises(Refused):
        noting.withdraw(note.pk, by=line.secretary, now=world.NOW)


def test_nobody_takes_back_what_somebody_else_wrote(line: Line) -> None:
    appeal = line.appeal("in_hand")
    note = noting.note(appeal.pk, by=line.secretary, text=WORDS, now=world.NOW)
    with pytest.raises(PermissionDenied):
        noting.withdraw(note.pk, by=line.committee, now=world.NOW)
    url = reverse("appeals:withdraw_note", args=[appeal.code, note.code])
    for browser in (line.browser("committee"), world.signed_in(line.driver)):
        assert browser.get(url).status_code == 404
    note.refresh_from_db()
    assert note.text == WORDS


def test_an_empty_note_is_refused(line: Line) -> None:
    with pytest.raises(Refused):
        noting.note(line.appeal("in_hand").pk, by=line.secretary, text="  ", now=world.NOW)


def test_a_sealed_name_does_not_leak_into_a_note(line: Line) -> None:
    appeal = line.appeal("in_hand", identity=Identity.SEALED)
    for words in (f"他就是{line.driver.name}", "打 19900000000 找他"):
        with pytest.raises(Refused):
            noting.note(appeal.pk, by=line.secretary, text=words, now=world.NOW)
    assert noting.note(appeal.pk, by=line.secretary, text=WORDS, now=world.NOW)
