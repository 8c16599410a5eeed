"""Search over the cases one may see: by number, words, company and driver; never what was erased or is sealed."""

import io

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from appeals import inbox, joins, marks
from appeals.actions import driving, handling, indexing, overseeing
from appeals.inbox import Wanted
from appeals.models import Appeal, Gist, SavedFilter
from portal import events
from portal.actions import erasure
from portal.models import Post, Role
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, numbers, page, text

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]


def found(post: Post, words: str, show: str = "all") -> set[str]:
    """Numbers that a search finds; its count says the same."""
    wanted = Wanted.of({"q": words, "show": show})
    rows = set(inbox.found(post, wanted, world.NOW).values_list("number", flat=True))
    read = inbox.read(post, wanted, world.NOW)
    assert read.counts[show] == len(rows) == len(read.rows)
    return rows


def test_two_characters_of_title_story_and_answers() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", title="退车押金没退", story="租车合同到期，押金拖着不退。")
    line.appeal()
    assert found(line.secretary, "押金") == found(line.secretary, "合同到期") == {appeal.number}
    handling.ask(appeal.pk, by=line.secretary, question="有收据吗？", now=world.NOW)
    driving.reply(appeal.pk, by=line.driver, words="收条拍了照片。", now=world.NOW)
    handling.answer(appeal.pk, by=line.secretary, finding="not_upheld", reasons="约定了违约金。", now=world.NOW)
    assert found(line.secretary, "收条") == found(line.secretary, "违约金") == {appeal.number}
    assert found(line.secretary, "押金 违约金") == {appeal.number}
    assert found(line.secretary, "押金 保险") == set()


def test_one_character_finds_nothing_and_says_so() -> None:
    line = a_line()
    line.appeal()
    assert found(line.secretary, "派") == set()
    assert "至少输两个字" in text(line.browser("secretary").get(page("inbox"), {"q": "派"}))


def test_the_whole_number_and_part_of_it() -> None:
    line = a_line()
    appeal, _other = line.appeal(), line.appeal()
    for typed in (appeal.number, appeal.number[-6:], appeal.number[-4:], appeal.number.lower(), appeal.number[-6:-2]):
        assert appeal.number in found(line.secretary, typed), typed
    assert found(line.secretary, appeal.number) == {appeal.number}


def test_what_nobody_at_the_desk_said_to_the_driver_is_not_searched() -> None:
    """The company's side, reasons of a move and internal words are on the case's own page, for those who open it."""
    line = a_line()
    appeal = line.appeal("in_hand")
    world.heard(appeal.pk, by=line.secretary, question="算法怎么改的？")
    handling.escalate(appeal.pk, by=line.secretary, reason="涉及跨市的约定。", now=world.NOW)
    assert found(line.committee, "算法") == found(line.committee, "跨市") == set()


def test_erased_words_are_found_no_more_and_what_was_not_erased_is() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", title="退车押金没退", story="租车合同到期。")
    driving.add(appeal.pk, by=line.driver, words="补一张收条。", now=world.NOW)
    subject = events.subject_of(appeal)
    added = events.Event.objects.get(subject=subject, kind="appeals.added")
    erasure.erase_words(subject, by=None, positions=[added.position], now=world.NOW)
    assert found(line.secretary, "收条") == set()
    assert found(line.secretary, "合同") == {appeal.number}
    erasure.erase_words(subject, by=None, now=world.NOW)
    assert found(line.secretary, "合同") == found(line.secretary, "押金") == set()
    assert found(line.secretary, appeal.number) == {appeal.number}


def test_a_reopened_case_is_found_by_the_story_and_forgets_it_with_it() -> None:
    line = a_line()
    old = line.appeal("answered", story="租车合同到期。")
    driving.accept(old.pk, by=line.driver, now=world.NOW)
    new = overseeing.reopen(old.pk, by=line.committee, reason="有新证据。", now=world.NOW)
    assert found(line.committee, "租车") == {old.number, new.number}
    erasure.erase_words(events.subject_of(old), by=None, now=world.NOW)
    assert found(line.committee, "租车") == set()


def a_named(line: Line, identity: str) -> Appeal:
    driver = world.a_driver(line.branch, contact=line.contact)
    driver.name = "慕容雪村"
    driver.save()
    story = f"我是慕容雪村，电话{driver.phone}，车牌川E·A1B2C，天天少单。"
    return line.appeal("in_hand", by=driver, identity=identity, story=story, order_number="DD-2026-0001")


def known_by(appeal: Appeal) -> list[str]:
    phone = appeal.filer.phone
    return [phone, f"{phone[:3]} {phone[3:7]} {phone[7:]}", f"+86 {phone}", "川EA1B2C", "川E·A1B2C", "DD-2026-0001"]


def test_by_phone_plate_and_order() -> None:
    line = a_line()
    appeal = a_named(line, "named")
    line.appeal()
    for typed in known_by(appeal):
        assert found(line.secretary, typed) == {appeal.number}, typed
    assert found(line.secretary, "19900000000") == set()
    stored = Gist.objects.get(appeal=appeal).marks
    assert all(isinstance(one, int) for one in stored), "no word, phone or plate lies in the table"


def test_a_sealed_case_is_found_by_nothing_of_its_driver() -> None:
    line = a_line()
    appeal = a_named(line, "sealed")
    for typed in [*known_by(appeal), "慕容雪村", "慕容", "雪村"]:
        for who in (line.secretary, line.committee, line.province):
            assert found(who, typed) == set(), typed
    assert found(line.secretary, "少单") == {appeal.number}, "what its handlers read is found"


def test_only_the_handler_for_whom_it_was_unsealed_finds_a_sealed_case_by_phone() -> None:
    line = a_line()
    appeal = a_named(line, "sealed")
    first, second = (world.a_post(Role.CUSTODIAN, world.committee()) for _time in range(2))
    asked = overseeing.ask_unsealing(appeal.pk, by=first, motive="要打电话核对。", now=world.NOW)
    assert found(line.secretary, appeal.filer.phone) == set()
    overseeing.decide_unsealing(asked.pk, by=second, is_agreed=True, now=world.NOW)
    for typed in known_by(appeal):
        assert found(line.secretary, typed) == {appeal.number}, typed
        assert found(line.committee, typed) == set()
    later = world.NOW + world.datetime.timedelta(days=8)
    wanted = Wanted.of({"q": appeal.filer.phone, "show": "all"})
    assert not inbox.found(line.secretary, wanted, later).exists()


def test_who_is_barred_or_elsewhere_finds_nothing_by_any_word() -> None:
    line = a_line()
    tied = line.appeal(title="押金没退")
    world.tie(line.secretary.person, line.platform)
    elsewhere = world.a_secretary(world.a_branch("CD", of_district=world.district("CD")))
    for post in (line.secretary, elsewhere):
        for typed in (tied.number, tied.number[-4:], "押金", line.platform.name, line.driver.phone):
            assert found(post, typed) == set(), typed


# -- marks that are missing or old ------------------------------------------------------------------------------------


def test_cases_of_before_the_index_are_made_findable_in_batches_that_can_be_broken_off() -> None:
    line = a_line()
    appeals = [line.appeal(title="车内摄像头一直开着") for _number in range(3)]
    whole = Gist.objects.get(appeal=appeals[0]).marks
    Gist.objects.filter(appeal=appeals[0]).delete()
    Gist.objects.filter(appeal=appeals[1]).update(marks=[], edition=0)
    cache.clear()
    lags = {check.name: check for check in joins.health(world.NOW)}["appeals_without_marks"]
    assert (lags.level, lags.facts) == ("yellow", {"appeals": 2})
    with pytest.raises(CommandError, match="2 cases"):
        call_command("renew_marks", check=True)
    assert [one.pk for one in indexing.renew_some(0, most=1)] == [appeals[0].pk]
    said = io.StringIO()
    call_command("renew_marks", batch=1, stdout=said)
    assert f"1 of 1, last {appeals[1].number}" in said.getvalue()
    assert Gist.objects.get(appeal=appeals[0]).marks == whole
    assert found(line.secretary, "摄像头") == {one.number for one in appeals}
    cache.clear()
    assert {check.name: check.level for check in joins.health(world.NOW)}["appeals_without_marks"] == "green"


def test_every_case_can_be_made_anew_from_a_number_on() -> None:
    line = a_line()
    first, second = line.appeal(), line.appeal()
    Gist.objects.update(marks=[])
    call_command("renew_marks", every=True, after=first.number, stdout=io.StringIO())
    assert [bool(Gist.objects.get(appeal=one).marks) for one in (first, second)] == [False, True]


# -- what stands in an address ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "rest", "count"),
    [
        ("13812345678", "", 1),
        ("派单 +86 138-1234-5678 少了", "派单 少了", 1),
        ("川e·d12345", "", 1),
        ("川E 12345 13812345678", "", 2),
        ("51050219900307123x", "", 1),
        ("LZ-2026-000123", "LZ-2026-000123", 0),
        ("LZ2026000123", "LZ2026000123", 0),
        ("DD20261123", "DD20261123", 0),
        ("派单", "派单", 0),
    ],
)
def test_phones_plates_and_identity_numbers_are_parted_from_words(typed: str, rest: str, count: int) -> None:
    words, tokens = marks.parted(typed)
    assert (words, len(tokens)) == (rest, count)
    assert all(marks.TOKEN.fullmatch(token) for token in tokens)


def test_a_typed_phone_finds_its_case_and_stands_in_no_address_and_no_kept_filter() -> None:
    line = a_line()
    appeal = line.appeal(title="押金没退")
    line.appeal(by=world.a_driver(line.branch), title="别人的押金")
    browser = line.browser("secretary")
    phone = appeal.filer.phone
    answer = browser.post(page("inbox"), {"q": f"押金 {phone[:3]} {phone[3:]}", "show": "all"})
    assert answer.status_code == 302
    assert phone not in answer["Location"].replace("+", "").replace("%20", "")
    shown = browser.get(answer["Location"])
    assert numbers(shown) == [appeal.number]
    assert "按完整号码查找" in text(shown)
    assert phone not in shown.content.decode().replace(appeal.filer.masked_phone, "")
    query = answer["Location"].partition("?")[2]
    assert browser.post(page("filters"), {"name": "这一位", "query": query}).status_code == 302
    assert phone not in SavedFilter.objects.get().query
    # narrowed further the number stays, a second number takes its place
    narrowed = browser.post(page("inbox"), {"q": "", "n": Wanted.of({"q": phone}).numbers, "show": "all", "tier": "2"})
    assert numbers(browser.get(narrowed["Location"])) == [appeal.number]
    other = browser.post(page("inbox"), {"q": "13000000000", "n": Wanted.of({"q": phone}).numbers, "show": "all"})
    assert numbers(browser.get(other["Location"])) == []
