"""Marking two accounts as one person's: one security administrator proposes, another one decides; undone likewise."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import events, permissions, roles, same_person
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, Post, SamePersonProposal, User


@transaction.atomic
def propose(account: User, *, same_as: User, is_undo: bool, by: User, now: datetime.datetime) -> SamePersonProposal:
    """Propose that an account belongs to the person of another one, or does so no longer.

    Nothing changes yet. The pointer gives neither account anything of the other's; what bars one will bar the other.
    """
    held = _lock(account, same_as)
    office = _require_office(by, held, now)
    _refuse_pair(*held, is_undo=is_undo)
    if SamePersonProposal.objects.filter(Q(account__in=held) | Q(same_as__in=held), decided_at=None).exists():
        raise Refused(_("A proposal about one of these accounts already waits for a second administrator."))
    made = SamePersonProposal.objects.create(
        account=held[0], same_as=held[1], is_undo=is_undo, proposed_by=office, proposed_at=now
    )
    facts = {"same_as": same_as.code, "is_undo": is_undo}
    events.record("portal.same_person_proposed", account, by=by, post=office, at=now, facts=facts)
    return made


@transaction.atomic
def decide(proposal_id: int, *, is_agreed: bool, by: User, now: datetime.datetime) -> SamePersonProposal:
    """The second administrator agrees or not: another person than the first, and neither of the two in question."""
    rows = SamePersonProposal.objects.select_for_update(of=("self",)).select_related("proposed_by")
    asked = rows.get(pk=proposal_id)
    account, same_as = _lock(asked.account, asked.same_as)
    office = _require_office(by, (account, same_as), now)
    if asked.decided_at is not None:
        raise Refused(_("This has been decided already."))
    if same_person.are_one(by.pk, asked.proposed_by.person_id):
        raise Refused(_("A second administrator has to decide: not the one who proposed it."))
    if is_agreed:
        _refuse_pair(account, same_as, is_undo=asked.is_undo)
        account.same_person_as = None if asked.is_undo else same_as
        account.save(update_fields=["same_person_as"])
    asked.decided_by, asked.decided_at, asked.is_agreed = office, now, is_agreed
    asked.save(update_fields=["decided_by", "decided_at", "is_agreed"])
    facts = {"same_as": same_as.code, "proposed_by": asked.proposed_by.code}
    kind = "portal.same_person_refused"
    if is_agreed:
        kind = "portal.same_person_undone" if asked.is_undo else "portal.same_person_set"
    events.record(kind, account, by=by, post=office, at=now, facts=facts)
    return asked


def _lock(account: User, same_as: User) -> tuple[User, User]:
    """Both accounts, always in the same order: two administrators may propose them the other way round."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=(account.pk, same_as.pk)).order_by("pk")
    held = {row.pk: row for row in rows}
    return held[account.pk], held[same_as.pk]


def _require_office(by: User, accounts: tuple[User, User], now: datetime.datetime) -> Post:
    """A security administrator in whose reach every organisation lies where one of the two holds a post."""
    day = beijing_day(now)
    posts = Post.objects.filter(person__in=accounts).filter(Q(until_date__isnull=True) | Q(until_date__gte=day))
    touched = Organisation.objects.filter(posts__in=posts)
    offices = permissions.posts_giving(by, roles.ADMINISTER_SECURITY, day)
    office = next((one for one in offices if _reaches(one, touched, day)), None)
    if office is None:
        raise PermissionDenied(_("Only a security administrator of this line does this."))
    if {by.pk, *same_person.own_accounts(by.pk)} & {account.pk for account in accounts}:
        raise Refused(_("Your own accounts are matched by other administrators."))
    return office


def _reaches(office: Post, touched: "Organisation.objects", day: datetime.date) -> bool:  # type: ignore[valid-type]
    reach = permissions.administered_organisations(office, day)
    return not touched.exclude(pk__in=reach.values("pk")).exists()  # type: ignore[attr-defined]


def _refuse_pair(account: User, same_as: User, *, is_undo: bool) -> None:
    if account.pk == same_as.pk:
        raise Refused(_("These are one and the same account."))
    if is_undo:
        if account.same_person_as_id != same_as.pk:
            raise Refused(_("These two accounts are not marked as one person's."))
        return
    if account.same_person_as_id or account.other_accounts.exists() or same_as.same_person_as_id:
        raise Refused(
            _("One of these accounts is marked already. Undo that first, or choose the account it points to.")
        )
