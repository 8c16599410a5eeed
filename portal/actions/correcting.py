"""A person says that something held about him is wrong; whoever keeps the record answers within some working days."""

import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import events, front, permissions
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import CalendarNotice, Correction, Post, User
from portal.permissions_corrections import before


@transaction.atomic
def ask(person: User, *, field: str, said: str, why: str, now: datetime.datetime) -> Correction:
    """Ask for one fact to be corrected: what it should be, and why. One request at a time for each fact."""
    if field not in front.correctable(person):
        raise Refused(_("The portal holds nothing of this kind about you."))
    held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    waiting = Correction.objects.filter(person=held, field=field, answered_at=None).first()
    if waiting:
        raise Refused(_("You have asked for this already. It is answered by %(day)s.") % {"day": waiting.due_date})
    due = CalendarNotice.objects.calendar().due(now, settings.CORRECTION_DAYS)
    asked = Correction.objects.create(
        person=held, field=field, said=f"{said.strip()}\n{why.strip()}", asked_at=now, due_date=due.due_date,
        due_at=due.due_at,
    )  # fmt: skip
    facts = {"correction": asked.code, "field": field, "due_date": due.due_date.isoformat()}
    events.record("portal.correction_asked", held, by=held, at=now, facts=facts)
    return asked


@transaction.atomic
def answer(
    correction_id: int, *, outcome: str, words: str, by: User, post: Post | None, now: datetime.datetime
) -> Correction:
    """Say that the record was changed, or why not. The change itself is made in the record, with its own history."""
    asked = Correction.objects.select_for_update(of=("self",)).select_related("person").get(pk=correction_id)
    if post is None or not permissions.may_act_in(by, post, beijing_day(now)):
        raise PermissionDenied
    if not before(post, now).filter(pk=asked.pk).exists():
        raise PermissionDenied
    if asked.answered_at is not None:
        raise Refused(_("This request has been answered already."))
    if outcome not in (Correction.Outcome.MADE, Correction.Outcome.DECLINED) or not words.strip():
        raise Refused(_("Say whether the record was changed, and why or why not."))
    asked.outcome, asked.answer, asked.answered_by, asked.answered_at = outcome, words.strip(), post, now
    asked.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])
    facts = {"correction": asked.code, "field": asked.field, "outcome": outcome}
    events.record("portal.correction_answered", asked.person, by=by, post=post, at=now, facts=facts)
    return asked
