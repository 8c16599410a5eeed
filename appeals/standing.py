"""How a case stands, in the words a driver reads: who has it, by when, what happens otherwise, what he can do."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from appeals import chain, outside, permissions, routing
from appeals.models import Answer, Appeal, Leg
from appeals.reads import Reads
from portal.calendar import WorkCalendar, beijing_day, calendar_days
from portal.models import CalendarNotice, OrganisationKind, Place, Post, User
from portal.wording import Due, day_date, driver_date, due_state, hours_left, urgent_due

OVER = (chain.CLOSED, chain.TRANSFERRED)


@dataclass(frozen=True)
class Standing:
    """What the hand-over box and the chain above it say."""

    who: str
    doing: str
    post: str = ""
    due: Due | None = None
    until: str = ""
    late: str = ""
    tier: int = chain.CONTACT
    second: str = "branch"
    is_done: bool = False
    has_chain: bool = True
    passed_over: list[int] = field(default_factory=list)


def work_calendar() -> WorkCalendar:
    return CalendarNotice.objects.calendar()


def due_of(appeal: Appeal, now: datetime.datetime, calendar: WorkCalendar) -> Due | None:
    """The one clock that counts now: colour, dial and words."""
    today = beijing_day(now)
    if appeal.due_date is None or appeal.due_at is None:
        return Due("done", _("Closed"), _("Closed")) if appeal.status == chain.CLOSED and not appeal.breaches else None
    if appeal.status == chain.ASKED:
        return due_state(appeal.due_date, today=today, resting=True)
    if appeal.is_urgent and appeal.status == chain.WAITING:
        return urgent_due(appeal.due_at, now=now)
    if appeal.status in (chain.WAITING, chain.IN_HAND):
        left = calendar.working_days_left(today, appeal.due_date)
        return due_state(appeal.due_date, today=today, days_left=left, provisional=appeal.is_provisional)
    return due_state(appeal.due_date, today=today, clock=appeal.due_kind)


def title_of(appeal: Appeal) -> str:
    """The title, or what stands in its place once the words were erased."""
    return appeal.title or _("Words erased")


def state_words(appeal: Appeal) -> str:
    """One word or two for lists: what is the case now."""
    if appeal.status == chain.ANSWERED and appeal.accepted_at:
        return _("waiting to be carried out")
    return {
        chain.WAITING: _("waiting to be taken"),
        chain.IN_HAND: _("in hand"),
        chain.ASKED: _("waiting for your answer"),
        chain.ANSWERED: _("waiting for you to go on or accept"),
        chain.CLOSED: _("closed"),
        chain.WITHDRAWN: _("withdrawn by you, can be taken up again"),
        chain.TRANSFERRED: _("passed to another body"),
    }[appeal.status]


def post_words(post: Post) -> str:
    """江阳第二流动党支部 · 书记: the organisation and what he is there."""
    return post.words


def legs_of(appeal: Appeal) -> list[Leg]:
    related = ("handler__person", "handler__organisation", "designated__person", "organisation")
    return list(appeal.legs.select_related(*related).order_by("number"))


def of(appeal: Appeal, now: datetime.datetime, legs: list[Leg] | None = None) -> Standing:
    """The whole standing of a case, for its own page."""
    legs = legs if legs is not None else legs_of(appeal)
    calendar = work_calendar()
    leg = legs[-1]
    who, doing, post = _holder(appeal, leg)
    visited = {one.tier for one in legs}
    second = any(one.tier == chain.BRANCH and one.organisation.kind == OrganisationKind.ENTERPRISE for one in legs)
    return Standing(
        who=who,
        doing=doing,
        post=post,
        due=due_of(appeal, now, calendar),
        until=until_words(appeal, leg, now),
        late=late_words(appeal, now),
        tier=appeal.tier,
        second="enterprise" if second or (appeal.wants_enterprise and appeal.tier < chain.BRANCH) else "branch",
        is_done=appeal.status in (chain.ANSWERED, *OVER),
        has_chain=appeal.status != chain.WITHDRAWN and not was_dropped(appeal),
        passed_over=[tier for tier in range(chain.CONTACT, appeal.tier) if tier not in visited],
    )


def was_dropped(appeal: Appeal) -> bool:
    """Closed because it was withdrawn and not taken up again."""
    return appeal.status == chain.CLOSED and bool(appeal.withdrawn_from)


def _holder(appeal: Appeal, leg: Leg) -> tuple[str, str, str]:
    """Who has it, what he is doing, and as what."""
    if appeal.status == chain.WITHDRAWN:
        return "", _("You withdrew it"), ""
    if was_dropped(appeal):
        return "", _("You withdrew it; it was closed after 15 days"), ""
    if appeal.status == chain.TRANSFERRED:
        body = outside.BODIES[appeal.transferred_to]
        return str(body.name), _(" has it now"), _("Phone %(phone)s") % {"phone": body.phone}
    handler = appeal.handler or leg.handler
    if appeal.status == chain.WAITING or handler is None:
        return leg.organisation.short_name, _(" has it, nobody has taken it yet"), _meant_for(leg)
    doing = {
        chain.IN_HAND: _(" is working on it"),
        chain.ASKED: _(" is waiting for your answer"),
        chain.ANSWERED: _(" has to see it carried out") if appeal.accepted_at else _(" has answered"),
        chain.CLOSED: _(" handled it; it is closed"),
    }[appeal.status]
    return handler.person.name, doing, post_words(handler)


def _is_meant(leg: Leg) -> bool:
    return leg.designated_id is not None and leg.tier == chain.CONTACT


def _meant_for(leg: Leg) -> str:
    """Whom it waits for, where that is the driver's contact; at an office it is whoever takes it that counts."""
    post = leg.designated
    if post is None or leg.tier != chain.CONTACT:
        return ""
    if leg.assigned_at:
        return _("Meant for %(name)s, a contact of the branch") % {"name": post.person.name} if post.is_public else ""
    if post.is_public:
        return _("Meant for %(name)s, your contact") % {"name": post.person.name}
    return _("Meant for your contact")


def until_words(appeal: Appeal, leg: Leg | None, now: datetime.datetime) -> str:
    """By when, in words: 11月25日 周三 24:00 前答复."""
    if appeal.due_date is None or appeal.due_at is None:
        return ""
    today = beijing_day(now)
    date = driver_date(appeal.due_date, today=today, provisional=appeal.is_provisional)
    match appeal.due_kind:
        case "take" if appeal.is_urgent:
            return _("to be taken within two hours")
        case "take":
            words = _("to be taken %(date)s") % {"date": date}
            if leg is None or leg.answer_due_date <= appeal.due_date:
                return words
            answer = driver_date(leg.answer_due_date, today=today, provisional=leg.is_provisional)
            return _("%(taken)s, answered %(date)s") % {"taken": words, "date": answer}
        case "answer":
            return _("to be answered %(date)s") % {"date": date}
        case "rest":
            return _("answer %(date)s") % {"date": date}
        case "window":
            return _("you can go on %(date)s") % {"date": date}
        case "come_back":
            return _("you can take it up again %(date)s") % {"date": date}
        case "carry_out":
            return _("to be carried out %(date)s") % {"date": date}
    return ""


def late_words(appeal: Appeal, now: datetime.datetime) -> str:
    """What happens if nothing happens by then."""
    if appeal.status in (chain.WAITING, chain.IN_HAND):
        return _late_at_tier(appeal, now)
    match appeal.status:
        case chain.ASKED:
            return _("The clock rests until you answer. Without an answer the work goes on with what there is.")
        case chain.ANSWERED if appeal.accepted_at:
            return _("If it is late, that is counted, and you can say here that it was not carried out.")
        case chain.ANSWERED:
            return _("If you say nothing by then, it counts as accepted.")
        case chain.WITHDRAWN:
            return _("After that it is closed. You can always file a new one.")
    return ""


def _late_at_tier(appeal: Appeal, now: datetime.datetime) -> str:
    committee = routing.committee_of(appeal, Reads(now))
    if appeal.tier == chain.COMMITTEE:
        above = committee.parent or committee
        words = {"organisation": above.name}
        if appeal.due_at and appeal.due_at <= now:
            return _("It is late. %(organisation)s was alarmed; it stays here until it is answered.") % words
        return _("If it is late, %(organisation)s is alarmed at once; it stays here until it is answered.") % words
    above = committee
    if appeal.tier == chain.CONTACT:
        above = routing.responsible_branch(appeal, Reads(now)) or committee
    words = {"organisation": above.name}
    if appeal.is_urgent and appeal.due_kind == "take":
        return _("If nobody takes it in time, it moves up to %(organisation)s by itself. It has been told already.") % {
            "organisation": committee.name
        }
    if appeal.due_kind == "take":
        return (
            _("If nobody takes it by then, it moves up to %(organisation)s by itself. Nothing for you to do.") % words
        )
    return _("If there is no answer by then, it moves up to %(organisation)s by itself. Nothing for you to do.") % words


def duty_words(city: Place | None, now: datetime.datetime) -> str:
    """Whether somebody is on duty for urgent appeals, said as it is."""
    if city is None:
        return _("Say where it is on page 3; then you see whether somebody is on duty there.")
    if not permissions.on_duty_in(city, now):
        return _(
            "Nobody is on duty in %(city)s right now. The province's committee is alarmed at once; do not wait for it."
        ) % {"city": city}
    return _("Somebody is on duty in %(city)s right now: taken within 2 hours, day and night.") % {"city": city}


def urgent_words(appeal: Appeal, now: datetime.datetime) -> str:
    """For an urgent case that still waits: how long, and whether somebody is on duty."""
    if not appeal.is_urgent or appeal.status != chain.WAITING or appeal.due_at is None:
        return ""
    left = appeal.due_at - now
    words = duty_words(appeal.place.city, now)
    return f"{hours_left(left)}{_(', ')}{words}" if left > datetime.timedelta(0) else words


# -- what he can do now -----------------------------------------------------------------------------------------------


def moves(appeal: Appeal, person: User, now: datetime.datetime, leg: Leg | None, given: Answer | None) -> list[str]:
    """The driver's moves that would not be refused as things stand; the action checks again."""
    offered = permissions.moves_for_filer(person, appeal)
    return [name for name in offered if _is_open(name, appeal, now, leg, given)]


def _is_open(name: str, appeal: Appeal, now: datetime.datetime, leg: Leg | None, given: Answer | None) -> bool:
    match name:
        case "challenge":
            return leg is not None and (leg.handler_id is not None or _is_meant(leg))
        case "come_back":
            return appeal.due_at is not None and now < appeal.due_at
        case "go_on":
            window = calendar_days(given.at, chain.WINDOW_DAYS).due_at if given else now
            return now < window and appeal.accepted_at is None
        case "accept":
            return appeal.accepted_at is None
        case "rate":
            return given is not None and given.rating is None
        case "not_carried_out":
            return given is not None and was_promise_due(given, now)
    return True


def was_promise_due(given: Answer, now: datetime.datetime) -> bool:
    """The promised day has passed, or somebody already says that it was carried out."""
    if given.carry_out_date is None:
        return False
    return given.carried_out_at is not None or beijing_day(now) > given.carry_out_date


def promise_words(given: Answer, now: datetime.datetime) -> tuple[str, str]:
    """(tone, words) of a promise: kept, still to come, or late."""
    if given.carry_out_date is None:
        return "", ""
    today = beijing_day(now)
    day = day_date(given.carry_out_date, today=today)
    if given.carried_out_at:
        return "green", _("carried out on %(day)s") % {"day": day_date(beijing_day(given.carried_out_at), today=today)}
    due = due_state(given.carry_out_date, today=today, clock="carry_out")
    if due and due.state == "overdue":
        return "red", due.driver
    return "blue", _("to be carried out by %(day)s") % {"day": day}


def last_answer(answers: Iterable[Answer]) -> Answer | None:
    return max(answers, key=lambda given: given.at, default=None)
