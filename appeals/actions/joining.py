"""Group appeals, the driver's side: he joins by consent, leaves when he likes, takes the lead's answer or waits."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, permissions
from appeals.actions import moving
from appeals.actions.handling import wait_for_driver
from appeals.models import Answer, Appeal, Group, GroupMember, Hearing, HearingCase
from portal import events
from portal.calendar import beijing_day, end_of
from portal.errors import Refused
from portal.models import Event, User

State = GroupMember.State


def _own(member_id: int, person: User) -> tuple[GroupMember, Appeal]:
    appeal = Appeal.objects.for_update(GroupMember.objects.values_list("appeal_id", flat=True).get(pk=member_id))
    permissions.require_filer(person, appeal)
    return GroupMember.objects.select_related("group").get(pk=member_id), appeal


@transaction.atomic
def join(member_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Join by consent. The case keeps its handler, clocks and answer; what the company said to all is his too."""
    member, appeal = _own(member_id, by)
    if member.state != State.INVITED:
        raise Refused(_("You have decided about this already."))
    if not appeal.is_open and appeal.status != chain.ANSWERED:
        raise Refused(_("This case is over, so there is nothing to join with it."))
    _decide(member, State.JOINED, now)
    for asked in Hearing.objects.filter(group=member.group).exclude(appeal=appeal):
        HearingCase.objects.get_or_create(hearing=asked, appeal=appeal)
    moving.log(appeal, "group_joined", by=by, now=now, facts={"group": member.group.code})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


def _decide(member: GroupMember, state: str, now: datetime.datetime) -> None:
    member.state, member.decided_at = state, now
    member.save(update_fields=["state", "decided_at"])


@transaction.atomic
def decline(member_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Go on alone; nothing changes."""
    member, appeal = _own(member_id, by)
    if member.state != State.INVITED:
        raise Refused(_("You have decided about this already."))
    _decide(member, State.DECLINED, now)
    moving.log(appeal, "group_declined", by=by, now=now, facts={"group": member.group.code})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


@transaction.atomic
def leave(member_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Leave at any time, without a reason. A group whose lead leaves has none until one is chosen again."""
    member, appeal = _own(member_id, by)
    if member.state != State.JOINED:
        raise Refused(_("You are not in this group."))
    member.state, member.left_at = State.OPTED_OUT, now
    member.save(update_fields=["state", "left_at"])
    Group.objects.filter(pk=member.group_id, lead=appeal).update(lead=None)
    # what the company has not said yet it does not say to him any more
    HearingCase.objects.filter(appeal=appeal, hearing__group=member.group_id, hearing__replied_at=None).delete()
    moving.log(appeal, "group_left", by=by, now=now, facts={"group": member.group.code})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal


@transaction.atomic
def take_answer(member_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Take the lead case's answer: the case is answered with it, and its own days to go on or accept begin now."""
    member, appeal = _own(member_id, by)
    offered = _offered(member)
    if not appeal.is_open:
        raise Refused(str(chain.NOW_IT_IS[appeal.status]))
    if appeal.is_urgent:
        raise Refused(_("This case is urgent; whoever has it answers it himself."))
    leg = moving.current_leg(appeal)
    promised = own_promise(offered, now)
    texts = offered_texts(appeal)
    event = moving.log(
        appeal,
        "group_answer_taken",
        by=by,
        now=now,
        facts={
            "group": member.group.code,
            "answer": offered.code,
            "tier": appeal.tier,
            "finding": offered.finding,
            "carry_out": promised.isoformat() if promised else None,
        },
        words={name: texts[name] for name in ("reasons", "remedy") if name in texts},
    )
    # who answered for all counts as who handled it here: he is not the one to judge it above
    if leg.handler and leg.handler != offered.by:
        leg.handed_on_by = [*leg.handed_on_by, leg.handler.person_id]
    leg.handler = offered.by
    leg.save(update_fields=["handler", "handed_on_by"])
    moving.leave(leg, "answered", now)
    given = Answer.objects.create(
        appeal=appeal,
        leg=leg,
        event=event,
        by=offered.by,
        finding=offered.finding,
        at=now,
        carry_out_date=promised,
        carry_out_at=end_of(promised) if promised else None,
    )
    appeal.status, appeal.handler = chain.ANSWERED, offered.by
    wait_for_driver(appeal, given, now)
    appeal.save()
    member.is_taken, member.taken_at = True, now
    member.save(update_fields=["is_taken", "taken_at"])
    return appeal


def _offered(member: GroupMember) -> Answer:
    if member.state != State.JOINED or member.offered_answer_id is None or member.is_taken is not None:
        raise Refused(_("There is no answer on offer for you to decide about."))
    return Answer.objects.select_related("by").get(pk=member.offered_answer_id)


def offered_texts(appeal: Appeal) -> dict[str, str]:
    """The answer on offer in the words meant for all, as they stand in this case's log."""
    offers = Event.objects.filter(subject=events.subject_of(appeal), kind="appeals.group_answer_offered")
    newest = offers.prefetch_related("texts").order_by("-position").first()
    return {text.name: text.text for text in newest.texts.all() if text.text} if newest else {}


def own_promise(offered: Answer, now: datetime.datetime) -> datetime.date | None:
    """The day promised to the lead while it lies ahead; after that as many days as the lead was given."""
    if offered.carry_out_date is None or offered.carry_out_date > beijing_day(now):
        return offered.carry_out_date
    return beijing_day(now) + max(offered.carry_out_date - beijing_day(offered.at), datetime.timedelta(days=1))


@transaction.atomic
def keep_own(member_id: int, *, by: User, now: datetime.datetime) -> Appeal:
    """Decline the lead case's answer: his own case goes on to his own."""
    member, appeal = _own(member_id, by)
    _offered(member)
    member.is_taken, member.taken_at = False, now
    member.save(update_fields=["is_taken", "taken_at"])
    moving.log(appeal, "group_answer_kept", by=by, now=now, facts={"group": member.group.code})
    appeal.save(update_fields=["position", "moved_at"])
    return appeal
