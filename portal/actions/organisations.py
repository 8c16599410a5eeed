"""Founding, renaming and closing organisations; nothing that somebody still needs is left without one."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import codes, events, permissions
from portal.actions import handing_over
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Place, PlaceKind, Post, User

# companies come with their register, branches and enterprise organisations with the branches' own checklist
FOUNDED_HERE = (OrganisationKind.DEPARTMENT, OrganisationKind.COMMITTEE, OrganisationKind.HOME)


@transaction.atomic
def found(
    name: str,
    *,
    kind: str,
    short_name: str,
    place: Place,
    parent: Organisation | None,
    by: User,
    office: Post,
    now: datetime.datetime,
) -> Organisation:
    """Found a committee under the committee above it, a driver home under a city's committee, or a department."""
    _require_office(by, office, parent, now)
    if kind not in FOUNDED_HERE:
        raise Refused(_("Companies are registered, branches are founded by their committee: not here."))
    if parent is not None:
        # nothing is founded under what is being closed
        parent = _held(parent, by, office, now)
    _refuse_place(kind, place, parent)
    if Organisation.objects.live().filter(kind=kind, name=name).exists():
        raise Refused(_("There is an organisation of that kind and name already."))
    code = codes.new_code()
    path = f"{parent.path if parent else ''}{code}/"
    made = Organisation.objects.create(
        code=code, kind=kind, name=name, short_name=short_name, parent=parent, path=path, place=place,
        is_demo=by.is_demo,
    )  # fmt: skip
    facts = {"kind": kind, "place": place.code, "parent": parent.code if parent else None}
    events.record("portal.organisation_founded", made, by=by, post=office, at=now, facts=facts)
    return made


@transaction.atomic
def rename(
    organisation: Organisation, *, name: str, short_name: str, by: User, office: Post, now: datetime.datetime
) -> Organisation:
    """Another name; code, posts and history stay. The former names stand in the log."""
    held = _held(organisation, by, office, now)
    if Organisation.objects.live().filter(kind=held.kind, name=name).exclude(pk=held.pk).exists():
        raise Refused(_("There is an organisation of that kind and name already."))
    words = {"name": name, "short_name": short_name, "former_name": held.name}
    held.name, held.short_name = name, short_name
    held.save(update_fields=["name", "short_name"])
    events.record("portal.organisation_renamed", held, by=by, post=office, at=now, words=words)
    return held


@transaction.atomic
def close(organisation: Organisation, *, by: User, office: Post, now: datetime.datetime) -> Organisation:
    """Close an organisation where nobody holds a post, below which nothing is open, and with which no work lies."""
    held = _held(organisation, by, office, now)
    found = in_the_way(held, now)
    if found:
        raise Refused(_("It cannot be closed yet: %(found)s.") % {"found": "、".join(found)})
    held.closed_at = now
    held.save(update_fields=["closed_at"])
    events.record("portal.organisation_closed", held, by=by, post=office, at=now)
    return held


def in_the_way(organisation: Organisation, now: datetime.datetime) -> list[str]:
    """What has to be settled before it can be closed, in words with counts."""
    day = beijing_day(now)
    posts = Post.objects.filter(organisation=organisation).filter(Q(until_date__isnull=True) | Q(until_date__gte=day))
    below = Organisation.objects.live().filter(parent=organisation)
    counted = [
        (_("Posts in force"), posts.count()),
        (_("Organisations below it"), below.count()),
        (_("Open invitations"), organisation.invitations.open(now).count()),
        *((work.word, work.count) for work in handing_over.work_of(organisation, now)),
    ]
    return [f"{word} {count}" for word, count in counted if count]


def _held(organisation: Organisation, by: User, office: Post, now: datetime.datetime) -> Organisation:
    _require_office(by, office, organisation, now)
    held = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)
    if held.closed_at is not None or held.merged_into_id is not None:
        raise Refused(_("It is closed or has been merged already."))
    return held


def _require_office(by: User, office: Post, organisation: Organisation | None, now: datetime.datetime) -> None:
    """A system or security administrator in whose reach it lies; what stands at the top is the province's."""
    day = beijing_day(now)
    reach = permissions.kept_organisations(office, day)
    is_top = office.organisation.place.kind == PlaceKind.PROVINCE
    inside = reach.filter(pk=organisation.pk).exists() if organisation else is_top and reach.exists()
    if not permissions.may_act_in(by, office, day) or not inside:
        raise PermissionDenied(_("Only an administrator of this line does this."))


def _refuse_place(kind: str, place: Place, parent: Organisation | None) -> None:
    if kind == OrganisationKind.COMMITTEE and (parent is None or parent.kind != OrganisationKind.COMMITTEE):
        raise Refused(_("A committee stands under the committee above it."))
    if kind == OrganisationKind.HOME and parent is not None and parent.kind != OrganisationKind.COMMITTEE:
        raise Refused(_("A driver home stands under a committee, or by itself."))
    if kind == OrganisationKind.DEPARTMENT and parent is not None and parent.kind != OrganisationKind.DEPARTMENT:
        raise Refused(_("A department stands under the department above it, or by itself."))
    if kind == OrganisationKind.COMMITTEE and place.kind == PlaceKind.DISTRICT:
        raise Refused(_("A committee belongs to a city."))
    above = parent.place if parent else None
    if above is not None and above.kind != PlaceKind.PROVINCE and place.city != above.city:
        # what an office may see and keep follows from its place: nobody founds himself one elsewhere
        raise Refused(_("It belongs to the place of what it stands under."))
    one = Organisation.objects.live().filter(kind=kind, place=place)
    if kind in (OrganisationKind.COMMITTEE, OrganisationKind.DEPARTMENT) and one.exists():
        raise Refused(_("This place has one already."))
