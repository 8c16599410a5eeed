"""Lists ask the database as often for many rows as for few, and a long case costs what a short one costs."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appeals.actions import driving, handling, noting
from appeals.models import Appeal
from tests import world
from tests.house.rows import EARLY, Desk

FEW, MORE = 2, 5
MOST_QUERIES = 90  # the case of a committee, which sees all of it, with what stands beside it

LISTS: list[tuple[str, str, Callable[[Desk, int], None]]] = [
    ("driver", "appeals:mine", Desk.cases),
    ("driver", "portal:notices", Desk.notices),
    ("driver", "portal:start", Desk.cases),
    ("driver", "platforms:public_rules", Desk.people),
    ("contact", "appeals:contact_inbox", Desk.cases),
    ("contact", "portal:start", Desk.cases),
    ("contact", "branches:pairs", Desk.people),
    ("secretary", "appeals:inbox", Desk.cases),
    ("secretary", "portal:notices", Desk.notices),
    ("secretary", "branches:pairs", Desk.people),
    ("secretary", "appeals:promises", Desk.promised),
    ("secretary", "appeals:templates", Desk.templates),
    ("secretary", "appeals:hands", Desk.cases),
    ("secretary", "appeals:exports", Desk.taken_out),
    ("secretary", "drivers:desk_claims", Desk.claims),
    ("committee", "appeals:promises", Desk.promised),
    ("committee", "appeals:inbox", Desk.cases),
    ("committee", "appeals:alarms", Desk.cases),
    ("committee", "appeals:groups", Desk.cases),
    ("secretary", "appeals:release_list", Desk.written),
    ("committee", "appeals:duty", Desk.people),
    ("committee", "branches:desk", Desk.people),
    ("committee", "platforms:companies", Desk.people),
    ("committee", "appeals:publications", Desk.told),
    ("committee", "appeals:readings", Desk.drawn),
    ("committee", "appeals:reading_counts", Desk.drawn),
    ("driver", "appeals:answers", Desk.told),
    ("province", "appeals:inbox", Desk.cases),
    ("province", "branches:desk", Desk.people),
    ("liaison", "appeals:hearings", Desk.cases),
    ("custodian", "appeals:sealed", Desk.cases),
    ("security_admin", "portal:desk_posts", Desk.people),
    ("province", "portal:places", Desk.people),
    ("secretary", "drivers:drivers", Desk.registered),
    ("system_admin", "drivers:drivers", Desk.registered),
    ("system_admin", "drivers:expiring", Desk.registered),
    ("system_admin", "platforms:vehicles", Desk.registered),
    ("system_admin", "platforms:permits", Desk.registered),
    ("system_admin", "portal:exports", Desk.lists_taken_out),
    ("auditor", "portal:audit", Desk.cases),
]

CASE_PAGES = [
    ("driver", "appeals:detail"), ("driver", "appeals:log"), ("driver", "appeals:clock"),
    ("driver", "appeals:receipt"), ("driver", "appeals:log_file"),
    ("contact", "appeals:case"), ("secretary", "appeals:case"), ("committee", "appeals:case"),
]  # fmt: skip


class Made:
    """Rows of one kind: what every page asked while they were few, and the same pages now that they are many."""

    def __init__(self, more: Callable[[Desk, int], None]) -> None:
        self.desk = Desk()
        more(self.desk, FEW)
        mine = [(who, name) for who, name, of in LISTS if of is more]
        self.few = {page: self.asked(*page) for page in mine}
        more(self.desk, MORE)

    def asked(self, who: str, name: str) -> list[str] | int:
        return asked(self.desk, who, reverse(name))


class LongCase:
    """A case of questions and answers to and fro: what its pages asked while it was short, and now that it is long."""

    def __init__(self) -> None:
        self.desk = desk = Desk()
        self.appeal = world.an_appeal("in_hand", by=desk.driver, handler=desk.contact, now=EARLY, about=desk.company)
        a_long_case(desk, self.appeal, 1)
        self.short = {page: self.asked(*page) for page in CASE_PAGES}
        a_long_case(desk, self.appeal, 4)

    def asked(self, who: str, name: str) -> list[str] | int:
        return asked(self.desk, who, reverse(name, args=[self.appeal.code]))


def asked(desk: Desk, who: str, url: str) -> list[str] | int:
    """Queries of a page that was drawn once before, as what is kept in memory is there by then; or a failed status.

    Everything is afterwards as it was before: the next page finds the rows, and nothing that this one left.
    """
    cache.clear()
    before = transaction.savepoint()
    try:
        browser = desk.browser(who)
        first = browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            second = browser.get(url)
    finally:
        transaction.savepoint_rollback(before)
    failed = [one.status_code for one in (first, second) if one.status_code != 200]
    return failed[0] if failed else [query["sql"] for query in captured.captured_queries]


def a_long_case(desk: Desk, appeal: Appeal, turns: int) -> None:
    """Questions and answers to and fro, the company heard again and again."""
    for _turn in range(turns):
        handling.ask(appeal.pk, by=desk.contact, question="还有吗？", now=EARLY)
        driving.reply(appeal.pk, by=desk.driver, words="还有一张。", now=EARLY)
        driving.add(appeal.pk, by=desk.driver, words="再补一张。", now=EARLY)
        handling.reveal_phone(appeal.pk, by=desk.contact, now=EARLY)
        noting.note(appeal.pk, by=desk.contact, text="等平台回话。", now=EARLY)


@contextlib.contextmanager
def kept_apart(blocker: Any) -> Iterator[None]:
    """Whatever is made inside is rolled back."""
    with blocker.unblock(), time_machine.travel(world.NOW, tick=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


class Kinds:
    """The rows of one kind at a time: made for the first page that lists them, gone before another kind is made."""

    def __init__(self) -> None:
        self.before = transaction.savepoint()
        self.kind: Callable[[Desk, int], None] | None = None

    def of(self, kind: Callable[[Desk, int], None]) -> Made:
        if self.kind is not kind:
            transaction.savepoint_rollback(self.before)
            self.before = transaction.savepoint()
            self.kind, self.made = kind, Made(kind)
        return self.made


@pytest.fixture(scope="module")
def kinds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Kinds]:
    with kept_apart(django_db_blocker):
        yield Kinds()


@pytest.fixture(scope="module")
def long_case(django_db_setup: None, django_db_blocker: Any) -> Iterator[LongCase]:
    with kept_apart(django_db_blocker):
        yield LongCase()


def assert_as_often(few: list[str] | int, many: list[str] | int) -> None:
    assert isinstance(few, list), f"no page but {few}"
    assert isinstance(many, list), f"no page but {many}"
    starts = {sql[:60] for sql in few}
    added = [sql[:160] for sql in many if many.count(sql) > few.count(sql) or sql[:60] not in starts]
    assert len(many) == len(few), "\n".join(added)
    assert 0 < len(few) < MOST_QUERIES


# rows of a kind stand together, so that they are made once
BY_KIND = sorted(LISTS, key=lambda row: row[2].__name__)


@pytest.mark.parametrize(("who", "name", "more"), BY_KIND, ids=[f"{who} {name}" for who, name, _more in BY_KIND])
def test_a_list_asks_as_often_for_many_rows_as_for_few(
    kinds: Kinds, who: str, name: str, more: Callable[[Desk, int], None]
) -> None:
    made = kinds.of(more)
    assert_as_often(made.few[who, name], made.asked(who, name))


@pytest.mark.parametrize(("who", "name"), CASE_PAGES)
def test_a_long_case_costs_what_a_short_one_costs(long_case: LongCase, who: str, name: str) -> None:
    assert_as_often(long_case.short[who, name], long_case.asked(who, name))
