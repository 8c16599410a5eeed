"""A company reads everything it can reach after 200 appeals against it (--full; fewer in the gate), and learns nobody's
name, plate, order or hour.

Each appeal carries words that stand nowhere else. The liaison opens every page, file and API answer that a link or
the API leads to, tries the addresses of every case, and reads every notice and message that came.
"""

import datetime
import json
import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appeals.actions import handling, replying
from appeals.models import Appeal, Category, Hearing, Identity
from portal.actions import deliveries
from portal.models import Delivery, Notice, Organisation, Post, SmsMessage, User
from tests import world
from tests.amount import often

pytestmark = pytest.mark.django_db

CASES = often(200, 15)
HREF = re.compile(r'(?:href|hx-get|src)="([^"#]+)"')
# nobody else's name begins with one of these
SURNAMES = "亓芈妫"


def canaries_of(number: int, appeal: Appeal) -> dict[str, str]:
    """What must not be found, by what it would give away."""
    return {
        "name": appeal.filer.name,
        "phone": appeal.filer.phone,
        "order": appeal.order_number,
        "plate": plate(number),
        "words": f"本案暗语{number:03d}",
        "hour": hour(number),
        "case number": appeal.number,
        "code": appeal.code,
        "secret": appeal.secret,
    }


def plate(number: int) -> str:
    return f"川EZ{7000 + number}"


def hour(number: int) -> str:
    return f"{number % 12 + 6}点{number % 48 + 11}分"


@pytest.fixture
def company() -> Organisation:
    found = world.a_platform("川行约车")
    world.a_rule(found)
    return found


def file_them(company: Organisation) -> list[Appeal]:
    """Every identity and kind, at every turn: only filed, asked about, answered, with and without a reply."""
    line = world.a_line()
    liaison = world.a_post("liaison", company)
    filed = []
    for number in range(CASES):
        driver = world.a_driver(line["branch"], contact=line["contact"])
        driver.name = driver.driver.name = f"{SURNAMES[number % 3]}{chr(0x9000 + number)}{chr(0x8800 + number)}"
        driver.save(update_fields=["name"])
        driver.driver.save(update_fields=["name"])
        world.drives_for(driver, company)
        appeal = world.an_appeal(
            "in_hand" if number % 4 else "waiting",
            by=driver,
            handler=line["contact"],
            about=company,
            category=Category.PAY if number % 2 else Category.DISPATCH,
            identity=Identity.SEALED if number % 5 == 0 else Identity.NAMED,
            title=f"本案暗语{number:03d}，抽成不对",
            story=f"{hour(number)}在{plate(number)}上，单号 DD{number:010d}，我叫{driver.name}。",
            order_number=f"DD{number:010d}",
        )
        filed.append(appeal)
        if number % 4 == 0:
            continue
        world.heard(appeal.pk, by=line["contact"], question="一月中旬那一周，抽成按哪一版规则算？")
        asked = Hearing.objects.get(appeal=appeal)
        if number % 4 == 2:
            replying.platform_reply(asked.pk, by=liaison, facts_given="按第一版规则结算。", now=world.NOW)
        if number % 4 == 3:
            handling.answer(
                appeal.pk, by=line["contact"], finding="not_upheld", reasons=f"暗语{number:03d}已核对。", now=world.NOW
            )
    return filed


def read_everything(browser: Client) -> dict[str, str]:
    """Address -> what it answered, for every address a link leads to from the start page."""
    found: dict[str, str] = {}
    queue = deque(["/", "/desk/hearings/", "/desk/hearings/?show=late", "/desk/hearings/?show=replied", "/notices/"])
    while queue:
        address = queue.popleft()
        if address in found or address.startswith("/static/"):
            continue
        answer = browser.get(address)
        found[address] = body_of(answer)
        if answer.status_code in (301, 302):
            queue.append(answer["Location"])
        for link in HREF.findall(found[address]):
            there = urlsplit(urljoin(f"http://testserver{address}", unescape(link)))
            if there.netloc == "testserver":
                queue.append(there.path + (f"?{there.query}" if there.query else ""))
    return found


def body_of(answer: HttpResponse) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    return content.decode(errors="replace")


def read_the_api(browser: Client) -> dict[str, str]:
    found: dict[str, str] = {}
    address = reverse("appeals:api_hearings")
    while address:
        page = browser.get(address)
        found[address] = body_of(page)
        listed = json.loads(page.content)
        for row in listed["results"]:
            one = reverse("appeals:api_hearing", args=[row["code"]])
            found[one] = body_of(browser.get(one))
        following = urlsplit(listed["next"] or "")
        address = f"{following.path}?{following.query}" if following.path else ""
    return found


@time_machine.travel(world.NOW + datetime.timedelta(minutes=5), tick=False)
def test_a_company_finds_no_driver_in_anything_it_can_read(company: Organisation) -> None:
    filed = file_them(company)
    while Delivery.objects.exists():
        assert deliveries.sweep(now=world.NOW, limit=5_000), "what cannot be delivered"
    liaison = Post.objects.get(organisation=company, role="liaison")
    browser = world.signed_in(liaison.person, liaison)
    pages = read_everything(browser)
    answers = read_the_api(browser)
    hearings = Hearing.objects.filter(company=company)
    assert hearings.count() == CASES * 3 // 4
    assert {reverse("appeals:hearing", args=[one.code]) for one in hearings} <= pages.keys()
    assert {reverse("appeals:api_hearing", args=[one.code]) for one in hearings} <= answers.keys()
    found = told(liaison.person) | pages | answers
    hits = [
        f"{what} of case {number} at {address}"
        for number, appeal in enumerate(filed)
        for what, word in canaries_of(number, appeal).items()
        for address, text in found.items()
        if word in text
    ]
    assert hits == []
    # the words are there to be found: whoever handles the case reads them
    handler = filed[1].handler
    assert handler is not None
    case = world.signed_in(handler.person, handler).get(reverse("appeals:case", args=[filed[1].code]))
    read = {what for what, word in canaries_of(1, filed[1]).items() if word in body_of(case)}
    assert read >= {"order", "plate", "words", "hour", "case number", "code"}


def told(person: User) -> dict[str, str]:
    """Notices and messages, by what they are."""
    notices = {f"notice {notice.pk}": f"{notice.text} {notice.url}" for notice in Notice.objects.filter(person=person)}
    messages = {f"sms {sms.pk}": sms.text for sms in SmsMessage.objects.filter(person=person)}
    assert notices, "the company is told that it has been asked"
    return notices | messages


@time_machine.travel(world.NOW + datetime.timedelta(minutes=5), tick=False)
def test_the_address_of_a_case_is_nothing_to_a_company(company: Organisation) -> None:
    line = world.a_line()
    liaison = world.a_post("liaison", company)
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=company)
    browser = world.signed_in(liaison.person, liaison)
    for name in ("detail", "receipt", "log", "log_file", "case", "desk_print", "api_appeal", "api_desk_appeal"):
        assert browser.get(reverse(f"appeals:{name}", args=[appeal.code])).status_code == 404, name
    for name in ("inbox", "exports", "api_desk_appeals"):
        assert browser.get(reverse(f"appeals:{name}")).status_code == 404, name
