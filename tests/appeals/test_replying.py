"""The company's right of reply: in time, late, after silence; once; by its own liaison and nobody else."""

from typing import Any

import pytest

from appeals.actions import driving, handling, replying, ticking
from appeals.models import Appeal, Hearing
from portal.models import Organisation, Post, Role
from tests import world
from tests.appeals.reading import denied, fresh, kinds, last, refused, words
from tests.world import at

pytestmark = pytest.mark.django_db
ON_WEDNESDAY = at("2026-03-04 09:00")
NOW = at("2026-03-02 09:00")  # a Monday; the reply is due on Thursday


class Case:
    """A company that was asked about an appeal, and its liaison."""

    def __init__(self) -> None:
        self.line = world.a_line()
        self.company: Organisation = world.a_platform()
        self.driver = world.a_driver(self.line["branch"])
        self.liaison: Post = world.a_post(Role.LIAISON, self.company)
        self.appeal: Appeal = world.an_appeal(
            "in_hand", by=self.driver, handler=self.line["contact"], now=NOW, about=self.company
        )
        world.heard(self.appeal.pk, by=self.line["contact"], question="规则改了吗？", now=NOW)
        self.hearing = Hearing.objects.get()

    def reply(self, by: Post | None = None, now: Any = ON_WEDNESDAY, **fields: str) -> Hearing:
        values = {"facts_given": "第三版自 3 月 1 日起。", "rule_given": "派单规则 3", "offer": "愿意复核。"} | fields
        return replying.platform_reply(self.hearing.pk, by=by or self.liaison, now=now, **values)


def test_a_reply_is_kept_with_rule_facts_and_offer_and_moves_no_clock() -> None:
    case = Case()
    before = fresh(case.appeal)
    hearing = case.reply()
    after = fresh(case.appeal)
    assert (after.status, after.due_at, after.tick_at) == (before.status, before.due_at, before.tick_at)
    assert (hearing.replied_at, hearing.silent_at) == (at("2026-03-04 09:00"), None)
    event = last(case.appeal)
    assert event == hearing.reply_event
    assert (event.by, event.post) == (case.liaison.person, case.liaison)
    assert (event.facts["company"], event.facts["is_late"]) == (case.company.code, False)
    assert words(event) == {"rule": "派单规则 3", "facts": "第三版自 3 月 1 日起。", "offer": "愿意复核。"}
    assert ticking.note_silence(now=at("2026-03-10 00:00"), most=10) == 0


def test_what_was_left_empty_leaves_no_word() -> None:
    case = Case()
    case.reply(rule_given="", offer="")
    assert words(last(case.appeal)) == {"facts": "第三版自 3 月 1 日起。"}


@pytest.mark.parametrize(("now", "is_late"), [("2026-03-05 23:59", False), ("2026-03-06 00:00", True)])
def test_in_time_is_until_the_end_of_the_day(now: str, is_late: bool) -> None:
    case = Case()
    case.reply(now=at(now))
    assert last(case.appeal).facts["is_late"] is is_late


def test_after_silence_a_reply_is_taken_marked_late_and_the_silence_stays() -> None:
    """Example 10: silent, then late with 300 pages; nothing is lost."""
    case = Case()
    ticking.note_silence(now=at("2026-03-06 00:00"), most=10)
    many = "第一页，" * 20_000
    hearing = case.reply(now=at("2026-03-09 09:00"), facts_given=many)
    assert (hearing.silent_at, hearing.replied_at) == (at("2026-03-06 00:00"), at("2026-03-09 09:00"))
    assert kinds(case.appeal)[-2:] == ["platform_silent", "platform_replied"]
    assert words(last(case.appeal))["facts"] == many


def test_a_company_replies_once() -> None:
    case = Case()
    case.reply()
    with refused("Your company has replied to this question already.", fresh(case.appeal)):
        case.reply(facts_given="更正。")


def test_after_the_answer_a_reply_still_counts() -> None:
    case = Case()
    handling.answer(
        case.appeal.pk,
        by=case.line["contact"],
        finding="not_upheld",
        reasons="规则没有改。",
        now=at("2026-03-03 09:00"),
    )
    case.reply()
    assert kinds(case.appeal)[-2:] == ["answered", "platform_replied"]


def test_what_the_driver_withdrew_is_replied_to_no_more() -> None:
    case = Case()
    driving.withdraw(case.appeal.pk, by=case.driver, reason="算了。", now=at("2026-03-03 09:00"))
    with refused("The driver withdrew this appeal.", fresh(case.appeal)):
        case.reply()


@pytest.mark.parametrize("who", ["another company", "ended", "contact", "committee", "staff without a post"])
def test_nobody_else_replies_for_the_company(who: str) -> None:
    case = Case()
    match who:
        case "another company":
            post = world.a_post(Role.LIAISON, world.a_platform())
        case "ended":
            post = world.end(case.liaison)
        case "staff without a post":
            post = world.a_post(Role.LIAISON, world.a_platform())
            world.tie(post.person, case.company)
        case _:
            post = case.line[who]
    with denied(case.appeal):
        case.reply(by=post)
    case.hearing.refresh_from_db()
    assert case.hearing.replied_at is None


def test_the_question_and_the_log_of_the_company_hold_no_name() -> None:
    case = Case()
    event = case.hearing.asked_event
    told = [*words(event).values(), *map(str, event.facts.values())]
    assert not [text for text in told if case.driver.name in str(text) or case.driver.phone in str(text)]
    assert case.appeal.number not in "".join(map(str, told))
