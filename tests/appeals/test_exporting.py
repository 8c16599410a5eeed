"""Lists taken out: the list's rows and nothing else, a second person for long ones, a day's life, a day's budget."""

import base64
import csv
import datetime
import io
import json
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appeals import exports, inbox, lists_out, notices_export
from appeals.actions import exporting, taking_out
from appeals.inbox import Wanted
from appeals.models import Appeal, Export, ExportPart
from portal import caselog, events, verification
from portal.errors import Refused
from portal.models import Event, Post, RecordUse, Role, User
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, text
from tests.world import NOW

__all__ = ["at_ten"]
pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def line() -> Line:
    return a_line()


@pytest.fixture
def deputy(line: Line) -> Post:
    return world.a_post(Role.DEPUTY_SECRETARY, line.branch)


@pytest.fixture
def few(settings: Any) -> None:
    """Two rows are many."""
    settings.EXPORT_ROWS_ALONE = 1


def asked(post: Post, kind: str = "csv", purpose: str = "支部月度分析会要用。", **wanted: str) -> Export:
    return exporting.ask(post, wanted=wanted, format=kind, purpose=purpose, now=NOW)


def content(export: Export) -> bytes:
    return b"".join(base64.b64decode(part.sealed) for part in ExportPart.objects.filter(export=export))


def table(export: Export) -> list[list[str]]:
    if export.format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content(export))).active
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(content(export).decode("utf-8-sig"))))


def last(kind: str) -> Event:
    return Event.objects.filter(kind=f"appeals.{kind}").latest("pk")


def send(browser: Client, name: str, *args: str, **form: str) -> Any:
    return browser.post(reverse(f"appeals:{name}", args=args), {"key": f"key-{name}", **form})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("wanted", [{}, {"show": "all"}, {"show": "driver"}, {"show": "all", "category": "pay"}])
def test_the_file_has_exactly_the_lists_rows_in_its_order(line: Line, kind: str, wanted: dict[str, str]) -> None:
    for status, category in (("waiting", "pay"), ("in_hand", "dispatch"), ("asked", "pay"), ("answered", "pay")):
        line.appeal(status, category=category)
    export = asked(line.secretary, kind, **wanted)
    shown = inbox.read(line.secretary, Wanted.of(wanted), NOW).rows
    head, *rows = table(export)
    assert head == lists_out.header(Wanted.of(wanted), line.secretary)
    assert [row[0] for row in rows] == [row.appeal.number for row in shown]
    assert [row[1:3] for row in rows] == [[row.title, row.name] for row in shown]
    assert export.rows == len(shown) > 0


def test_names_are_masked_as_the_list_masks_them(line: Line) -> None:
    line.appeal(identity="sealed", order_number="DD20261120001")
    line.appeal()
    whole = content(asked(line.secretary, "csv", show="all")).decode()
    assert "郑**" in whole
    assert "化名" in whole
    for secret in (line.driver.name, line.driver.phone, "DD20261120001"):
        assert secret not in whole


def test_a_day_stands_as_it_sorts(line: Line) -> None:
    appeal = line.appeal("in_hand")
    _head, row = table(asked(line.secretary))
    assert row[3] == Appeal.objects.get(pk=appeal.pk).due_date.isoformat()  # type: ignore[union-attr]


def test_what_one_may_not_see_is_in_no_file(line: Line) -> None:
    world.tie(line.secretary.person, line.platform)
    line.appeal(at="contact")
    mine = line.appeal(at="contact", about=None)
    assert [row[0] for row in table(asked(line.secretary, show="all"))[1:]] == [mine.number]


def test_it_is_in_the_log_with_filter_count_and_kind(line: Line) -> None:
    line.appeal("in_hand", title="押金没退")
    export = asked(line.secretary, "xlsx", q="押金", show="all")
    facts = last("exported").facts
    assert (facts["rows"], facts["format"], facts["filter"]) == (1, "xlsx", {"show": "all"})
    assert last("export_asked").texts.get(name="search").text == "押金"
    assert "押金" not in json.dumps(facts)
    assert (export.state, export.until_at) == ("ready", NOW + DAY)


def test_each_case_of_the_file_says_in_its_own_log_who_took_it_out(line: Line) -> None:
    inside, outside = line.appeal("in_hand"), line.appeal("in_hand", category="pay")
    export = asked(line.secretary, category="dispatch")
    event = Event.objects.get(kind="appeals.taken_out")
    assert (event.subject, event.facts) == (events.subject_of(inside), {"export": export.code, "format": "csv"})
    inside.refresh_from_db()
    assert inside.position == event.position
    assert verification.verify(caselog.export(events.subject_of(inside), now=NOW), roots={}).ok
    assert verification.verify(caselog.export(events.subject_of(outside), now=NOW), roots={}).ok
    pages = [world.signed_in(line.driver).get(reverse("appeals:detail", args=[inside.code]))]
    pages += [line.browser("secretary").get(reverse("appeals:case", args=[inside.code]))]
    for page, words in zip(pages, ("您的诉求在一份导出的清单里", "随清单导出"), strict=True):
        assert words in text(page)
        assert f"{line.secretary.person.name}" in text(page)


def test_many_logs_are_written_in_a_few_statements(line: Line) -> None:
    counts = []
    for _time in range(2):
        for _case in range(3):
            line.appeal("in_hand")
        with CaptureQueriesContext(connection) as captured:
            asked(line.secretary)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert Event.objects.filter(kind="appeals.taken_out").count() == 3 + 6


def test_what_an_earlier_try_wrote_down_is_not_written_again(line: Line) -> None:
    appeal = line.appeal("in_hand")
    export = asked(line.secretary)
    assert taking_out.note(export, [appeal.pk], now=NOW) == 0
    assert Event.objects.filter(kind="appeals.taken_out").count() == 1


@pytest.mark.parametrize("who", ["contact"])
def test_a_contact_takes_no_list_out(line: Line, who: str) -> None:
    line.appeal(at="contact")
    with pytest.raises(PermissionDenied):
        asked(getattr(line, who))
    assert line.browser(who).get(reverse("appeals:new_export")).status_code == 404


def test_a_company_has_no_list_of_cases(line: Line) -> None:
    line.appeal()
    liaison = world.a_post(Role.LIAISON, line.platform)
    with pytest.raises(PermissionDenied):
        asked(liaison)
    browser = world.signed_in(liaison.person, liaison)
    assert browser.get(reverse("appeals:exports")).status_code == 404
    assert browser.get(reverse("appeals:new_export")).status_code == 404


def test_an_empty_list_and_one_that_is_too_long_are_refused(line: Line, settings: Any) -> None:
    with pytest.raises(Refused, match="空"):
        asked(line.secretary)
    settings.EXPORT_ROWS_MOST = 1
    line.appeal(), line.appeal()
    with pytest.raises(Refused, match="2"):
        asked(line.secretary)


# -- the second person ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few")
def test_a_long_one_waits_for_a_colleague_and_is_made_then(line: Line, deputy: Post) -> None:
    line.appeal(), line.appeal()
    export = asked(line.secretary)
    assert (export.state, ExportPart.objects.count()) == ("asked", 0)
    told = {telling.person for telling in notices_export.second_person(last("export_asked"))}
    assert told == {deputy.person}
    exporting.agree(export.pk, by=deputy, now=NOW)
    assert exporting.make(export.pk, now=NOW) == 2
    export.refresh_from_db()
    assert (export.state, export.rows_done, export.decided_by) == ("ready", 2, deputy)
    assert last("exported").facts["second"] == deputy.code
    assert [telling.person for telling in notices_export.asker(last("exported"))] == [line.secretary.person]
    assert exporting.make(export.pk, now=NOW) == 0  # once more is once
    assert len(table(export)) == 3


@pytest.mark.usefixtures("few")
def test_without_a_colleague_somebody_above_decides(line: Line) -> None:
    line.appeal(), line.appeal()
    export = asked(line.secretary)
    assert exports.seconds_for(export, NOW.date()) == [line.committee]
    exporting.refuse(export.pk, by=line.committee, reason="太宽，请缩小。", now=NOW)
    export.refresh_from_db()
    assert (export.state, exporting.make(export.pk, now=NOW)) == ("refused", 0)
    assert last("export_refused").texts.get(name="reason").text == "太宽，请缩小。"


@pytest.mark.usefixtures("few")
def test_nobody_agrees_to_his_own_nor_from_elsewhere_nor_twice(line: Line, deputy: Post) -> None:
    line.appeal(), line.appeal()
    export = asked(line.secretary)
    own_other_post = world.a_committee_staff(world.committee())
    Post.objects.filter(pk=own_other_post.pk).update(person=line.secretary.person)
    others = [
        line.secretary,
        Post.objects.get(pk=own_other_post.pk),
        line.contact,
        world.a_committee_staff(world.committee("CD")),
    ]
    for post in others:
        with pytest.raises(PermissionDenied):
            exporting.agree(export.pk, by=post, now=NOW)
    exporting.refuse(export.pk, by=deputy, reason="不需要。", now=NOW)
    with pytest.raises(Refused):
        exporting.agree(export.pk, by=line.committee, now=NOW)


@pytest.mark.usefixtures("few")
def test_a_request_lapses_after_a_day(line: Line, deputy: Post) -> None:
    line.appeal(), line.appeal()
    export = asked(line.secretary)
    with pytest.raises(Refused):
        exporting.agree(export.pk, by=deputy, now=NOW + DAY)
    assert exporting.sweep(now=NOW + DAY) == 1
    export.refresh_from_db()
    assert export.state == "gone"
    assert exporting.sweep(now=NOW + DAY) == 0


@pytest.mark.usefixtures("few")
def test_a_long_one_needs_a_purpose(line: Line) -> None:
    line.appeal(), line.appeal()
    with pytest.raises(Refused):
        asked(line.secretary, purpose=" ")


@pytest.mark.usefixtures("few")
def test_it_is_read_anew_with_what_the_asker_may_see_then(line: Line, deputy: Post) -> None:
    line.appeal()
    gone = line.appeal(about=world.a_platform("天府快驾"))
    export = asked(line.secretary, show="all")
    exporting.agree(export.pk, by=deputy, now=NOW)
    world.tie(line.secretary.person, gone.respondent_at_event)  # type: ignore[arg-type]
    assert exporting.make(export.pk, now=NOW) == 1
    assert gone.number not in content(export).decode()


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_lies_sealed_and_goes_after_a_day(line: Line) -> None:
    appeal = line.appeal()
    export = asked(line.secretary)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM appeals_exportpart")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT wanted FROM appeals_export")
        stored += cursor.fetchone()[0]
    assert appeal.number not in stored
    assert exporting.sweep(now=NOW + DAY - datetime.timedelta(minutes=1)) == 0
    assert exporting.sweep(now=NOW + DAY) == 1
    assert not ExportPart.objects.exists()
    with pytest.raises(Refused):
        exporting.hand_out(export.pk, by=line.secretary, now=NOW + DAY)


def test_only_whoever_asked_downloads_and_each_time_is_recorded(line: Line, deputy: Post) -> None:
    line.appeal()
    export = asked(line.secretary, "xlsx")
    answer = send(line.browser("secretary"), "export_file", export.code)
    assert answer["Content-Disposition"] == 'attachment; filename="appeals-20261123-1000.xlsx"'
    assert b"".join(answer.streaming_content) == content(export)
    assert last("export_handed_out").by == line.secretary.person
    for person, post in ((deputy.person, deputy), (line.committee.person, line.committee)):
        assert send(world.signed_in(person, post), "export_file", export.code).status_code == 404
    assert Event.objects.filter(kind="appeals.export_handed_out").count() == 1


# -- a day's budget ---------------------------------------------------------------------------------------------------


def test_who_copies_the_register_stops_at_the_budget_and_somebody_is_told(line: Line, settings: Any) -> None:
    """Trust 6: a bot as branch secretary stops at the budget; an alert is written, once."""
    settings.DESK_RECORDS_A_DAY = 5
    admin = world.a_post(Role.SECURITY_ADMIN, world.department())
    line.appeal(), line.appeal()
    states = [asked(line.secretary).state for _time in range(4)]
    assert states == ["ready", "ready", "refused", "refused"]
    assert RecordUse.objects.get(person=line.secretary.person).records == 4
    alerts = Event.objects.filter(kind="portal.budget_reached")
    assert [alert.facts for alert in alerts] == [{"records": 4, "wanted": 2, "budget": 5}]
    assert [telling.person for telling in notices_export.security(alerts[0])] == [admin.person]
    tomorrow = exporting.ask(line.secretary, wanted={}, format="csv", now=NOW + DAY)
    assert tomorrow.state == "ready"


def test_a_bot_that_opens_case_after_case_stops(line: Line, settings: Any) -> None:
    settings.DESK_RECORDS_A_DAY = 3
    cases = [line.appeal() for _time in range(5)]
    browser = line.browser("secretary")
    answers = [browser.get(reverse("appeals:case", args=[case.code])) for case in cases]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert cases[3].title not in text(answers[3])
    assert Event.objects.filter(kind="portal.budget_reached").count() == 1


# -- pages ------------------------------------------------------------------------------------------------------------


def test_from_the_list_to_the_file_in_two_pages(line: Line) -> None:
    line.appeal(title="押金没退")
    browser = line.browser("secretary")
    address = reverse("appeals:new_export") + "?show=all"
    page = browser.get(address)
    assert "1 行" in text(page)
    sent = browser.post(address, {"key": "a" * 20, "format": "csv"}, follow=True)
    assert "可下载" in text(sent)
    again = browser.post(address, {"key": "a" * 20, "format": "csv"}, follow=True)
    assert again.redirect_chain == sent.redirect_chain
    assert Export.objects.count() == 1


@pytest.mark.usefixtures("few")
def test_the_second_person_finds_it_and_decides(line: Line, deputy: Post) -> None:
    line.appeal(), line.appeal()
    export = asked(line.secretary, purpose="给厅里报数。")
    browser = world.signed_in(deputy.person, deputy)
    assert "要我决定" in text(browser.get(reverse("appeals:exports")))
    page = text(browser.get(reverse("appeals:export", args=[export.code])))
    assert "给厅里报数。" in page
    assert send(browser, "agree_export", export.code).status_code == 302
    export.refresh_from_db()
    assert export.state == "making"
    assert send(line.browser("secretary"), "agree_export", export.code, key="other").status_code == 403


def test_a_stranger_does_not_learn_that_it_exists(line: Line) -> None:
    line.appeal()
    export = asked(line.secretary)
    person: User
    for post in (world.a_secretary(world.a_branch("CD")), line.contact):
        person = post.person
        for name in ("export", "agree_export", "refuse_export"):
            address = reverse(f"appeals:{name}", args=[export.code])
            assert world.signed_in(person, post).get(address).status_code == 404
