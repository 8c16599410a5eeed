"""manage due: exactly the four keys, in Beijing time, over the notices that are loaded."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def due(*arguments: str) -> str:
    out = io.StringIO()
    call_command("due", *arguments, stdout=out)
    return out.getvalue()


def test_the_example_of_the_rules_as_json() -> None:
    assert json.loads(due("--from", "2026-02-13T16:30", "--days", "5", "--json")) == {
        "due_date": "2026-02-27",
        "due_at": "2026-02-28T00:00:00+08:00",
        "counted_days": ["2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"],
        "provisional": False,
    }


def test_a_time_with_a_zone_is_taken_at_its_word() -> None:
    answer = json.loads(due("--from", "2026-11-23T09:31:00+00:00", "--days", "1", "--json"))
    assert answer["due_date"] == "2026-11-25"


def test_past_the_last_notice_it_says_provisional() -> None:
    assert json.loads(due("--from", "2026-12-30T10:00", "--days", "2", "--json"))["provisional"] is True
    assert "(provisional)" in due("--from", "2026-12-30T10:00", "--days", "2")


def test_without_json_each_counted_day_has_its_line() -> None:
    lines = due("--from", "2026-02-13T18:00", "--days", "2").splitlines()
    assert [line.split()[1] for line in lines] == ["zero", "2026-02-24", "2026-02-25", "2026-02-25"]


@pytest.mark.parametrize(
    ("start", "days", "sentence"),
    [
        ("yesterday", "5", "is not a time"),
        ("2026-02-13T16:30", "-1", "from 0 to"),
        ("2026-02-13T16:30", "9999", "from 0 to"),
    ],
)
def test_what_cannot_be_counted_is_told_in_one_sentence(start: str, days: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        due("--from", start, f"--days={days}")
