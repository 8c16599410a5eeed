"""Who has a case and what has to happen by when, in the words of the desk."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appeals import chain
from appeals.models import Answer, Appeal, Leg
from portal.calendar import calendar_days
from portal.wording import staff_date, staff_time


@dataclass(frozen=True)
class Hand:
    """Who has it, and what has to happen by when: the words of parts/hand.html."""

    who: str = ""
    doing: str = ""
    post: str = ""
    until: str = ""
    late: str = ""


def hand_of(appeal: Appeal, legs: list[Leg], given: Answer | None, today: datetime.date) -> Hand:
    organisation = appeal.handling_org.short_name
    handler = appeal.handler.person.name if appeal.handler else ""
    day = staff_date(appeal.due_date, today=today) if appeal.due_date else ""
    match appeal.status:
        case chain.WAITING:
            until = _("to be taken by %(day)s 24:00") % {"day": day}
            if appeal.is_urgent and appeal.due_at:
                until = _("to be taken by %(time)s") % {"time": staff_time(appeal.due_at, today=today)}
            return Hand(organisation, _(" has not taken it yet"), _meant_for(legs), until, _late(appeal))
        case chain.IN_HAND:
            until = _("answer by %(day)s 24:00") % {"day": day}
            return Hand(handler, _(" has it in hand"), organisation, until, _late(appeal))
        case chain.ASKED:
            rest = _("the clock rests until %(day)s at the latest") % {"day": day}
            return Hand(handler, _(" asked the driver"), organisation, rest)
        case chain.ANSWERED:
            return Hand(handler, _(" has answered"), organisation, _after_answer(appeal, given, today))
    since = staff_time(appeal.closed_at or appeal.moved_at, today=today)
    return Hand(str(appeal.get_status_display()), "", organisation, _("since %(day)s") % {"day": since})


def _meant_for(legs: list[Leg]) -> str:
    designated = legs[-1].designated if legs else None
    return _("meant for %(name)s") % {"name": designated.person.name} if designated else ""


def _late(appeal: Appeal) -> str:
    if appeal.tier == chain.COMMITTEE:
        return _("Late, the committee above is alarmed.")
    return _("Late, it moves up by itself.")


def _after_answer(appeal: Appeal, given: Answer | None, today: datetime.date) -> str:
    if given and given.is_owed and given.carry_out_date:
        day = staff_date(given.carry_out_date, today=today)
        return pgettext("desk", "to be carried out by %(day)s") % {"day": day}
    if given and not appeal.accepted_at:
        last = calendar_days(given.at, chain.WINDOW_DAYS).due_date
        return _("the driver may go on until %(day)s") % {"day": staff_date(last, today=today)}
    return ""
