"""A handler's post ends, or he is away with nobody to stand in: what he holds goes to a colleague or to the desk."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appeals import chain, permissions, promises
from appeals.actions import driving, moving, ticking
from appeals.models import Answer, Appeal, DutyPost, Leg
from appeals.reads import Reads
from portal import events
from portal.calendar import beijing_day
from portal.front import HandOver, OpenWork
from portal.models import Organisation, Post
from portal.permissions import has_permission
from portal.roles import HANDLE


def _in_hand(post: Post) -> QuerySet[Appeal]:
    return Appeal.objects.filter(handler=post, status__in=(chain.IN_HAND, chain.ASKED))


def _meant(post: Post) -> QuerySet[Appeal]:
    stays = Leg.objects.filter(left_at=None, designated=post)
    return Appeal.objects.filter(status=chain.WAITING, pk__in=stays.values("appeal"))


def _owed(over: HandOver) -> QuerySet[Answer]:
    owed = promises.conditions(beijing_day(over.now))[promises.OPEN]
    return Answer.objects.filter(owed, appeal__handler=over.post, carry_out_date__isnull=False)


def _duties(over: HandOver) -> QuerySet[DutyPost]:
    rows = DutyPost.objects.filter(post=over.post, until_at__gt=over.now)
    return rows.filter(from_at__lte=over.now) if over.is_leave else rows


def open_work(over: HandOver) -> list[OpenWork]:
    """Cases in hand, cases meant for him, promises he has to see kept (those wait for one who is away), duties."""
    return [
        OpenWork(_("Appeals in hand"), _in_hand(over.post).count()),
        OpenWork(_("Appeals meant for this post"), _meant(over.post).count()),
        OpenWork(_("Promises to be carried out"), 0 if over.is_leave else _owed(over).count()),
        OpenWork(_("Turns on duty for urgent appeals"), _duties(over).count()),
    ]


def organisation_work(organisation: Organisation) -> list[OpenWork]:
    """Open cases at an organisation's desk, and promises it gave."""
    here = Appeal.objects.filter(handling_org=organisation)
    answered = here.filter(status=chain.ANSWERED)
    return [
        OpenWork(_("Open appeals at its desk"), here.open().count()),
        OpenWork(_("Answered appeals that are not closed"), answered.count()),
    ]


@transaction.atomic
def hand_over(over: HandOver) -> int:
    """Hand over one post's cases and duties. Every answer clock runs on; a case that lies at the desk again is to be
    taken anew, within the days its tier has for that. Returns how many changed hands."""
    cases = [*_ids(_in_hand(over.post)), *_ids(_meant(over.post))]
    owed = [] if over.is_leave else list(_owed(over).values_list("appeal_id", flat=True))
    duties = list(_duties(over))
    for appeal_id in cases:
        _pass_on(appeal_id, over)
    for appeal_id in owed:
        _pass_promise_on(appeal_id, over)
    for duty in duties:
        _pass_duty_on(duty, over)
    return len(cases) + len(owed) + len(duties)


def _ids(rows: QuerySet[Appeal]) -> Iterable[int]:
    return rows.order_by("pk").values_list("pk", flat=True)


def _heir(appeal: Appeal, over: HandOver) -> Post | None:
    """The colleague, if he may act on this case: nobody barred gets one with another's work."""
    acting = permissions.who_may_act(appeal, appeal.handling_org, appeal.tier, Reads(over.now))
    return next((post for post in acting if over.to and post.pk == over.to.pk), None)


def _pass_on(appeal_id: int, over: HandOver) -> None:
    appeal = Appeal.objects.for_update(appeal_id)
    if not _is_still_his(appeal, over.post):
        return
    leg = moving.current_leg(appeal)
    heir, was_in_hand = _heir(appeal, over), appeal.status != chain.WAITING
    if was_in_hand:
        leg.handed_on_by = [*leg.handed_on_by, over.post.person_id]
    leg.designated, leg.assigned_at = heir, over.now if heir else None
    if was_in_hand and heir:
        leg.handler = appeal.handler = heir
    elif was_in_hand:
        _lay_down(appeal, leg, over)
    leg.save()
    facts = {
        "tier": appeal.tier, "from": over.post.code, "to": heir.code if heir else None, "in_hand": was_in_hand,
        "due": appeal.due_date.isoformat() if appeal.due_date else None,
    }  # fmt: skip
    moving.log(appeal, "handed_over", by=over.by, post=over.office, now=over.now, facts=facts)
    appeal.save()
    ticking.rescue(appeal.code, now=over.now)


def _is_still_his(appeal: Appeal, post: Post) -> bool:
    """The case was looked up before it was held: answered, withdrawn or given away meanwhile, it stays so."""
    if appeal.status == chain.WAITING:
        return moving.current_leg(appeal).designated_id == post.pk
    return appeal.status in (chain.IN_HAND, chain.ASKED) and appeal.handler_id == post.pk


def _lay_down(appeal: Appeal, leg: Leg, over: HandOver) -> None:
    """Nobody has it in hand any more: it waits at the same desk to be taken, and the answer clock runs on."""
    if appeal.status == chain.ASKED:
        driving.resume(appeal, over.now)
        leg.refresh_from_db(fields=["answer_due_date", "answer_due_at", "is_provisional", "rested_from"])
    take = moving.work_calendar().due(over.now, leg.take_days)
    leg.handler, leg.taken_at = None, None
    leg.take_due_date, leg.take_due_at = take.due_date, take.due_at
    if appeal.is_urgent:
        moving.hurry(leg, over.now)
    appeal.status, appeal.handler = chain.WAITING, None
    moving.set_due(appeal, leg)


def _pass_promise_on(appeal_id: int, over: HandOver) -> None:
    """A promise that is still owed: the colleague sees it carried out, or whoever acts at that desk."""
    appeal = Appeal.objects.for_update(appeal_id)
    heir = _heir(appeal, over)
    leg = max(appeal.legs.all(), key=lambda one: one.number)
    leg.designated = heir
    leg.save(update_fields=["designated"])
    appeal.handler = heir
    facts = {"tier": appeal.tier, "from": over.post.code, "to": heir.code if heir else None, "in_hand": False}
    moving.log(appeal, "handed_over", by=over.by, post=over.office, now=over.now, facts=facts)
    appeal.save()


def _pass_duty_on(duty: DutyPost, over: HandOver) -> None:
    """The colleague takes the turn where he may handle cases; else nobody is on duty then, and the pages say so."""
    heir = over.to if over.to and has_permission(over.to, HANDLE, beijing_day(over.now)) else None
    from_at, until_at, place = max(duty.from_at, over.now), duty.until_at, duty.place
    if duty.from_at < over.now:
        duty.until_at = over.now
        duty.save(update_fields=["until_at"])
    else:
        duty.delete()
    if heir:
        DutyPost.objects.create(place=place, post=heir, from_at=from_at, until_at=until_at)
    facts = {
        "place": place.code, "from": over.post.code, "to": heir.code if heir else None,
        "from_at": from_at.isoformat(), "until_at": until_at.isoformat(),
    }  # fmt: skip
    events.record(
        "appeals.duty_handed_over", over.post.organisation, by=over.by, post=over.office, at=over.now, facts=facts
    )
