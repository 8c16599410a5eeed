"""Numbers and names that are not shown by themselves: the look at a phone number, the opening of a sealed name."""

import datetime

import pytest
import time_machine
from django.test import Client

from appeals.actions import overseeing
from appeals.models import Appeal, Unsealing
from portal.models import Event, Post, Role
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page, text
from tests.appeals.reading import fresh, kinds
from tests.journeys.walk import hidden_fields, send

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]


def look(client: Client, appeal: Appeal):  # type: ignore[no-untyped-def]
    """One tap on the case's own button."""
    return client.post(page("phone", appeal), hidden_fields(client.get(page("case", appeal))))


# -- the phone number -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "who"), [("contact", "contact"), ("branch", "secretary")])
def test_a_look_shows_the_number_once_and_is_recorded(at: str, who: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand", at=at)
    client = line.browser(who)
    answer = look(client, appeal)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert f'href="tel:{line.driver.phone}"' in body
    assert line.driver.name in body
    assert "no-store" in answer["Cache-Control"]
    assert kinds(appeal).count("phone_revealed") == 1
    recorded = Event.objects.get(kind="appeals.phone_revealed")
    assert line.driver.phone not in str(recorded.facts)
    for address in (page("case", appeal), page("inbox"), page("contact_inbox")):
        assert line.driver.phone not in client.get(address, follow=True).content.decode()


def test_only_a_post_looks_and_the_same_form_looks_once() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    assert client.get(page("phone", appeal))["Location"] == page("case", appeal)
    assert client.post(page("phone", appeal), {"key": ""})["Location"] == page("case", appeal)
    values = hidden_fields(client.get(page("case", appeal)))
    assert client.post(page("phone", appeal), values).status_code == 200
    again = client.post(page("phone", appeal), values)
    assert again["Location"] == page("case", appeal)
    assert kinds(appeal).count("phone_revealed") == 1


def test_who_only_oversees_has_no_button_and_no_number() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("committee")
    assert page("phone", appeal) not in client.get(page("case", appeal)).content.decode()
    assert client.post(page("phone", appeal), {"key": "k" * 30}).status_code == 403
    assert "phone_revealed" not in kinds(appeal)


def test_a_sealed_number_is_not_looked_up() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", identity="sealed")
    client = line.browser("secretary")
    assert page("phone", appeal) not in client.get(page("case", appeal)).content.decode()
    answer = client.post(page("phone", appeal), {"key": "k" * 30})
    assert answer.status_code == 409
    assert line.driver.phone not in answer.content.decode()


# -- sealed names -----------------------------------------------------------------------------------------------------


def custodians() -> tuple[Post, Post]:
    city = world.committee()
    return world.a_post(Role.CUSTODIAN, city), world.a_post(Role.CUSTODIAN, city)


def a_sealed(line: Line) -> Appeal:
    return line.appeal("in_hand", identity="sealed", title="派单少了三成")


def ask(client: Client, appeal: Appeal) -> Unsealing:
    """Ask by number and motive, over the page that shows the case once more."""
    shown = send(client, page("ask_unsealing"), number=appeal.number, motive="说要轻生，要找到人。", preview="1")
    assert shown.status_code == 200, text(shown)
    answer = client.post(page("ask_unsealing"), {**hidden_fields(shown), "send": "1"})
    assert answer.status_code == 302, text(answer)
    return Unsealing.objects.get(appeal=appeal, decided_at=None)


def decide(client: Client, asked: Unsealing, decision: str):  # type: ignore[no-untyped-def]
    address = f"/desk/sealed/{asked.code}/"
    return client.post(address, {**hidden_fields(client.get(address)), "decision": decision})


def test_two_people_open_a_name_for_its_handler_for_a_week() -> None:
    line = a_line()
    appeal = a_sealed(line)
    first, second = (world.signed_in(post.person, post) for post in custodians())
    asked = ask(first, appeal)
    secretary = line.browser("secretary")
    assert line.driver.name not in secretary.get(page("case", appeal)).content.decode()
    assert decide(second, asked, "agree").status_code == 302
    said = text(secretary.get(page("case", appeal)))
    assert line.driver.name in said
    assert "司机都看得到" in said
    assert look(secretary, appeal).status_code == 200
    assert line.driver.name not in text(line.browser("committee").get(page("case", appeal)))
    with time_machine.travel(world.NOW + datetime.timedelta(days=7, minutes=1), tick=False):
        later = text(line.browser("secretary").get(page("case", appeal)))
    assert line.driver.name not in later
    assert f"化名 {appeal.pseudonym:03d}" in later


def test_one_person_alone_opens_nothing() -> None:
    line = a_line()
    appeal = a_sealed(line)
    post, _other = custodians()
    client = world.signed_in(post.person, post)
    asked = ask(client, appeal)
    address = f"/desk/sealed/{asked.code}/"
    assert 'value="agree"' not in client.get(address).content.decode()
    assert client.post(address, {"key": "k" * 30, "decision": "agree"}).status_code == 409
    assert not Unsealing.objects.filter(is_agreed=True).exists()


def test_refused_and_decided_once() -> None:
    line = a_line()
    appeal = a_sealed(line)
    first, second = (world.signed_in(post.person, post) for post in custodians())
    asked = ask(first, appeal)
    assert decide(second, asked, "refuse").status_code == 302
    assert "没有同意" in text(second.get(page("sealed")))
    assert second.post(f"/desk/sealed/{asked.code}/", {"key": "j" * 30, "decision": "agree"}).status_code == 409
    assert line.driver.name not in text(line.browser("secretary").get(page("case", appeal)))


def test_a_custodian_sees_number_tier_and_dates_and_nothing_else() -> None:
    line = a_line()
    appeal = a_sealed(line)
    post, other = custodians()
    client, second = world.signed_in(post.person, post), world.signed_in(other.person, other)
    preview = send(client, page("ask_unsealing"), number=appeal.number.lower(), motive="要找到人。", preview="1")
    asked = ask(client, appeal)
    pages = [preview, client.get(page("sealed")), second.get(page("sealed")), second.get(f"/desk/sealed/{asked.code}/")]
    for answer in pages:
        said = answer.content.decode()
        assert appeal.number in said
        hidden = ("派单少了三成", "上周开始", line.driver.name, "郑", line.driver.phone, line.platform.name)
        assert not [word for word in hidden if word in text(answer)]
    assert client.get(page("case", appeal)).status_code == 404


def test_the_same_sentence_for_every_number_that_may_not_be_asked_for() -> None:
    line = a_line()
    post, _other = custodians()
    client = world.signed_in(post.person, post)
    elsewhere = world.a_line("YB")
    driver = world.a_driver(elsewhere["branch"], place=world.district("YB"))
    of_yibin = world.an_appeal(by=driver, place=world.city("YB"), district=world.district("YB"), identity="sealed")
    kin = a_sealed(line)
    world.kin(post.person, line.driver)
    sentences = set()
    for number in (line.appeal("in_hand").number, of_yibin.number, kin.number, "LZ-261123-00000Z"):
        answer = send(client, page("ask_unsealing"), number=number, motive="因", preview="1")
        assert answer.status_code == 422
        sentences |= set(answer.context["form"].errors["number"])
    wrong = {"核对编号，少了或错了一位。", "本条线没有这个编号的密封诉求。"}
    assert sentences <= wrong
    assert "本条线没有这个编号的密封诉求。" in sentences


def test_nobody_asks_for_a_name_that_nobody_handles() -> None:
    line = a_line()
    appeal = line.appeal(identity="sealed")
    post, _other = custodians()
    client = world.signed_in(post.person, post)
    shown = send(client, page("ask_unsealing"), number=appeal.number, motive="因", preview="1")
    assert "还没有人接" in text(shown)
    answer = client.post(page("ask_unsealing"), {**hidden_fields(shown), "send": "1"})
    assert answer.status_code == 422
    assert not Unsealing.objects.exists()


def test_what_waits_for_my_word_is_counted_for_me() -> None:
    line = a_line()
    appeal = a_sealed(line)
    post, other = custodians()
    overseeing.ask_unsealing(appeal.pk, by=post, motive="要找到人。", now=world.NOW)
    assert "等我表态" not in text(world.signed_in(post.person, post).get(page("sealed")))
    assert "等我表态" in text(world.signed_in(other.person, other).get(page("sealed")))
    assert fresh(appeal).unsealings.count() == 1
