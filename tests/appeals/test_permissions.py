"""Who sees an appeal and who may act on it, for casts nobody thought of: posts, leaves, ties and kin at random.

What bars a person is worked out here a second time, from the cast and in plain words, and compared.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from appeals import permissions
from appeals.actions import driving, filing, handling, ticking
from appeals.models import Appeal, Category, Identity, RespondentKind
from appeals.reads import Reads
from platforms.models import Kinship, Tie
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, Post, Role, User
from tests import world
from tests.amount import often
from tests.world import at

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02 09:00")
PEOPLE = 6
DESKS = [
    (Role.CONTACT, "branch"), (Role.CONTACT, "branch"), (Role.SECRETARY, "branch"), (Role.DEPUTY_SECRETARY, "branch"),
    (Role.CONTACT, "enterprise"), (Role.SECRETARY, "enterprise"), (Role.ENTERPRISE_STAFF, "enterprise"),
    (Role.COMMITTEE_STAFF, "city"), (Role.COMMITTEE_STAFF, "province"), (Role.COMMITTEE_STAFF, "elsewhere"),
    (Role.SECRETARY, "other branch"), (Role.LIAISON, "company"), (Role.CUSTODIAN, "city"), (Role.AUDITOR, "city"),
]  # fmt: skip
person = st.integers(0, PEOPLE - 1)


@dataclass
class Cast:
    """Everybody, and what stands between them and the appeal, written down beside the database."""

    organisations: dict[str, Organisation]
    people: list[User]
    posts: list[Post] = field(default_factory=list)
    kin: set[frozenset[int]] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    challenged: set[int] = field(default_factory=set)

    def is_kin(self, one: int, others: set[int]) -> bool:
        return any(frozenset((one, other)) in self.kin for other in others)

    def must_not(self, one: User, appeal: Appeal) -> bool:
        """In plain words: named, challenged, the driver, tied to the respondent, or a relative of one of these."""
        in_it = {post.person_id for post in self.posts if post.organisation_id == appeal.respondent_at_event_id}
        tied = in_it | (self.tied if appeal.respondent_at_event == self.organisations["company"] else set())
        shunned = self.named | {appeal.filer_id} | tied
        return one.pk in shunned | self.challenged or self.is_kin(one.pk, shunned)


def a_cast(data: st.DataObject) -> Cast:
    branch, company = world.a_branch(), world.a_platform()
    cast = Cast(
        {
            "branch": branch, "company": company, "enterprise": world.an_enterprise(company),
            "city": world.committee(), "province": world.province_committee(), "elsewhere": world.committee("CD"),
            "other branch": world.a_branch("LZ", of_district=world.district("CD")),
        },
        [world.a_person() for _time in range(PEOPLE)],
    )  # fmt: skip
    for role, where in data.draw(st.lists(st.sampled_from(DESKS), min_size=3, max_size=9), label="posts"):
        holder = cast.people[data.draw(person, label=f"{role} {where}")]
        if not Post.objects.filter(person=holder, organisation=cast.organisations[where], role=role).exists():
            cast.posts.append(world.a_post(role, cast.organisations[where], holder))
    for post in list(cast.posts):
        if data.draw(st.integers(0, 3), label="on leave") == 0:
            others = [one for one in cast.posts if one.person_id != post.person_id]
            fit = [one for one in others if post.organisation.path.startswith(one.organisation.path)]
            deputy = data.draw(st.sampled_from([None, *fit]), label="deputy")
            away = deputy is not None and Post.objects.get(pk=deputy.pk).is_on_leave(NOW.date())
            world.leave(post, None if away else deputy)
    for one, other in data.draw(st.lists(st.tuples(person, person), max_size=2), label="kin"):
        if one != other and frozenset((cast.people[one].pk, cast.people[other].pk)) not in cast.kin:
            Kinship.objects.create(person=cast.people[one], relative=cast.people[other])
            cast.kin.add(frozenset((cast.people[one].pk, cast.people[other].pk)))
    for one in data.draw(st.sets(person, max_size=2), label="tied"):
        Tie.objects.create(person=cast.people[one], company=company, kind="staff", from_date=world.LONG_AGO)
        cast.tied.add(cast.people[one].pk)
    return cast


def an_appeal(data: st.DataObject, cast: Cast) -> Appeal:
    contacts = [post for post in cast.posts if post.role == Role.CONTACT]
    own = data.draw(st.sampled_from([None, *contacts]), label="own contact")
    driver = world.a_driver(cast.organisations["branch"], contact=own)
    if data.draw(st.booleans(), label="the driver is one of them"):
        record, driver = driver.driver, cast.people[0]
        record.person = driver
        record.save()
    kind = data.draw(st.sampled_from(["company", "branch", "city", "contact", "nobody"]), label="about")
    fields: dict[str, Any] = {"category": Category.SAFETY}
    if kind in ("company", "branch", "city"):
        kinds = {"company": RespondentKind.COMPANY, "branch": RespondentKind.BRANCH, "city": RespondentKind.COMMITTEE}
        fields |= {"about": cast.organisations[kind], "respondent_kind": kinds[kind]}
    elif kind == "contact":
        named = cast.people[data.draw(person, label="named")]
        fields |= {"person_about": named, "respondent_kind": RespondentKind.CONTACT}
        cast.named.add(named.pk)
    fields["skips_contact"] = data.draw(st.booleans(), label="skips the contact")
    fields["wants_enterprise"] = data.draw(st.booleans(), label="wants the enterprise")
    fields["is_urgent"] = data.draw(st.integers(0, 4), label="urgent") == 0
    fields["identity"] = data.draw(st.sampled_from(Identity.values), label="identity")
    duty = data.draw(st.sampled_from([None, *cast.posts]), label="on duty")
    if duty:
        world.on_duty(duty)
    return filing.file(world.a_filing(**fields), by=User.objects.get(pk=driver.pk), now=NOW)


def agree(cast: Cast, appeal: Appeal, now: datetime.datetime) -> None:
    """What must hold of everybody at any moment."""
    appeal = Appeal.objects.get(pk=appeal.pk)
    day = beijing_day(now)
    acting = {post.pk for post in permissions.who_may_act_now(appeal, Reads(now))}
    handlers = set()
    for post in Post.objects.select_related("person", "organisation"):
        sees = permissions.visible_appeals(post, day).filter(pk=appeal.pk).exists()
        handles = permissions.may_handle(post, appeal, now)
        if handles:
            handlers.add(post.pk)
        if cast.must_not(post.person, appeal):
            assert not sees, f"{post} of a barred person sees it"
            assert not handles, f"{post} of a barred person may act"
            assert permissions.moves_for_post(post, appeal, now) == []
            assert permissions.bar_reason(appeal, post.person, now) is not None
        else:
            assert permissions.bar_reason(appeal, post.person, now) is None
        assert sees or not handles, f"{post} may act on what it cannot see"
        assert sees or permissions.moves_for_post(post, appeal, now) == []
        if not handles:
            with pytest.raises(PermissionDenied):
                permissions.require_handler(post, appeal, now)
    on_duty = {post.pk for post in permissions.on_duty(appeal, now)} if appeal.is_urgent else set()
    assert handlers - on_duty <= acting
    assert acting <= handlers, "somebody counts as able to act and may not"


def a_move(data: st.DataObject, cast: Cast, appeal: Appeal, now: datetime.datetime) -> None:
    """One thing that happens to a case: its handlers, its driver, the clock, the hourly check."""
    appeal = Appeal.objects.get(pk=appeal.pk)
    posts = Post.objects.select_related("person", "organisation").order_by("pk")
    able = [post for post in posts if permissions.may_handle(post, appeal, now)]
    what = data.draw(st.sampled_from(["handler", "handler", "driver", "clock", "check"]), label="then")
    values = {
        "take": {},
        "ask": {"question": "有吗？"},
        "escalate": {"reason": "往上。"},
        "return_down": {"reason": "往下。"},
        "mark_urgent": {"reason": "急。"},
        "answer": {"finding": "not_upheld", "reasons": "没有。"},
        "challenge": {"reason": "换人。"},
        "reply": {"words": "有。"},
        "go_on": {"reason": "不服。"},
    }
    if what == "clock":
        ticking.tick(now=now, most=10)
    elif what == "check":
        for code in ticking.without_anyone(now=now):
            ticking.rescue(code, now=now)
        at_desk = {post.pk for post in able} - {post.pk for post in permissions.on_duty(appeal, now)}
        assert not at_desk or appeal.code not in ticking.without_anyone(now=now)
    elif what == "driver":
        moves = [move for move in permissions.moves_for_filer(appeal.filer, appeal) if move in values]
        if moves:
            _try(data, driving, moves, appeal, appeal.filer, values, now)
            cast.challenged.update(appeal.bars.filter(reason="challenged").values_list("person", flat=True))
    elif able:
        post = data.draw(st.sampled_from(able), label="handler")
        moves = [move for move in permissions.moves_for_post(post, appeal, now) if move in values]
        if moves:
            _try(data, handling, moves, appeal, post, values, now)


def _try(data: Any, module: Any, moves: list[str], appeal: Appeal, by: Any, values: Any, now: Any) -> None:
    move = data.draw(st.sampled_from(moves), label="move")
    event(move)
    try:
        getattr(module, move)(appeal.pk, by=by, now=now, **values[move])
    except Refused:
        event(f"{move} refused")


def test_no_barred_person_sees_or_handles_and_whoever_may_act_may(db: None) -> None:
    # not shrunk: each example fills the database with people, and the draws say who they are
    @settings(
        max_examples=often(15, 4),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        with transaction.atomic():
            cast = a_cast(data)
            appeal = an_appeal(data, cast)
            now = NOW
            agree(cast, appeal, now)
            for _step in range(data.draw(st.integers(0, 4), label="moves")):
                now += datetime.timedelta(hours=data.draw(st.sampled_from([0, 1, 30, 200]), label="hours later"))
                a_move(data, cast, appeal, now)
                agree(cast, appeal, now)
            transaction.set_rollback(True)

    run()
