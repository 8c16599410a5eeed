"""No word of an internal note leaves the desk: every page, download, notice and API of drivers, companies, the public.

Addresses are taken from the resolver, so a page that is added later is asked too.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from appeals.actions import driving, handling, noting
from appeals.models import Appeal
from portal.actions import deliveries
from portal.models import Event, EventText, Notice, Role, SmsMessage
from tests import world
from tests.amount import often
from tests.appeals.desk import Line, a_line

pytestmark = pytest.mark.django_db
CANARY = "黄雀备注七三九"


def addresses(appeal: Appeal, codes: list[str]) -> Iterator[str]:
    """Every address of the portal, each filled with every code that belongs to the case."""
    for name, wanted in names(get_resolver()):
        candidates: list[list[Any]] = [[]] if not wanted else [[code] * wanted for code in codes]
        candidates += [[1] * wanted, [appeal.number, appeal.secret]] if wanted else []
        for arguments in candidates:
            try:
                yield reverse(name, args=arguments)
            except NoReverseMatch:
                continue


def names(resolver: Any, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join([*spaces, pattern.name]), len(pattern.pattern.converters)


def body_of(answer: HttpResponse) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    return raw.decode("utf-8", "replace")


@pytest.fixture
def line() -> Line:
    return a_line()


def test_no_page_of_drivers_companies_or_the_public_holds_a_word_of_a_note(line: Line) -> None:
    liaison = world.a_post(Role.LIAISON, line.platform)
    analyst = world.a_post(Role.ANALYST, world.department())
    auditor = world.a_post(Role.AUDITOR, world.department())
    appeal = line.appeal("in_hand")
    noting.note(appeal.pk, by=line.secretary, text=CANARY, now=world.NOW)
    handling.answer(appeal.pk, by=line.secretary, finding="not_upheld", reasons="核对过规则。", now=world.NOW)
    noting.note(appeal.pk, by=line.committee, text=f"{CANARY}，又一条", now=world.NOW)
    deliveries.sweep(now=world.NOW)
    codes = [appeal.code, *Event.objects.values_list("subject", flat=True).distinct()]
    codes = [code.partition(":")[2] or code for code in codes][: often(2, 0)]
    outsiders = {
        "driver": world.signed_in(line.driver),
        "another driver": world.signed_in(world.a_driver(line.branch)),
        "liaison": world.signed_in(liaison.person, liaison),
        "analyst": world.signed_in(analyst.person, analyst),
        "auditor": world.signed_in(auditor.person, auditor),
        "anybody": Client(headers={"accept-language": "zh-hans"}),
    }
    seen, leaks = 0, []
    with time_machine.travel(world.NOW, tick=False):
        asked = sorted(set(addresses(appeal, [appeal.code, *codes])))
        for who, browser in outsiders.items():
            browser.raise_request_exception = False
            for address in asked:
                cache.clear()
                answer = browser.get(address)
                seen += answer.status_code == 200
                if CANARY in body_of(answer):
                    leaks.append(f"{who} {address}")
        assert CANARY in body_of(line.browser("secretary").get(reverse("appeals:case", args=[appeal.code])))
    assert leaks == []
    assert seen > 60, "the pages were really read"


def test_no_notice_sms_or_word_of_the_chain_holds_it(line: Line) -> None:
    appeal = line.appeal("in_hand")
    noting.note(appeal.pk, by=line.secretary, text=CANARY, now=world.NOW)
    driving.add(appeal.pk, by=line.driver, words="还有一张。", now=world.NOW)
    deliveries.sweep(now=world.NOW)
    assert not [one for one in Notice.objects.all() if CANARY in one.text]
    assert not SmsMessage.objects.filter(text__contains=CANARY).exists()
    assert not [one for one in EventText.objects.all() if CANARY in (one.text or "")]
    assert not Event.objects.filter(facts__icontains=CANARY).exists()


def test_the_database_itself_holds_it_nowhere_in_the_open(line: Line) -> None:
    noting.note(line.appeal("in_hand").pk, by=line.secretary, text=CANARY, now=world.NOW)
    columns = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb')"
    )
    with connection.cursor() as cursor:
        cursor.execute(columns)
        found = []
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{CANARY}%"])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    assert found == []
