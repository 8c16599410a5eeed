"""Files through the API: sent once, given to a case, read as the copy without what a camera wrote into it."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from appeals.models import Appeal, Evidence
from portal import codes
from tests import world
from tests.api.program import Program, filing, read

SEND, OWN = "/api/evidence/", "/api/appeals/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine: Any, settings: Any, tmp_path: Any) -> None:
    time_machine.move_to(world.NOW, tick=False)
    settings.EVIDENCE_DIR = tmp_path


def a_picture(colour: str = "red") -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "canary-camera"
    Image.new("RGB", (80, 60), colour).save(made, "JPEG", exif=exif)
    return made.getvalue()


def send(program: Program, content: bytes, *, key: str = "", name: str = "截图.jpg") -> Any:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    headers = program.headers(**{"idempotency-key": key or codes.new_code()})
    return program.browser.post(SEND, {"file": file}, headers=headers)


def test_a_picture_is_sent_once_filed_with_the_appeal_and_read_without_its_cameras_notes() -> None:
    line = world.a_line()
    program = Program(world.a_driver(line["branch"], contact=line["contact"]))
    first, again = (send(program, a_picture(), key="the-same-picture") for _time in range(2))
    assert (first.status_code, read(first)["kind"]) == (201, "jpeg")
    assert first.content == again.content
    other = send(program, a_picture("blue"), key="the-same-picture")
    assert other.status_code == 422
    code = read(first)["code"]
    case = read(program.post(OWN, filing(evidence=[code])))
    assert [one["code"] for one in read(program.get(f"{OWN}{case['code']}/evidence/"))["files"]] == [code]
    desk = Program(line["contact"].person, line["contact"])
    assert [one["code"] for one in read(desk.get(f"/api/desk/appeals/{case['code']}/evidence/"))["files"]] == [code]
    for reader in (program, desk):
        copy = reader.get(f"{SEND}{code}/")
        content = b"".join(copy.streaming_content)
        assert (copy.status_code, copy["Content-Type"], content[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert b"canary-camera" not in content
        assert "sandbox" in copy["Content-Security-Policy"]


def test_a_file_is_given_to_a_case_that_is_there() -> None:
    driver = world.a_driver(world.a_line()["branch"])
    program = Program(driver)
    appeal = world.an_appeal(by=driver)
    code = read(send(program, a_picture()))["code"]
    given = program.post(f"{OWN}{appeal.code}/evidence/", {"evidence": [code]})
    assert [one["code"] for one in read(given)["files"]] == [code]
    assert Evidence.objects.get(code=code).appeal == appeal
    assert program.post(f"{OWN}{appeal.code}/evidence/", {"evidence": [codes.new_code()]}).status_code == 409
    assert program.post(f"{OWN}{appeal.code}/evidence/", {"evidence": []}).status_code == 400


@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>", b"\xff\xd8\xff broken"])
def test_what_is_no_picture_is_turned_away(content: bytes) -> None:
    program = Program(world.a_driver(world.a_line()["branch"]))
    assert send(program, content).status_code in (400, 409)
    assert not Evidence.objects.exists()


def test_nobody_elses_file_is_there() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    program = Program(driver)
    code = read(send(program, a_picture()))["code"]
    strangers = [Program(world.a_driver(line["branch"])), Program(line["secretary"].person, line["secretary"])]
    assert [one.get(f"{SEND}{code}/").status_code for one in strangers] == [404, 404]
    filed = strangers[0].post(OWN, filing(evidence=[code]))
    assert (filed.status_code, Appeal.objects.count()) == (409, 0)
    assert send(strangers[1], a_picture("green")).status_code == 404
