"""Group appeals, the keepers' side: made by a branch or committee; each driver is asked, one case leads."""

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals import chain, grouping, nameless, permissions
from appeals.actions import hearing, moving
from appeals.models import Appeal, Group, GroupMember
from portal import events
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import Post
from portal.wording import listed

State = GroupMember.State


@transaction.atomic
def make_group(key: str, *, by: Post, now: datetime.datetime) -> Group:
    """Tie the cases of a suggestion together: each driver is asked, nobody is in it before he said yes."""
    if not grouping.may_keep_groups(by, beijing_day(now)):
        raise PermissionDenied
    found = grouping.candidate_named(by, key, now)
    if found is None:
        raise Refused(_("Fewer than five drivers have this now, or somebody has made the group already."))
    cause = found.cause
    group = Group.objects.create(
        company=cause.company,
        rule_version=cause.rule_version,
        deduction_kind=cause.deduction_kind,
        first_date=found.first_date,
        organisation=by.organisation,
        path=by.organisation.path,
        made_by=by,
        made_at=now,
    )
    asked = _invite(group, by=by, now=now)
    version = cause.rule_version
    facts = {
        "company": cause.company.code,
        "rule_version": f"{version.rule.code}/{version.number}" if version else None,
        "deduction_kind": cause.deduction_kind or None,
        "asked": asked,
    }
    events.record("appeals.group_made", group, by=by.person, post=by, at=now, facts=facts)
    return group


def _held(group_id: int, post: Post, now: datetime.datetime) -> Group:
    if not grouping.visible_groups(post, beijing_day(now)).filter(pk=group_id).exists():
        raise PermissionDenied
    return Group.objects.for_update(group_id)


def _invite(group: Group, *, by: Post, now: datetime.datetime) -> int:
    """Ask the drivers of all fitting cases the post may see; in the order of their keys, as whoever locks many does."""
    rows = grouping.loose_cases(by, grouping.cause_of(group), now).exclude(group_members__group=group)
    filers = set(group.members.values_list("appeal__filer", flat=True))
    asked = 0
    for pk, filer in sorted(rows.values_list("pk", "filer")):
        if filer in filers:
            continue
        appeal = Appeal.objects.for_update(pk)
        if appeal.group_members.exists():
            continue  # somebody else's group asked him a moment ago
        GroupMember.objects.create(group=group, appeal=appeal, invited_at=now)
        moving.log(appeal, "group_invited", by=by.person, post=by, now=now, facts={"group": group.code})
        appeal.save(update_fields=["position", "moved_at"])
        asked += 1
    return asked


@transaction.atomic
def invite_more(group_id: int, *, by: Post, now: datetime.datetime) -> int:
    """Ask the drivers whose cases came after the group was made."""
    group = _held(group_id, by, now)
    asked = _invite(group, by=by, now=now)
    if not asked:
        raise Refused(_("There is nobody new to ask."))
    return asked


@transaction.atomic
def choose_lead(group_id: int, *, by: Post, case: str, now: datetime.datetime) -> Group:
    """The case that is looked into for all: of a driver who joined, seen by whoever chooses."""
    group = _held(group_id, by, now)
    member = grouping.seen_members(group, by, now).select_related("appeal").filter(appeal__code=case).first()
    if member is None or member.state != State.JOINED:
        raise Refused(_("Choose a case whose driver joined."))
    group.lead = member.appeal
    group.save(update_fields=["lead"])
    events.record("appeals.group_lead_chosen", group, by=by.person, post=by, at=now, facts={"case": member.appeal.code})
    return group


def require_for_others(lead: Appeal, text: str) -> None:
    """What goes to other drivers tells nothing of the one whose case leads."""
    found = nameless.found_in(text, hearing.known_of([lead]))
    if found:
        words = listed([kind for name, kind in nameless.WORDS.items() if name in found])
        raise Refused(_("Other drivers read this, so it may not tell: %(found)s. Rewrite it.") % {"found": words})


@transaction.atomic
def offer_answer(group_id: int, *, by: Post, reasons: str, now: datetime.datetime, remedy: str = "") -> int:
    """Offer the lead case's answer, in words fit for all, to everybody who joined and still waits; gives how many.

    Left out is whose handler's tie would bar him from that driver's case.
    """
    group = _held(group_id, by, now)
    given = group.lead.answers.select_related("by__person").order_by("-at", "-pk").first() if group.lead else None
    if given is None or group.lead is None or group.lead.status not in (chain.ANSWERED, chain.CLOSED):
        raise Refused(_("The lead case has no answer that stands."))
    if bool(remedy) != (given.carry_out_date is not None):
        raise Refused(_("The lead's answer promises something by a day, or nothing: say the same here."))
    require_for_others(group.lead, f"{reasons}\n{remedy}")
    waiting = group.members.filter(state=State.JOINED, appeal__status__in=chain.OPEN, appeal__is_urgent=False)
    offered = 0
    for member in waiting.exclude(appeal=group.lead).exclude(offered_answer=given).order_by("appeal_id"):
        appeal = Appeal.objects.for_update(member.appeal_id)
        if permissions.bar_reason(appeal, given.by.person, now):
            continue
        member.offered_answer, member.offered_at, member.is_taken, member.taken_at = given, now, None, None
        member.save(update_fields=["offered_answer", "offered_at", "is_taken", "taken_at"])
        facts = {"group": group.code, "answer": given.code, "finding": given.finding}
        words = {"reasons": reasons, "remedy": remedy}
        moving.log(appeal, "group_answer_offered", by=by.person, post=by, now=now, facts=facts, words=words)
        appeal.save(update_fields=["position", "moved_at"])
        offered += 1
    if not offered:
        raise Refused(_("Everybody who joined has an answer or has been offered this one."))
    return offered


@transaction.atomic
def ask_company(group_id: int, *, by: Post, question: str, about: hearing.About, now: datetime.datetime) -> Group:
    """One question to the company for all who joined; its one reply stands in each of their cases."""
    group = _held(group_id, by, now)
    if group.lead is None:
        raise Refused(_("Choose the lead case first."))
    if group.hearings.filter(silent_at=None).exists() or group.hearings.exclude(replied_at=None).exists():
        raise Refused(_("The company has been asked for this group; one reply goes to all."))
    appeal = Appeal.objects.for_update(group.lead.pk)
    if not appeal.is_open:
        raise Refused(str(chain.NOW_IT_IS[appeal.status]))
    hearing.propose(appeal, question, about, by=by, now=now, group=group)
    appeal.save(update_fields=["position", "moved_at"])
    return group


@transaction.atomic
def mark_change(group_id: int, *, by: Post, changed_date: datetime.date, now: datetime.datetime) -> Group:
    """Note the day from which the company does it differently: what came after is measured against what was before."""
    group = _held(group_id, by, now)
    if not group.first_date < changed_date <= beijing_day(now) + grouping.WINDOW:
        raise Refused(_("The change lies after the first case and at most 30 days ahead."))
    group.changed_date = changed_date
    group.save(update_fields=["changed_date"])
    facts = {"from": changed_date.isoformat()}
    events.record("appeals.group_change_marked", group, by=by.person, post=by, at=now, facts=facts)
    return group
