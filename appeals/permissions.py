"""Who may see and who may act. An appeal one may not see does not exist: not in lists, counts, search or exports."""

import datetime
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from appeals import chain
from appeals.models import Appeal, Bar, DutyPost, Identity, Sight
from appeals.models.appeal import AppealQuerySet
from appeals.reads import Reads, kin_of
from appeals.sights import Lens, Sightline, any_sight, duty_of, lenses_of_all
from branches.models import EnterpriseOrganisation
from platforms.models import Tie
from portal.calendar import beijing_day
from portal.events import subject_of
from portal.models import Event, Organisation, OrganisationKind, Place, Post, Role, User
from portal.permissions import has_permission
from portal.roles import HANDLE, UNSEAL
from portal.same_person import own_accounts


def tied_organisations(person: User, day: datetime.date) -> set[int]:
    """Organisations whose cases a person must not touch: where he or a relative is employed, leads or holds a post."""
    return _tied(kin_of({person.pk})[person.pk], day)


def _tied(people: Iterable[int], day: datetime.date) -> set[int]:
    ties = Tie.objects.live(day).filter(person__in=people).values_list("company_id", flat=True)
    posts = Post.objects.live(day).filter(person__in=people).values_list("organisation_id", flat=True)
    return set(ties.union(posts))


def barred_people(appeal: Appeal, person_ids: Iterable[int], reads: Reads) -> dict[int, str]:
    """Who of these must not touch the appeal, and why: `named`, `challenged`, `filer`, `kin` or `tied`."""
    asked = set(person_ids)
    bars = {bar.person_id: bar.reason for bar in appeal.bars.all()} if asked else {}
    shunned = {person for person, reason in bars.items() if reason == "named"} | {appeal.filer_id}
    tied = reads.tied_to(appeal.respondent_at_event_id) if asked and appeal.respondent_at_event_id else set()
    reasons: dict[int, str] = {}
    own = reads.accounts(asked)
    for person, kin in reads.kin(asked).items():
        barred = own[person] & bars.keys()
        if barred:
            reasons[person] = bars[person if person in barred else min(barred)]
        elif appeal.filer_id in own[person]:
            reasons[person] = "filer"
        elif kin & shunned:
            reasons[person] = "kin"
        elif kin & tied:
            reasons[person] = "tied"
    return reasons


def bar_reason(appeal: Appeal, person: User, now: datetime.datetime) -> str | None:
    """Why this person must not touch the appeal; None when he may."""
    return barred_people(appeal, [person.pk], Reads(now)).get(person.pk)


def is_own_enterprise(appeal: Appeal, organisation: Organisation) -> bool:
    """The respondent's own enterprise party organisation, which is barred unless the driver chose it."""
    return (
        organisation.kind == OrganisationKind.ENTERPRISE
        and not appeal.wants_enterprise
        and EnterpriseOrganisation.objects.filter(
            organisation=organisation, company=appeal.respondent_at_event_id
        ).exists()
    )


@dataclass(frozen=True)
class Shunned:
    """What keeps a person from cases today: himself and his relatives, the organisations they are tied to, bars."""

    people: frozenset[int]
    tied: frozenset[int]
    bars: QuerySet[Bar]

    def appeals(self) -> AppealQuerySet:
        rows = Appeal.objects.exclude(filer__in=self.people).exclude(pk__in=self.bars.values("appeal"))
        return rows.exclude(respondent_at_event__in=self.tied) if self.tied else rows

    def sights(self) -> QuerySet[Sight]:
        """The few cases kept from him are read first: the database misjudges every question that looks them up itself,
        and a page asks a dozen."""
        filed = Appeal.objects.filter(filer__in=self.people).values_list("pk", flat=True)
        kept = list(filed.union(self.bars.values_list("appeal", flat=True)))
        rows = Sight.objects.exclude(appeal__in=kept) if kept else Sight.objects.all()
        return rows.exclude(company__in=self.tied) if self.tied else rows


def shunned_by(person: User, day: datetime.date) -> Shunned:
    """Whoever is named or challenged, filed it, is a relative of one of these or is tied to the respondent."""
    people = kin_of({person.pk})[person.pk]
    bars = Bar.objects.filter(Q(person__in=own_accounts(person.pk)) | Q(person__in=people, reason="named"))
    return Shunned(frozenset(people), frozenset(_tied(people, day)), bars)


def unbarred_appeals(person: User, day: datetime.date) -> AppealQuerySet:
    """The appeals from which no bar, kinship or tie keeps this person; what he may see of them his post says."""
    return shunned_by(person, day).appeals()


def sealed_appeals(post: Post | None, day: datetime.date) -> AppealQuerySet:
    """The sealed appeals of a custodian's line: their number, tier and dates are all he sees of them."""
    if post is None or not post.is_live(day) or not has_permission(post, UNSEAL, day):
        return Appeal.objects.none()
    line = unbarred_appeals(post.person, day).filter(handling_path__startswith=post.organisation.path)
    return line.filter(identity=Identity.SEALED)


def stands_in_for(post: Post, day: datetime.date) -> list[Post]:
    """The posts whose holder is on leave that day and names this one as deputy."""
    named = post.deputises.live(day).select_related("organisation")
    return [absent for absent in named if absent.is_on_leave(day)]


def lenses(post: Post | None, day: datetime.date) -> list[Lens]:
    """By what the holder of a post has cases before him: his post, those he stands in for, his duty of the day."""
    if post is None or not post.is_live(day) or not has_permission(post, HANDLE, day):
        return []
    places = [duty.place_id for duty in duties_of(post, day)]
    return lenses_of_all([post, *stands_in_for(post, day)], duty_of(post.organisation, places))


def duties_of(post: Post, day: datetime.date) -> list[DutyPost]:
    """The duties for urgent appeals that a post has some time that day."""
    return list(DutyPost.objects.filter(post=post, from_at__date__lte=day, until_at__date__gte=day))


def visible_appeals(post: Post | None, day: datetime.date) -> AppealQuerySet:
    """The appeals the holder of this post may see; with no post, none (drivers use `Appeal.objects.of`)."""
    seen = lenses(post, day)
    if post is None or not seen:
        return Appeal.objects.none()
    return unbarred_appeals(post.person, day).filter(Exists(any_sight(seen).filter(appeal=OuterRef("pk"))))


def sightline(post: Post, seen: list[Lens], day: datetime.date) -> Sightline:
    """What a post has before it through some lenses, for lists: counted in the narrow table, found in their order."""
    if not seen:
        return Sightline([], Appeal.objects.none(), Sight.objects.none())
    shunned = shunned_by(post.person, day)
    return Sightline(seen, shunned.appeals(), shunned.sights())


def who_may_act(appeal: Appeal, organisation: Organisation, tier: int, reads: Reads) -> list[Post]:
    """Posts of an organisation that may act on the appeal at a tier today: present, or the deputy of one on leave.

    Nobody barred is among them, nobody of the respondent's own enterprise organisation, and nobody who had it in hand
    at a tier below.
    """
    acting = reads.present(organisation, tier)
    if not acting or is_own_enterprise(appeal, organisation):
        return []
    excluded = set(barred_people(appeal, {post.person_id for post in acting}, reads))
    if tier > chain.CONTACT:
        below = [leg for leg in appeal.legs.all() if leg.tier < tier]
        had = {leg.handler.person_id for leg in below if leg.handler}
        had |= {person for leg in below for person in leg.handed_on_by}
        excluded = excluded.union(had, *reads.accounts(had).values())
    return [post for post in acting if post.person_id not in excluded]


def who_may_act_now(appeal: Appeal, reads: Reads) -> list[Post]:
    """Those who may act where the appeal now is; at tier 1 only the contact it is meant for or taken by, or his deputy.

    Empty when that contact left or is barred, though colleagues are there: then the portal brings it to them.
    """
    acting = who_may_act(appeal, appeal.handling_org, appeal.tier, reads)
    leg = max(appeal.legs.all(), key=lambda leg: leg.number, default=None)
    if appeal.tier != chain.CONTACT or leg is None:
        return acting
    return _meant([appeal.handler, leg.designated], acting, reads)


def _meant(responsible: Iterable[Post | None], acting: list[Post], reads: Reads) -> list[Post]:
    """Of those who act at a contact's desk, the ones a case is meant for: himself or his deputy; with nobody, all."""
    named = [post for post in responsible if post]
    meant = {post.pk for post in named} | {post.deputy_id for post in named if post.is_on_leave(reads.day)}
    return [post for post in acting if not named or post.pk in meant]


def on_duty_in(city: Place, now: datetime.datetime) -> list[Post]:
    """Posts on duty now for a city's urgent appeals; one that has ended or is on leave answers for nothing."""
    duties = DutyPost.objects.filter(place=city, from_at__lte=now, until_at__gt=now).values("post")
    rows = Post.objects.present(beijing_day(now)).filter(pk__in=duties)
    return list(rows.select_related("person", "organisation"))


def on_duty(appeal: Appeal, now: datetime.datetime) -> list[Post]:
    """Those of them who may act on this urgent appeal: nobody barred."""
    day = beijing_day(now)
    posts = on_duty_in(appeal.place.city, now)
    barred = barred_people(appeal, {post.person_id for post in posts}, Reads(now))
    return [
        post
        for post in posts
        if post.person_id not in barred
        and has_permission(post, HANDLE, day)
        and not is_own_enterprise(appeal, post.organisation)
    ]


def may_handle(post: Post | None, appeal: Appeal, now: datetime.datetime) -> bool:
    """May this post make a handler's move on the appeal at the tier where it now is?"""
    day = beijing_day(now)
    if post is None or not post.is_live(day) or not has_permission(post, HANDLE, day):
        return False
    if is_own_enterprise(appeal, post.organisation):
        return False
    if appeal.is_urgent and post.pk in {duty.pk for duty in on_duty(appeal, now)}:
        return True
    return post.pk in {acting.pk for acting in who_may_act_now(appeal, Reads(now))}


def might_handle_then(post: Post | None, appeal: Appeal, seen: int, now: datetime.datetime) -> bool:
    """Would this post be a handler had the appeal stayed where it was when his page was loaded?

    To him, and to nobody else, it is said that it moved on; whoever is barred by now learns nothing either way.
    """
    at = Event.objects.filter(subject=subject_of(appeal), position=seen).values_list("at", flat=True).first()
    if at is None:
        return False
    legs = [leg for leg in appeal.legs.select_related("organisation") if leg.entered_at <= at]
    if post is None or not legs or not has_permission(post, HANDLE, beijing_day(now)):
        return False
    leg, reads = legs[-1], Reads(now)
    acting = who_may_act(appeal, leg.organisation, leg.tier, reads)
    if leg.tier == chain.CONTACT:
        was_taken = leg.taken_at is not None and leg.taken_at <= at
        acting = _meant([leg.handler if was_taken else None, leg.designated], acting, reads)
    return post.pk in {one.pk for one in acting}


def require_handler(post: Post | None, appeal: Appeal, now: datetime.datetime) -> Post:
    if post is None or not may_handle(post, appeal, now):
        raise PermissionDenied
    return post


def require_filer(person: User, appeal: Appeal) -> None:
    if appeal.filer_id != person.pk:
        raise PermissionDenied


def may_oversee(post: Post | None, appeal: Appeal, now: datetime.datetime) -> bool:
    """The committee of the line: alarms, reopening."""
    day = beijing_day(now)
    return (
        post is not None
        and post.is_live(day)
        and post.role == Role.COMMITTEE_STAFF
        and visible_appeals(post, day).filter(pk=appeal.pk).exists()
    )


def may_see_watch(post: Post | None, appeal: Appeal, now: datetime.datetime) -> bool:
    """How the driver fared after filing: for himself, the handler or who stands in for him, and the committee."""
    if post is None or not post.is_live(beijing_day(now)):
        return False
    is_handlers = post.pk == appeal.handler_id and bar_reason(appeal, post.person, now) is None
    return is_handlers or may_handle(post, appeal, now) or may_oversee(post, appeal, now)


def require_overseer(post: Post | None, appeal: Appeal, now: datetime.datetime) -> Post:
    if post is None or not may_oversee(post, appeal, now):
        raise PermissionDenied
    return post


def moves_for_post(post: Post | None, appeal: Appeal, now: datetime.datetime) -> list[str]:
    """The moves a page may offer the holder of this post; the action checks again."""
    moves: list[str] = []
    if may_handle(post, appeal, now):
        moves += chain.moves_for(chain.Actor.HANDLER, appeal.status, appeal.tier, was_returned=appeal.was_returned)
    if may_oversee(post, appeal, now):
        moves += chain.moves_for(chain.Actor.OVERSEER, appeal.status, appeal.tier)
    return moves


def moves_for_filer(person: User, appeal: Appeal) -> list[str]:
    if appeal.filer_id != person.pk:
        return []
    return chain.moves_for(
        chain.Actor.DRIVER, appeal.status, appeal.tier, was_challenged=appeal.challenged_at is not None
    )


def is_unsealed_for(appeal: Appeal, person: User, now: datetime.datetime) -> bool:
    return appeal.unsealings.filter(for_person=person, is_agreed=True, until_at__gt=now).exists()


def shown_name(appeal: Appeal) -> str:
    """What staff pages call the driver: 周** , or the pseudonym's number for a sealed appeal."""
    if appeal.identity == "sealed":
        return f"{appeal.pseudonym:03d}"
    return appeal.filer.masked_name


def require_secret(appeal: Appeal, secret: str) -> None:
    """The receipt's secret stands for the driver where nothing private is shown."""
    if not hmac.compare_digest(appeal.secret.encode(), secret.strip().upper().encode()):
        raise PermissionDenied
