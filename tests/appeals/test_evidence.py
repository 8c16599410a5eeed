"""Evidence: received, given to a case with its hash in the log, kept sealed, seen by some, gone when it must be."""

import datetime
import hashlib
import io
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from appeals import evidence_names, permissions_evidence
from appeals.actions import driving, evidencing, filing
from appeals.actions.evidencing import receive
from appeals.models import Appeal, Evidence, EvidenceState, Identity, Scan
from portal import caselog, events, vault, verification
from portal.errors import Refused
from portal.models import Event, User
from tests import world
from tests.appeals import files

NOW = world.NOW
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def driver(db: None) -> User:
    return world.a_driver(world.a_branch())


def sent(data: bytes, by: User, **more: Any) -> Evidence:
    return receive(io.BytesIO(data), name=more.pop("name", "IMG_2031.jpg"), by=by, now=more.pop("now", NOW), **more)


def of_case(appeal: Appeal) -> list[Evidence]:
    return list(Evidence.objects.filter(appeal=appeal).order_by("position"))


def read(evidence: Evidence, part: str) -> bytes:
    return b"".join(vault.read(evidence.store, part, evidence.file_key))


# -- received ---------------------------------------------------------------------------------------------------------


def test_what_was_sent_is_kept_as_it_was_and_the_copy_says_nothing_of_where(driver: User) -> None:
    data = files.photo()
    kept = sent(data, driver)
    assert (kept.kind, kept.state, kept.scan) == ("jpeg", EvidenceState.READY, Scan.NOT_SCANNED)
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert read(kept, "original") == data
    copy = read(kept, "copy")
    assert (len(copy), len(read(kept, "small"))) == (kept.copy_bytes, kept.small_bytes)
    assert files.CANARY not in copy
    assert b"Exif" not in copy


def test_nothing_on_the_disk_can_be_read(driver: User, folder: Path) -> None:
    kept = sent(files.photo(), driver)
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) == 3
    for path in written:
        data = path.read_bytes()
        assert not [mark for mark in (files.CANARY, b"JFIF", b"Exif", b"IMG_2031") if mark in data]
        assert "2031" not in path.name
        assert path.stat().st_mode & 0o077 == 0
    assert kept.store not in kept.code


def test_a_file_that_was_altered_or_moved_does_not_open(driver: User) -> None:
    one, other = sent(files.photo(), driver), sent(files.picture(), driver)
    path = vault.path_of(one.store, "copy")
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(vault.Damaged):
        read(one, "copy")
    path.write_bytes(vault.path_of(other.store, "copy").read_bytes())
    one.file_key = other.file_key
    with pytest.raises(vault.Damaged):
        read(one, "copy")


def test_the_key_in_the_database_is_sealed_too(driver: User) -> None:
    kept = sent(files.photo(), driver, name="周建平的身份证.jpg")
    from_database = Evidence.objects.filter(pk=kept.pk).extra(select={"raw": "name", "key": "file_key"}).get()
    assert "身份证" not in from_database.raw
    assert kept.file_key not in from_database.key


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("", ""),
        ("...", ""),
        ("订单截图.png", "订单截图.png"),
        ("长" * 200 + ".jpg", "长" * 72 + ".jpg"),
    ],
)
def test_a_name_leads_nowhere(name: str, kept: str) -> None:
    assert evidence_names.clean(name) == kept


def test_a_file_without_name_or_ending_is_what_it_is(driver: User) -> None:
    kept = sent(files.picture("PNG"), driver, name="../\u202e")
    assert evidence_names.own_name(kept) == "file.png"
    assert evidence_names.copy_name(kept).endswith(".jpg")


def test_too_large_is_said_and_nothing_is_left(driver: User, folder: Path, settings: Any) -> None:
    settings.UPLOAD_FILE_BYTES = 100_000
    with pytest.raises(Refused, match="20 MB"):
        sent(b"\xff\xd8\xff" + b"x" * 200_000, driver)
    assert not Evidence.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_turned_away_leaves_nothing(driver: User, folder: Path) -> None:
    for data in (b"<html>", files.EICAR, b"", files.photo()[:900]):
        with pytest.raises(Refused):
            sent(data, driver)
    assert not Evidence.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_one_person_keeps_a_bounded_heap(driver: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appeals.actions.receiving.LOOSE_FILES", 2)
    evidencing.begin(size=10, name="a", by=driver, now=NOW)
    evidencing.begin(size=10, name="b", by=driver, now=NOW)
    with pytest.raises(Refused, match="您传的文件很多"):
        evidencing.begin(size=10, name="c", by=driver, now=NOW)
    evidencing.begin(size=10, name="c", by=world.a_person(), now=NOW)
    monkeypatch.setattr("appeals.actions.receiving.LOOSE_FILES", 20)
    for _file in range(9):
        evidencing.begin(size=20 * 2**20, name="large", by=driver, now=NOW)
    with pytest.raises(Refused, match="您传的文件很多"):
        evidencing.begin(size=20 * 2**20, name="one too many", by=driver, now=NOW)


def test_the_same_file_twice_in_a_form_is_one(driver: User, folder: Path) -> None:
    data = files.photo()
    first, second = sent(data, driver, meant_for="a"), sent(data, driver, meant_for="a")
    assert first == second
    assert sent(data, driver, meant_for="b") != first
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 6


# -- given to a case --------------------------------------------------------------------------------------------------


def test_a_filing_takes_its_files_along_and_the_log_holds_their_hashes(driver: User) -> None:
    one, two = sent(files.photo(), driver, name="周建平.jpg"), sent(files.document(), driver, name="合同.pdf")
    appeal = filing.file(world.a_filing(evidence=(one.code, two.code)), by=driver, now=NOW)
    assert [(row.code, row.position, row.owner) for row in of_case(appeal)] == [
        (one.code, 1, driver),
        (two.code, 2, driver),
    ]
    event = Event.objects.get(kind="appeals.evidence_added")
    assert [(told["sha256"], told["bytes"], told["kind"]) for told in event.facts["files"]] == [
        (one.sha256, one.size_bytes, "jpeg"),
        (two.sha256, two.size_bytes, "pdf"),
    ]
    assert "周建平" not in str(event.facts)
    written = caselog.export(events.subject_of(appeal), now=NOW)
    assert one.sha256 in str(written)
    assert verification.verify(written, roots={}).ok


def test_a_refused_filing_leaves_its_files_loose(driver: User) -> None:
    kept = sent(files.photo(), driver)
    with pytest.raises(Refused):
        filing.file(world.a_filing(evidence=(kept.code, "0" * 16)), by=driver, now=NOW)
    assert not Appeal.objects.exists()
    kept.refresh_from_db()
    assert (kept.appeal, kept.event) == (None, None)


def test_nobody_gives_a_strangers_file_or_one_twice(driver: User) -> None:
    stranger = world.a_person()
    theirs, own = sent(files.photo(), stranger), sent(files.photo(), driver)
    appeal = filing.file(world.a_filing(evidence=(own.code,)), by=driver, now=NOW)
    for codes in ([theirs.code], [own.code]):
        with pytest.raises(Refused, match="不在了"):
            driving.add(appeal.pk, by=driver, words="看照片", now=NOW, evidence=codes)
    with pytest.raises(PermissionDenied):
        evidencing.attach([theirs.code], appeal, by=stranger, now=NOW)


def test_at_most_ten_at_a_time(driver: User) -> None:
    codes = [sent(files.picture("PNG", (40 + n, 30)), driver).code for n in range(11)]
    appeal = filing.file(world.a_filing(), by=driver, now=NOW)
    with pytest.raises(Refused, match="10"):
        driving.add(appeal.pk, by=driver, words="", now=NOW, evidence=codes)
    driving.add(appeal.pk, by=driver, words="", now=NOW, evidence=codes[:10])
    driving.add(appeal.pk, by=driver, words="", now=NOW, evidence=codes[10:])
    assert [row.position for row in of_case(appeal)] == list(range(1, 12))


def test_a_closed_case_takes_nothing(driver: User) -> None:
    kept = sent(files.photo(), driver)
    appeal = world.an_appeal("withdrawn", by=driver)
    with pytest.raises(Refused):
        evidencing.attach([kept.code], appeal, by=driver, now=NOW)


def test_a_handler_gives_a_file_to_what_he_has_in_hand(db: None) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    kept = sent(files.document(), line["contact"].person)
    evidencing.attach([kept.code], appeal, by=line["contact"].person, post=line["contact"], now=NOW)
    assert permissions_evidence.visible_evidence(driver, None, NOW).filter(code=kept.code).exists()
    theirs = sent(files.document(), line["secretary"].person)
    with pytest.raises(PermissionDenied):
        evidencing.attach([theirs.code], appeal, by=line["secretary"].person, post=line["secretary"], now=NOW)


def test_what_a_volunteer_received_is_the_drivers(driver: User) -> None:
    home = world.an_organisation("home", "江阳司机之家", place=world.district())
    volunteer = world.a_post("volunteer", home)
    kept = sent(files.photo(), volunteer.person)
    appeal = filing.file(world.a_filing(evidence=(kept.code,)), by=driver, now=NOW, volunteer=volunteer)
    (given,) = of_case(appeal)
    assert (given.owner, given.post) == (driver, volunteer)
    assert not permissions_evidence.visible_evidence(volunteer.person, volunteer, NOW).exists()
    later = sent(files.picture(), volunteer.person)
    with pytest.raises(PermissionDenied):
        evidencing.attach([later.code], appeal, by=volunteer.person, post=volunteer, now=NOW + DAY)


# -- who sees it ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestSight:
    @pytest.fixture(autouse=True)
    def case(self) -> None:
        self.line = world.a_line()
        self.driver = world.a_driver(self.line["branch"], contact=self.line["contact"])
        self.company = world.a_platform()
        self.liaison = world.a_post("liaison", self.company)
        self.rival = world.a_post("liaison", world.a_platform())
        self.photo = sent(files.photo(), self.driver)
        self.appeal = world.an_appeal(
            "in_hand", by=self.driver, handler=self.line["contact"], about=self.company, identity=Identity.OPEN,
            evidence=(self.photo.code,),
        )  # fmt: skip
        world.heard(self.appeal.pk, by=self.line["contact"], question="规则改了吗？", now=NOW)
        self.hearing = self.appeal.hearings.get()
        paper = sent(files.document(), self.liaison.person)
        evidencing.attach(
            [paper.code], self.appeal, by=self.liaison.person, post=self.liaison, hearing=self.hearing, now=NOW
        )
        self.paper = Evidence.objects.get(code=paper.code)

    def seen(self, person: User, post: Any = None) -> set[str]:
        rows = permissions_evidence.visible_evidence(person, post, NOW)
        return set(rows.values_list("kind", flat=True))

    def test_the_driver_sees_his_own_and_the_line_everything(self) -> None:
        assert self.seen(self.driver) == {"jpeg"}
        for name in ("contact", "secretary", "committee", "province"):
            post = self.line[name]
            assert self.seen(post.person, post) == {"jpeg", "pdf"}, name
            assert self.seen(post.person) == set()

    def test_the_company_sees_its_own_until_a_file_is_released_to_it(self) -> None:
        assert self.seen(self.liaison.person, self.liaison) == {"pdf"}
        evidencing.release(self.photo.pk, self.hearing, by=self.line["contact"], now=NOW)
        assert self.seen(self.liaison.person, self.liaison) == {"jpeg", "pdf"}
        assert self.seen(self.rival.person, self.rival) == set()
        assert Event.objects.get(kind="appeals.evidence_released").facts["sha256"] == self.photo.sha256

    def test_a_name_that_the_company_does_not_see_keeps_the_photos_from_it(self) -> None:
        Appeal.objects.update(identity=Identity.NAMED)
        with pytest.raises(PermissionDenied):
            evidencing.release(self.photo.pk, self.hearing, by=self.line["contact"], now=NOW)

    def test_somebody_barred_sees_none(self) -> None:
        world.kin(self.line["contact"].person, self.driver)
        assert self.seen(self.line["contact"].person, self.line["contact"]) == set()

    def test_an_original_is_a_committees_to_ask_for_and_an_event(self) -> None:
        assert permissions_evidence.may_open_original(self.driver, self.photo)
        photo = Evidence.objects.select_related("appeal").get(pk=self.photo.pk)
        for name, may in (("contact", False), ("secretary", False), ("committee", True), ("province", True)):
            assert permissions_evidence.may_ask_for_original(self.line[name], photo, NOW) is may, name
        evidencing.open_original(photo.pk, by=self.line["committee"], now=NOW)
        assert Event.objects.get(kind="appeals.evidence_opened").post == self.line["committee"]
        with pytest.raises(PermissionDenied):
            evidencing.open_original(photo.pk, by=self.line["contact"], now=NOW)

    def test_of_a_sealed_case_nobody_opens_an_original(self) -> None:
        Appeal.objects.update(identity=Identity.SEALED)
        with pytest.raises(PermissionDenied):
            evidencing.open_original(self.photo.pk, by=self.line["committee"], now=NOW)


# -- the scanner ------------------------------------------------------------------------------------------------------


class Clamd:
    """The network's edge: speaks clamd's INSTREAM and finds EICAR's first letters, or `mark`."""

    def __init__(self, mark: bytes = b"CANARY") -> None:
        self.mark, self.door = mark, socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                line, _whence = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as stream:
                assert stream.readline() == b"nINSTREAM\n"
                data = b""
                while length := struct.unpack("!L", stream.read(4))[0]:
                    data += stream.read(length)
                line.sendall(b"stream: Test.Virus FOUND\n" if self.mark in data else b"stream: OK\n")


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    scanner = Clamd()
    settings.CLAMD_URL = scanner.address
    yield scanner
    scanner.door.close()


def test_what_the_scanner_finds_does_not_come_in(driver: User, clamd: Clamd) -> None:
    assert sent(files.picture(), driver).scan == Scan.CLEAN
    with pytest.raises(Refused, match="查出病毒"):
        sent(files.photo(), driver)


def test_without_an_answer_a_file_waits_and_nobody_opens_it(driver: User, settings: Any) -> None:
    settings.CLAMD_URL = "127.0.0.1:1"
    kept = sent(files.picture(), driver)
    assert (kept.state, kept.scan, kept.is_open) == (EvidenceState.QUARANTINED, Scan.WAITING, False)
    appeal = filing.file(world.a_filing(evidence=(kept.code,)), by=driver, now=NOW)
    assert evidencing.rescan(now=NOW) == 0
    scanner = Clamd()
    settings.CLAMD_URL = scanner.address
    assert evidencing.rescan(now=NOW) == 1
    assert of_case(appeal)[0].is_open
    scanner.door.close()


def test_a_virus_found_later_takes_the_files_away_and_leaves_the_hash(
    driver: User, clamd: Clamd, settings: Any
) -> None:
    settings.CLAMD_URL = ""
    kept = sent(files.photo(), driver)
    appeal = filing.file(world.a_filing(evidence=(kept.code,)), by=driver, now=NOW)
    settings.CLAMD_URL = clamd.address
    assert evidencing.rescan(now=NOW) == 1
    (found,) = of_case(appeal)
    assert (found.state, found.scan, found.file_key) == (EvidenceState.REFUSED, Scan.FOUND, "")
    assert found.sha256 == kept.sha256
    assert Event.objects.filter(kind="appeals.evidence_rejected").count() == 1


# -- and gone ---------------------------------------------------------------------------------------------------------


def test_what_no_case_takes_goes_after_a_day_and_a_drafts_files_later(driver: User, folder: Path) -> None:
    sent(files.photo(), driver)
    sent(files.picture(), driver, meant_for="draft")
    evidencing.hold(driver, meant_for="draft", now=NOW)
    assert evidencing.sweep(now=NOW + DAY - datetime.timedelta(minutes=1)) == 0
    assert evidencing.sweep(now=NOW + DAY) == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 3
    assert evidencing.sweep(now=NOW + 31 * DAY) == 1
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_draft_that_is_thrown_away_takes_its_files_along(driver: User, folder: Path) -> None:
    filing.save_draft(driver, body={"key": "k1", "answers": {}}, now=NOW)
    sent(files.photo(), driver, meant_for="k1")
    other = sent(files.picture(), driver, meant_for="else")
    filing.discard_draft(driver)
    assert list(Evidence.objects.all()) == [other]


def test_what_a_dead_process_left_is_swept(driver: User, folder: Path) -> None:
    kept = sent(files.photo(), driver)
    left = vault.folder("ab") / "abcdef.original"
    left.write_bytes(b"x")
    now = datetime.datetime.now(datetime.UTC)
    assert evidencing.sweep_orphans(now=now + DAY) == 0
    assert evidencing.sweep_orphans(now=now + 3 * DAY) == 1
    assert read(kept, "copy")


def test_erased_files_are_gone_and_the_log_still_verifies(
    driver: User, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    kept = sent(files.photo(), driver)
    appeal = filing.file(world.a_filing(evidence=(kept.code,)), by=driver, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert evidencing.erase(driver, now=NOW) == 1
    (left,) = of_case(appeal)
    assert (left.name, left.file_key, left.is_open, left.sha256) == ("", "", False, kept.sha256)
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert verification.verify(caselog.export(events.subject_of(appeal), now=NOW), roots={}).ok
    assert evidencing.erase(driver, now=NOW) == 0
