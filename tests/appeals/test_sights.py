"""The sight table is what the legs say: read a second time here, in plain words, and compared after every move."""

import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from appeals import chain, permissions
from appeals.actions import driving, handling, overseeing, ticking
from appeals.models import Answer, Appeal, DutyPost, Hearing, Leg, Sight
from appeals.sights import OVERSEEING
from branches.models import EnterpriseOrganisation
from portal.calendar import beijing_day
from portal.models import Organisation, OrganisationKind, Post, Role
from tests import world
from tests.amount import often
from tests.appeals.test_permissions import NOW, a_cast, a_move, an_appeal

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
Key = tuple[str, int | None, int | None, int | None]


def epoch(moment: datetime.datetime) -> int:
    return int(moment.timestamp() + 0.5)


def desks(appeal: Appeal) -> dict[Key, bool]:
    """Before whom it lies, and whether it lies at that very desk."""
    legs = list(appeal.legs.order_by("number"))
    here = next((leg for leg in legs if leg.left_at is None), None)
    paths = {appeal.handling_path, *(leg.organisation_path for leg in legs)}
    codes = {code for path in paths for code in path.strip("/").split("/")}
    found: dict[Key, bool] = {
        ("line", one.pk, None, None): one.pk == appeal.handling_org_id
        for one in Organisation.objects.filter(code__in=codes)
    }
    meant = here.designated_id if here else None
    had = {leg.handler_id for leg in legs if leg.tier == chain.CONTACT}
    had |= {meant} if here and here.tier == chain.CONTACT else set()
    for post in Post.objects.filter(pk__in=had - {None}):
        his = appeal.handler_id == post.pk or (appeal.handler is None and here and meant in (post.pk, None))
        at_desk = appeal.tier == chain.CONTACT and appeal.handling_org_id == post.organisation_id
        found["own", None, post.pk, None] = bool(at_desk and his)
    if here and here.tier == chain.CONTACT and here.handler is None and meant is None:
        found["free", here.organisation_id, None, None] = appeal.tier == chain.CONTACT
    if appeal.is_urgent:
        found["duty", None, None, appeal.place_id] = True
    return found


def told(appeal: Appeal) -> dict[str, Any]:
    """What lists ask about it."""
    here = appeal.legs.filter(left_at=None).first()
    given = appeal.answers.order_by("-at", "-pk").first() if appeal.status == chain.ANSWERED else None
    owed = given if given and given.is_owed else None
    asked = Hearing.objects.filter(Q(appeal=appeal) | Q(cases__appeal=appeal), replied_at=None).order_by("-asked_at")
    reply = asked.first()
    clock = owed.carry_out_date if owed else None
    if appeal.status in (chain.WAITING, chain.IN_HAND):
        clock = appeal.due_date
    if appeal.status == chain.WAITING and appeal.is_urgent and appeal.due_at:
        turn = epoch(appeal.due_at) - 10**10
    elif appeal.status in (*chain.OPEN, chain.ANSWERED) and appeal.due_at:
        turn = epoch(owed.carry_out_at if owed and owed.carry_out_at else appeal.due_at)
    else:
        turn = 2 * 10**10 - epoch(appeal.closed_at or appeal.filed_at)
    return {
        "status": appeal.status, "tier": appeal.tier, "category": appeal.category, "city_id": appeal.place_id,
        "district_id": appeal.district_id, "company_id": appeal.respondent_at_event_id,
        "holder_id": appeal.handler_id or (here.designated_id if here else None), "is_urgent": appeal.is_urgent,
        "filed_at": appeal.filed_at, "entered_at": appeal.legs.order_by("-number").first().entered_at,
        "clock_date": clock, "reply_date": reply.due_date if reply else None, "turn": turn,
    }  # fmt: skip


def require_true() -> None:
    """Every row of the table says what is said here, and no row is missing or left over."""
    for appeal in Appeal.objects.all():
        rows = Sight.objects.filter(appeal=appeal)
        keyed = {(row.kind, row.organisation_id, row.post_id, row.place_id): row for row in rows}
        assert len(keyed) == len(rows)
        assert {key: row.is_here for key, row in keyed.items()} == desks(appeal)
        expected = told(appeal)
        for row in rows:
            assert {name: getattr(row, name) for name in expected} == expected


def seen_by_legs(post: Post, day: datetime.date) -> set[int]:
    """What a post sees, read from the legs themselves as the rule says it."""
    if not post.is_live(day) or not permissions.has_permission(post, permissions.HANDLE, day):
        return set()
    duties = DutyPost.objects.filter(post=post, from_at__date__lte=day, until_at__date__gte=day)
    sight = Q(is_urgent=True, place__in=duties.values("place")) & allowed(post.organisation)
    for held in (post, *permissions.stands_in_for(post, day)):
        sight |= of_post(held) & allowed(held.organisation)
    return set(permissions.unbarred_appeals(post.person, day).filter(sight).values_list("pk", flat=True))


def of_post(held: Post) -> Q:
    if held.role == Role.CONTACT:
        free = Q(organisation=held.organisation_id, designated=None, handler=None, left_at=None)
        his = Q(handler=held) | Q(designated=held, left_at=None) | free
        return Q(Exists(Leg.objects.filter(his, appeal=OuterRef("pk"), tier=chain.CONTACT)))
    if held.role not in OVERSEEING:
        return Q(pk__in=[])
    path = held.organisation.path
    line = Leg.objects.filter(appeal=OuterRef("pk"), organisation_path__startswith=path)
    return Q(handling_path__startswith=path) | Q(Exists(line))


def allowed(organisation: Organisation) -> Q:
    if organisation.kind != OrganisationKind.ENTERPRISE:
        return Q()
    company = EnterpriseOrganisation.objects.filter(organisation=organisation).values("company")
    return ~Q(respondent_at_event__in=company, wants_enterprise=False)


def test_after_every_move_of_any_cast_everybody_sees_what_the_legs_say(db: None) -> None:
    @settings(
        max_examples=often(15, 3), deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )  # fmt: skip
    @given(st.data())
    def run(data: st.DataObject) -> None:
        with transaction.atomic():
            cast = a_cast(data)
            plain = world.an_appeal(by=world.a_driver(cast.organisations["branch"]), now=NOW)
            appeals = [an_appeal(data, cast), plain]
            now = NOW
            for appeal in [*appeals, *appeals, appeals[0]]:
                require_true()
                for post in Post.objects.select_related("person", "organisation"):
                    seen = permissions.visible_appeals(post, beijing_day(now)).values_list("pk", flat=True)
                    # as lists: each case once
                    assert sorted(seen) == sorted(seen_by_legs(post, beijing_day(now)))
                now += datetime.timedelta(hours=data.draw(st.sampled_from([0, 1, 30, 200]), label="hours later"))
                a_move(data, cast, appeal, now)
            require_true()
            transaction.set_rollback(True)

    run()


def test_in_every_state() -> None:
    line = world.a_line()
    company = world.a_platform()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    for status in ("waiting", "in_hand", "asked", "answered", "closed", "transferred", "withdrawn"):
        world.an_appeal(status, by=driver, handler=line["contact"], about=company)
        require_true()
    assert {row.status for row in Sight.objects.all()} == set(chain.STATUSES)
    ticking.tick(now=world.NOW + 20 * DAY, most=50)
    require_true()


def test_a_promise_its_keeping_and_a_reopened_case() -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    handling.answer(
        appeal.pk, by=line["contact"], finding="upheld", reasons="属实。", remedy="退款。",
        carry_out_date=world.NOW.date() + 3 * DAY, now=world.NOW,
    )  # fmt: skip
    assert set(Sight.objects.values_list("clock_date", flat=True)) == {world.NOW.date() + 3 * DAY}
    require_true()
    Answer.objects.filter(appeal=appeal).update(carry_out_date=world.NOW.date() + 5 * DAY)
    require_true()
    handling.carry_out(appeal.pk, by=line["contact"], note="已退。", now=world.NOW)
    assert set(Sight.objects.values_list("clock_date", flat=True)) == {None}
    driving.accept(appeal.pk, by=driver, now=world.NOW)
    overseeing.reopen(appeal.pk, by=line["committee"], reason="有新证据。", now=world.NOW)
    require_true()


def test_a_question_to_the_company_and_its_reply() -> None:
    line = world.a_line()
    company = world.a_platform()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"], about=company)
    world.heard(appeal.pk, by=line["contact"], now=world.NOW)
    assert None not in Sight.objects.values_list("reply_date", flat=True)
    require_true()
    Hearing.objects.filter(appeal=appeal).update(replied_at=world.NOW)
    assert set(Sight.objects.values_list("reply_date", flat=True)) == {None}


def test_rewriting_paths_after_a_merge_moves_the_sight() -> None:
    """A merge rewrites the rows of the organisation that is no more: whose line they are in follows at once."""
    line = world.a_line()
    into = world.a_branch("CD", of_district=world.district("CD"))
    secretary = world.a_secretary(into)
    driver = world.a_driver(line["branch"], contact=line["contact"])
    appeal = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    assert not permissions.visible_appeals(secretary, world.NOW.date()).exists()
    Appeal.objects.filter(handling_org=line["branch"]).update(handling_org=into, handling_path=into.path)
    require_true()
    assert permissions.visible_appeals(secretary, world.NOW.date()).get() == appeal
    # whoever had it before still sees what he had; once the stays are rewritten too, the old line is empty
    assert permissions.visible_appeals(line["secretary"], world.NOW.date()).exists()
    Leg.objects.filter(appeal=appeal).update(organisation=into, organisation_path=into.path)
    require_true()
    assert not permissions.visible_appeals(line["secretary"], world.NOW.date()).exists()


def test_a_row_written_by_the_hundred_is_derived_at_once(django_assert_max_num_queries: Any) -> None:
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    one = world.an_appeal("in_hand", by=driver, handler=line["contact"])
    copies = [Appeal.objects.get(pk=one.pk) for _time in range(30)]
    legs = [one.legs.get() for _time in range(30)]
    for number, (appeal, leg) in enumerate(zip(copies, legs, strict=True)):
        appeal.pk, appeal.code, appeal.number = None, f"{number:016d}", f"LZ-COPY-{number}"
        leg.pk = None
    with django_assert_max_num_queries(2):
        Appeal.objects.bulk_create(copies)
        Leg.objects.bulk_create([_of(leg, appeal) for leg, appeal in zip(legs, copies, strict=True)])
    require_true()


def _of(leg: Leg, appeal: Appeal) -> Leg:
    leg.appeal = appeal
    return leg
