"""A program as a city's own app would be: a key, and requests with the two headers."""

import datetime
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from portal import codes
from portal.actions import tokens
from portal.models import ApiToken, Post, User
from tests import world


class Program:
    """Sends requests with one key; `token` is its row."""

    def __init__(
        self,
        person: User,
        post: Post | None = None,
        *,
        days: int = 30,
        networks: tuple[str, ...] = (),
        now: datetime.datetime = world.NOW,
        language: str = "en",
    ) -> None:
        self.token, self.secret = tokens.issue(
            post, name="市里的程序", days=days, networks=networks, by=person, now=now
        )
        self.language = language
        self.browser = Client(raise_request_exception=False)

    @property
    def row(self) -> ApiToken:
        return ApiToken.objects.get(pk=self.token.pk)

    def headers(self, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.secret}", "accept-language": self.language, **more}

    def get(self, url: str, **asked: Any) -> HttpResponse:
        return self.browser.get(url, asked, headers=self.headers())

    def post(self, url: str, body: Any = None, *, key: str = "", seen: str = "", **more: str) -> HttpResponse:
        """`key`: one is made where none is given; "-" sends none."""
        headers = self.headers(**more)
        if key != "-":
            headers["idempotency-key"] = key or codes.new_code()
        if seen:
            headers["if-match"] = seen
        return self.browser.post(url, json.dumps(body or {}), content_type="application/json", headers=headers)


def read(response: HttpResponse) -> Any:
    return json.loads(response.content)


def filing(**fields: Any) -> dict[str, Any]:
    """What a driver's app sends."""
    return {
        "category": "dispatch",
        "title": "派单少了三成，想知道原因",
        "story": "上周开始晚高峰派单少了三成，客服只说是系统派的。",
        "happened_date": "2026-11-20",
        "place": world.district().code,
        "respondent": "none",
        **fields,
    }
