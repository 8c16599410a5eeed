"""Published answers through their addresses: readers without an account, the driver of the case, the desk, a filing."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appeals.actions import publishing
from appeals.actions.publishing import Wording
from appeals.models import Appeal, PublishedAnswer, Publishing
from portal.once import new_key
from tests import world
from tests.amount import often
from tests.appeals.test_publishing import AGREED, FILED, OUT, PROPOSED, a_case, announced, proposed, released

pytestmark = pytest.mark.django_db
HEAVIEST = 50 * 1024


def page(browser: Client, name: str, *args: Any, status: int = 200, query: str = "") -> str:
    response = browser.get(reverse(f"appeals:{name}", args=args) + query)
    assert response.status_code == status
    return response.content.decode()


def send(browser: Client, name: str, *args: Any, status: int = 302, **values: Any) -> Any:
    response = browser.post(reverse(f"appeals:{name}", args=args), {"key": new_key(), **values})
    assert response.status_code == status, response.content.decode()[:2000]
    return response


# -- readers ----------------------------------------------------------------------------------------------------------


def test_anybody_reads_and_finds_what_is_out() -> None:
    line = world.a_line()
    first = released(line)
    second = released(line, a_case(line, category="lease"), wording=Wording("押金不退怎么办？", "合同到期后退。"))
    browser = Client(headers={"accept-language": "zh-hans"})
    text = page(browser, "answers")
    assert first.asked in text
    assert second.asked in text
    found = page(browser, "answers", query="?q=押金")
    assert second.asked in found
    assert first.asked not in found
    assert first.asked not in page(browser, "answers", query="?category=lease")
    assert first.asked in page(browser, "answers", query="?q=押")
    assert "empty" in page(browser, "answers", query="?q=热水器")
    assert len(text.encode()) < HEAVIEST
    one = page(browser, "published", first.code)
    assert first.answered in one
    assert first.done in one
    assert "data-print" in one


def test_before_anything_is_out_the_page_says_so() -> None:
    assert "empty" in page(Client(), "answers")
    assert "empty" in page(Client(), "answers", query="?page=9&category=nothing")


@pytest.mark.parametrize("state", ["proposed", "announced", "objected", "withdrawn", "declined"])
def test_what_is_not_out_is_not_found_by_its_address(state: str) -> None:
    line = world.a_line()
    made = announced(line)
    PublishedAnswer.objects.filter(pk=made.pk).update(state=state)
    page(Client(), "published", made.code, status=404)
    assert made.asked not in page(Client(), "answers")


def test_the_list_has_pages_and_stays_light() -> None:
    line = world.a_line()
    for number in range(23):
        wording = Wording(f"第{number}个问题，" + "问得很长" * 20, "答复。" * 100)
        released(line, a_case(line), wording=wording)
    text = page(Client(), "answers")
    assert "page=2" in text
    assert len(text.encode()) < HEAVIEST


def canaries(case: Appeal, line: dict[str, Any]) -> list[str]:
    driver = case.driver
    assert driver is not None
    people = [case.filer.name, line["contact"].person.name, line["secretary"].person.name]
    return [*people, case.filer.phone, driver.licence, case.order_number, case.number, case.code, case.secret]


def test_nothing_of_a_hundred_cases_stands_in_what_is_published() -> None:
    line = world.a_line()
    company = world.a_platform("川行约车")
    names = [
        f"{surname}{given}" for surname in "欧沈韩杨朱秦尤许何吕" for given in "建明霞芳军丽超燕涛敏"[: often(10, 3)]
    ]
    secrets: list[str] = []
    for number, name in enumerate(names):
        driver = world.a_driver(line["branch"], contact=line["contact"])
        driver.name = name
        driver.save()
        case = world.an_appeal(
            "closed", by=driver, handler=line["contact"], now=FILED, about=company, title=f"{name}的订单被扣钱",
            story=f"{name}说车牌川E{number:05d}在 17:42 被扣。", order_number=f"CX2026011200{number:06d}",
        )  # fmt: skip
        released(
            line, case, wording=Wording("订单被扣钱，没有说明，怎么办？", "公司应当说明扣的是什么，说不清的要退。")
        )
        secrets += [*canaries(case, line), f"川E{number:05d}", "17:42", "川行约车"]
    browser = Client()
    texts = [page(browser, "answers", query=f"?page={number}") for number in range(1, 6)]
    texts += [page(browser, "published", code) for code in PublishedAnswer.objects.values_list("code", flat=True)]
    assert PublishedAnswer.objects.filter(state=Publishing.RELEASED).count() == len(names)
    everything = "\n".join(texts)
    assert sorted({secret for secret in secrets if secret and secret in everything}) == []


# -- the driver of the case -------------------------------------------------------------------------------------------


def test_the_driver_reads_it_and_says_no() -> None:
    line = world.a_line()
    case = a_case(line)
    made = announced(line, case)
    browser = world.signed_in(case.filer)
    with time_machine.travel(AGREED, tick=False):
        text = page(browser, "publication", case.code)
        assert made.asked in text
        assert "3月20日" in text
        assert reverse("appeals:publication", args=[case.code]) in page(browser, "detail", case.code)
        send(browser, "publication", case.code)
        after = page(browser, "publication", case.code)
    made.refresh_from_db()
    assert made.state == Publishing.OBJECTED
    assert '<button class="btn">' not in after


def test_a_driver_without_a_publication_has_no_such_page() -> None:
    line = world.a_line()
    case = a_case(line)
    proposed(line, case)
    page(world.signed_in(case.filer), "publication", case.code, status=404)
    page(world.signed_in(world.a_driver(line["branch"])), "publication", case.code, status=404)


# -- before filing ----------------------------------------------------------------------------------------------------


def test_answers_are_offered_once_the_kind_is_chosen_and_by_his_own_words() -> None:
    line = world.a_line()
    texts = ["派单少了怎么办？", "顺路单不派怎么办？", "远单太多怎么办？", "派单规则在哪里看？"]
    made = [released(line, a_case(line), wording=Wording(text, "规则里写明了。")) for text in texts]
    driver = world.a_driver(line["branch"])
    browser = world.signed_in(driver)
    with time_machine.travel(world.NOW, tick=False):
        page(browser, "new_step", 1)
        fill(browser, 1, is_urgent="no")
        assert 'rel="noopener"' not in page(browser, "new_step", 2)
        fill(browser, 2, category="dispatch")
        shown = page(browser, "new_step", 3)
        assert shown.count('rel="noopener"') == 3
        assert texts[3] in shown
        where = {"happened_date": "2026-11-20", "where": world.district().code, "about": "none"}
        fill(browser, 3, **where)
        fill(browser, 4, title="远单太多，想少派一点", story="每天都是二十公里以外的单。")
        last = page(browser, "new_step", 5)
    order = [last.find(text) for text in (texts[2], texts[0])]
    assert order[0] > -1
    assert order[1] == -1 or order[0] < order[1]
    assert reverse("appeals:published", args=[made[2].code]) in last


def fill(browser: Client, number: int, **values: str) -> None:
    shown = browser.get(reverse("appeals:new_step", args=[number]))
    key = shown.context["sheet"].key
    response = browser.post(reverse("appeals:new_step", args=[number]), {"key": key, "step": number, **values})
    assert response.status_code == 302, response.content.decode()[:3000]


def test_in_an_emergency_nothing_is_offered() -> None:
    line = world.a_line()
    released(line)
    browser = world.signed_in(world.a_driver(line["branch"]))
    with time_machine.travel(world.NOW, tick=False):
        fill(browser, 1, is_urgent="yes")
        fill(browser, 2, category="dispatch")
        assert 'rel="noopener"' not in page(browser, "new_step", 3)


# -- the desk ---------------------------------------------------------------------------------------------------------


def test_from_the_case_to_the_second_person() -> None:
    line = world.a_line()
    case = a_case(line)
    handler, staff = (world.signed_in(line[who].person, line[who]) for who in ("contact", "committee"))
    with time_machine.travel(PROPOSED, tick=False):
        assert reverse("appeals:propose_answer", args=[case.code]) in page(handler, "case", case.code)
        form = page(handler, "propose_answer", case.code)
        assert case.title in form
        words = {"asked": "派单少了怎么办？", "answered": "规则里写明了。", "done": ""}
        bad = send(handler, "propose_answer", case.code, status=422, preview="1", **{**words, "done": case.filer.name})
        assert case.filer.name in bad.content.decode()
        shown = send(handler, "propose_answer", case.code, status=200, preview="1", **words)
        assert "规则里写明了。" in shown.content.decode()
        assert not PublishedAnswer.objects.exists()
        send(handler, "propose_answer", case.code, send="1", **words)
        made = PublishedAnswer.objects.get()
        page(handler, "desk_publication", made.code)
    with time_machine.travel(AGREED, tick=False):
        assert made.asked in page(staff, "publications")
        page(staff, "announce_answer", made.code)
        send(staff, "announce_answer", made.code, company="no")
    made.refresh_from_db()
    assert made.state == Publishing.ANNOUNCED
    publishing.release_due(now=OUT)
    staff = world.signed_in(line["committee"].person, line["committee"])  # a week later he signs in anew
    with time_machine.travel(OUT, tick=False):
        assert made.asked in page(staff, "publications", query="?part=released")
        send(staff, "take_down_answer", made.code, reason="规则改了。")
        assert "规则改了。" in page(staff, "desk_publication", made.code)
    page(Client(), "published", made.code, status=404)


def test_sent_back_the_form_begins_with_what_was_sent_back() -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case)
    staff, secretary = (world.signed_in(line[who].person, line[who]) for who in ("committee", "secretary"))
    with time_machine.travel(AGREED, tick=False):
        send(staff, "decline_answer", made.code, reason="再写短些。")
        again = page(secretary, "propose_answer", case.code)
    assert "再写短些。" in again
    assert made.answered in again


def test_who_proposed_it_is_offered_no_decision() -> None:
    line = world.a_line()
    case = a_case(line)
    made = proposed(line, case, by=line["committee"])
    staff = world.signed_in(line["committee"].person, line["committee"])
    with time_machine.travel(AGREED, tick=False):
        text = page(staff, "desk_publication", made.code)
        assert reverse("appeals:announce_answer", args=[made.code]) not in text
        send(staff, "announce_answer", made.code, status=422, company="no")


def test_a_sealed_case_has_no_page_to_propose_from() -> None:
    line = world.a_line()
    case = a_case(line, identity="sealed")
    secretary = world.signed_in(line["secretary"].person, line["secretary"])
    with time_machine.travel(PROPOSED, tick=False):
        page(secretary, "propose_answer", case.code, status=409)
        assert reverse("appeals:propose_answer", args=[case.code]) not in page(secretary, "case", case.code)
