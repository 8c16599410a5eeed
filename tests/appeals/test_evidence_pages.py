"""Files without scripts: kept when a word is missing, unticked when not wanted, once however often a form is sent."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal, Evidence
from portal.models import Event, User
from tests import world
from tests.appeals import files
from tests.appeals.phone import answers, fill_in, key_of, main_text, page, step
from tests.appeals.test_evidence import sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world_at(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    with time_machine.travel(world.NOW, tick=False):
        yield


@pytest.fixture
def appeal(driver: User, line: dict) -> Appeal:
    return world.an_appeal("in_hand", by=driver, handler=line["contact"])


def upload(data: bytes, name: str = "IMG_2031.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def codes_of(html: str) -> list[str]:
    return re.findall(r'name="evidence" value="(\w{16})"', html)


def story(client: Client, *uploads: SimpleUploadedFile, **more: Any) -> Any:
    """The fourth page, sent with files."""
    values = {**answers()[4], "key": key_of(client.get(step(4))), "step": "4", **more}
    return client.post(step(4), {**values, "evidence_files": list(uploads)})


def at_the_story(client: Client) -> None:
    fill_in(client, answers(), until=3)


# -- filing -----------------------------------------------------------------------------------------------------------


def test_three_photos_with_a_filing(client: Client, driver: User) -> None:
    at_the_story(client)
    photos = [files.photo((640 + n, 480)) for n in range(3)]
    assert story(client, *[upload(data) for data in photos]).status_code == 302
    review = main_text(client.get(step(5)))
    assert "3 个" in review
    client.post(step(5), {"identity": "named", "key": key_of(client.get(step(5)))})
    appeal = Appeal.objects.get()
    assert {row.sha256 for row in appeal.evidence.all()} == {hashlib.sha256(data).hexdigest() for data in photos}
    shown = client.get(page("detail", appeal)).content.decode()
    assert shown.count("/small/") == 3
    assert "IMG_2031.jpg" in shown


def test_what_arrived_stays_when_a_word_is_missing(client: Client) -> None:
    at_the_story(client)
    again = story(client, upload(files.photo()), title="")
    assert again.status_code == 422
    html = again.content.decode()
    assert len(codes_of(html)) == 1
    assert answers()[4]["story"] in html
    assert len(codes_of(client.get(step(4)).content.decode())) == 1


def test_one_bad_file_is_named_and_the_others_are_kept(client: Client) -> None:
    at_the_story(client)
    again = story(client, upload(files.photo()), upload(b"<html><script>", "脚本.jpg"), upload(b"", "空.jpg"))
    assert again.status_code == 422
    html = again.content.decode()
    assert len(codes_of(html)) == 1
    assert "脚本.jpg" in html
    assert "只能传照片" in html
    assert "空.jpg" in html


def test_what_is_unticked_goes(client: Client) -> None:
    at_the_story(client)
    story(client, upload(files.photo()), upload(files.picture("PNG")))
    first, second = codes_of(client.get(step(4)).content.decode())
    assert story(client, evidence_shown=[first, second], evidence=[second]).status_code == 302
    assert [row.code for row in Evidence.objects.all()] == [second]


def test_eleven_files_are_ten(client: Client) -> None:
    at_the_story(client)
    again = story(client, *[upload(files.picture("PNG", (30 + n, 20)), f"{n}.png") for n in range(11)])
    assert again.status_code == 422
    assert "10.png" in again.content.decode()
    assert Evidence.objects.count() == 10


def test_the_draft_keeps_its_files_on_another_device_and_loses_them_when_thrown_away(
    client: Client, driver: User
) -> None:
    at_the_story(client)
    story(client, upload(files.photo()), save="1")
    other = world.signed_in(driver)
    assert len(codes_of(other.get(step(4)).content.decode())) == 1
    assert (Evidence.objects.get().expires_at - world.NOW).days == 30  # type: ignore[operator]
    other.post("/appeals/new/discard/")
    assert not Evidence.objects.exists()


def test_what_the_page_saves_by_itself_touches_no_file(client: Client) -> None:
    at_the_story(client)
    story(client, upload(files.photo()), save="1")
    shown = client.get(step(4))
    seen = codes_of(shown.content.decode())
    client.post("/appeals/draft/", {**answers()[4], "key": key_of(shown), "step": "4", "evidence_shown": seen})
    assert Evidence.objects.count() == 1


# -- adding and replying ----------------------------------------------------------------------------------------------


def test_a_file_alone_may_be_added(client: Client, appeal: Appeal) -> None:
    body = {
        "key": key_of(client.get(page("add", appeal))),
        "words": "",
        "evidence_files": upload(files.document(), "合同.pdf"),
    }
    assert client.post(page("add", appeal), body).status_code == 302
    assert appeal.evidence.get().kind == "pdf"
    assert "合同.pdf" in client.get(page("detail", appeal)).content.decode()


def test_neither_words_nor_file_is_nothing(client: Client, appeal: Appeal) -> None:
    again = client.post(page("add", appeal), {"key": key_of(client.get(page("add", appeal))), "words": ""})
    assert again.status_code == 422
    assert "选一个文件" in again.content.decode()


def test_sent_twice_it_is_added_once_and_nothing_is_left_over(client: Client, appeal: Appeal) -> None:
    key = key_of(client.get(page("add", appeal)))
    for _time in range(2):
        sent_now = {"key": key, "words": "看照片", "evidence_files": upload(files.photo())}
        assert client.post(page("add", appeal), sent_now)["Location"] == page("detail", appeal)
    assert Evidence.objects.count() == 1
    assert Event.objects.filter(kind="appeals.evidence_added").count() == 1


def test_the_same_key_with_another_file_is_said(client: Client, appeal: Appeal) -> None:
    key = key_of(client.get(page("add", appeal)))
    client.post(page("add", appeal), {"key": key, "words": "看照片", "evidence_files": upload(files.photo())})
    other = {"key": key, "words": "看照片", "evidence_files": upload(files.picture("PNG"))}
    again = client.post(page("add", appeal), other)
    assert again.status_code == 422
    assert appeal.evidence.count() == 1
    assert len(codes_of(again.content.decode())) == 1


def test_ticked_by_hand_for_a_strangers_file_it_is_gone(client: Client, appeal: Appeal) -> None:
    theirs = sent(files.photo(), world.a_person())
    key = key_of(client.get(page("add", appeal)))
    again = client.post(page("add", appeal), {"key": key, "words": "看", "evidence": [theirs.code]})
    assert again.status_code == 422
    assert not appeal.evidence.exists()


def test_a_question_is_answered_with_a_photo(client: Client, driver: User, line: dict) -> None:
    asked = world.an_appeal("asked", by=driver, handler=line["contact"])
    key = key_of(client.get(page("reply", asked)))
    client.post(page("reply", asked), {"key": key, "words": "在这", "evidence_files": upload(files.photo())})
    assert asked.evidence.count() == 1


def test_a_driver_compares_the_photo_on_his_phone_with_the_record(client: Client, driver: User) -> None:
    kept = sent(files.photo(), driver)
    appeal = world.an_appeal(by=driver, evidence=(kept.code,))
    assert kept.sha256 in client.get(page("log", appeal)).content.decode()
    same = client.post(page("log", appeal), {"file": upload(files.photo())})
    assert "一个字节都不差" in same.content.decode()
    other = client.post(page("log", appeal), {"file": upload(files.photo((641, 480)))})
    assert "没有一个文件和它完全一样" in other.content.decode()
    assert client.post(page("log", appeal), {}).status_code == 422
    assert Evidence.objects.count() == 1


# -- at the desk ------------------------------------------------------------------------------------------------------


def test_the_desk_lists_them_without_their_names(line: dict, driver: User) -> None:
    photo = sent(files.photo(), driver, name="周建平的身份证.jpg")
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], evidence=(photo.code,))
    for post in (line["contact"], line["secretary"], line["committee"]):
        html = world.signed_in(post.person, post).get(f"/desk/appeals/{appeal.code}/").content.decode()
        assert f"/files/{photo.code}/small/" in html
        assert "身份证" not in html
        assert "没有查过病毒" in html
        assert ("下载原件" in html or "原件（" in html) is (post == line["committee"])


def test_a_committee_opens_an_original_and_the_driver_reads_it(client: Client, line: dict, driver: User) -> None:
    data = files.photo()
    photo = sent(data, driver)
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], evidence=(photo.code,))
    committee = world.signed_in(line["committee"].person, line["committee"])
    assert committee.get(f"/files/{photo.code}/original/").status_code == 405
    answer = committee.post(f"/files/{photo.code}/original/")
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert appeal.number in answer["Content-Disposition"]
    assert line["committee"].person.name in main_text(client.get(page("detail", appeal)))


def test_a_handler_shows_the_company_a_file_where_the_driver_shows_his_name(line: dict, driver: User) -> None:
    company = world.a_platform()
    liaison = world.a_post("liaison", company)
    photo = sent(files.photo(), driver)
    appeal = world.an_appeal(
        "in_hand", by=driver, handler=line["contact"], about=company, identity="open", evidence=(photo.code,)
    )
    world.heard(appeal.pk, by=line["contact"], question="这些订单怎么算的？", now=world.NOW)
    theirs = world.signed_in(liaison.person, liaison)
    address = f"/files/{photo.code}/"
    assert theirs.get(address).status_code == 404
    assert theirs.post(f"{address}release/").status_code == 404
    desk = world.signed_in(line["contact"].person, line["contact"])
    assert "给公司看" in desk.get(f"/desk/appeals/{appeal.code}/").content.decode()
    assert desk.post(f"{address}release/").status_code == 302
    copy = theirs.get(address)
    assert copy.status_code == 200
    assert appeal.number not in copy["Content-Disposition"]
    shown = theirs.get(f"/desk/hearings/{appeal.hearings.get().code}/").content.decode()
    assert f"{address}small/" in shown
    assert "IMG_2031" not in shown
    assert theirs.get(f"{address}original/").status_code == 404


def test_a_company_replies_with_a_paper_the_driver_does_not_see(line: dict, driver: User) -> None:
    company = world.a_platform()
    liaison = world.a_post("liaison", company)
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=company)
    world.heard(appeal.pk, by=line["contact"], question="这些订单怎么算的？", now=world.NOW)
    address = f"/desk/hearings/{appeal.hearings.get().code}/"
    theirs = world.signed_in(liaison.person, liaison)
    body = {
        "key": key_of(theirs.get(address)), "rule": "none", "stance": "reject", "point_1": "按规则。",
        "contact": "客服 028", "evidence_files": upload(files.document(), "规则.pdf"),
    }  # fmt: skip
    assert theirs.post(address, body).status_code == 302
    paper = appeal.evidence.get()
    assert (paper.hearing, paper.post) == (appeal.hearings.get(), liaison)
    assert f"/files/{paper.code}/" in theirs.get(address).content.decode()
    assert world.signed_in(driver).get(f"/files/{paper.code}/").status_code == 404
    desk = world.signed_in(line["contact"].person, line["contact"])
    assert f"/files/{paper.code}/" in desk.get(f"/desk/appeals/{appeal.code}/").content.decode()


# -- the door ---------------------------------------------------------------------------------------------------------


def test_a_download_is_handed_out_and_never_shown(client: Client, driver: User) -> None:
    kept = sent(files.photo(), driver, name='a"; filename="x.html\r\nX: y.jpg')
    for path, part in (("", "copy"), ("original/", "original")):
        answer = client.get(f"/files/{kept.code}/{path}")
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert "\n" not in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert "no-store" in answer["Cache-Control"]
        assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"]), part  # type: ignore[attr-defined]
    small = client.get(f"/files/{kept.code}/small/")
    assert (small["Content-Type"], small["Content-Disposition"]) == ("image/jpeg", "inline")


@pytest.mark.parametrize("path", ["../../../etc/passwd", "..%2f..%2fetc", "%00", "a" * 16, "0" * 15 + "%2e"])
def test_an_address_leads_nowhere_else(client: Client, path: str) -> None:
    for end in ("", "small/", "original/", "part/"):
        assert client.get(f"/files/{path}/{end}").status_code == 404


def test_what_waits_for_the_scanner_is_listed_and_not_opened(client: Client, driver: User, settings: Any) -> None:
    settings.CLAMD_URL = "127.0.0.1:1"
    kept = sent(files.photo(), driver)
    assert client.get(f"/files/{kept.code}/").status_code == 409
    assert client.get(f"/files/{kept.code}/small/").status_code == 404
    appeal = world.an_appeal(by=driver, evidence=(kept.code,))
    html = client.get(page("detail", appeal)).content.decode()
    assert "/small/" not in html
    assert "等待查病毒" in html


def test_more_than_any_form_takes_is_not_read(client: Client, settings: Any) -> None:
    settings.UPLOAD_BODY_BYTES = 3_300_000
    answer = client.post("/appeals/new/4/", {"evidence_files": upload(b"\xff\xd8\xff" + b"x" * 3_400_000)})
    assert answer.status_code == 413
    assert "20 MB" in answer.content.decode()
    stranger = Client().post("/sign-in/", {"phone": "x" * 3_200_000})
    assert stranger.status_code == 413


def test_a_file_that_is_too_large_costs_no_word(client: Client, settings: Any) -> None:
    settings.UPLOAD_FILE_BYTES = 1_500_000
    at_the_story(client)
    again = story(client, upload(b"\xff\xd8\xff" + b"x" * 2_000_000, "大.jpg"), upload(files.photo()))
    html = again.content.decode()
    assert again.status_code == 422
    assert ("大.jpg" in html, "20 MB" in html, answers()[4]["story"] in html) == (True, True, True)
    assert len(codes_of(html)) == 1


def test_the_log_a_driver_takes_home_holds_the_fingerprints(client: Client, driver: User) -> None:
    kept = sent(files.photo(), driver)
    appeal = world.an_appeal(by=driver, evidence=(kept.code,))
    log = json.loads(client.get(f"/appeals/{appeal.code}/log.json").content)
    told = [one for link in log["links"] for one in link["facts"].get("files", [])]
    assert [one["sha256"] for one in told] == [kept.sha256]


def test_an_answer_carries_files_that_the_driver_sees_and_the_company_does_not(
    client: Client, driver: User, line: dict
) -> None:
    company = world.a_platform("川行约车")
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=company, identity="open")
    world.heard(appeal.pk, by=line["contact"])
    liaison = world.a_post("liaison", company)
    handler = world.signed_in(line["contact"].person, line["contact"])
    typed = {"finding": "not_upheld", "reasons": "见附件。", "key": "an-answer-with-files", "seen": appeal.position}
    address = page("answer", appeal)
    shown = handler.post(
        address, {**typed, "seen": 99, "preview": "1", "evidence_files": upload(files.document(), "核对表.pdf")}
    )
    html = shown.content.decode()
    assert (shown.status_code, "核对表.pdf" in html) == (200, True)
    (code,) = codes_of(html)
    changed = handler.post(address, {**typed, "edit": "1", "evidence": code}).content.decode()
    assert codes_of(changed) == [code]
    sent_now = {**typed, "seen": 99, "evidence": code}
    assert [handler.post(address, sent_now).status_code for _time in range(2)] == [302, 302]
    given = Evidence.objects.get(code=code)
    assert (given.appeal, given.post, given.hearing) == (appeal, line["contact"], None)
    assert Event.objects.filter(kind="appeals.evidence_added").count() == 1
    assert f"/files/{code}" in client.get(page("detail", appeal)).content.decode()
    url = reverse("appeals:file", args=[code])
    company_side = world.signed_in(liaison.person, liaison)
    assert [one.get(url).status_code for one in (client, handler, company_side)] == [200, 200, 404]
