"""Tampering with the log on PostgreSQL: the application's role is refused, and what the owner forges is named."""

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, InternalError, ProgrammingError, connection, connections, transaction

from portal import caselog, events, health, ledger, verification
from portal.actions import erasure, roots
from portal.models import DailyRoot, Event, EventHead, EventText, Notice
from tests import world

DAY = datetime.date(2026, 11, 22)
AFTER = world.at("2026-11-23 00:20")
SUBJECT = "tests.case:ABCDEFGH"
Forge = Callable[[str], None]


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.ROOTS_DIR = tmp_path / "roots"


def a_case(count: int = 5, subject: str = SUBJECT) -> None:
    """A chain of that many links with words, the first `count` of them under yesterday's root."""
    for number in range(count):
        with transaction.atomic():
            events.record(
                "tests.happened",
                subject,
                by=None,
                at=world.at("2026-11-22 08:00") + datetime.timedelta(minutes=number),
                facts={"tier": number},
                words={"story": f"第 {number} 段话"},
            )


@pytest.fixture
def forge(committed: str) -> Iterator[Forge]:
    """A five-link case under a published root, and SQL in the hands of the owner with the triggers switched off."""
    a_case()
    roots.publish_root(DAY, now=AFTER)

    def run(sql: str) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE portal_event DISABLE TRIGGER USER")
            for statement in sql.split(";"):
                if statement.strip():
                    cursor.execute(statement)
            cursor.execute("ALTER TABLE portal_event ENABLE TRIGGER USER")

    yield run
    connections["owner"].close()


def found() -> list[tuple[int, str]]:
    report = caselog.verify_stored(SUBJECT, now=world.NOW)
    return [(problem.position, problem.kind) for problem in report.problems]


def test_an_untouched_chain_is_consistent_and_covered(forge: Forge) -> None:
    report = caselog.verify_stored(SUBJECT, now=world.NOW)
    assert (report.ok, report.count, report.covered_until) == (True, 5, DAY)


ONE = f"subject = '{SUBJECT}' AND position"


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (f"""UPDATE portal_event SET facts = '{{"tier": 9}}' WHERE {ONE} = 3""", [(3, "altered")]),
        (f"UPDATE portal_event SET at = at - interval '1 day' WHERE {ONE} = 2", [(2, "altered")]),
        (f"UPDATE portal_event SET kind = 'tests.other' WHERE {ONE} = 1", [(1, "altered")]),
        (f"UPDATE portal_event SET at = at + interval '1 microsecond' WHERE {ONE} = 5", [(5, "altered")]),
        (
            f"UPDATE portal_event SET by_id = (SELECT min(id) FROM portal_user) WHERE {ONE} = 4",
            [(4, "altered")],
        ),
        (
            f"DELETE FROM portal_eventtext WHERE event_id IN (SELECT id FROM portal_event WHERE {ONE} = 3);"
            f"DELETE FROM portal_event WHERE {ONE} = 3",
            [(3, "missing")],
        ),
        (
            f"DELETE FROM portal_eventtext WHERE event_id IN (SELECT id FROM portal_event WHERE {ONE} > 3);"
            f"DELETE FROM portal_event WHERE {ONE} > 3",
            [(4, "cut")],
        ),
        (
            f"DELETE FROM portal_eventtext WHERE event_id IN (SELECT id FROM portal_event WHERE {ONE} > 3);"
            f"DELETE FROM portal_event WHERE {ONE} > 3;"
            f"UPDATE portal_eventhead h SET position = 3, hash = e.hash FROM portal_event e "
            f"WHERE h.subject = e.subject AND e.subject = '{SUBJECT}' AND e.position = 3",
            [(4, "cut")],
        ),
        (
            f"UPDATE portal_event SET position = 99 WHERE {ONE} = 2;"
            f"UPDATE portal_event SET position = 2 WHERE {ONE} = 3;"
            f"UPDATE portal_event SET position = 3 WHERE {ONE} = 99",
            [(2, "altered"), (3, "altered")],
        ),
    ],
)
def test_what_the_owner_forges_is_named_by_its_place(forge: Forge, sql: str, named: list[tuple[int, str]]) -> None:
    world.a_person()
    forge(sql)
    assert found() == named


def _rehash(forge: Forge, start: int) -> None:
    """A thorough forger: every later link, and the head, are made to fit."""
    before = ""
    for event in Event.objects.filter(subject=SUBJECT).order_by("position"):
        if event.position >= start:
            link = {
                "subject": SUBJECT,
                "position": event.position,
                "kind": event.kind,
                "by": None,
                "post": None,
                "at": ledger.microseconds(event.at),
                "facts": event.facts,
                "words": event.commitments,
                "previous": before or event.previous,
            }
            fresh = ledger.link_hash(link)
            forge(f"UPDATE portal_event SET previous = '{link['previous']}', hash = '{fresh}' WHERE id = {event.pk}")
        else:
            fresh = event.hash
        before = fresh
    forge(f"UPDATE portal_eventhead SET hash = '{before}' WHERE subject = '{SUBJECT}'")


def test_a_chain_that_was_rewritten_to_its_end_is_found_by_the_published_root(forge: Forge) -> None:
    forge(f"""UPDATE portal_event SET facts = '{{"tier": 9}}' WHERE {ONE} = 2""")
    _rehash(forge, 2)
    assert found() == [(5, "root")]


def test_a_chain_rewritten_together_with_the_root_in_the_database_differs_from_the_file(forge: Forge) -> None:
    forge(f"""UPDATE portal_event SET facts = '{{"tier": 9}}' WHERE {ONE} = 2""")
    _rehash(forge, 2)
    forge(f"UPDATE portal_dailyroot SET root = '{'0' * 64}' WHERE day = '2026-11-22'")
    assert roots.disagreements(DAY) == [DAY]


def test_a_record_that_somebody_kept_names_the_place_where_the_stored_chain_was_rewritten(forge: Forge) -> None:
    kept = json.loads(json.dumps(caselog.export(SUBJECT, now=world.NOW)))
    forge(f"""UPDATE portal_event SET facts = '{{"tier": 9}}' WHERE {ONE} = 2""")
    _rehash(forge, 2)
    report, _newer = caselog.verify_given(kept)
    assert [(problem.position, problem.kind) for problem in report.problems] == [(2, "altered")]


def test_a_forged_download_is_found_by_the_receipt_alone(forge: Forge) -> None:
    head = EventHead.objects.get(subject=SUBJECT)
    forge(f"""UPDATE portal_event SET facts = '{{"tier": 9}}' WHERE {ONE} = 2""")
    _rehash(forge, 2)
    log = caselog.export(SUBJECT, now=world.NOW) | {"root": None}
    assert verification.verify(log).ok
    report = verification.verify(log, head=f"{head.position}-{head.hash}")
    assert [(problem.position, problem.kind) for problem in report.problems] == [(5, "receipt")]


def test_altered_words_are_named(forge: Forge) -> None:
    text = EventText.objects.get(event__subject=SUBJECT, event__position=3)
    text.text = "换过的话"
    text.save()
    assert found() == [(3, "words")]


@pytest.mark.parametrize("verb", ["UPDATE portal_event SET kind = 'x'", "DELETE FROM portal_event"])
def test_triggers_refuse_even_the_owner(committed: str, verb: str) -> None:
    a_case(1)
    with pytest.raises(InternalError, match="Cannot"), connections["owner"].cursor() as cursor:
        cursor.execute(verb)
    connections["owner"].close()
    assert Event.objects.filter(kind="tests.happened").count() == 1


def test_a_trigger_refuses_the_owner_to_truncate(committed: str) -> None:
    with pytest.raises(InternalError, match="Cannot truncate"), connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE portal_event CASCADE")
    connections["owner"].close()
    assert Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE portal_event SET kind = 'x'",
        "DELETE FROM portal_event",
        "TRUNCATE portal_event CASCADE",
        "DELETE FROM portal_eventtext",
        "TRUNCATE portal_eventtext",
        "DELETE FROM portal_eventhead",
        "UPDATE portal_dailyroot SET root = ''",
        "DELETE FROM portal_dailyroot",
        "TRUNCATE portal_place CASCADE",
        "ALTER TABLE portal_event DISABLE TRIGGER USER",
        "DROP TABLE portal_event CASCADE",
        "DELETE FROM django_migrations",
    ],
)
def test_the_applications_role_lacks_the_right(sql: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(sql)
    assert Event.objects.exists()


def test_the_right_alone_is_not_enough(committed: str) -> None:
    """Were the right given back by mistake, the trigger still refuses."""
    with connections["owner"].cursor() as cursor, connection.cursor() as application:
        application.execute("SELECT current_user")
        role = application.fetchone()[0]
        cursor.execute(f'GRANT UPDATE, DELETE, TRUNCATE ON portal_event TO "{role}"')
    connections["owner"].close()
    newest = "SELECT max(id) FROM portal_event"
    for sql in ("UPDATE portal_event SET kind = 'x'", f"DELETE FROM portal_event WHERE id = ({newest})"):
        with pytest.raises(DatabaseError, match="Cannot"), connection.cursor() as cursor:
            cursor.execute(sql)
    assert not Event.objects.filter(kind="x").exists()


@pytest.mark.django_db
def test_erasing_words_keeps_the_chain_valid() -> None:
    a_case()
    before = [event.hash for event in Event.objects.filter(subject=SUBJECT).order_by("position")]
    person = world.a_person()
    told = Event.objects.get(subject=SUBJECT, position=2)
    Notice.objects.create(person=person, event=told, kind=told.kind, text="第 1 段话", url="/", at=told.at)
    assert erasure.erase_words(SUBJECT, by=person, positions=[2, 4], now=world.NOW) == 2
    report = caselog.verify_stored(SUBJECT, now=world.NOW)
    assert (report.ok, report.count, report.erased_count) == (True, 6, 2)
    assert [event.hash for event in Event.objects.filter(subject=SUBJECT).order_by("position")][:5] == before
    erased = EventText.objects.filter(event__subject=SUBJECT, erased_at=world.NOW)
    assert [(text.text, text.salt) for text in erased] == [(None, None), (None, None)]
    assert EventText.objects.filter(event__subject=SUBJECT, text__isnull=False).count() == 3
    assert not Notice.objects.exists()
    event = Event.objects.get(kind="portal.words_erased")
    assert (event.by, event.facts) == (person, {"positions": [2, 4], "texts": 2})


@pytest.mark.django_db
def test_erasing_again_changes_nothing() -> None:
    a_case()
    erasure.erase_words(SUBJECT, by=None, now=world.NOW)
    assert erasure.erase_words(SUBJECT, by=None, now=world.NOW) == 0
    assert Event.objects.filter(kind="portal.words_erased").count() == 1


@pytest.mark.django_db
def test_erased_words_are_gone_from_the_download_and_its_proof_still_holds() -> None:
    a_case()
    roots.publish_root(DAY, now=AFTER)
    erasure.erase_words(SUBJECT, by=None, now=world.NOW)
    log = caselog.export(SUBJECT, now=world.NOW)
    assert "段话" not in json.dumps(log, ensure_ascii=False)
    report = verification.verify(log, roots=caselog.published_roots())
    assert (report.ok, report.covered_count) == (True, 5)
    assert DailyRoot.objects.filter(day=DAY).exists()


@pytest.mark.django_db
def test_words_may_be_withheld_from_a_reader() -> None:
    a_case()
    log = caselog.export(SUBJECT, now=world.NOW, shows=lambda event, _name: event.position != 2)
    assert log["links"][1]["texts"] == {"story": {"withheld": True}}
    assert verification.verify(log).ok


@pytest.mark.django_db
def test_a_record_from_elsewhere_is_a_stranger() -> None:
    a_case()
    log = json.loads(json.dumps(caselog.export(SUBJECT, now=world.NOW)).replace("ABCDEFGH", "ZZZZZZZZ"))
    report, newer = caselog.verify_given(log)
    assert "stranger" in [problem.kind for problem in report.problems]
    assert newer == 0


@pytest.mark.django_db
def test_an_older_download_is_consistent_and_says_what_came_since() -> None:
    a_case(3)
    log = json.loads(json.dumps(caselog.export(SUBJECT, now=world.NOW)))
    a_case(2)
    report, newer = caselog.verify_given(log)
    assert (report.ok, newer) == (True, 2)


def test_a_log_without_its_trigger_is_red(committed: str) -> None:
    assert health.log().level == "green"
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE portal_event DISABLE TRIGGER USER")
    connections["owner"].close()
    assert health.log().level == "red"
