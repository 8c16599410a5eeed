"""What the tests of a driver's pages share: the five pages of filing as a phone sends them, and pages as text."""

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal
from portal.models import Organisation
from portal.once import new_key
from tests import world


def text(response: HttpResponse) -> str:
    """What a reader sees of a page, without marks and doubled spaces."""
    page = re.sub(r"<(script|style|svg|head)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def main_text(response: HttpResponse) -> str:
    """The same of the page's main part alone."""
    found = re.search(r"<main.*?</main>", response.content.decode(), flags=re.S)
    assert found
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[0]))).strip()


def page(name: str, appeal: Appeal) -> str:
    return reverse(f"appeals:{name}", args=[appeal.code])


def step(number: int) -> str:
    return reverse("appeals:new_step", args=[number])


def answers(about: Organisation | None = None, **fields: Any) -> dict[int, dict[str, Any]]:
    """What a driver fills in, page by page; `fields` replace single answers."""
    pages: dict[int, dict[str, Any]] = {
        1: {"is_urgent": "no"},
        2: {"category": "pay"},
        3: {
            "happened_date_year": "2026",
            "happened_date_month": "11",
            "happened_date_day": "10",
            "where": world.district().code,
            "about": f"company:{about.code}" if about else "none",
            "order_number": "",
        },
        4: {"title": "一单抽了 38%", "story": "乘客付 118 元，到手 73 元。"},
        5: {"identity": "named"},
    }
    for values in pages.values():
        values |= {name: value for name, value in fields.items() if name in values}
    pages[5] |= {name: fields[name] for name in ("skips_contact", "wants_enterprise") if name in fields}
    return pages


def key_of(response: HttpResponse) -> str:
    """The key a page of filing carries."""
    found = re.search(r'name="key" value="([^"]*)"', response.content.decode())
    assert found
    return found[1]


def fill_in(client: Client, pages: dict[int, dict[str, Any]], until: int = 4) -> str:
    """Fill in the pages up to `until`, as they follow each other; gives the key of the draft."""
    for number in range(1, until + 1):
        sent = client.post(step(number), {**pages[number], "key": key_of(client.get(step(number)))})
        assert sent.status_code == 302, text(sent)
        assert sent["Location"] == step(number + 1)
    return key_of(client.get(step(until + 1)))


def filed(client: Client, **fields: Any) -> Appeal:
    """File through the five pages."""
    pages = answers(**fields)
    key = fill_in(client, pages)
    sent = client.post(step(5), {**pages[5], "key": key})
    assert sent.status_code == 302, text(sent)
    return Appeal.objects.get(code=sent["Location"].split("/")[2])


def move(client: Client, name: str, appeal: Appeal, **fields: Any) -> HttpResponse:
    """Send a move's form with a fresh key."""
    return client.post(page(name, appeal), {"key": new_key(), **fields})
