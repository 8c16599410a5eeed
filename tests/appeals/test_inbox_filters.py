"""Filters of the list: each by itself, any of them together, kept ones; the count, the list and `found` agree."""

import datetime

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals import inbox
from appeals.actions import filters, handling
from appeals.inbox import Wanted
from appeals.inbox.columns import COLUMNS
from appeals.inbox.conditions import due_in
from appeals.models import Appeal, Category, ListColumns, SavedFilter, Status
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import CalendarNotice, Post
from tests import world
from tests.amount import often
from tests.appeals.desk import a_line, at_ten, chip, numbers, page, text
from tests.appeals.test_desk_inbox import a_promise, populate

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]
DAY = datetime.timedelta(days=1)


def found(post: Post, show: str = "all", **asked: str) -> set[str]:
    """Numbers a filter finds, after the list, its count and `found` were compared."""
    wanted = Wanted.of({"show": show, **asked})
    rows = list(inbox.found(post, wanted, world.NOW))
    read = inbox.read(post, wanted, world.NOW, rows_a_page=100)
    assert [row.appeal for row in read.rows] == rows
    assert read.counts[show] == len(rows) == len({appeal.pk for appeal in rows})
    return {appeal.number for appeal in rows}


def due_on(appeal: Appeal, days: int) -> Appeal:
    """Its clock, so many days from today."""
    day = world.NOW.date() + days * DAY
    due_at = world.at(f"{day + DAY} 00:00")
    Appeal.objects.filter(pk=appeal.pk).update(due_date=day, due_at=due_at)
    return appeal


def test_by_due() -> None:
    line = a_line()
    made = {
        "overdue": {due_on(line.appeal("in_hand"), -1).number, a_promise(line, -2).number},
        "today": {due_on(line.appeal("in_hand"), 0).number, a_promise(line, 0).number},
        "soon": {due_on(line.appeal(), 1).number, due_on(line.appeal(), 2).number, a_promise(line, 1).number},
        "later": {due_on(line.appeal(), 3).number, due_on(line.appeal(), 30).number},
        "resting": {line.appeal("asked").number},
    }
    line.appeal("answered")
    assert {due: found(line.secretary, due=due) for due in inbox.DUES} == made


def test_an_urgent_case_is_overdue_by_the_hour() -> None:
    line = a_line()
    urgent = world.an_appeal(by=line.driver, is_urgent=True, category="safety")
    assert (found(line.secretary, due="today"), found(line.secretary, due="overdue")) == ({urgent.number}, set())
    later = world.NOW + datetime.timedelta(hours=3)
    rows = inbox.found(line.secretary, Wanted.of({"show": "all", "due": "overdue"}), later)
    assert rows.get().number == urgent.number


def test_late_in_the_evening_an_urgent_case_of_tonight_is_due_today_though_it_runs_out_tomorrow() -> None:
    line = a_line()
    late = world.at(f"{world.NOW.date()} 23:10")
    urgent = world.an_appeal(by=line.driver, is_urgent=True, category="safety", now=late)
    today, tomorrow = due_on(line.appeal("in_hand"), 0), due_on(line.appeal("in_hand"), 1)

    def listed(due: str, now: datetime.datetime) -> set[str]:
        rows = inbox.read(line.secretary, Wanted.of({"show": "all", "due": due}), now).rows
        return {row.appeal.number for row in rows}

    assert (listed("today", late), listed("soon", late)) == ({urgent.number, today.number}, {tomorrow.number})
    past = late + datetime.timedelta(hours=2, minutes=1)
    assert listed("overdue", past) == {urgent.number, today.number}
    assert listed("today", past) == {tomorrow.number}


def test_the_filter_by_due_is_the_mark_on_the_row() -> None:
    """Over a weekend and a holiday too: what is filtered as due soon reads as due soon."""
    line = a_line()
    for days in range(-3, 13):
        due_on(line.appeal("in_hand"), days)
    states = {"overdue": "overdue", "today": "today", "soon": "soon", "later": "far"}
    for now in (world.NOW, world.NOW + 4 * DAY, world.NOW + 5 * DAY):
        for due, state in states.items():
            read = inbox.read(line.secretary, Wanted.of({"show": "all", "due": due}), now, rows_a_page=50)
            assert {row.due.state for row in read.rows if row.due} <= {state}, (now, due)
        every = sum(inbox.found(line.secretary, Wanted.of({"show": "all", "due": due}), now).count() for due in states)
        assert every == 16


def test_by_place_company_tier_state_and_urgency() -> None:
    line = a_line()
    other = world.a_platform()
    mine = line.appeal("in_hand")
    theirs = line.appeal(about=other, category="safety", is_urgent=False)
    low = line.appeal(at="contact", district=None)
    assert found(line.secretary, company=other.code) == {theirs.number}
    assert found(line.secretary, place=world.city().code) == {mine.number, theirs.number, low.number}
    assert found(line.secretary, place=world.district().code) == {mine.number, theirs.number}
    assert found(line.secretary, place=world.city("CD").code) == set()
    assert found(line.secretary, tier="1") == {low.number}
    assert found(line.secretary, state="in_hand") == {mine.number}
    assert found(line.secretary, urgent="1") == set()
    assert found(line.secretary, company="0" * 16) == found(line.secretary, place="999999") == set()


def test_by_who_has_it() -> None:
    line = a_line()
    colleague = world.a_post("deputy_secretary", line.branch)
    mine, free = line.appeal("in_hand"), line.appeal()
    theirs = handling.take(line.appeal().pk, by=colleague, now=world.NOW)
    assert found(line.secretary, holder="nobody") == {free.number}
    assert found(line.secretary, holder="me") == {mine.number}
    assert found(line.secretary, holder=colleague.code) == {theirs.number}
    meant = line.appeal(at="contact")
    assert found(line.secretary, holder=line.contact.code) == {meant.number}, "meant for him, though not taken yet"


def test_by_whom_it_waits_for_and_when_it_was_filed() -> None:
    line = a_line()
    asked, heard = line.appeal("asked"), line.appeal("in_hand")
    world.heard(heard.pk, by=line.secretary)
    assert found(line.secretary, waits="driver") == {asked.number}
    assert found(line.secretary, waits="company") == {heard.number}
    Appeal.objects.filter(pk=asked.pk).update(filed_at=world.at("2026-11-01 23:59"))
    Appeal.objects.filter(pk=heard.pk).update(filed_at=world.at("2026-11-02 00:00"))
    for name, until in (("from", "2026-11-02"), ("to", "2026-11-01")):
        wanted = found(line.secretary, **{name: until})
        assert wanted == ({heard.number} if name == "from" else {asked.number})
    assert found(line.secretary, **{"from": "2026-11-01", "to": "2026-11-02"}) == {asked.number, heard.number}


def test_orders() -> None:
    line = a_line()
    first = line.appeal(about=world.a_platform("甲平台"))
    second = line.appeal(about=world.a_platform("乙平台"))
    none = line.appeal(about=None)
    Appeal.objects.filter(pk=first.pk).update(filed_at=world.NOW - 3 * DAY)
    Appeal.objects.filter(pk=none.pk).update(filed_at=world.NOW - 5 * DAY)
    listed = {
        sort: [row.number for row in inbox.found(line.secretary, Wanted(sort=sort), world.NOW)] for sort in inbox.SORTS
    }
    assert listed["filed"] == [second.number, first.number, none.number]
    assert listed["company"][-1] == none.number
    assert all(len(rows) == 3 for rows in listed.values())


WRONG = st.sampled_from(["", "", "nonsense", "'", "2026-13-40", "0" * 16])


def test_any_filters_together_count_what_they_list(db: None) -> None:
    line = a_line()
    populate(line)
    places = [world.city().code, world.district().code, world.city("YB").code]
    values = {
        "due": [*inbox.DUES], "category": Category.values, "place": places, "company": [line.platform.code],
        "holder": ["nobody", "me", line.contact.code], "waits": [*inbox.WAITS], "urgent": ["1"],
        "tier": ["1", "2", "3"], "state": Status.values, "from": ["2026-11-01", "2026-11-24"], "to": ["2026-11-23"],
        "q": ["派单", "LZ", line.platform.name, line.driver.phone, "没有"], "group": ["candidates"],
    }  # fmt: skip
    asked = {name: st.one_of(st.just(""), st.just(""), st.sampled_from(known), WRONG) for name, known in values.items()}
    shown = st.sampled_from([*inbox.CHIPS])

    @settings(max_examples=often(60, 10), deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(["contact", "secretary", "committee", "province"]),
        shown,
        st.sampled_from([*inbox.SORTS]),
        st.fixed_dictionaries(asked),
    )
    def run(who: str, show: str, sort: str, asked: dict[str, str]) -> None:
        post = getattr(line, who)
        wanted = Wanted.of({"show": show, "sort": sort, **asked})
        assert Wanted.of(QueryDict(wanted.query()).dict()) == wanted
        rows = [row.pk for row in inbox.found(post, wanted, world.NOW)]
        read = inbox.read(post, wanted, world.NOW, rows_a_page=100)
        assert [row.appeal.pk for row in read.rows] == rows
        assert len(rows) == len(set(rows)) == read.counts[show]
        for chip_name in inbox.CHIPS:
            other = Wanted.of({**wanted.asked(), "show": chip_name})
            assert inbox.found(post, other, world.NOW).count() == read.counts[chip_name]
        seen = {row.pk for row in inbox.found(post, Wanted(show="all"), world.NOW)}
        assert set(rows) <= seen

    run()


def test_more_than_a_thousand_are_counted_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    line = a_line()
    for _time in range(4):
        line.appeal()
    monkeypatch.setattr(inbox.listing, "MOST", 3)
    read = inbox.read(line.secretary, Wanted(), world.NOW)
    assert (read.counts["todo"], len(read.rows), read.is_cut) == (4, 3, True)
    assert inbox.found(line.secretary, Wanted(), world.NOW).count() == 4, "an export has all of them"


def test_a_kept_filter_stands_above_the_list_with_its_count() -> None:
    line = a_line()
    fine = line.appeal(category="fine", about=None)
    line.appeal()
    client = line.browser("secretary")
    asked = page("inbox", category="fine")
    saved = client.get(asked)
    assert "保存这个筛选" in text(saved)
    form = client.get(page("filters"), {"query": saved.context["query"]})
    assert form.status_code == 200
    sent = client.post(page("filters"), {"query": saved.context["query"], "name": "罚单"})
    kept = SavedFilter.objects.get(post=line.secretary)
    assert sent["Location"] == f"{page('inbox')}?{kept.query}" == f"{page('inbox')}?category=fine"
    answer = client.get(sent["Location"])
    assert numbers(answer) == [fine.number]
    assert [(one["word"], one["figure"], one["is_current"]) for one in answer.context["kept"]] == [("罚单", "1", True)]
    assert not world.signed_in(line.contact.person, line.contact).get(page("inbox")).context["kept"]


def test_the_filter_that_opens_first_and_the_whole_list_behind_it() -> None:
    line = a_line()
    fine, other = line.appeal(category="fine", about=None), line.appeal()
    client = line.browser("secretary")
    filters.keep(line.secretary, name="罚单", wanted=Wanted(category="fine"), is_default=True, now=world.NOW)
    opened = client.get(page("inbox"), follow=True)
    assert numbers(opened) == [fine.number]
    whole = client.get(opened.context["clear_url"])
    assert set(numbers(whole)) == {fine.number, other.number}
    kept = filters.keep(line.secretary, name="急件", wanted=Wanted(urgent="1"), is_default=True, now=world.NOW)
    assert SavedFilter.objects.get(post=line.secretary, is_default=True) == kept


def test_renaming_and_deleting_a_kept_filter() -> None:
    line = a_line()
    kept = filters.keep(line.secretary, name="罚单", wanted=Wanted(category="fine"), is_default=False, now=world.NOW)
    client = line.browser("secretary")
    client.post(f"{page('filters')}{kept.code}/", {"name": "罚款", "is_default": "on"})
    kept.refresh_from_db()
    assert (kept.name, kept.is_default) == ("罚款", True)
    assert (
        world.signed_in(line.committee.person, line.committee).get(f"{page('filters')}{kept.code}/").status_code == 404
    )
    client.post(f"{page('filters')}{kept.code}/", {"delete": "1"})
    assert not SavedFilter.objects.exists()


def test_a_name_stands_once_and_there_are_eight_at_most() -> None:
    line = a_line()
    for number in range(filters.MOST):
        filters.keep(line.secretary, name=f"第{number}", wanted=Wanted(), is_default=False, now=world.NOW)
    with pytest.raises(Refused):
        filters.keep(line.secretary, name="再一个", wanted=Wanted(), is_default=False, now=world.NOW)
    SavedFilter.objects.first().delete()
    with pytest.raises(Refused):
        filters.keep(line.secretary, name="第3", wanted=Wanted(), is_default=False, now=world.NOW)


def test_columns_are_chosen_by_each_person() -> None:
    line = a_line()
    line.appeal("in_hand")
    client = line.browser("secretary")
    answer = client.post(page("columns"), {"columns": ["place", "holder", "state"]})
    assert answer["Location"] == page("inbox")
    assert ListColumns.objects.get(person=line.secretary.person).columns == ["place", "holder", "state"]
    shown = client.get(page("inbox"))
    assert [str(column.word) for column in shown.context["columns"]] == ["地点", "经手人", "状态"]
    assert line.secretary.person.name in text(shown)
    assert set(COLUMNS) >= {"kind", "company", "entered", "filed", "tier"}


def test_questions_do_not_depend_on_what_is_wanted_or_found(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    line = a_line()
    populate(line)
    for number in range(3):
        filters.keep(line.secretary, name=f"第{number}", wanted=Wanted(tier="2"), is_default=False, now=world.NOW)
    kept = {one.code: Wanted.of(QueryDict(one.query).dict()) for one in SavedFilter.objects.all()}
    for wanted in (Wanted(), Wanted(show="all", due="soon", holder="me"), Wanted(show="all", words="派单 三成")):
        with django_assert_max_num_queries(24):
            inbox.read(line.secretary, wanted, world.NOW, kept=kept)


def test_who_is_barred_counts_and_keeps_nothing() -> None:
    line = a_line()
    line.appeal(person_about=line.secretary.person)
    tied = line.appeal()
    world.tie(line.secretary.person, tied.respondent_at_event)
    for asked in ({}, {"company": line.platform.code}, {"tier": "2"}, {"holder": "nobody"}, {"q": "派单"}):
        assert found(line.secretary, **asked) == set()
    client = line.browser("secretary")
    filters.keep(line.secretary, name="全部", wanted=Wanted(show="all"), is_default=False, now=world.NOW)
    assert client.get(page("inbox")).context["kept"][0]["figure"] == "0"
    assert chip(client.get(page("inbox", show="all")), "all") == 0


def test_due_soon_ends_where_the_words_on_the_row_do() -> None:
    calendar = CalendarNotice.objects.calendar()
    for days in range(40):
        today = beijing_day(world.at("2026-09-20 10:00") + days * DAY)
        condition = str(due_in("soon", today, world.NOW, calendar))
        last = max(
            day for day in (today + n * DAY for n in range(1, 20)) if calendar.working_days_left(today, day) <= 2
        )
        assert repr(last) in condition


def test_a_line_of_two_desks_lists_a_case_once() -> None:
    """Whoever stands in for a colleague below sees a case through both posts, and it is one row."""
    line = a_line()
    appeal = line.appeal("in_hand")
    world.leave(line.secretary, line.committee)
    committee = Post.objects.get(pk=line.committee.pk)
    assert found(committee) == {appeal.number}
    assert found(committee, show="todo") == {appeal.number}
    assert found(committee, show="todo", q=appeal.title) == {appeal.number}
