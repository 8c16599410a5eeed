"""The quality sample: drawn once a week out of what was closed, drawn again the same, read by somebody uninvolved."""

import datetime
from dataclasses import asdict, replace
from typing import Any

import pytest

from appeals import readings, sampling
from appeals.actions import driving, handling, publishing, reading
from appeals.actions.reading import Findings
from appeals.models import Appeal, QualityDraw, QualityReading
from appeals.tasks import draw_readings, release_answers
from portal import events
from portal.models import Event, JobRun, Post
from tests import world
from tests.appeals.reading import denied, log, refused
from tests.world import at

pytestmark = pytest.mark.django_db
CLOSED = at("2026-03-04 10:00")  # a Wednesday
WEEK = datetime.date(2026, 3, 2)
DRAWN = at("2026-03-09 04:10")
READ = at("2026-03-10 10:00")
GOOD = Findings(
    reasons_fit=True, remedy_fits=None, is_plain=True, clocks_kept=True, is_confidential=True, carried_out=None,
    should_reopen=False,
)  # fmt: skip


def closed(line: dict[str, Any], count: int = 1, *, now: datetime.datetime = CLOSED, **fields: Any) -> list[Appeal]:
    driver = world.a_driver(line["branch"], contact=line["contact"])
    return [
        world.an_appeal("closed", by=driver, handler=line["contact"], now=now, **fields) for _number in range(count)
    ]


def a_reading(line: dict[str, Any], **fields: Any) -> QualityReading:
    closed(line, **fields)
    reading.draw_weeks(now=DRAWN)
    return QualityReading.objects.get()


# -- the draw ---------------------------------------------------------------------------------------------------------


def test_five_in_a_hundred_of_a_week_are_drawn_for_each_committee() -> None:
    line, far = world.a_line(), world.a_line("CD")
    closed(line, 21)
    closed(far, 3)
    assert reading.draw_weeks(now=DRAWN) == {"draws": 2, "drawn": 3}
    draw = QualityDraw.objects.get(committee=world.committee())
    assert (draw.week_date, len(draw.pool), draw.due_date) == (WEEK, 21, datetime.date(2026, 3, 23))
    first = draw.readings.order_by("pk")[0]
    assert (first.organisation, first.answer.appeal, first.read_at) == (line["branch"], first.appeal, None)


def test_the_draw_is_made_again_from_what_was_written_down() -> None:
    line = world.a_line()
    cases = closed(line, 25)
    reading.draw_weeks(now=DRAWN)
    draw = QualityDraw.objects.get()
    assert sorted(draw.pool) == sorted(case.code for case in cases)
    again = sampling.drawn(draw.seed, draw.pool)
    assert sorted(again) == sorted(draw.readings.values_list("appeal__code", flat=True))
    event = Event.objects.get(subject=events.subject_of(draw))
    assert event.kind == "appeals.quality_drawn"
    assert event.facts == {
        "committee": world.committee().code, "week": "2026-W10", "seed": draw.seed, "closed": 25, "drawn": again,
    }  # fmt: skip
    assert len(draw.seed) == 64


def test_a_week_is_drawn_once() -> None:
    closed(world.a_line(), 3)
    assert reading.draw_weeks(now=DRAWN)["draws"] == 1
    before = QualityDraw.objects.get()
    for later in (DRAWN, at("2026-03-10 04:10"), at("2026-03-15 04:10")):
        assert reading.draw_weeks(now=later) == {"draws": 0, "drawn": 0}
    assert QualityDraw.objects.get().seed == before.seed
    assert QualityReading.objects.count() == 1


def test_a_week_that_was_missed_is_drawn_late() -> None:
    closed(world.a_line(), 3)
    assert reading.draw_weeks(now=at("2026-03-23 04:10")) == {"draws": 1, "drawn": 1}
    assert QualityDraw.objects.get().week_date == WEEK


def test_two_draws_have_different_seeds() -> None:
    closed(world.a_line())
    closed(world.a_line("CD"))
    reading.draw_weeks(now=DRAWN)
    one, other = QualityDraw.objects.values_list("seed", flat=True)
    assert one != other


@pytest.mark.parametrize(
    ("moment", "is_drawn"),
    [
        ("2026-03-01 23:59", False), ("2026-03-02 00:00", True), ("2026-03-08 23:59", True),
        ("2026-03-09 00:00", False),
    ],
)  # fmt: skip
def test_a_week_goes_from_monday_to_sunday_in_beijing(moment: str, is_drawn: bool) -> None:
    line = world.a_line()
    cases = closed(line)
    Appeal.objects.filter(pk=cases[0].pk).update(closed_at=at(moment))
    committee = world.committee()
    made = reading.draw_week(committee.pk, WEEK, now=DRAWN)
    assert (made is not None) is is_drawn


@pytest.mark.parametrize("status", ["answered", "withdrawn", "transferred", "in_hand"])
def test_what_is_not_closed_with_an_answer_is_not_drawn(status: str) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    world.an_appeal(status, by=driver, handler=line["contact"], now=CLOSED)
    assert reading.draw_weeks(now=DRAWN) == {"draws": 0, "drawn": 0}


def test_a_case_is_in_its_city_s_draw_and_not_in_the_province_s_too() -> None:
    line = world.a_line()
    closed(line)
    reading.draw_weeks(now=DRAWN)
    assert [draw.committee for draw in QualityDraw.objects.all()] == [world.committee()]


def test_what_the_province_answered_itself_is_in_its_own_draw() -> None:
    line = world.a_line()
    case = closed(line)[0]
    top = world.province_committee()
    Appeal.objects.filter(pk=case.pk).update(handling_org=top, handling_path=top.path)
    reading.draw_weeks(now=DRAWN)
    assert [draw.committee for draw in QualityDraw.objects.all()] == [top]


def test_the_jobs_draw_and_release_and_say_so() -> None:
    draw_readings()
    release_answers()
    assert not JobRun.objects.filter(error__gt="").exists()


# -- reading ----------------------------------------------------------------------------------------------------------


def test_the_committee_reads_and_what_it_finds_is_written_down() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    found = replace(GOOD, is_plain=False, should_reopen=True, note="术语太多。")
    links = len(log(drawn.appeal))
    done = reading.read(drawn.pk, by=line["committee"], findings=found, now=READ)
    assert {name: getattr(done, name) for name in asdict(found)} == asdict(found)
    assert (done.reader, done.read_at) == (line["committee"], READ)
    event = Event.objects.get(subject=events.subject_of(done))
    assert (event.kind, event.post, event.commitments) == ("appeals.quality_read", line["committee"], {})
    assert event.facts["is_plain"] is False
    assert "术语" not in str(event.facts)
    assert len(log(drawn.appeal)) == links


def test_it_is_read_once() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    reading.read(drawn.pk, by=line["committee"], findings=GOOD, now=READ)
    with refused("Somebody has read this case a second time already."):
        reading.read(drawn.pk, by=line["province"], findings=replace(GOOD, is_plain=False), now=READ)
    drawn.refresh_from_db()
    assert drawn.is_plain is True


@pytest.mark.parametrize("point", ["reasons_fit", "is_plain", "clocks_kept", "is_confidential"])
def test_a_point_is_not_passed_over(point: str) -> None:
    line = world.a_line()
    drawn = a_reading(line)
    with refused("Answer every point with yes or no."):
        reading.read(drawn.pk, by=line["committee"], findings=replace(GOOD, **{point: None}), now=READ)


@pytest.mark.parametrize("who", ["contact", "secretary", "committee secretary", "other city", "custodian", "kin"])
def test_nobody_but_the_committee_of_the_line_reads(who: str) -> None:
    line = world.a_line()
    drawn = a_reading(line)
    post = {
        "committee secretary": lambda: world.a_secretary(world.committee()),
        "other city": lambda: world.a_committee_staff(world.committee("CD")),
        "custodian": lambda: world.a_post("custodian", world.committee()),
        "kin": lambda: world.a_committee_staff(),
    }.get(who, lambda: line[who])()
    if who == "kin":
        world.kin(post.person, drawn.appeal.filer)
    with denied(drawn.appeal):
        reading.read(drawn.pk, by=post, findings=GOOD, now=READ)


def climbed(line: dict[str, Any]) -> Appeal:
    """Handled at all three tiers, answered by the committee, closed."""
    early = CLOSED - datetime.timedelta(hours=3)
    driver = world.a_driver(line["branch"], contact=line["contact"])
    case = world.an_appeal("in_hand", by=driver, handler=line["contact"], now=early)
    for handler in (line["contact"], line["secretary"]):
        if handler != line["contact"]:
            handling.take(case.pk, by=handler, now=early)
        handling.escalate(case.pk, by=handler, reason="超出权限。", now=early)
    handling.take(case.pk, by=line["committee"], now=early)
    handling.answer(case.pk, by=line["committee"], finding="not_upheld", reasons="核对过规则。", now=early)
    return driving.accept(case.pk, by=driver, now=CLOSED)


def test_whoever_handled_it_does_not_read_it_in_whatever_post() -> None:
    line = world.a_line()
    climbed(line)
    reading.draw_weeks(now=DRAWN)
    drawn = QualityReading.objects.get()
    assert drawn.organisation == world.committee()
    helper = world.a_post("committee_staff", world.committee(), line["secretary"].person)
    for post in (line["committee"], helper):
        assert not readings.may_read(post, drawn, READ)
        with denied(drawn.appeal):
            reading.read(drawn.pk, by=post, findings=GOOD, now=READ)
    colleague = world.a_committee_staff()
    assert reading.read(drawn.pk, by=colleague, findings=GOOD, now=READ).reader == colleague


def test_to_publish_an_answer_is_no_part_in_the_case() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    wording = publishing.Wording("派单少了怎么办？", "规则里写明了。")
    made = publishing.propose(drawn.appeal_id, by=line["secretary"], wording=wording, now=READ)
    publishing.announce(made.pk, by=line["committee"], names_company=False, now=READ)
    assert readings.may_read(line["committee"], drawn, READ)


# -- counts -----------------------------------------------------------------------------------------------------------


def read_by(post: Post, drawn: QualityReading, **found: Any) -> None:
    reading.read(drawn.pk, by=post, findings=replace(GOOD, **found), now=READ)


def test_counts_are_those_of_the_rows_behind_them() -> None:
    line, far = world.a_line(), world.a_line("CD")
    closed(line, 41)
    closed(far, 2)
    reading.draw_weeks(now=DRAWN)
    mine = list(readings.seen_by(line["committee"], READ))
    read_by(line["committee"], mine[0], is_plain=False, should_reopen=True)
    read_by(line["committee"], mine[1], is_plain=False, clocks_kept=False)
    rows = readings.counted(readings.seen_by(line["committee"], READ))
    assert [(row.organisation, row.read, row.reopen) for row in rows] == [(line["branch"], 2, 1)]
    assert rows[0].wanting["is_plain"] == 2
    assert readings.seen_by(line["committee"], READ).filter(is_plain=False).count() == 2
    [week] = readings.weeks(line["committee"], readings.seen_by(line["committee"], READ), WEEK, READ)
    assert (week.closed, week.drawn, week.read, week.late) == (41, 3, 2, 0)
    late = at("2026-03-24 00:00")
    [week] = readings.weeks(line["committee"], readings.seen_by(line["committee"], late), WEEK, late)
    assert week.late == 1
    assert readings.seen_by(line["province"], READ).count() == 4
    assert (readings.count_to_read(line["committee"], READ), readings.count_to_read(line["province"], READ)) == (1, 0)


def test_a_case_from_which_one_is_barred_is_neither_listed_nor_counted() -> None:
    line = world.a_line()
    drawn = a_reading(line)
    barred = world.a_committee_staff()
    world.kin(barred.person, drawn.appeal.filer)
    assert not readings.seen_by(barred, READ).exists()
    [week] = readings.weeks(barred, readings.seen_by(barred, READ), WEEK, READ)
    assert (week.closed, week.drawn) == (0, 0)
