"""The bell, public verification and the daily roots, through their addresses."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from portal import caselog, events
from portal.actions import notices, roots
from portal.models import Event, EventHead, Notice, Role, User
from tests import world

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 22)
SUBJECT = "tests.case:ABCDEFGH"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.ROOTS_DIR = tmp_path / "roots"


@transaction.atomic
def an_event(number: int = 0, subject: str = SUBJECT) -> Event:
    at = world.at("2026-11-22 08:00") + datetime.timedelta(minutes=number)
    return events.record("tests.happened", subject, by=None, at=at, words={"story": "经过"})


def a_notice(person: User, number: int = 0, **fields: Any) -> Notice:
    event = an_event(number, f"tests.told:{person.code}")
    values = {"kind": event.kind, "text": f"第 {number} 条消息", "url": "/notices/settings/", "at": event.at} | fields
    return Notice.objects.create(person=person, event=event, **values)


def a_download() -> tuple[dict[str, Any], str]:
    """A record of three entries under yesterday's root, and the check code of its receipt."""
    for number in range(3):
        an_event(number)
    roots.publish_root(DAY, now=world.at("2026-11-23 00:20"))
    head = EventHead.objects.get(subject=SUBJECT)
    return json.loads(json.dumps(caselog.export(SUBJECT, now=world.NOW))), f"{head.position}-{head.hash}"


def uploaded(log: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("record.json", log if isinstance(log, bytes) else json.dumps(log).encode())


# -- the bell ----------------------------------------------------------------------------------------------------------


def test_the_list_is_each_persons_own_newest_first() -> None:
    person, other = world.a_person(), world.a_person()
    for number in range(3):
        a_notice(person, number)
    a_notice(other, 7)
    said = world.signed_in(person).get("/notices/").content.decode()
    assert said.index("第 2 条消息") < said.index("第 1 条消息") < said.index("第 0 条消息")
    assert "第 7 条消息" not in said
    assert "3 条未读" in said


def test_the_list_is_paged_with_a_constant_number_of_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    person = world.a_person()
    for number in range(45):
        a_notice(person, number)
    client = world.signed_in(person)
    client.get("/notices/")
    with django_assert_max_num_queries(12):
        said = client.get("/notices/?page=3").content.decode()
    assert said.count("条消息") == 5


def test_opening_one_marks_it_read_and_leads_on() -> None:
    person = world.a_person()
    notice = a_notice(person)
    response = world.signed_in(person).post("/notices/open/", {"notice": notice.pk})
    assert (response.status_code, response["Location"]) == (302, "/notices/settings/")
    assert Notice.objects.get().read_at is not None


@pytest.mark.parametrize("number", ["", "x", "0", "99999999"])
def test_what_is_not_his_is_not_there(number: str) -> None:
    person = world.a_person()
    notice = a_notice(world.a_person())
    client = world.signed_in(person)
    assert client.post("/notices/open/", {"notice": number}).status_code == 404
    assert client.post("/notices/open/", {"notice": notice.pk}).status_code == 404
    assert Notice.objects.get().read_at is None


def test_a_notice_never_leads_away_from_the_portal() -> None:
    person = world.a_person()
    notice = a_notice(person, url="//elsewhere.example/")
    assert world.signed_in(person).post("/notices/open/", {"notice": notice.pk})["Location"] == "/notices/"


def test_all_are_marked_read_that_the_page_showed() -> None:
    person = world.a_person()
    a_notice(person, 0)
    later = a_notice(person, 60)
    until = world.at("2026-11-22 08:30").isoformat()
    assert world.signed_in(person).post("/notices/read/", {"until": until}).status_code == 302
    assert list(Notice.objects.filter(read_at=None)) == [later]


def test_the_settings_are_saved_and_shown() -> None:
    person = world.a_person()
    client = world.signed_in(person)
    assert client.get("/notices/settings/").content.decode().count("checked") == 2
    assert client.post("/notices/settings/", {"is_sms_on": "on"}).status_code == 302
    setting = notices.setting_of(person)
    assert (setting.is_sms_on, setting.is_quiet_at_night) == (True, False)
    assert client.get("/notices/settings/").content.decode().count("checked") == 1


def test_staff_read_theirs_at_the_desk() -> None:
    post = world.a_secretary(world.a_branch())
    a_notice(post.person)
    said = world.signed_in(post.person, post).get("/notices/").content.decode()
    assert 'class="desk"' in said
    assert "第 0 条消息" in said


@pytest.mark.parametrize("url", ["/notices/", "/notices/settings/", "/desk/health/", "/desk/jobs/"])
def test_a_stranger_is_sent_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url)["Location"].startswith("/sign-in/")


# -- verification ------------------------------------------------------------------------------------------------------


def test_an_untouched_record_is_consistent(client: Client) -> None:
    log, receipt = a_download()
    said = client.post("/verify/", {"file": uploaded(log), "head": receipt}).content.decode()
    assert "一致" in said
    assert "共 3 条，没有改动、缺失或换过日期的。" in said
    assert "一致，核到第 3 条，2026年11月22日" in said or "一致，核到第 3 条，11月22日" in said


def test_a_pasted_record_is_checked_too(client: Client) -> None:
    log, _receipt = a_download()
    log["links"][1]["at"] += 1
    response = client.post("/verify/", {"text": json.dumps(log, indent=1)})
    assert response.status_code == 200
    assert "第 2 条被改动过。" in response.content.decode()


def test_a_cut_tail_and_a_receipt_from_before_are_named(client: Client) -> None:
    log, receipt = a_download()
    del log["links"][2]
    log["head"], log["root"] = {"position": 2, "hash": log["links"][1]["hash"]}, None
    said = client.post("/verify/", {"file": uploaded(log), "head": receipt}).content.decode()
    assert "末尾被截断：从第 3 条起都不见了。" in said


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not json", "这不是办理记录，或者不完整"),
        (b"{}", "这不是本站的办理记录"),
        (b"[" * 200_000, "文件层次太深"),
        (b" " * (2 * 1024 * 1024 + 1), "文件超过 2 MB"),
        (b"", "这不是办理记录，或者不完整"),
    ],
)
def test_what_is_no_record_gets_one_clear_sentence(client: Client, data: bytes, sentence: str) -> None:
    response = client.post("/verify/", {"file": uploaded(data)})
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_nothing_at_all_gets_a_sentence(client: Client) -> None:
    response = client.post("/verify/", {"head": "LZ-1"})
    assert response.status_code == 422
    said = response.content.decode()
    assert "校验码至少 16 位" in said


def test_a_record_with_script_in_it_is_shown_as_text(client: Client) -> None:
    log, _receipt = a_download()
    log["links"][0]["hash"] = "<script>alert(1)</script>"
    log["links"] = log["links"][:1]
    said = client.post("/verify/", {"file": uploaded(log)}).content.decode()
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert" in said


def test_nothing_of_an_upload_is_kept(client: Client) -> None:
    log, _receipt = a_download()
    before = Event.objects.count()
    client.post("/verify/", {"file": uploaded(log)})
    assert Event.objects.count() == before
    assert not client.session.keys()


# -- daily roots -------------------------------------------------------------------------------------------------------


def test_the_roots_are_public_on_a_page_and_as_files(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    a_download()
    row = roots.DailyRoot.objects.get()
    assert row.root in client.get("/roots/").content.decode()
    assert row.root in client.get("/verify/2026-11-22/").content.decode()
    raw = client.get("/roots/2026-11-22.json")
    assert raw["Content-Type"] == "application/json"
    assert raw.content == (settings.ROOTS_DIR / "2026-11-22.json").read_bytes()


@pytest.mark.parametrize("url", ["/verify/2026-11-20/", "/verify/x/", "/roots/2026-11-20.json", "/roots/..json"])
def test_a_day_without_a_root_is_not_there(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404


def test_a_lost_file_is_admitted_on_the_days_page(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    a_download()
    (settings.ROOTS_DIR / "2026-11-22.json").unlink()
    assert "这一天的文件不见了" in client.get("/verify/2026-11-22/").content.decode()


def test_the_pages_before_the_first_root_say_so(client: Client) -> None:
    assert "还没有核验根" in client.get("/roots/").content.decode()
    assert client.get("/verify/").status_code == 200


def test_an_administrator_needs_his_post_to_be_active() -> None:
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())
    assert world.signed_in(post.person).get("/desk/health/").status_code == 404
