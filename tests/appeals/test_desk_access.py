"""Who may not open a page of the desk gets the 404 of what does not exist; who may look but not act gets 403."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from appeals.actions import handling, overseeing
from appeals.models import Appeal
from appeals.views.desk.cases import STEPS
from portal.models import OrganisationKind, Place, Post, Role
from tests import world
from tests.appeals.desk import Line, a_line, at_ten, page

pytestmark = pytest.mark.django_db
__all__ = ["at_ten"]

CASE_PAGES = ["case", "answer", "phone", "desk_print", *STEPS]
# page -> the role it is for
OTHER_PAGES = {
    "inbox": "handler",
    "contact_inbox": "handler",
    "alarms": "committee",
    "clocks": "committee",
    "set_clock": "committee",
    "duty": "committee",
    "set_duty": "committee",
    "sealed": "custodian",
    "ask_unsealing": "custodian",
    "hearings": "liaison",
    "file_for": "volunteer",
    "file_for_confirm": "volunteer",
    "file_for_receipt": "volunteer",
}
ALLOWED = {
    "contact": {"handler"},
    "secretary": {"handler"},
    "enterprise": {"handler"},
    "committee": {"handler", "committee"},
    "custodian": {"custodian"},
    "liaison": {"liaison"},
    "volunteer": {"volunteer"},
    "analyst": set(),
    "auditor": set(),
    "system": set(),
    "security": set(),
    "audit": set(),
}


def posts(line: Line) -> dict[str, Post]:
    """One post of every role, in the line's own city."""
    city = world.committee()
    home = world.an_organisation(OrganisationKind.HOME, "龙马潭司机之家", place=world.city(), parent=city)
    return {
        "contact": line.contact,
        "secretary": line.secretary,
        "enterprise": world.a_post(Role.ENTERPRISE_STAFF, world.an_enterprise(world.a_platform())),
        "committee": line.committee,
        "custodian": world.a_post(Role.CUSTODIAN, city),
        "liaison": world.a_post(Role.LIAISON, line.platform),
        "volunteer": world.a_post(Role.VOLUNTEER, home),
        "analyst": world.a_post(Role.ANALYST, world.department()),
        "auditor": world.a_post(Role.AUDITOR, city),
        "system": world.a_post(Role.SYSTEM_ADMIN, city),
        "security": world.a_post(Role.SECURITY_ADMIN, city),
        "audit": world.a_post(Role.AUDIT_ADMIN, city),
    }


class Unknown:
    """What a page answers for a case that does not exist, asked once per page and method."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], tuple[int, str]] = {}

    def is_like(self, answer: HttpResponse, client: Client, method: str, name: str) -> bool:
        if (name, method) not in self.known:
            self.known[name, method] = essence(getattr(client, method)(page(name, Appeal(code="0" * 16))))
        status, _body = self.known[name, method]
        # pages that only show something know no POST, whosever case it is
        assert status == 404 or (status == 405 and name in ("case", "desk_print"))
        return essence(answer) == self.known[name, method]


def essence(answer: HttpResponse) -> tuple[int, str]:
    """Status and text, but for the request's reference number."""
    return answer.status_code, re.sub(r"[0-9A-F]{4}-[0-9A-F]{2}", "", answer.content.decode())


def strangers(line: Line) -> dict[str, Client]:
    """People of every kind who may not see the line's case at the branch."""
    yibin = world.a_line("YB")
    others = posts(line)
    found = {
        "other branch": world.a_secretary(world.a_branch()),
        "other contact": world.a_contact(world.a_branch()),
        "other city's secretary": yibin["secretary"],
        "other city's committee": yibin["committee"],
        **{name: others[name] for name in ("enterprise", "custodian", "liaison", "volunteer", "analyst", "security")},
    }
    clients = {name: world.signed_in(post.person, post) for name, post in found.items()}
    clients["another driver"] = world.signed_in(world.a_driver(line.branch))
    clients["the driver himself, at the desk"] = world.signed_in(line.driver)
    clients["the secretary as himself"] = world.signed_in(line.secretary.person)
    return clients


def test_a_case_of_others_is_the_404_of_no_case() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    unknown = Unknown()
    for who, client in strangers(line).items():
        for name in CASE_PAGES:
            for method in ("get", "post"):
                answer = getattr(client, method)(page(name, appeal))
                assert unknown.is_like(answer, client, method, name), (who, name, method)


def test_who_is_barred_gets_the_same_404() -> None:
    line = a_line()
    named = line.appeal("in_hand", person_about=line.committee.person)
    tied = line.appeal("in_hand", about=world.a_platform())
    world.tie(line.committee.person, tied.respondent_at_event)
    kin = line.appeal("in_hand")
    world.kin(line.committee.person, kin.filer)
    client = line.browser("committee")
    unknown = Unknown()
    for appeal in (named, tied, kin):
        for name in CASE_PAGES:
            for method in ("get", "post"):
                answer = getattr(client, method)(page(name, appeal))
                assert unknown.is_like(answer, client, method, name), (name, method)


def test_a_challenged_handler_is_out() -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    client = line.browser("secretary")
    assert client.get(page("case", appeal)).status_code == 200
    world.driving.challenge(appeal.pk, by=line.driver, reason="认识对方。", now=world.NOW)
    assert client.get(page("case", appeal)).status_code == 404


def test_every_list_is_for_its_role_alone() -> None:
    line = a_line()
    for role, post in posts(line).items():
        client = world.signed_in(post.person, post)
        for name, needed in OTHER_PAGES.items():
            answer = client.get(page(name))
            if needed not in ALLOWED[role]:
                assert answer.status_code == 404, (role, name)
            elif name == "file_for_receipt":
                assert answer.status_code == 404, "nothing has been filed"
            else:
                assert answer.status_code in (200, 302), (role, name)


@pytest.mark.parametrize("name", [*OTHER_PAGES, "case"])
def test_nobody_signed_in_is_asked_to_sign_in(name: str) -> None:
    line = a_line()
    answer = Client().get(page(name, line.appeal() if name == "case" else None))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_a_post_that_has_ended_opens_nothing() -> None:
    line = a_line()
    client = line.browser("secretary")
    assert client.get(page("inbox")).status_code == 200
    world.end(line.secretary, last="2026-11-22")
    assert client.get(page("inbox")).status_code == 404


@pytest.mark.parametrize("name", [*(name for name in CASE_PAGES if name not in ("case", "phone", "desk_print"))])
def test_who_may_look_but_not_act_is_told_so(name: str) -> None:
    line = a_line()
    appeal = line.appeal("in_hand")
    who = "contact" if name == "reopen" else "committee"
    client = line.browser(who)
    assert client.get(page("case", appeal)).status_code == 200
    assert client.get(page(name, appeal)).status_code == 403
    before = appeal.position
    fields = {
        "key": "k" * 30,
        "seen": appeal.position,
        "question": "问",
        "reason": "因",
        "note": "记",
        "target": "police",
    }
    answer = client.post(page(name, appeal), {**fields, "finding": "not_upheld", "reasons": "因", "send": "1"})
    assert answer.status_code == 403
    assert Appeal.objects.get(pk=appeal.pk).position == before


def test_a_move_that_is_not_possible_now_says_why() -> None:
    line = a_line()
    appeal = line.appeal("asked")
    answer = line.browser("secretary").get(page("answer", appeal))
    assert answer.status_code == 409
    assert "司机" in answer.content.decode()
    assert page("case", appeal) in answer.content.decode()


def test_requests_and_questions_of_other_lines_are_404() -> None:
    line = a_line()
    appeal = line.appeal("in_hand", identity="sealed")
    heard = handling.hear_platform(
        appeal.pk, by=line.secretary, question="规则怎么变的？", now=world.NOW
    ).hearings.get()
    custodian = world.a_post(Role.CUSTODIAN, world.committee())
    asked = overseeing.ask_unsealing(appeal.pk, by=custodian, motive="有危险。", now=world.NOW)
    yibin = world.a_post(Role.CUSTODIAN, world.committee("YB"))
    kin = world.a_post(Role.CUSTODIAN, world.committee())
    world.kin(kin.person, line.driver)
    for post in (yibin, kin, line.secretary):
        answer = world.signed_in(post.person, post).get(f"/desk/sealed/{asked.code}/")
        assert answer.status_code == 404
    other = world.a_post(Role.LIAISON, world.a_platform())
    for post in (other, line.secretary, custodian):
        for method in ("get", "post"):
            client = world.signed_in(post.person, post)
            assert getattr(client, method)(f"/desk/hearings/{heard.code}/").status_code == 404


def test_the_pages_of_a_city_are_not_for_a_city_that_is_closed() -> None:
    line = a_line()
    closed = Place.objects.cities().exclude(letters__in=["CD", "LZ", "YB", "DZ"]).first()
    answer = line.browser("province").get(page("set_clock"))
    assert closed is not None
    assert closed.code not in answer.content.decode()
    assert world.city("YB").code in answer.content.decode()
    assert world.city("YB").code not in line.browser("committee").get(page("set_clock")).content.decode()
