"""Posts: who holds which role where, from when until when. Guardian's grants follow from them, by one action."""

import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import events, permissions, roles, same_person
from portal.actions import handing_over, people, tokens
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, Post, Role, User


@transaction.atomic
def appoint(
    person: User,
    *,
    organisation: Organisation,
    role: str,
    from_date: datetime.date,
    by: User | None,
    now: datetime.datetime,
) -> Post:
    """Give a person a role at an organisation from a day.

    `by` is a security administrator of the line, never for himself; None is whoever runs the installation's own
    commands. System, security and audit administrator are three people.
    """
    office = _require_office(by, person, organisation, now)
    return begin(person, organisation=organisation, role=role, from_date=from_date, by=by, office=office, now=now)


@transaction.atomic
def begin(
    person: User,
    *,
    organisation: Organisation,
    role: str,
    from_date: datetime.date,
    by: User | None,
    office: Post | None,
    now: datetime.datetime,
) -> Post:
    """A person holds a post from a day: he was appointed, or accepted an invitation. `office` stands for it."""
    # one appointment of a person at a time: the rules below look at all his posts
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    # and none at an organisation that is being closed
    organisation = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)
    _refuse_appointment(person, organisation, role, from_date)
    post = Post.objects.create(person=person, organisation=organisation, role=role, from_date=from_date)
    facts = {"person": person.code, "organisation": organisation.code, "role": role, "from_date": from_date.isoformat()}
    events.record("portal.post_appointed", post, by=by, post=office, at=now, facts=facts)
    sync_grants(person, now=now)
    return post


@transaction.atomic
def end_post(
    post_id: int, *, last_date: datetime.date, by: User | None, now: datetime.datetime, to: Post | None = None
) -> Post:
    """End a post after its last day. With a last day that has passed it is closed at once, open sessions included.

    What it holds goes to the colleague `to`, or back to the organisation: at once, or in the night after the last day.

    One that began today and is closed at once is written down as if it had begun and ended the day before, so that it
    is in force on no day left; its events keep the true days.
    """
    post = _locked(post_id)
    office = _require_office(by, post.person, post.organisation, now)
    if post.until_date is not None and post.until_date < beijing_day(now):
        raise Refused(_("This post ended on %(day)s.") % {"day": post.until_date.isoformat()})
    yesterday = beijing_day(now) - datetime.timedelta(days=1)
    if last_date < min(post.from_date, yesterday):
        raise Refused(_("A post cannot end before it began (%(day)s).") % {"day": post.from_date.isoformat()})
    handing_over.require_heir(post, to, now)
    post.from_date, post.until_date, post.work_to = min(post.from_date, last_date), last_date, to
    post.save(update_fields=["from_date", "until_date", "work_to"])
    facts = {"until_date": last_date.isoformat()}
    events.record("portal.post_ended", post, by=by, post=office, at=now, facts=facts)
    sync_grants(post.person, now=now)
    if not post.is_live(beijing_day(now)):
        handing_over.hand_over(post, to=to, by=by, office=office, now=now)
    return post


@transaction.atomic
def set_leave(
    post_id: int,
    *,
    span: tuple[datetime.date, datetime.date | None] | None,
    deputy: Post | None,
    by: User | None,
    now: datetime.datetime,
) -> Post:
    """Write down a leave (first and last day; None: no leave any more) and who stands in meanwhile.

    The deputy holds a post of his own at the same organisation, or above it in its line, and is not on leave then.
    """
    post = _locked(post_id)
    office = _require_office(by, post.person, post.organisation, now)
    return write_leave(post.pk, span=span, deputy=deputy, by=by, office=office, now=now)


@transaction.atomic
def write_leave(
    post_id: int,
    *,
    span: tuple[datetime.date, datetime.date | None] | None,
    deputy: Post | None,
    by: User | None,
    office: Post | None,
    now: datetime.datetime,
) -> Post:
    """Write a leave on a post, for whoever may: an administrator, or `office` that confirmed what its holder asked."""
    post = _locked(post_id)
    first, last = span or (None, None)
    if first and last and last < first:
        raise Refused(_("The last day of leave comes before its first day."))
    if deputy is not None:
        refuse_deputy(post, deputy, first or beijing_day(now))
    before = post.deputy
    post.leave_from_date, post.leave_until_date, post.deputy = first, last, deputy
    post.save(update_fields=["leave_from_date", "leave_until_date", "deputy"])
    facts = {
        "from_date": first.isoformat() if first else None,
        "until_date": last.isoformat() if last else None,
        "deputy": deputy.code if deputy else None,
    }
    events.record("portal.leave_set", post, by=by, post=office, at=now, facts=facts)
    for stand_in in {p.person for p in (before, deputy) if p is not None}:
        sync_grants(stand_in, now=now)
    return post


@transaction.atomic
def choose(post_id: int | None, *, by: User, now: datetime.datetime) -> Post | None:
    """Take up one of one's own posts, laying down any other; None: act as oneself. The session remembers it."""
    if post_id is None:
        events.record("portal.post_laid_down", by, by=by, at=now)
        return None
    post = (
        Post.objects.filter(person=by)
        .live(beijing_day(now))
        .select_related("organisation__place", "person")
        .get(pk=post_id)
    )
    sync_grants(by, now=now)
    events.record("portal.post_taken_up", by, by=by, post=post, at=now)
    return post


@transaction.atomic
def reset_factor(person: User, *, organisation: Organisation, by: User, now: datetime.datetime) -> None:
    """Take away the second factors of a person who lost his, so that he enrols a new one; his sessions end with it."""
    office = _require_office(by, person, organisation, now)
    if office is not None and permissions.has_post_beyond(person, office, beijing_day(now)):
        raise Refused(
            _("This person holds a post in another line too: an administrator above both takes the factor away.")
        )
    count, _kinds = Authenticator.objects.filter(user=person).delete()
    if not count:
        raise Refused(_("This person has no second factor."))
    people.end_sessions(person)
    tokens.revoke_all(person, by=by, post=office, now=now)
    events.record("portal.factor_reset", person, by=by, post=office, at=now, facts={"count": count})


@transaction.atomic
def set_public(post_id: int, *, is_public: bool, by: User, now: datetime.datetime) -> Post:
    """The holder himself agrees, or no longer agrees, that drivers see his name and number in this post."""
    post = _locked(post_id)
    if post.person_id != by.pk:
        raise PermissionDenied(_("Only the holder of a post agrees to that."))
    if not post.is_live(beijing_day(now)):
        raise Refused(_("This post is not in force."))
    if post.is_public != is_public:
        post.is_public = is_public
        post.save(update_fields=["is_public"])
        events.record("portal.post_shown" if is_public else "portal.post_hidden", post, by=by, post=post, at=now)
    return post


def sync_grants(person: User, *, now: datetime.datetime) -> None:
    """Make the person's grants on organisations exactly what his posts in force today give, standing in included."""
    permissions.set_grants(person, permissions.wanted_grants(person, beijing_day(now)) if person.is_active else set())


def sync_all_grants(*, now: datetime.datetime) -> int:
    """The same for all who hold or held a post, as posts and leaves begin and end at midnight; then what lies with
    those who are gone is handed over. Returns how many people were looked at."""
    people = User.objects.filter(posts__isnull=False).distinct().order_by("pk")
    for person in people.iterator(500):
        with transaction.atomic():
            sync_grants(person, now=now)
    handing_over.hand_over_left(now=now)
    return people.count()


def _locked(post_id: int) -> Post:
    return (
        Post.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation__place", "person", "deputy__person")
        .get(pk=post_id)
    )


def _require_office(by: User | None, person: User, organisation: Organisation, now: datetime.datetime) -> Post | None:
    """The administrator's post he acts in. Nobody appoints, ends or excuses himself."""
    if by is None:
        return None
    office = permissions.require_post_administrator(by, organisation, beijing_day(now))
    if same_person.are_one(by.pk, person.pk):
        raise Refused(_("Your own posts are changed by another security administrator."))
    return office


def _refuse_appointment(person: User, organisation: Organisation, role: str, from_date: datetime.date) -> None:
    if not person.is_active:
        raise Refused(_("This account is switched off."))
    refuse_organisation(organisation, role)
    own = same_person.own_accounts(person.pk)
    held = Post.objects.filter(Q(until_date__isnull=True) | Q(until_date__gte=from_date), person__in=own)
    if held.filter(organisation=organisation, role=role).exists():
        raise Refused(_("This person already holds this post."))
    if Role(role) in roles.APART and held.filter(role__in=roles.APART - {Role(role)}).exists():
        raise Refused(_("System, security and audit administrator are three different people."))


def refuse_organisation(organisation: Organisation, role: str) -> None:
    """There is such a post at this kind of organisation, and the organisation still exists."""
    words = {"role": Role(role).label, "kind": organisation.get_kind_display(), "name": organisation.name}
    if not roles.is_possible(role, organisation.kind):
        raise Refused(_("%(role)s is no post of this kind of organisation: %(kind)s.") % words)
    if organisation.closed_at is not None or organisation.merged_into_id is not None:
        raise Refused(_("%(name)s is closed or has been merged.") % words)


def refuse_deputy(post: Post, deputy: Post, day: datetime.date) -> None:
    """Why this deputy cannot stand in from that day on."""
    if same_person.are_one(deputy.person_id, post.person_id):
        raise Refused(_("Nobody stands in for himself."))
    if not deputy.is_live(day) or deputy.is_on_leave(day):
        raise Refused(_("The deputy's own post is not in force then, or he is on leave too."))
    if not post.organisation.path.startswith(deputy.organisation.path):
        raise Refused(_("A deputy holds a post at the same organisation or above it."))
    if Role(deputy.role) in roles.APART and deputy.role != post.role:
        raise Refused(_("An administrator stands in for nobody but another of his kind."))
