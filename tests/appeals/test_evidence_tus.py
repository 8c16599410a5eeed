"""Uploads that go on: the well-kept client tuspy against the real server, cut off at 80 %, and all the refusals."""

import base64
import hashlib
import http.client
import io
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from appeals.actions import evidencing
from appeals.models import Evidence, EvidenceState
from portal import vault
from portal.models import User
from tests import world
from tests.appeals import files
from tests.appeals.test_evidence import read, sent

PART = "application/offset+octet-stream"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


# -- the protocol, request by request ---------------------------------------------------------------------------------


@pytest.fixture
def driver(db: None, folder: None) -> User:
    return world.a_driver(world.a_branch())


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def announce(client: Client, size: object, name: str = "a.jpg", meant_for: str = "x", **headers: str) -> Any:
    told = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64(name)},for {b64(meant_for)}"}
    return client.post("/files/", headers={"Tus-Resumable": "1.0.0", **told, **headers})


def send(client: Client, address: str, data: bytes, offset: object, **headers: str) -> Any:
    told = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **headers}
    return client.patch(address, data, content_type=PART, headers=told)


def ask(client: Client, address: str) -> Any:
    return client.head(address, headers={"Tus-Resumable": "1.0.0"})


def test_the_server_says_what_it_can(client: Client) -> None:
    answer = client.options("/files/")
    assert (answer["Tus-Version"], answer["Tus-Extension"]) == ("1.0.0", "creation,termination,expiration")
    assert int(answer["Tus-Max-Size"]) == 20 * 2**20


def test_a_file_in_three_parts(client: Client, driver: User) -> None:
    data = files.photo((900, 700))
    address = announce(client, len(data), "路口.jpg", "draft")["Location"]
    for start in range(0, len(data), 1 + len(data) // 3):
        assert int(ask(client, address)["Upload-Offset"]) == start
        answer = send(client, address, data[start : start + 1 + len(data) // 3], start)
        assert answer.status_code == 204
    kept = Evidence.objects.get()
    assert (kept.state, kept.name, kept.meant_for, kept.owner) == (EvidenceState.READY, "路口.jpg", "draft", driver)
    assert (kept.sha256, answer["Evidence"]) == (hashlib.sha256(data).hexdigest(), kept.code)
    assert read(kept, "original") == data
    assert int(ask(client, address)["Upload-Offset"]) == len(data)


def test_a_part_from_another_place_is_a_conflict_and_changes_nothing(client: Client) -> None:
    address = announce(client, 1000)["Location"]
    send(client, address, b"a" * 400, 0)
    for offset in (0, 399, 401):
        assert send(client, address, b"b" * 100, offset).status_code == 409
    assert int(ask(client, address)["Upload-Offset"]) == 400


def test_two_at_once_on_one_file(client: Client) -> None:
    address = announce(client, 1000)["Location"]
    made = Evidence.objects.get()
    with vault.claimed(made.store, "original"):
        assert send(client, address, b"a" * 100, 0).status_code == 423
    assert send(client, address, b"a" * 100, 0).status_code == 204


def test_what_a_dead_process_wrote_beyond_its_word_is_cut_off(client: Client) -> None:
    data = files.photo()
    address = announce(client, len(data))["Location"]
    send(client, address, data[:1000], 0)
    made = Evidence.objects.get()
    with vault.path_of(made.store, "original").open("ab") as file:
        file.write(b"half a record")
    assert send(client, address, data[1000:], 1000).status_code == 204
    assert read(Evidence.objects.get(), "original") == data


@pytest.mark.parametrize(
    ("size", "status"),
    [(0, 422), (20 * 2**20 + 1, 413), (2 * 2**30, 413), ("", 400), ("-5", 400), ("1e3", 400), ("9" * 40, 400)],
)
def test_a_length_that_is_none(client: Client, size: object, status: int) -> None:
    answer = announce(client, size)
    assert answer.status_code == status
    assert bool(answer.content) is (status != 400)
    assert not Evidence.objects.exists()


def test_more_than_was_announced_is_not_read(client: Client) -> None:
    address = announce(client, 100)["Location"]
    assert send(client, address, b"a" * 101, 0).status_code == 413
    assert int(ask(client, address)["Upload-Offset"]) == 0


def test_a_stranger_finds_nothing(client: Client) -> None:
    address = announce(client, 100)["Location"]
    other = world.signed_in(world.a_person())
    assert ask(other, address).status_code == 404
    assert send(other, address, b"a" * 100, 0).status_code == 404
    assert other.delete(address, headers={"Tus-Resumable": "1.0.0"}).status_code == 404
    assert Client().post("/files/", headers={"Tus-Resumable": "1.0.0"}).status_code == 302


def test_what_a_case_has_can_neither_be_changed_nor_taken_out(client: Client, driver: User) -> None:
    kept = sent(files.photo(), driver)
    world.an_appeal(by=driver, evidence=(kept.code,))
    address = f"/files/{kept.code}/part/"
    assert send(client, address, b"a", kept.size_bytes).status_code == 404
    assert client.delete(address, headers={"Tus-Resumable": "1.0.0"}).status_code == 404
    assert evidencing.discard([kept.code], by=driver) == 0


def test_a_file_is_taken_out_again(client: Client) -> None:
    address = announce(client, 100)["Location"]
    assert client.delete(address, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert ask(client, address).status_code == 404
    assert not Evidence.objects.exists()


def test_what_is_turned_away_says_why_in_the_drivers_words(client: Client) -> None:
    data = b"<html><script>alert(1)</script>"
    address = announce(client, len(data), "a.jpg")["Location"]
    answer = send(client, address, data, 0)
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert "只能传照片" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_the_same_file_again_gives_the_first_ones_code(client: Client) -> None:
    data = files.photo()
    codes = set()
    for _time in range(2):
        address = announce(client, len(data))["Location"]
        codes.add(send(client, address, data, 0)["Evidence"])
    assert len(codes) == 1
    assert Evidence.objects.count() == 1


def test_whole_but_not_looked_at_is_made_up_for(client: Client) -> None:
    data = files.photo()
    address = announce(client, len(data))["Location"]
    made = Evidence.objects.get()
    evidencing.extend(made, [data], at=0, now=world.NOW)
    assert Evidence.objects.get().state == EvidenceState.RECEIVING
    assert ask(client, address)["Evidence"] == made.code
    assert Evidence.objects.get().state == EvidenceState.READY


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Metadata": "filename %%%"}, 400),
        ({"Upload-Metadata": "a /w=="}, 400),
    ],
)
def test_a_client_that_speaks_otherwise(client: Client, headers: dict[str, str], status: int) -> None:
    assert announce(client, 100, **headers).status_code == status


# -- a real client and a real server ----------------------------------------------------------------------------------


@pytest.fixture
def phone(served: str) -> dict[str, str]:
    """What a signed-in phone sends along with every request."""
    driver = world.a_driver(world.a_line()["branch"])
    session = world.signed_in(driver).cookies[settings.SESSION_COOKIE_NAME].value
    token = "a" * 32
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    return {"Cookie": cookies, "X-CSRFToken": token, "Referer": served, "Accept-Language": "zh-CN"}


def line_to(served: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(served).netloc, timeout=30)


def test_tuspy_sends_and_goes_on_after_80_percent(served: str, phone: dict[str, str]) -> None:
    data = files.picture("PNG", (1600, 1200), compress_level=0)
    tus = TusClient(f"{served}/files/", headers=phone)
    first = tus.uploader(file_stream=io.BytesIO(data), chunk_size=len(data), metadata={"filename": "a.png", "for": "d"})
    first.set_url(first.create_url())
    # the line breaks in the middle of a part: 80 % of the bytes that were promised arrive, then nothing
    line = line_to(served)
    line.putrequest("PATCH", urlsplit(first.url).path)
    told = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": PART, "Content-Length": str(len(data))}
    for name, value in {**phone, **told}.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(data[: len(data) * 8 // 10])
    line.sock.shutdown(socket.SHUT_RDWR)
    line.close()
    reached = wait_for(lambda: Evidence.objects.get().offset_bytes)
    assert reached == len(data) * 8 // 10
    again = tus.uploader(file_stream=io.BytesIO(data), chunk_size=200_000, url=first.url)
    assert again.offset == reached
    again.upload()
    kept = Evidence.objects.get()
    assert (kept.state, kept.sha256) == (EvidenceState.READY, hashlib.sha256(data).hexdigest())


def wait_for(read_now: Any, seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := read_now()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_tuspy_is_told_at_once_that_a_file_is_too_large(served: str, phone: dict[str, str]) -> None:
    tus = TusClient(f"{served}/files/", headers=phone)
    with pytest.raises(TusCommunicationError, match="413"):
        tus.uploader(file_stream=io.BytesIO(b"x" * (20 * 2**20 + 1)), chunk_size=2**20).upload()


def test_two_gigabytes_are_cut_off_early(served: str, phone: dict[str, str]) -> None:
    """A body that says it is 2 GB, sent as fast as it goes: the answer comes and the line ends, long before."""
    line = line_to(served)
    line.putrequest("POST", "/appeals/new/4/")
    told = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(2 * 2**30)}
    for name, value in {**phone, **told}.items():
        line.putheader(name, value)
    line.endheaders()
    gone = 0
    try:
        while gone < 64 * 2**20:
            line.sock.sendall(b"x" * 65_536)
            gone += 65_536
    except OSError:
        pass
    assert gone < 64 * 2**20


def test_its_answer_is_a_page_with_a_sentence(served: str, phone: dict[str, str]) -> None:
    line = line_to(served)
    line.putrequest("POST", "/appeals/new/4/")
    for name, value in {
        **phone,
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(2**31),
    }.items():
        line.putheader(name, value)
    line.endheaders()
    answer = line.getresponse()
    assert answer.status == 413
    assert "20 MB" in answer.read().decode()
