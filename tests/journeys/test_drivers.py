"""Journeys of a driver through the addresses a person would use (the numbers are those of the pilot's rules)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from appeals.actions import handling, ticking
from appeals.models import Alarm, Appeal
from portal import events
from portal.actions import deliveries
from portal.models import Event, Notice, SmsMessage
from tests import world
from tests.journeys.walk import file_appeal, hidden_fields, send, text_of

pytestmark = pytest.mark.django_db


def test_2_spring_festival_is_not_counted_and_the_worked_saturday_is() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    with time_machine.travel(world.at("2026-02-13 16:30"), tick=False):
        browser = world.signed_in(driver)
        appeal = file_appeal(browser, day="2026-02-12", where=world.district(), category="safety", skips_contact="on")
        assert (appeal.tier, appeal.legs.get().answer_due_date) == (2, datetime.date(2026, 2, 27))
        assert "2月27日 周五 24:00 前" in text_of(browser, reverse("appeals:receipt", args=[appeal.code]))
        counted = text_of(browser, reverse("appeals:clock", args=[appeal.code]))
    for day in ("2月14日", "2月24日", "2月25日", "2月26日", "2月27日"):
        assert day in counted
    handling.take(appeal.pk, by=line["secretary"], now=world.at("2026-02-13 17:00"))
    appeal.refresh_from_db()
    deliveries.sweep(now=world.at("2026-02-13 17:01"))
    told = Notice.objects.count(), SmsMessage.objects.count()
    handled = Appeal.objects.get(pk=appeal.pk)
    for day in range(15, 24):
        ticking.tick(now=world.at(f"2026-02-{day} 09:00"), most=10)
        deliveries.sweep(now=world.at(f"2026-02-{day} 09:01"))
    handled.refresh_from_db()
    assert handled.position == appeal.position
    assert (Notice.objects.count(), SmsMessage.objects.count()) == told


def test_7_changing_platform_in_the_middle_moves_nothing() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    old, new = world.a_platform("川行约车"), world.a_platform("天府快驾")
    rule = world.a_rule(old)
    drives = world.drives_for(driver, old)
    appeal = file_appeal(world.signed_in(driver), day="2026-11-20", where=world.district(), about=f"company:{old.code}")
    drives.until_date = datetime.date(2026, 11, 22)
    drives.save()
    world.drives_for(driver, new, from_date=datetime.date(2026, 11, 23))
    later = world.a_rule(old, from_date=datetime.date(2026, 11, 24), number=2)
    rule.until_date = datetime.date(2026, 11, 23)
    rule.save()
    appeal.refresh_from_db()
    assert appeal.respondent_at_event == old
    assert appeal.rule_version == rule != later
    assert "川行约车" in text_of(world.signed_in(driver), reverse("appeals:detail", args=[appeal.code]))


def test_a_driver_walks_all_four_tiers() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    browser = world.signed_in(driver)
    appeal = file_appeal(browser, day="2026-11-20", where=world.district())
    case = reverse("appeals:detail", args=[appeal.code])
    for tier, role in ((1, "contact"), (2, "secretary"), (3, "committee")):
        handler = world.signed_in(line[role].person, line[role])
        appeal.refresh_from_db()
        assert (appeal.tier, appeal.status) == (tier, "waiting")
        taken = send_take(handler, appeal)
        assert taken.status_code == 302
        answered = send(
            handler,
            reverse("appeals:answer", args=[appeal.code]),
            finding="not_upheld",
            reasons=f"第 {tier} 级核对过规则和派单记录。",
            remedy="",
            send="1",
        )
        assert answered.status_code == 302, answered.content.decode()
        assert f"第 {tier} 级核对过规则和派单记录。" in text_of(browser, case)
        if tier < 3:
            went = send(browser, reverse("appeals:go_on", args=[appeal.code]), reason="没说清为什么偏偏是我。")
            assert went.status_code == 302
    assert browser.get(reverse("appeals:go_on", args=[appeal.code])).status_code == 302
    assert "12345" in text_of(browser, case)
    accepted = send(browser, reverse("appeals:accept", args=[appeal.code]))
    assert accepted.status_code == 302
    appeal.refresh_from_db()
    assert appeal.status == "closed"
    kinds = list(
        Event.objects.filter(subject=events.subject_of(appeal)).order_by("position").values_list("kind", flat=True)
    )
    assert kinds.count("appeals.answered") == 3
    assert kinds[0] == "appeals.filed"
    assert kinds[-1] == "appeals.closed"


def send_take(handler, appeal: Appeal):  # type: ignore[no-untyped-def]
    address = reverse("appeals:take", args=[appeal.code])
    page = handler.get(reverse("appeals:case", args=[appeal.code]))
    return handler.post(address, hidden_fields(page))


def test_11_what_is_anothers_is_the_same_404_as_what_does_not_exist() -> None:
    line = world.a_line()
    mine = world.an_appeal(by=world.a_driver(line["branch"]))
    stranger = world.signed_in(world.a_driver(line["branch"]))
    for name in ("detail", "receipt", "clock", "log", "log_file", "withdraw", "add"):
        theirs = stranger.get(reverse(f"appeals:{name}", args=[mine.code]))
        nothing = stranger.get(reverse(f"appeals:{name}", args=["0" * 16]))
        assert theirs.status_code == nothing.status_code == 404
        assert _without_reference(theirs) == _without_reference(nothing)
    assert mine.number not in text_of(stranger, reverse("appeals:mine"))
    wrong = stranger.get(reverse("appeals:receipt_link", args=[mine.number, "WRONGONE"]))
    none = stranger.get(reverse("appeals:receipt_link", args=["LZ-261123-00000Z", "WRONGONE"]))
    assert wrong.status_code == none.status_code == 404
    assert _without_reference(wrong) == _without_reference(none)


def _without_reference(page) -> str:  # type: ignore[no-untyped-def]
    text = page.content.decode()
    reference = page.wsgi_request.reference
    return text.replace(reference, "")


def test_14_a_fine_of_another_body_is_transferred_by_name_and_never_closed_as_not_ours() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"])
    browser = world.signed_in(driver)
    appeal = file_appeal(browser, day="2026-11-20", where=world.district(), category="fine", about="body")
    handler = world.signed_in(line["contact"].person, line["contact"])
    send_take(handler, appeal)
    address = reverse("appeals:transfer", args=[appeal.code])
    refused = send(handler, address, target="", note="不归我们管。")
    assert refused.status_code == 422
    appeal.refresh_from_db()
    assert appeal.status == "in_hand"
    assert send(handler, address, target="traffic_police", note="罚单由交警开，向原单位申请复核。").status_code == 302
    said = text_of(browser, reverse("appeals:detail", args=[appeal.code]))
    assert "122" in said
    assert "罚单由交警开" in said


def test_6_nobody_at_the_tiers_leads_up_at_once_with_an_alarm() -> None:
    branch = world.a_branch()
    contact, secretary = world.a_contact(branch), world.a_secretary(branch)
    staff = world.a_committee_staff()
    for post in (contact, secretary):
        post.leave_from_date = world.LONG_AGO
        post.save()
    browser = world.signed_in(world.a_driver(branch, contact=contact))
    appeal = file_appeal(browser, day="2026-11-20", where=world.district())
    assert (appeal.tier, appeal.handling_org) == (3, world.committee())
    assert Alarm.objects.get(appeal=appeal).organisation == world.committee()
    alarms = text_of(world.signed_in(staff.person, staff), reverse("appeals:alarms"))
    assert appeal.number in alarms
    deputy = world.a_contact(world.a_branch(of_district=world.district()))
    contact.deputy = deputy
    contact.save()
    again = file_appeal(browser, day="2026-11-20", where=world.district())
    assert (again.tier, again.legs.get().designated) == (1, contact)
    sees = world.signed_in(deputy.person, deputy)
    assert sees.get(reverse("appeals:case", args=[again.code])).status_code == 200


def test_5_who_is_complained_of_neither_handles_nor_sees_it() -> None:
    line = world.a_line()
    other = world.a_contact(line["branch"])
    driver = world.a_driver(line["branch"], contact=line["contact"])
    browser = world.signed_in(driver)
    about_contact = file_appeal(
        browser, day="2026-11-20", where=world.district(), about=f"person:{line['contact'].code}"
    )
    assert about_contact.tier == 2
    named = world.signed_in(line["contact"].person, line["contact"])
    assert named.get(reverse("appeals:case", args=[about_contact.code])).status_code == 404
    assert about_contact.number not in text_of(named, reverse("appeals:contact_inbox"))
    about_branch = file_appeal(browser, day="2026-11-20", where=world.district(), about=f"branch:{line['branch'].code}")
    assert (about_branch.tier, about_branch.handling_org) == (3, world.committee())
    for post in (line["contact"], other, line["secretary"]):
        assert (
            world.signed_in(post.person, post).get(reverse("appeals:case", args=[about_branch.code])).status_code == 404
        )
    secretary = world.signed_in(line["secretary"].person, line["secretary"])
    assert about_branch.number not in text_of(secretary, reverse("appeals:inbox"))
    about_city = file_appeal(
        browser, day="2026-11-20", where=world.district(), about=f"committee:{world.committee().code}"
    )
    assert about_city.handling_org == world.province_committee()
    city = world.signed_in(line["committee"].person, line["committee"])
    assert city.get(reverse("appeals:case", args=[about_city.code])).status_code == 404


def test_9_up_and_down_once_and_nothing_but_a_rest_moves_the_date() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = file_appeal(world.signed_in(driver), day="2026-11-20", where=world.district())
    contact = world.signed_in(line["contact"].person, line["contact"])
    secretary = world.signed_in(line["secretary"].person, line["secretary"])

    def make(who, verb: str, **values: str):  # type: ignore[no-untyped-def]
        return send(who, reverse(f"appeals:{verb}", args=[appeal.code]), **values)

    send_take(contact, appeal)
    appeal.refresh_from_db()
    promised = appeal.due_at
    assert make(world.signed_in(driver), "add", words="补充：那天还下着雨。").status_code == 302
    make(contact, "ask", question="哪一天的？")
    make(world.signed_in(driver), "reply", words="上周五。")
    appeal.refresh_from_db()
    assert (appeal.status, appeal.due_at) == ("in_hand", promised)
    make(contact, "escalate", reason="要看派单记录，我看不到。")
    send_take(secretary, appeal)
    make(secretary, "return_down", reason="司机之家就能解决。")
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.was_returned) == (1, True)
    send_take(contact, appeal)
    make(contact, "escalate", reason="还是要支部出面。")
    send_take(secretary, appeal)
    secretary.post(reverse("appeals:return_down", args=[appeal.code]), {"reason": "再退一次。", "key": "another-key"})
    appeal.refresh_from_db()
    assert (appeal.tier, appeal.status) == (2, "in_hand")
    assert appeal.round_number == 1
    assert Event.objects.filter(subject=events.subject_of(appeal), kind="appeals.returned").count() == 1
