"""The daily root: over all heads at the end of a Beijing day, in the database, in a file, and by web-hook."""

import datetime
import itertools
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.db import transaction

from portal import caselog, events, ledger, merkle, rootfiles, verification
from portal.actions import roots
from portal.actions.roots import RootsDisagree
from portal.models import DailyRoot, Delivery, Event
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 22)
AFTER = world.at("2026-11-23 00:20")
SUBJECT = "tests.thing:1"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.ROOTS_DIR = tmp_path / "roots"
    return settings.ROOTS_DIR


@transaction.atomic
def an_event(at: str, subject: str = SUBJECT) -> Event:
    return events.record("tests.happened", subject, by=None, at=world.at(at))


def test_it_is_the_merkle_root_over_the_heads_at_the_end_of_the_day(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    last = an_event("2026-11-22 23:59")
    other = an_event("2026-11-21 08:00", "tests.thing:0")
    an_event("2026-11-23 00:00")
    row = roots.publish_root(DAY, now=AFTER)
    leaves = roots.leaves_at_end_of(DAY)
    assert (SUBJECT, 2, last.hash) in leaves
    assert ("tests.thing:0", 1, other.hash) in leaves
    assert leaves == sorted(leaves)
    written = [ledger.canonical({"subject": s, "position": p, "hash": h}) for s, p, h in leaves]
    assert row.root == merkle.root([merkle.leaf_hash(leaf) for leaf in written]).hex()
    assert row.leaves == len(leaves)
    on_file = json.loads((folder / "2026-11-22.json").read_text())
    assert on_file == {
        "day": "2026-11-22",
        "root": row.root,
        "leaves": row.leaves,
        "previous": None,
        "made_at": "2026-11-22T16:20:00+00:00",
    }


def test_a_second_run_changes_nothing(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    roots.publish_root(DAY, now=AFTER)
    before = (folder / "2026-11-22.json").read_bytes()
    an_event("2026-11-22 09:00")  # written late: the root that is out stays as it is
    roots.publish_root(DAY, now=AFTER + datetime.timedelta(hours=1))
    assert DailyRoot.objects.filter(day=DAY).count() == 1
    assert (folder / "2026-11-22.json").read_bytes() == before
    assert Event.objects.filter(kind="portal.root_published").count() == 1


@pytest.mark.parametrize(
    ("now", "newest"),
    [("2026-11-23 00:19", "2026-11-21"), ("2026-11-23 00:20", "2026-11-22"), ("2026-11-23 23:59", "2026-11-22")],
)
def test_yesterday_is_due_from_0_20_on(now: str, newest: str) -> None:
    assert roots.newest_due(world.at(now)) == datetime.date.fromisoformat(newest)


def test_the_first_root_of_all_is_yesterdays() -> None:
    assert roots.missing_days(AFTER) == [DAY]
    assert roots.publish_due(now=AFTER) == {"published": 1}
    assert roots.publish_due(now=AFTER) == {}


def test_before_the_first_event_there_is_nothing_to_publish() -> None:
    assert roots.missing_days(world.at("2020-01-01 12:00")) == []


def test_missed_days_are_caught_up_in_order_each_naming_the_one_before() -> None:
    roots.publish_root(datetime.date(2026, 11, 19), now=AFTER)
    assert roots.publish_due(now=AFTER) == {"published": 3}
    days = list(DailyRoot.objects.order_by("day"))
    assert [row.day.day for row in days] == [19, 20, 21, 22]
    for before, row in itertools.pairwise(days):
        assert rootfiles.read(row.day)["previous"] == {"day": before.day.isoformat(), "root": before.root}
    assert roots.publish_due(now=AFTER) == {}


def test_a_catch_up_is_bounded() -> None:
    roots.publish_root(datetime.date(2026, 9, 1), now=AFTER)
    assert roots.publish_due(now=AFTER) == {"published": 40}
    assert roots.publish_due(now=AFTER) == {"published": 40}
    assert roots.publish_due(now=AFTER) == {"published": 2}


def test_a_lost_file_is_written_again_as_it_was(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    row = roots.publish_root(DAY, now=AFTER)
    before = (folder / "2026-11-22.json").read_bytes()
    (folder / "2026-11-22.json").unlink()
    assert roots.disagreements(DAY) == [DAY]
    roots.publish_root(DAY, now=AFTER + datetime.timedelta(days=2))
    assert (folder / "2026-11-22.json").read_bytes() == before
    assert DailyRoot.objects.get(day=DAY).made_at == row.made_at
    assert roots.disagreements(DAY) == []


def test_a_lost_row_comes_back_only_with_the_root_on_file(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    with transaction.atomic():
        roots.publish_root(DAY, now=AFTER)
        published = (folder / "2026-11-22.json").read_bytes()
        transaction.set_rollback(True)
    row = roots.publish_root(DAY, now=AFTER + datetime.timedelta(hours=3))
    assert (row.made_at, (folder / "2026-11-22.json").read_bytes()) == (AFTER, published)
    assert row.root == json.loads(published)["root"]


def test_a_file_that_was_changed_is_an_alarm(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    roots.publish_root(DAY, now=AFTER)
    path = folder / "2026-11-22.json"
    path.write_text(path.read_text().replace('"root": "', '"root": "0'))
    assert roots.disagreements(DAY) == [DAY]
    with pytest.raises(RootsDisagree):
        roots.publish_root(DAY, now=AFTER)


def test_a_lost_file_is_not_replaced_when_the_past_has_changed(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    roots.publish_root(DAY, now=AFTER)
    (folder / "2026-11-22.json").unlink()
    an_event("2026-11-22 09:00")
    with pytest.raises(RootsDisagree):
        roots.publish_root(DAY, now=AFTER)
    assert not (folder / "2026-11-22.json").exists()


def test_a_download_carries_the_proof_of_the_newest_root() -> None:
    an_event("2026-11-22 08:00")
    row = roots.publish_root(DAY, now=AFTER)
    an_event("2026-11-23 09:00")
    log = caselog.export(SUBJECT, now=world.NOW)
    report = verification.verify(log, roots={"2026-11-22": row.root})
    assert report.ok
    assert (report.count, report.covered_until, report.covered_count) == (2, DAY, 1)


def test_a_record_of_today_has_no_proof_yet() -> None:
    roots.publish_root(DAY, now=AFTER)
    an_event("2026-11-23 09:00")
    log = caselog.export(SUBJECT, now=world.NOW)
    assert log["root"] is None
    assert verification.verify(log, roots=caselog.published_roots()).ok


def test_a_day_that_disagrees_does_not_hold_up_the_days_after_it(folder: Path) -> None:
    """As after a restore from an old copy: a root is on file that the database cannot account for."""
    roots.publish_root(datetime.date(2026, 11, 19), now=AFTER)
    rootfiles.write({"day": "2026-11-20", "root": "0" * 64, "made_at": "2026-11-20T16:20:00+00:00"}, [])
    with pytest.raises(RootsDisagree, match="2026-11-20"):
        roots.publish_due(now=AFTER)
    assert [row.day.day for row in DailyRoot.objects.order_by("day")] == [19, 21, 22]


def test_leaves_are_kept_for_a_month_and_roots_for_ever(folder: Path) -> None:
    an_event("2026-11-22 08:00")
    roots.publish_root(DAY, now=AFTER)
    assert rootfiles.drop_old_leaves(DAY + datetime.timedelta(days=30)) == 0
    assert rootfiles.drop_old_leaves(DAY + datetime.timedelta(days=31)) == 1
    assert rootfiles.leaves_of(DAY) == []
    assert rootfiles.read(DAY) is not None


class Hook(BaseHTTPRequestHandler):
    got: list[bytes] = []
    status = 200

    def do_POST(self) -> None:
        Hook.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(Hook.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def hook(settings):  # type: ignore[no-untyped-def]
    server = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.ROOT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/"
    Hook.got, Hook.status = [], 200
    yield Hook
    server.shutdown()
    server.server_close()


def test_the_web_hook_gets_the_root(hook: type[Hook]) -> None:
    an_event("2026-11-22 08:00")
    row = roots.publish_root(DAY, now=AFTER)
    event = Event.objects.get(kind="portal.root_published")
    assert Delivery.objects.filter(event=event, consumer="root-hook").exists()
    roots.post_to_hook(event, AFTER)
    assert json.loads(hook.got[0]) == {"day": "2026-11-22", "root": row.root, "leaves": row.leaves}


def test_a_web_hook_that_fails_keeps_the_debt(hook: type[Hook]) -> None:
    hook.status = 500
    roots.publish_root(DAY, now=AFTER)
    with pytest.raises(OSError, match="500"):
        roots.post_to_hook(Event.objects.get(kind="portal.root_published"), AFTER)


def test_without_an_address_nothing_is_sent(hook: type[Hook], settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_WEBHOOK_URL = ""
    roots.publish_root(DAY, now=AFTER)
    roots.post_to_hook(Event.objects.get(kind="portal.root_published"), AFTER)
    assert hook.got == []


def test_the_heads_of_a_day_are_read_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(5):
        an_event("2026-11-22 08:00", f"tests.thing:{number}")
    with django_assert_num_queries(1):
        assert len(roots.leaves_at_end_of(DAY)) >= 5
