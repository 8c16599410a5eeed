"""Walking the pages as a person does: opening a page, filling its form in, sending it, following where it leads."""

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal
from portal.models import Place

HIDDEN = re.compile(r'<input type="hidden"[^>]*?name="(?P<name>[^"]+)"[^>]*?value="(?P<value>[^"]*)"')


def hidden_fields(page: HttpResponse) -> dict[str, str]:
    """The hidden fields a browser would send back: the key of the form and the version it was loaded with."""
    found = {match["name"]: unescape(match["value"]) for match in HIDDEN.finditer(page.content.decode())}
    found.pop("csrfmiddlewaretoken", None)
    return found


def send(client: Client, address: str, **values: Any) -> HttpResponse:
    """Open the page, fill the form in, send it."""
    page = client.get(address)
    assert page.status_code == 200, f"{address} answered {page.status_code}"
    return client.post(address, {**hidden_fields(page), **values})


def file_appeal(
    client: Client,
    *,
    day: str,
    where: Place,
    about: str = "none",
    category: str = "dispatch",
    urgent: str = "no",
    identity: str = "named",
    title: str = "派单少了三成，想知道原因",
    story: str = "上周开始晚高峰派单少了三成，客服只说是系统派的。",
    **last: Any,
) -> Appeal:
    """File through the five pages; gives the appeal whose receipt the last one led to."""
    year, month, date = day.split("-")
    pages: list[dict[str, Any]] = [
        {"is_urgent": urgent},
        {"category": category},
        {
            "happened_date_year": year, "happened_date_month": month, "happened_date_day": date,
            "where": where.code, "about": about, "order_number": "",
        },
        {"title": title, "story": story},
        {"identity": identity, **last},
    ]  # fmt: skip
    answer = HttpResponse()
    for number, values in enumerate(pages, start=1):
        answer = send(client, reverse("appeals:new_step", args=[number]), **values)
        assert answer.status_code == 302, f"page {number}: {errors_of(answer)}"
    code = answer["Location"].split("/")[2]
    return Appeal.objects.get(code=code)


def errors_of(answer: HttpResponse) -> str:
    """What a refused page says, for a test that failed."""
    context = getattr(answer, "context", None)
    form = context.get("form") if context else None
    return str(form.errors) if form is not None else f"status {answer.status_code}"


def desk(verb: str, appeal: Appeal) -> str:
    return reverse(f"appeals:{verb}", args=[appeal.code])


def text_of(client: Client, address: str) -> str:
    """What a page says, without its markup."""
    page = client.get(address, follow=True)
    assert page.status_code == 200, f"{address} answered {page.status_code}"
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page.content.decode(), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))
