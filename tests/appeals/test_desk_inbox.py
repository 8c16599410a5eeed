"""The desk's list: what waits for whom, in which order, and that a chip's count is the list behind it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appeals import inbox
from appeals.actions import handling
from appeals.models import Answer, Appeal, Hearing
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, chip, numbers, page, text

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]

DAY = datetime.timedelta(days=1)


def a_promise(line: Line, days: int) -> Appeal:
    """An upheld appeal whose remedy was promised by a day so many days from today."""
    appeal = line.appeal("in_hand")
    today = world.NOW.date()
    handling.answer(
        appeal.pk,
        by=line.secretary,
        finding="upheld",
        reasons="属实。",
        remedy="退款。",
        carry_out_date=today,
        now=world.NOW,
    )
    Answer.objects.filter(appeal=appeal).update(carry_out_date=today + days * DAY)
    return Appeal.objects.get(pk=appeal.pk)


def populate(line: Line) -> None:
    for status in ("waiting", "in_hand", "asked", "answered"):
        line.appeal(status)
        line.appeal(status, at="contact")
    heard = line.appeal("in_hand")
    handling.hear_platform(heard.pk, by=line.secretary, question="派单规则怎么变的？", now=world.NOW)
    silent = line.appeal("in_hand")
    handling.hear_platform(silent.pk, by=line.secretary, question="派单规则怎么变的？", now=world.NOW)
    Hearing.objects.filter(appeal=silent).update(silent_at=world.NOW)
    for days in (-2, 0, 5):
        a_promise(line, days)
    world.an_appeal("closed", by=line.driver, handler=line.contact)
    world.an_appeal("withdrawn", by=line.driver)
    up = line.appeal("in_hand")
    handling.escalate(up.pk, by=line.secretary, reason="要党委定。", now=world.NOW)
    world.an_appeal(by=line.driver, is_urgent=True, category="safety")
    world.an_appeal(by=world.a_driver(world.a_branch("YB"), place=world.district("YB")), place=world.city("YB"))


@pytest.mark.parametrize("who", ["contact", "secretary", "committee", "province"])
def test_every_count_is_its_list(who: str) -> None:
    line = a_line()
    populate(line)
    client = line.browser(who)
    for show in inbox.CHIPS:
        first = client.get(page("inbox", show=show))
        found = numbers(first)
        for number in range(2, first.context["inbox"].page.paginator.num_pages + 1):
            found += numbers(client.get(page("inbox", show=show, page=str(number))))
        assert len(found) == len(set(found)) == chip(first, show), show


def test_what_waits_for_a_secretary() -> None:
    line = a_line()
    populate(line)
    answer = line.browser("secretary").get(page("inbox"))
    assert {name: chip(answer, name) for name in inbox.CHIPS} == {
        # waiting, in hand, two the company was asked about, two promises by today, one urgent
        "todo": 7,
        "driver": 1,
        "company": 2,
        "answered": 4,
        # also what the contacts have, what has moved up, and what is closed or withdrawn; nothing of the other city
        "all": 17,
    }
    assert "在办 6 件，今天到期 1 件，兑现超时 1 件" in text(answer)
    assert inbox.todo_count(line.secretary, world.NOW) == 7


def test_a_contact_sees_his_own_and_nobody_elses() -> None:
    line = a_line()
    mine = line.appeal(at="contact")
    other = world.a_contact(line.branch)
    theirs = world.an_appeal(by=world.a_driver(line.branch, contact=other))
    anybody = world.an_appeal(by=world.a_driver(line.branch))
    assert set(numbers(line.browser("contact").get(page("inbox")))) == {mine.number, anybody.number}
    taken = handling.take(anybody.pk, by=other, now=world.NOW)
    found = numbers(line.browser("contact").get(page("inbox", show="all")))
    assert found == [mine.number]
    assert {theirs.number, taken.number} == set(numbers(world.signed_in(other.person, other).get(page("inbox"))))


def test_a_deputy_has_the_list_of_who_is_on_leave() -> None:
    line = a_line()
    mine = line.appeal(at="contact")
    deputy = world.a_contact(line.branch)
    client = world.signed_in(deputy.person, deputy)
    assert numbers(client.get(page("inbox"))) == []
    world.leave(line.contact, deputy)
    assert numbers(client.get(page("inbox"))) == [mine.number]


def test_urgent_first_then_broken_promises_then_what_is_due() -> None:
    line = a_line()
    later = line.appeal("in_hand")
    Appeal.objects.filter(pk=later.pk).update(due_date=world.NOW.date() + 9 * DAY, due_at=world.NOW + 9 * DAY)
    sooner = line.appeal("in_hand")
    promise = a_promise(line, -3)
    urgent = world.an_appeal(by=line.driver, is_urgent=True, category="safety")
    answer = line.browser("secretary").get(page("inbox"))
    assert numbers(answer) == [urgent.number, promise.number, sooner.number, later.number]
    assert "兑现超时 3 天" in text(answer)
    assert "还有 2 小时" in text(answer)


def test_newest_here_first_on_request() -> None:
    line = a_line()
    first = line.appeal()
    second = line.appeal()
    first.legs.filter(left_at=None).update(entered_at=world.NOW + DAY)
    assert numbers(line.browser("secretary").get(page("inbox", sort="entry"))) == [first.number, second.number]


def test_search_by_number_as_people_type_it_by_title_and_by_company() -> None:
    line = a_line()
    wanted = line.appeal(title="退车押金没退")
    line.appeal(title="派单少了", about=world.a_platform("天府快驾"))
    client = line.browser("secretary")
    head, tail = wanted.number[:-6], wanted.number[-6:]
    typed = [
        wanted.number,
        wanted.number.lower(),
        f" {wanted.number.replace('-', ' ')} ",
        head + tail.replace("0", "O"),
    ]
    for words in [*typed, "押金", line.platform.name, tail]:
        answer = client.get(page("inbox"), {"q": words})
        assert numbers(answer) == [wanted.number], words
        assert chip(answer, "todo") == chip(answer, "all") == 1
    nothing = client.get(page("inbox"), {"q": "没有这样的"})
    assert "没有符合条件的诉求" in text(nothing)
    assert "清除筛选" in text(nothing)


def test_a_category_narrows_list_and_counts() -> None:
    line = a_line()
    fine = line.appeal(category="fine", about=None)
    line.appeal(category="dispatch")
    answer = line.browser("secretary").get(page("inbox", category="fine"))
    assert numbers(answer) == [fine.number]
    assert (chip(answer, "todo"), chip(answer, "all")) == (1, 1)


def test_what_is_asked_for_wrongly_is_the_list_as_usual() -> None:
    line = a_line()
    appeal = line.appeal()
    wrong = page("inbox", show="nonsense", category="'", sort="-pk", page="99", open="0" * 16)
    answer = line.browser("secretary").get(wrong)
    assert answer.status_code == 200
    assert numbers(answer) == [appeal.number]
    assert answer.context["case"] is None


def test_pages_of_twenty_five() -> None:
    line = a_line()
    for _number in range(27):
        line.appeal()
    client = line.browser("secretary")
    first, second = client.get(page("inbox")), client.get(page("inbox", page="2"))
    assert (len(numbers(first)), len(numbers(second))) == (25, 2)
    assert not set(numbers(first)) & set(numbers(second))
    assert 'data-key="]"' in first.content.decode()


def test_queries_do_not_grow_with_the_list() -> None:
    line = a_line()
    client = line.browser("secretary")

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    for _number in range(5):
        line.appeal("in_hand", identity="sealed")
    client.get(page("inbox"))
    few = {show: queries(page("inbox", show=show, sort="entry")) for show in inbox.CHIPS}
    for _number in range(20):
        line.appeal("in_hand", by=world.a_driver(line.branch, contact=line.contact))
    many = {show: queries(page("inbox", show=show, sort="entry")) for show in inbox.CHIPS}
    assert many == few
    assert max(many.values()) < 45


def test_names_are_masked_and_a_sealed_case_has_a_number() -> None:
    line = a_line()
    line.appeal()
    sealed = line.appeal(identity="sealed")
    answer = line.browser("secretary").get(page("inbox"))
    said = text(answer)
    assert "郑**" in said
    assert f"化名 {sealed.pseudonym:03d}" in said
    for hidden in ("郑重山", line.driver.phone, line.driver.driver.licence):
        assert hidden not in answer.content.decode()


def test_the_open_case_stands_beside_the_list() -> None:
    line = a_line()
    appeal = line.appeal()
    answer = line.browser("secretary").get(page("inbox", open=appeal.code))
    body = answer.content.decode()
    assert 'id="panel"' in body
    assert body.count('aria-selected="true"') == 1
    assert "上周开始晚高峰派单少了三成" in body
    assert "HX-Request" in answer["Vary"]


def test_who_is_barred_finds_counts_and_opens_nothing() -> None:
    line = a_line()
    named = line.appeal(person_about=line.secretary.person)
    tied = line.appeal(about=world.a_platform())
    world.tie(line.secretary.person, tied.respondent_at_event)
    kin = line.appeal(by=world.a_driver(line.branch, contact=line.contact))
    world.kin(kin.filer, line.secretary.person)
    client = line.browser("secretary")
    for appeal in (named, tied, kin):
        for query in ({}, {"show": "all"}, {"q": appeal.number}, {"open": appeal.code, "show": "all"}):
            answer = client.get(page("inbox"), query)
            assert numbers(answer) == []
            assert [chip(answer, name) for name in inbox.CHIPS] == [0] * 5
            assert answer.context["case"] is None


def test_who_handled_it_below_does_not_find_it_to_do_above() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    handling.escalate(appeal.pk, by=line.secretary, reason="要党委定。", now=world.NOW)
    above = world.a_post("committee_staff", world.committee(), line.secretary.person)
    answer = world.signed_in(above.person, above).get(page("inbox"))
    assert (chip(answer, "todo"), chip(answer, "all")) == (0, 1)


def test_who_is_on_duty_has_the_citys_urgent_cases() -> None:
    line = a_line()
    duty = world.a_secretary(world.a_branch())
    urgent = world.an_appeal(by=line.driver, is_urgent=True, category="safety")
    client = world.signed_in(duty.person, duty)
    assert numbers(client.get(page("inbox"))) == []
    world.on_duty(duty)
    assert numbers(client.get(page("inbox"))) == [urgent.number]
