"""Leave asked for by the holder, confirmed by the secretary or an administrator, and what follows from it."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from portal import telling
from portal.actions import leaves
from portal.errors import Refused
from portal.models import Event, LeaveRequest, Post, Role
from tests import world
from tests.journeys.walk import send
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
SPAN = (NOW.date() + DAY, NOW.date() + 3 * DAY)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def asked(post: Post, deputy: Post | None = None) -> LeaveRequest:
    return leaves.ask(post, span=SPAN, deputy=deputy, by=post.person, now=NOW)


def test_asked_on_the_phone_confirmed_at_the_desk() -> None:
    line = world.a_line()
    contact, secretary, colleague = line["contact"], line["secretary"], world.a_contact(line["branch"])
    days = {
        f"{name}_{part}": getattr(day, part)
        for name, day in zip(("from_date", "until_date"), SPAN, strict=True)
        for part in ("year", "month", "day")
    }
    phone, desk = world.signed_in(contact.person, contact), world.signed_in(secretary.person, secretary)
    assert send(phone, f"/posts/{contact.code}/leave/", deputy=colleague.pk, **days).status_code == 302
    event = Event.objects.get(kind="portal.leave_asked")
    assert [one.person for one in telling.tellings_for(event)] == [secretary.person]
    assert contact.person.name in desk.get("/desk/leave/").content.decode()
    desk.post(f"/desk/leave/{LeaveRequest.objects.get().code}/", {"yes": "1"})
    kept = Post.objects.get(pk=contact.pk)
    assert (kept.leave_from_date, kept.leave_until_date, kept.deputy) == (*SPAN, colleague)
    assert [one.person for one in telling.tellings_for(Event.objects.get(kind="portal.leave_set"))] == [contact.person]


def test_who_confirms_and_who_does_not() -> None:
    line = world.a_line()
    of_contact, of_secretary = asked(line["contact"]), asked(line["secretary"])
    above = world.a_post(Role.SECRETARY, world.committee())
    stranger = world.a_secretary(world.a_branch("CD"))
    for request, office in (
        (of_contact, stranger),
        (of_contact, line["contact"]),
        (of_contact, line["committee"]),
        (of_secretary, line["secretary"]),
        (of_contact, above),
    ):
        with pytest.raises(PermissionDenied):
            leaves.decide(request.pk, is_agreed=True, by=office.person, office=office, now=NOW)
    leaves.decide(of_secretary.pk, is_agreed=True, by=above.person, office=above, now=NOW)
    office = world.a_post(Role.SECURITY_ADMIN, world.department())
    assert not leaves.decide(of_contact.pk, is_agreed=False, by=office.person, office=office, now=NOW).is_agreed
    with pytest.raises(Refused, match="已经决定"):
        leaves.decide(of_contact.pk, is_agreed=True, by=office.person, office=office, now=NOW)
    assert Post.objects.get(pk=line["contact"].pk).leave_from_date is None


def test_a_second_request_replaces_the_first_and_nobody_asks_for_another() -> None:
    line = world.a_line()
    first, second = asked(line["contact"]), asked(line["contact"])
    assert list(LeaveRequest.objects.filter(decided_at=None)) == [second]
    assert LeaveRequest.objects.get(pk=first.pk).is_agreed is False
    with pytest.raises(PermissionDenied):
        leaves.ask(line["contact"], span=SPAN, deputy=None, by=line["secretary"].person, now=NOW)
    with pytest.raises(Refused, match="今天起"):
        leaves.ask(line["contact"], span=(NOW.date() - DAY, SPAN[1]), deputy=None, by=line["contact"].person, now=NOW)
