"""The committee's pages of second readings: the list, the form, the counts with the rows behind them."""

import datetime
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appeals import readings
from appeals.actions import reading
from appeals.models import QualityReading
from tests import world
from tests.appeals.test_quality import DRAWN, READ, a_reading, climbed, closed, read_by

pytestmark = pytest.mark.django_db
FOUND = {
    "reasons_fit": "yes", "remedy_fits": "apart", "is_plain": "no", "clocks_kept": "yes", "is_confidential": "yes",
    "carried_out": "apart", "should_reopen": "yes", "note": "术语太多。",
}  # fmt: skip


def page(browser: Client, name: str, *args: Any, status: int = 200, query: str = "") -> str:
    response = browser.get(reverse(f"appeals:{name}", args=args) + query)
    assert response.status_code == status
    return response.content.decode()


def staff(line: dict[str, Any], who: str = "committee") -> Client:
    return world.signed_in(line[who].person, line[who])


def test_the_committee_reads_and_comes_to_reopening() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    browser = staff(line)
    with time_machine.travel(READ, tick=False):
        listed = page(browser, "readings")
        assert drawn.appeal.number in listed
        shown = page(browser, "reading", drawn.code)
        assert "核对过规则。" in shown
        assert reverse("appeals:case", args=[drawn.appeal.code]) in shown
        sent = browser.post(reverse("appeals:reading", args=[drawn.code]), {"key": "k" * 16, **FOUND})
        assert sent.status_code == 302
        after = page(browser, "reading", drawn.code)
        assert reverse("appeals:reopen", args=[drawn.appeal.code]) in after
        assert drawn.appeal.number not in page(browser, "readings")
        assert drawn.appeal.number in page(browser, "readings", query="?show=read&point=is_plain")
        assert drawn.appeal.number not in page(browser, "readings", query="?show=read&point=clocks_kept")
    drawn.refresh_from_db()
    assert (drawn.is_plain, drawn.remedy_fits, drawn.note) == (False, None, "术语太多。")


def test_nothing_is_kept_of_a_form_with_a_gap() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    with time_machine.travel(READ, tick=False):
        sent = staff(line).post(
            reverse("appeals:reading", args=[drawn.code]), {"key": "k" * 16, **FOUND, "is_plain": ""}
        )  # fmt: skip
    assert sent.status_code == 422
    drawn.refresh_from_db()
    assert drawn.read_at is None


def test_whoever_handled_it_reads_what_was_found_and_not_by_whom() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    reader = line["committee"].person.name
    read_by(line["committee"], drawn, is_plain=False, note="术语太多。")
    with time_machine.travel(READ, tick=False):
        for who in ("contact", "secretary"):
            text = page(staff(line, who), "case", drawn.appeal.code)
            assert str(readings.POINTS["is_plain"][0]) in unescape(text)
            assert line["committee"].organisation.short_name in text
            assert reader not in text
            assert "术语太多" not in text
            page(staff(line, who), "readings", status=404)
            page(staff(line, who), "reading", drawn.code, status=404)


def test_somebody_involved_sees_it_and_is_given_no_form() -> None:
    line = world.a_line()
    climbed(line)
    reading.draw_weeks(now=DRAWN)
    drawn = QualityReading.objects.get()
    with time_machine.travel(READ, tick=False):
        assert "should_reopen" not in page(staff(line), "reading", drawn.code)
        sent = staff(line).post(reverse("appeals:reading", args=[drawn.code]), {"key": "k" * 16, **FOUND})
    assert sent.status_code == 403


def test_every_number_has_its_rows_behind_it() -> None:
    line = world.a_line()
    closed(line, 61)
    reading.draw_weeks(now=DRAWN)
    rows = list(QualityReading.objects.order_by("pk"))
    read_by(line["committee"], rows[0], is_plain=False, should_reopen=True)
    read_by(line["committee"], rows[1], is_plain=False, clocks_kept=False)
    read_by(line["committee"], rows[2])
    browser = staff(line)
    with time_machine.travel(READ, tick=False):
        text = page(browser, "reading_counts")
        links = re.findall(r'<a href="([^"]+)"><span class="hide">[^<]*</span>(\d+)</a>', text)
        assert sorted(int(n) for _url, n in links) == [1, 1, 2, 3]
        for url, n in links:
            behind = browser.get(unescape(url)).content.decode()
            assert behind.count("<tr data-row>") == int(n)


def test_a_week_without_a_draw_says_when_the_next_one_is() -> None:
    line = world.a_line()
    with time_machine.travel(READ, tick=False):
        assert "empty" in page(staff(line), "readings")
        assert "empty" in page(staff(line), "reading_counts")
        assert "empty" in page(staff(line), "readings", query="?point=is_plain&week=nonsense")


def test_what_is_late_says_so() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    with time_machine.travel(datetime.datetime(2026, 3, 25, 2, tzinfo=datetime.UTC), tick=False):
        assert "due-over" in page(staff(line), "readings")
        assert "due-over" in page(staff(line), "reading", drawn.code)
