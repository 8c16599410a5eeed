"""A person's rights over his data: consents, who read it, being forgotten, and what goes when its time is over."""

import datetime

import pytest
from django.conf import settings

from appeals.models import Appeal, Identity
from portal import caselog, events
from portal.actions import erasing, invitations, people, privacy, retention
from portal.actions.readings import Shown, note_all, note_reading
from portal.errors import Refused
from portal.models import Erasure, Event, JobRun, Notice, Post, Reading, RecordUse, Role, User
from portal.models.people import phone_hash
from portal.permissions_privacy import has_consented
from portal.privacy import KEPT, Kind
from portal.reading_words import seen_of
from tests import world
from tests.portal.dumped import all_rows
from tests.world import NOW

pytestmark = pytest.mark.django_db
WEEK = datetime.timedelta(days=settings.ERASURE_WAITS_DAYS)


def test_looks_of_one_day_at_one_page_are_one_line_and_ones_own_are_none() -> None:
    person, other, post = world.a_person(), world.a_person(), world.a_secretary(world.a_branch())
    for minutes in (0, 5):
        note_reading(
            person, by=post.person, post=post, what={Kind.PHONE, Kind.NAME}, where="appeals.case:LZ-1",
            now=NOW + datetime.timedelta(minutes=minutes),
        )  # fmt: skip
    note_reading(person, by=person, post=None, what=Kind.NAME, where="appeals.case:LZ-1", now=NOW)
    note_reading(None, by=post.person, post=post, what=Kind.NAME, where="appeals.case:LZ-1", now=NOW)
    row = Reading.objects.get()
    assert (row.what, row.times, row.last_at - row.first_at) == (["name", "phone"], 2, datetime.timedelta(minutes=5))
    page = [Shown(one.pk, Kind.NAME, "appeals.case:LZ-2") for one in (person, other, person)]
    note_all(page, by=post.person, post=post, now=NOW + datetime.timedelta(days=1))
    assert Reading.objects.filter(where="appeals.case:LZ-2").count() == 2
    with pytest.raises(ValueError, match="nowhere"):
        note_reading(person, by=post.person, post=post, what=Kind.NAME, where="nowhere:1", now=NOW)


def test_he_reads_who_looked_in_words_and_by_kind() -> None:
    branch = world.a_branch()
    driver, contact = world.a_driver(branch), world.a_contact(branch)
    case = world.an_appeal("in_hand", by=driver, handler=contact)
    browser = world.signed_in(contact.person, contact)
    browser.get(f"/desk/appeals/{case.code}/")
    page = world.signed_in(driver).get("/me/readings/").content.decode()
    assert branch.name in page
    assert case.number in page
    assert [one.what for one in seen_of(driver)] == [("words",)]
    assert seen_of(driver, "phone") == []
    assert "看了您写的内容" in page


def test_a_consent_is_asked_for_by_itself_and_taken_back(settings) -> None:  # type: ignore[no-untyped-def]
    person = world.a_person()
    with pytest.raises(Refused):
        privacy.give_consent(person, "whereabouts", now=NOW)
    settings.PURPOSES_IN_USE = ["whereabouts"]
    browser = world.signed_in(person)
    assert browser.get("/me/consents/near_home/").status_code == 404
    url = "/me/consents/whereabouts/"
    assert browser.post(url, {"answer": "yes", "next": "//evil.example/"})["Location"] == "/me/consents/"
    assert has_consented(person, "whereabouts")
    settings.PURPOSES_IN_USE = []
    assert browser.get("/me/consents/").content.decode().count(url) == 1
    browser.post(url, {"answer": "no"})
    assert not has_consented(person, "whereabouts")
    assert list(person.purpose_consents.values_list("withdrawn_at", flat=True)) != [None]


def _canary(branch) -> tuple[User, Post, Appeal]:  # type: ignore[no-untyped-def]
    contact = world.a_contact(branch)
    person = world.a_driver(branch, contact=contact)
    people.rename(person, name="欧阳燕雀", by=person, now=NOW)
    case = world.an_appeal(
        "closed", by=person, handler=contact, title="燕雀的标题", story="燕雀写的经过", order_number="DD-CANARY-77",
        identity=Identity.NAMED,
    )  # fmt: skip
    return person, contact, case


def test_no_number_licence_order_or_word_of_a_case_stands_in_the_clear() -> None:
    """Over all tables, as a plain dump writes them. Names and titles are plain by design: lists search by them."""
    person, _contact, _case = _canary(world.a_branch())
    dump = all_rows()
    assert "燕雀的标题" in dump  # the search does look where things lie
    for hidden in (person.phone, person.driver.licence, "燕雀写的经过", "DD-CANARY-77"):
        assert hidden not in dump


def test_being_forgotten_takes_what_may_go_and_the_log_verifies() -> None:
    person, contact, case = _canary(world.a_branch())
    phone, record = person.phone, person.driver
    first = Event.objects.filter(subject=events.subject_of(case)).order_by("position").first()
    Notice.objects.create(person=person, event=first, kind="x", text="燕雀", url="/", at=NOW)
    browser = world.signed_in(person)
    page = browser.get("/me/erasure/").content.decode()
    assert "司机登记" in page
    asked = erasing.ask(person, now=NOW)
    assert erasing.ask(person, now=NOW) == asked
    assert erasing.erase_due(now=NOW + WEEK / 2) == {"erased": 0, "waiting": 0, "failed": 0}
    assert erasing.erase_due(now=NOW + WEEK) == {"erased": 1, "waiting": 0, "failed": 0}
    assert erasing.erase_due(now=NOW + WEEK) == {"erased": 0, "waiting": 0, "failed": 0}

    record.refresh_from_db()
    assert record.person_id is None
    record.name, record.marks = "登记", []
    record.save(update_fields=["name", "marks"])  # the authority's own record stays: look at everything else
    dump = all_rows()
    for gone in ("燕雀", phone, "DD-CANARY-77"):
        assert gone not in dump
    held = User.objects.get(pk=person.pk)
    assert (held.is_active, held.name, held.phone) == (False, "", "")
    assert browser.get("/me/").status_code == 302
    for subject in (events.subject_of(case), events.subject_of(held)):
        assert caselog.verify_stored(subject, now=NOW).ok
    told = world.signed_in(contact.person).get(f"/privacy/erased/{asked.code}/").content.decode()
    assert "保留" in told
    anew = people.register(phone, now=NOW + WEEK)
    assert anew.pk != person.pk
    assert anew.phone_hash == phone_hash(phone)
    assert not Appeal.objects.of(anew).exists()


def test_it_waits_for_an_open_case_is_undone_in_time_and_refused_in_a_post() -> None:
    branch = world.a_branch()
    driver = world.a_driver(branch)
    world.an_appeal(by=driver)
    browser = world.signed_in(driver)
    assert browser.post("/me/erasure/").status_code == 302
    assert erasing.erase_due(now=Erasure.objects.get().due_at) == {"erased": 0, "waiting": 1, "failed": 0}
    browser.post("/me/erasure/", {"undo": "1"})
    assert Erasure.objects.get().undone_at
    with pytest.raises(Refused):
        erasing.undo(driver, now=NOW)
    held = world.a_post(Role.CONTACT, branch)
    assert world.signed_in(held.person, held).post("/me/erasure/").status_code == 409


def test_whoever_waits_for_his_case_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    waits = world.a_driver(world.a_branch())
    world.an_appeal(by=waits)
    for person in (waits, world.a_person(), world.a_person()):
        erasing.ask(person, now=NOW)
    due = Erasure.objects.latest("due_at").due_at
    assert erasing.erase_due(now=due) == {"erased": 1, "waiting": 1, "failed": 0}
    assert erasing.erase_due(now=due) == {"erased": 1, "waiting": 1, "failed": 0}


def test_a_number_that_nobody_answered_for_does_not_stay() -> None:
    office, branch = world.a_post(Role.SECURITY_ADMIN, world.department()), world.a_branch()
    invitations.invite(
        "13912340077", name="周建平", organisation=branch, role=Role.CONTACT, from_date=NOW.date(), by=office.person,
        now=NOW,
    )  # fmt: skip
    days = invitations.VALID + datetime.timedelta(days=KEPT["invitations"].days)
    assert retention.sweep(now=NOW + days)["invitations"] == 0
    assert retention.sweep(now=NOW + days + datetime.timedelta(seconds=1))["invitations"] == 1


def test_what_is_past_its_time_goes_and_nothing_else() -> None:
    person, post = world.a_person(), world.a_secretary(world.a_branch())
    now = NOW + datetime.timedelta(days=5000)
    for age in (KEPT["readings"].days - 1, KEPT["readings"].days + 1):
        at = now - datetime.timedelta(days=age)
        note_reading(person, by=post.person, post=post, what=Kind.NAME, where="appeals.case:LZ-1", now=at)
    for age in (KEPT["jobs"].days - 1, KEPT["jobs"].days + 1):
        at = now - datetime.timedelta(days=age)
        JobRun.objects.create(name="x", started_at=at, finished_at=at)
    for age in (KEPT["uses"].days - 1, KEPT["uses"].days + 1):
        RecordUse.objects.create(person=person, date=(now - datetime.timedelta(days=age)).date(), records=1)
    counts = retention.sweep(now=now)
    assert (counts["readings"], counts["jobs"], counts["uses"]) == (1, 1, 1)
    assert (Reading.objects.count(), JobRun.objects.count(), RecordUse.objects.count()) == (1, 1, 1)
    assert min(kept.days for kept in KEPT.values()) >= 180
    assert sum(retention.sweep(now=now).values()) == 0


def test_his_data_is_read_in_words_with_no_key_left_raw() -> None:
    person, _contact, case = _canary(world.a_branch())
    page = world.signed_in(person).get("/me/data/").content.decode()
    for his in (case.number, "燕雀写的经过", "DD-CANARY-77"):
        assert his in page
    assert person.driver.licence in page
    for raw in ("filed_at", "is_sms_on", "since_date", "sha256"):
        assert raw not in page
