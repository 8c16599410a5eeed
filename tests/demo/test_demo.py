"""The demonstration as a whole: loaded once, in order, with nothing stranded, told of as what it is."""

import datetime
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import connections
from django.db.models import Count, F

from appeals import giveaways, readings, sampling
from appeals.actions import publishing, ticking
from appeals.models import (
    Answer,
    Appeal,
    Group,
    Hearing,
    Leg,
    Paraphrase,
    PublishedAnswer,
    Publishing,
    QualityDraw,
    QualityReading,
)
from branches.models import Pair, Responsibility, contact_for
from demo import grouped, loading
from drivers.models import Driver
from platforms.models import Company, RuleVersion
from portal import ledger, sign_in
from portal.models import Delivery, Event, JobRun, Organisation, OrganisationKind, Place, Post, Role, User
from tests import world
from tests.demo.ground import forget_the_world

NUMBER = 50
COMPANIES = ("蜀程出行", "锦驾租赁")
NOW = datetime.datetime(2026, 11, 23, 15, 30, tzinfo=world.BEIJING)


@pytest.fixture(scope="module")
def demo(template: str, django_db_setup: None, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """The demonstration, with fewer appeals, in an installation of its own: committees exist only once."""
    with django_db_blocker.unblock():
        for alias in ("default", "owner"):
            connections[alias].close()
        with loading.transaction.atomic():
            forget_the_world()
            assert loading.load(now=NOW, number=NUMBER, parts=1)
            yield
            loading.transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("demo")


def test_it_has_the_sizes_of_a_pilot() -> None:
    kinds = Counter(Organisation.objects.values_list("kind", flat=True))
    assert kinds[OrganisationKind.COMMITTEE] == 5
    assert (kinds[OrganisationKind.PLATFORM], kinds[OrganisationKind.LEASING]) == (12, 6)
    assert kinds[OrganisationKind.BRANCH] + kinds[OrganisationKind.ENTERPRISE] == 30
    assert kinds[OrganisationKind.HOME] == 4
    assert Driver.objects.count() == 5_000
    assert Post.objects.filter(role=Role.CONTACT, until_date=None).count() == 60
    assert Appeal.objects.count() == NUMBER + grouped.CASES


def test_everything_in_it_says_that_it_is_invented() -> None:
    assert not Organisation.objects.filter(is_demo=False).exists()
    assert not Driver.objects.filter(is_demo=False).exists()
    assert not User.objects.filter(is_demo=False).exists()
    assert not Appeal.objects.filter(is_demo=False).exists()


def test_every_driver_has_the_branch_of_his_district_and_few_have_a_contact() -> None:
    live = Responsibility.objects.live(NOW.date())
    assert live.count() == Place.objects.filter(parent__in=Place.objects.open_on(NOW.date())).count() == 44
    responsible = dict(live.values_list("district", "branch"))
    wrong = [d for d in Driver.objects.only("place_id", "branch_id") if responsible[d.place_id] != d.branch_id]
    assert wrong == []
    assert not Driver.objects.exclude(branch_path=F("branch__path")).exists()
    assert 50 < Pair.objects.live(NOW.date()).count() < 200
    weights = Counter(Driver.objects.values_list("place__parent__letters", flat=True))
    assert weights["CD"] > 3_000
    assert min(weights.values()) > 200


def test_a_licence_and_a_number_are_there_once() -> None:
    assert Driver.objects.aggregate(n=Count("phone_hash", distinct=True))["n"] == 5_000
    assert Driver.objects.aggregate(n=Count("licence_hash", distinct=True))["n"] == 5_000


def test_each_platform_went_through_two_to_seven_versions_without_a_gap() -> None:
    for company in Company.objects.platforms():
        versions = list(RuleVersion.objects.filter(rule__company=company).order_by("number"))
        assert 2 <= len(versions) <= 7
        for earlier, later in pairwise(versions):
            assert earlier.until_date == later.from_date - datetime.timedelta(days=1)
        assert versions[-1].until_date is None
    assert RuleVersion.objects.filter(rule__company__organisation__name="蜀程出行").count() == 7


def test_there_is_a_sign_in_for_every_role_and_a_driver_comes_first() -> None:
    people = sign_in.demo_people()
    assert [person.name for _words, person in people[:3]] == ["周建平", "王建国", "李秀兰"]
    roles = {post.role for _words, _person, post in sign_in.demo_posts() if post}
    assert roles == set(Role)
    apart = Post.objects.filter(role__in=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN), until_date=None)
    assert apart.values("person").distinct().count() == 3


def test_the_known_driver_has_his_contact_his_companies_and_two_cases() -> None:
    driver = Driver.objects.get(person__name="周建平", person__posts=None)
    who = contact_for(driver, NOW.date())
    assert who.to_call is not None
    assert (who.to_call.person.name, who.branch.name) == ("王建国", "江阳第二流动党支部")  # type: ignore[union-attr]
    assert driver.place.name == "江阳区"
    current = driver.engagements.on_day(NOW.date()).values_list("company__name", flat=True)
    assert set(current) == {"蜀程出行", "锦驾租赁"}
    dispatch, deposit = Appeal.objects.filter(driver=driver).order_by("filed_at")
    assert (dispatch.tier, dispatch.status, dispatch.due_date) == (2, "in_hand", datetime.date(2026, 11, 25))
    assert dispatch.rule_version is not None
    assert dispatch.rule_version.number == 7
    assert (deposit.tier, deposit.status) == (1, "asked")


def test_appeals_stand_in_all_states_and_nothing_is_stranded_or_overdue() -> None:
    states = set(Appeal.objects.values_list("status", flat=True))
    assert {"waiting", "in_hand", "asked", "answered", "closed", "transferred"} <= states
    assert not Appeal.objects.ticking(NOW).exists()
    assert ticking.without_anyone(now=NOW) == []
    assert not Hearing.objects.filter(replied_at=None, silent_at=None, due_at__lte=NOW).exists()
    assert Answer.objects.filter(rating__isnull=False).exists()
    assert set(Leg.objects.values_list("tier", flat=True)) == {1, 2, 3}


def test_the_logs_are_real_chains_in_the_order_in_which_things_happened() -> None:
    subject = f"appeals.appeal:{Appeal.objects.filter(status='closed').order_by('pk')[0].code}"
    links = list(Event.objects.filter(subject=subject).select_related("by", "post").order_by("position"))
    assert [link.position for link in links] == list(range(1, len(links) + 1))
    assert [link.at for link in links] == sorted(link.at for link in links)
    previous = ledger.first_previous(subject)
    for link in links:
        told = {
            "subject": subject,
            "position": link.position,
            "kind": link.kind,
            "by": link.by.code if link.by else None,
            "post": link.post.code if link.post else None,
            "at": ledger.microseconds(link.at),
            "facts": link.facts,
            "words": link.commitments,
            "previous": previous,
        }
        assert (link.previous, link.hash) == (previous, ledger.link_hash(told))
        previous = link.hash


def test_nothing_happens_after_now_and_nobody_is_told_of_what_is_long_past() -> None:
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert Delivery.objects.filter(event__at__gte=NOW - loading.TOLD_SINCE).exists()
    long_past = Delivery.objects.filter(event__at__lt=NOW - loading.TOLD_SINCE, event__kind__startswith="appeals.")
    assert not long_past.exists()


def test_loading_again_changes_nothing() -> None:
    before = (Event.objects.count(), Driver.objects.count(), JobRun.objects.count(), Delivery.objects.count())
    assert not loading.load(now=NOW + datetime.timedelta(days=1), number=NUMBER, parts=1)
    after = (Event.objects.count(), Driver.objects.count(), JobRun.objects.count(), Delivery.objects.count())
    assert after == before


def test_some_answers_are_told_anew_and_give_nobody_away() -> None:
    out = PublishedAnswer.objects.filter(state=Publishing.RELEASED)
    assert out.count() >= 2
    for row in PublishedAnswer.objects.select_related("appeal__filer", "appeal__driver"):
        text = f"{row.asked}{row.answered}{row.done}"
        assert giveaways.found_in(text, publishing.known_of(row.appeal), COMPANIES) == []
        assert row.released_by is None or row.released_by.person_id != row.proposed_by.person_id


def test_closed_cases_were_drawn_and_read_by_somebody_uninvolved() -> None:
    assert QualityReading.objects.filter(read_at__isnull=False).exists()
    for row in QualityReading.objects.filter(read_at__isnull=False).select_related("appeal", "reader"):
        assert row.reader.person_id not in readings.involved_people(row.appeal)
    for draw in QualityDraw.objects.all():
        again = sampling.drawn(draw.seed, draw.pool)
        assert sorted(again) == sorted(draw.readings.values_list("appeal__code", flat=True))


def test_a_group_appeal_stands_at_every_turn() -> None:
    group = Group.objects.get()
    states = Counter(group.members.values_list("state", flat=True))
    assert (states["joined"], states["declined"], states["opted_out"]) == (grouped.CASES - 2, 1, 1)
    taken = Counter(group.members.values_list("is_taken", flat=True))
    assert (taken[True], taken[False]) == (2, 1)
    assert group.lead is not None
    assert group.hearings.get().cases.count() == grouped.CASES - 3
    assert Paraphrase.objects.filter(released_at__isnull=False, by__role=Role.CONTACT).exists()
