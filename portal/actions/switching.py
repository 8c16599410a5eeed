"""Switching an account off and on again."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, permissions, same_person
from portal.actions import handing_over, people, posts, tokens
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post, User


@transaction.atomic
def switch_off(person: User, *, post: Post, reason: str, by: User, now: datetime.datetime) -> None:
    """Nobody gets in by this account any more, from its next request on: pages, programs, everything.

    A security administrator does it with a reason, never to himself. `post` is one of the person's; all that are in
    force lie in his reach, since one account serves them all. What they hold goes back to their organisations.
    """
    office, held = _require_office(person, post, reason, by, now)
    if not held.is_active:
        raise Refused(_("This account is switched off."))
    held.is_active = False
    held.save(update_fields=["is_active"])
    people.end_sessions(held)
    tokens.revoke_all(held, by=by, post=office, now=now)
    posts.sync_grants(held, now=now)
    events.record("portal.person_switched_off", held, by=by, post=office, at=now, words={"reason": reason})
    for own in Post.objects.filter(person=held).select_related("person", "organisation").order_by("pk"):
        handing_over.hand_over(own, to=None, by=by, office=office, now=now)


@transaction.atomic
def switch_on(person: User, *, post: Post, reason: str, by: User, now: datetime.datetime) -> None:
    """The account is used again; its posts that are still in force count again, what was handed over stays so."""
    office, held = _require_office(person, post, reason, by, now)
    if held.is_active:
        raise Refused(_("This account is not switched off."))
    held.is_active = True
    held.save(update_fields=["is_active"])
    posts.sync_grants(held, now=now)
    events.record("portal.person_switched_on", held, by=by, post=office, at=now, words={"reason": reason})


def _require_office(person: User, post: Post, reason: str, by: User, now: datetime.datetime) -> tuple[Post, User]:
    day = beijing_day(now)
    office = permissions.require_post_administrator(by, post.organisation, day)
    if post.person_id != person.pk:
        raise PermissionDenied
    if same_person.are_one(by.pk, person.pk):
        raise Refused(_("Your own account is switched by another security administrator."))
    if permissions.has_post_beyond(person, office, day):
        raise Refused(
            _("This person holds a post in another line too: an administrator above both switches the account.")
        )
    if not reason.strip():
        raise Refused(_("Say why: the reason stays in the log."))
    return office, User.objects.select_for_update(no_key=True).get(pk=person.pk)
