"""Other systems are told of a line's events: signed, once by name, until they answer; and nothing inside is reached."""

import datetime
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from appeals import hooking
from appeals.actions import driving, handling
from portal import hook_door
from portal.actions import deliveries, hook_sending, hooks
from portal.errors import Refused
from portal.models import Delivery, Event, Hook, HookAttempt, HookMessage, Role
from tests import world
from tests.api.receiver import Receiver, receiving

NOW = datetime.datetime.now(datetime.UTC)  # the library compares a message's time with the wall clock
MINUTE = datetime.timedelta(minutes=1)
ALL_KINDS = list(hooking.KINDS)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.HOOKS_MAY_BE_INSIDE = True
    with receiving() as made:
        yield made


@pytest.fixture
def office(db: None) -> Any:
    return world.a_post(Role.SYSTEM_ADMIN, world.committee())


def a_hook(office: Any, url: str, organisation: Any = None, kinds: Any = None) -> Hook:
    return hooks.add(
        organisation or office.organisation, name="泸州办公系统", url=url, kinds_wanted=kinds or ALL_KINDS,
        by=office.person, post=office, now=NOW,
    )  # fmt: skip


def deliver() -> None:
    for event_id in Delivery.objects.filter(consumer="appeals.hooks").values_list("event_id", flat=True):
        deliveries.deliver_event(event_id, now=NOW)


def send(at: datetime.datetime | None = None) -> dict[str, int]:
    return dict(hook_sending.send_due(clock=lambda: at or datetime.datetime.now(datetime.UTC)))


def test_an_event_arrives_signed_with_harmless_facts_only(office: Any, receiver: Receiver) -> None:
    line = world.a_line()
    hook = a_hook(office, receiver.url)
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("answered", by=driver, handler=line["contact"])
    deliver()
    assert send() == {"sent": 3}
    told = [Webhook(hook.secret).verify(body, headers) for headers, body in receiver.got]
    assert [one["type"] for one in told] == ["appeals.filed", "appeals.taken", "appeals.answered"]
    assert (told[0]["data"]["number"], told[2]["data"]["finding"]) == (appeal.number, "not_upheld")
    words = b" ".join(body for _headers, body in receiver.got).decode()
    canaries = [
        driver.name, driver.code, driver.masked_name, line["contact"].person.name, line["contact"].code, appeal.title,
        "核对过规则", "晚高峰", appeal.secret, "designated",
    ]  # fmt: skip
    assert [canary for canary in canaries if canary in words] == []
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(receiver.got[0][1] + b" ", receiver.got[0][0])


def test_a_city_hears_of_its_own_line_only(office: Any, receiver: Receiver) -> None:
    elsewhere = world.a_post(Role.SYSTEM_ADMIN, world.committee("CD"))
    here, there = a_hook(office, receiver.url), a_hook(elsewhere, receiver.url)
    line = world.a_line()
    appeal = world.an_appeal(
        "in_hand", by=world.a_driver(line["branch"], contact=line["contact"]), handler=line["contact"]
    )
    handling.escalate(appeal.pk, by=line["contact"], reason="超出权限。", now=NOW)
    deliver()
    assert [hook.messages.count() for hook in (here, there)] == [3, 0]


def test_what_a_hook_did_not_ask_for_is_not_sent_nor_what_happens_while_it_rests(
    office: Any, receiver: Receiver
) -> None:
    line = world.a_line()
    hook = a_hook(office, receiver.url, kinds=["appeals.taken"])
    driver = world.a_driver(line["branch"], contact=line["contact"])
    world.an_appeal("in_hand", by=driver, handler=line["contact"])
    deliver()
    assert list(hook.messages.values_list("kind", flat=True)) == ["appeals.taken"]
    hooks.set_on(hook.pk, is_on=False, by=office.person, post=office, now=NOW)
    assert send() == {}
    world.an_appeal("in_hand", by=driver, handler=line["contact"])
    assert not Delivery.objects.filter(consumer="appeals.hooks").exists()
    hooks.set_on(hook.pk, is_on=True, by=office.person, post=office, now=NOW)
    assert send() == {"sent": 1}


def test_delivered_twice_it_is_one_message(office: Any, receiver: Receiver) -> None:
    hook = a_hook(office, receiver.url)
    world.an_appeal(by=world.a_driver(world.a_line()["branch"]))
    event = Event.objects.get(kind="appeals.filed")
    for _time in range(2):
        hooking.announce(event, NOW)
    assert hook.messages.count() == 1


def test_down_slow_broken_and_elsewhere_are_tried_again_until_it_is_up(
    office: Any, receiver: Receiver, monkeypatch: Any
) -> None:
    """The same message with the same name each time, at growing distance; whatever followed waits behind it."""
    monkeypatch.setattr(hook_door, "SECONDS", 1)
    line = world.a_line()
    hook = a_hook(office, receiver.url)
    world.an_appeal("in_hand", by=world.a_driver(line["branch"], contact=line["contact"]), handler=line["contact"])
    deliver()
    at = NOW
    receiver.stop()
    assert send(at) == {"failed": 1}
    assert send(at + MINUTE / 6) == {}, "it rests"
    receiver.start()
    receiver.slow = 3
    at += 10 * MINUTE
    assert send(at) == {"failed": 1}
    receiver.slow, receiver.answers = 0, [500]
    at += 10 * MINUTE
    assert send(at) == {"failed": 1}
    receiver.answers = [302]
    at += 10 * MINUTE
    assert send(at) == {"failed": 1}
    assert Hook.objects.get().failures == 4
    receiver.answers = [200]
    at += 20 * MINUTE
    assert send(at) == {"sent": 2}
    assert (Hook.objects.get().failures, Hook.objects.get().rests_until) == (0, None)
    attempts = list(HookAttempt.objects.order_by("pk").values_list("status", "error"))
    assert [status for status, _error in attempts] == [None, None, 500, 302, 200, 200]
    assert attempts[0][1] == "ConnectionRefusedError"
    assert [path for path in receiver.got if b"redirected" in path[1]] == []
    names = {headers["webhook-id"] for headers, _body in receiver.got}
    assert names == {f"msg_{code}" for code in hook.messages.values_list("code", flat=True)}


def test_a_message_nobody_takes_is_given_up_and_can_be_tried_again(office: Any, receiver: Receiver) -> None:
    receiver.answers = [500]
    hook = a_hook(office, receiver.url)
    message = hooks.ping(hook.pk, by=office.person, post=office, now=NOW)
    at, outcomes = NOW, []
    for _try in range(hook_sending.MAX_TRIES):
        outcomes += list(send(at))
        at += datetime.timedelta(hours=2)
    assert outcomes == ["failed"] * (hook_sending.MAX_TRIES - 1) + ["given_up"]
    assert send(at) == {}
    receiver.answers = [200]
    hooks.retry(message.pk, by=office.person, post=office, now=at)
    assert send(at) == {"sent": 1}
    with pytest.raises(Refused):
        hooks.retry(message.pk, by=office.person, post=office, now=at)


def test_a_worker_that_dies_while_it_sends_loses_nothing(office: Any, receiver: Receiver, monkeypatch: Any) -> None:
    """Its try was counted before; after a minute another worker sends the message again, under its name."""
    hook = a_hook(office, receiver.url)
    message = hooks.ping(hook.pk, by=office.person, post=office, now=NOW)

    def dies(*_given: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(hook_door, "send", dies)
    with pytest.raises(SystemExit):
        send(NOW)
    monkeypatch.undo()
    assert HookMessage.objects.get().tries == 1
    assert send(NOW + MINUTE / 2) == {}
    assert send(NOW + 2 * MINUTE) == {"sent": 1}
    assert [headers["webhook-id"] for headers, _body in receiver.got] == [f"msg_{message.code}"]


def test_nothing_is_locked_while_the_other_side_is_spoken_to(committed: str, settings: Any, monkeypatch: Any) -> None:
    settings.HOOKS_MAY_BE_INSIDE = True
    office = world.a_post(Role.SYSTEM_ADMIN, world.committee())
    hook = a_hook(office, "http://127.0.0.1:9/")
    hooks.ping(hook.pk, by=office.person, post=office, now=NOW)
    seen: list[bool] = []

    def looks(*_given: Any) -> hook_door.Reply:
        seen.append(connection.in_atomic_block)
        assert hook_sending.send_next(hook.pk, clock=lambda: NOW) == "", "nobody else speaks to it meanwhile"
        return hook_door.Reply(200, "", 1)

    monkeypatch.setattr(hook_door, "send", looks)
    assert send() == {"sent": 1}
    assert seen == [False]


def test_a_hook_that_does_not_answer_holds_up_no_other(office: Any, receiver: Receiver) -> None:
    dead = a_hook(office, "http://127.0.0.1:9/")
    alive = a_hook(office, receiver.url)
    for hook in (dead, dead, alive, alive):
        hooks.ping(hook.pk, by=office.person, post=office, now=NOW)
    assert send() == {"failed": 1, "sent": 2}


def test_for_a_day_both_secrets_sign(office: Any, receiver: Receiver) -> None:
    hook = a_hook(office, receiver.url)
    changed = hooks.rotate(hook.pk, by=office.person, post=office, now=NOW)
    assert changed.secret != hook.secret
    hooks.ping(hook.pk, by=office.person, post=office, now=NOW)
    send()
    headers, body = receiver.got[0]
    for secret in (hook.secret, changed.secret):
        assert Webhook(secret).verify(body, headers)["type"] == "portal.hook_pinged"
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, old_secret FROM portal_hook")
        assert not {hook.secret, changed.secret} & set(cursor.fetchone())
    later = hook_sending.headers_for(HookMessage.objects.get(), body.decode(), NOW + datetime.timedelta(days=2))
    assert len(later["webhook-signature"].split()) == 1


# -- nothing inside is reached ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "255.255.255.255", "198.18.0.1",
    ],
)  # fmt: skip
def test_an_address_inside_is_none(address: str) -> None:
    assert not hook_door.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_one(address: str) -> None:
    assert hook_door.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https://name:word@example.org/", "//example.org/",
        "https://example.org:0/", "https://example.org:99999/", "javascript:alert(1)", "https://[::1/", "gopher://x",
    ],
)  # fmt: skip
def test_an_address_of_another_shape_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        hook_door.require_address(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "2130706433", "0x7f.1"])
def test_a_host_inside_is_not_spoken_to(host: str, monkeypatch: Any) -> None:
    def never(*_given: Any, **_more: Any) -> None:
        raise AssertionError("it was spoken to")

    monkeypatch.setattr(socket, "create_connection", never)
    reply = hook_door.send(f"https://{host}/", b"{}", {})
    assert (reply.status, reply.error) == (None, "Refused")


def test_a_name_that_answers_differently_the_second_time_gains_nothing(monkeypatch: Any) -> None:
    """The request goes to the address that was looked at, not to whatever the name says next."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    spoken: list[Any] = []

    def resolve(*_given: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]

    def connect(address: Any, **_more: Any) -> None:
        spoken.append(address)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert hook_door.send("https://rebinding.example/", b"{}", {}).error == "TimeoutError"
    assert spoken == [("93.184.216.34", 443)]


def test_one_address_inside_among_several_is_enough_to_refuse(monkeypatch: Any) -> None:
    rows = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: rows)
    with pytest.raises(Refused):
        hook_door.public_addresses(hook_door.require_address("https://two-faced.example/"))


# -- the system administrator -----------------------------------------------------------------------------------------


def test_only_the_lines_own_system_administrator_touches_a_hook(office: Any, settings: Any) -> None:
    settings.HOOKS_MAY_BE_INSIDE = True
    hook = a_hook(office, "http://127.0.0.1:9/")
    elsewhere = world.a_post(Role.SYSTEM_ADMIN, world.committee("CD"))
    security = world.a_post(Role.SECURITY_ADMIN, world.committee())
    for other in (elsewhere, security):
        who = {"by": other.person, "post": other, "now": NOW}
        for do in (hooks.rotate, hooks.ping):
            with pytest.raises(PermissionDenied):
                do(hook.pk, **who)
        with pytest.raises(PermissionDenied):
            hooks.set_on(hook.pk, is_on=False, **who)
        with pytest.raises(PermissionDenied):
            a_hook(other, "http://127.0.0.1:9/", organisation=office.organisation)
    province = world.a_post(Role.SYSTEM_ADMIN, world.province_committee())
    assert hooks.ping(hook.pk, by=province.person, post=province, now=NOW)
    with pytest.raises(Refused):
        a_hook(office, "http://127.0.0.1:9/", kinds=["appeals.phone_revealed"])


def test_the_pages_add_ping_pause_and_change_the_secret(office: Any, receiver: Receiver) -> None:
    browser = world.signed_in(office.person, office)
    form = {
        "organisation": office.organisation.pk, "name": "泸州办公系统", "url": receiver.url,
        "kinds": ["appeals.filed", "appeals.answered"], "key": "adds-it-once",
    }  # fmt: skip
    added = browser.post("/desk/hooks/new/", form)
    hook = Hook.objects.get()
    assert (added.status_code, added["Location"]) == (302, f"/desk/hooks/{hook.code}/secret/")
    browser.post("/desk/hooks/new/", form)
    assert Hook.objects.count() == 1
    assert hook.secret in browser.get(added["Location"]).content.decode()
    browser.post(f"/desk/hooks/{hook.code}/secret/")
    assert Hook.objects.get().secret != hook.secret
    browser.post(f"/desk/hooks/{hook.code}/ping/")
    send(datetime.datetime.now(datetime.UTC) + MINUTE)
    page = browser.get(f"/desk/hooks/{hook.code}/").content.decode()
    assert "204" in page
    assert hook.secret not in page
    browser.post(f"/desk/hooks/{hook.code}/switch/")
    assert not Hook.objects.get().is_on
    browser.post(f"/desk/hooks/{hook.code}/switch/", {"on": "yes"})
    assert Hook.objects.get().is_on
    assert "泸州办公系统" in browser.get("/desk/hooks/").content.decode()
    assert browser.get("/desk/hooks/new/").status_code == 200


def test_an_address_inside_is_said_at_the_field(office: Any) -> None:
    browser = world.signed_in(office.person, office)
    form = {
        "organisation": office.organisation.pk, "name": "x", "url": "https://127.0.0.1/", "kinds": ["appeals.filed"],
        "key": "inside-inside",
    }  # fmt: skip
    answer = browser.post("/desk/hooks/new/", form)
    assert (answer.status_code, Hook.objects.count()) == (422, 0)


def test_the_facts_of_every_kind_name_nobody(office: Any) -> None:
    """Whatever an action writes down, only harmless facts go out."""
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    driving.challenge(appeal.pk, by=driver, reason="是亲戚。", now=NOW)
    for event in Event.objects.filter(subject=f"appeals.appeal:{appeal.code}"):
        said = json.dumps(hooking.facts_of(appeal, event))
        assert line["contact"].code not in said
        assert set(json.loads(said)) <= {*hooking.HARMLESS, "appeal", "number", "position"}
