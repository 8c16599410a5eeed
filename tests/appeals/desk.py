"""What the tests of the desk share: a line of people, pages as text, rows and counts as the pages show them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appeals.actions import handling
from appeals.models import Appeal
from portal.models import Organisation, Post, User
from tests import world


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    """The pages read the clock: it stands at the world's moment."""
    with time_machine.travel(world.NOW, tick=False):
        yield


@dataclass
class Line:
    """A branch with everybody who acts in its line, a driver of it with his own contact, a platform with a rule."""

    branch: Organisation
    contact: Post
    secretary: Post
    committee: Post
    province: Post
    driver: User
    platform: Organisation

    def browser(self, who: str) -> Client:
        post: Post = getattr(self, who)
        return world.signed_in(post.person, post)

    def appeal(self, status: str = "waiting", *, at: str = "branch", by: User | None = None, **fields: Any) -> Appeal:
        """An appeal against the platform at the contact, or passed up to the branch and there brought to a status."""
        fields.setdefault("about", self.platform)
        appeal = world.an_appeal(by=by or self.driver, **fields)
        if at == "contact":
            return self._brought_to(appeal, status, self.contact)
        appeal = handling.take(appeal.pk, by=self.contact, now=world.NOW)
        appeal = handling.escalate(appeal.pk, by=self.contact, reason="要看规则。", now=world.NOW)
        return self._brought_to(appeal, status, self.secretary)

    def _brought_to(self, appeal: Appeal, status: str, post: Post) -> Appeal:
        if status != "waiting":
            appeal = handling.take(appeal.pk, by=post, now=world.NOW)
        match status:
            case "asked":
                return handling.ask(appeal.pk, by=post, question="有当天的截图吗？", now=world.NOW)
            case "answered":
                reasons = "核对过规则。"
                return handling.answer(appeal.pk, by=post, finding="not_upheld", reasons=reasons, now=world.NOW)
        return appeal


def a_line() -> Line:
    people = world.a_line()
    platform = world.a_platform()
    world.a_rule(platform)
    driver = world.a_driver(people["branch"], contact=people["contact"])
    driver.name = "郑重山"
    driver.save()
    return Line(**people, driver=driver, platform=platform)


def page(name: str, appeal: Appeal | None = None, **query: str) -> str:
    address = reverse(f"appeals:{name}", args=[appeal.code] if appeal else [])
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def text(answer: HttpResponse) -> str:
    """What a page says, without its markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def numbers(answer: HttpResponse) -> list[str]:
    """Case numbers of the list, in its order."""
    return [one["row"].appeal.number for one in answer.context["rows"]]


def chip(answer: HttpResponse, name: str) -> int:
    return next(one["count"] for one in answer.context["chips"] if one["chip"] == name)
