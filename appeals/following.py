"""Following by receipt: who has number and secret sees the state; guessing is slowed down, and tells nothing."""

import datetime
import hmac
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext as _

from appeals import chain, standing
from appeals.models import Appeal
from portal import sealing
from portal.calendar import beijing_day
from portal.codes import tidy_case_number
from portal.wording import Due, driver_date

HOUR = 3600
# wrong tries in an hour: of one address, whatever it asks for; on one case, whoever asks
PER_ADDRESS, PER_NUMBER = 20, 60
RATED_IN = (chain.ANSWERED, chain.CLOSED)


class TooMany(Exception):
    """Too many wrong tries; nothing is looked up until the hour is over."""

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self.minutes = minutes


@dataclass(frozen=True)
class State:
    """What the page of the receipt says: no names, no words."""

    words: str
    due: Due | None
    until: str
    tier: int
    is_done: bool
    has_chain: bool
    passed_over: list[int]


def tidy_secret(typed: str) -> str:
    """A secret as a person types it: any case, O for 0, I and L for 1, spaces and dashes left out."""
    raw = "".join(character for character in typed.upper() if character.isalnum())
    return raw.replace("O", "0").replace("I", "1").replace("L", "1")


def find(number: str, secret: str, *, address: str, now: datetime.datetime) -> Appeal | None:
    """The case of this number, if the secret is its own. Each try counts before it is looked at; a hit does not."""
    tidy = tidy_case_number(number) or ""
    window = int(now.timestamp()) // HOUR
    keys = {f"follow:address:{sealing.keyed_hash('follow', address)}:{window}": PER_ADDRESS}
    if tidy:
        keys[f"follow:number:{tidy}:{window}"] = PER_NUMBER
    for key, most in keys.items():
        cache.add(key, 0, HOUR)
        if cache.incr(key) > most:
            raise TooMany(minutes=1 + (HOUR - int(now.timestamp()) % HOUR) // 60)
    related = ("filer", "place__parent", "handling_org", "handler__person", "handler__organisation", "driver__branch")
    found = Appeal.objects.filter(number=tidy).select_related(*related).first() if tidy else None
    # a case that does not exist takes as long as a wrong secret
    expected = found.secret if found else "-" * 8
    is_right = hmac.compare_digest(expected.encode(), tidy_secret(secret).encode())
    if found is None or not is_right:
        return None
    for key in keys:
        cache.decr(key)
    return found


def state_of(appeal: Appeal, now: datetime.datetime) -> State:
    legs = list(appeal.legs.order_by("number"))
    visited = {leg.tier for leg in legs}
    return State(
        words=_state_words(appeal),
        due=standing.due_of(appeal, now, standing.work_calendar()),
        until=_until(appeal, now),
        tier=appeal.tier,
        is_done=appeal.status in (chain.ANSWERED, *standing.OVER),
        has_chain=appeal.status != chain.WITHDRAWN and not standing.was_dropped(appeal),
        passed_over=[tier for tier in range(chain.CONTACT, appeal.tier) if tier not in visited],
    )


def _state_words(appeal: Appeal) -> str:
    if appeal.status == chain.ANSWERED and appeal.accepted_at:
        return _("Answered and accepted; what was promised is still to be carried out")
    return {
        chain.WAITING: _("Waiting to be taken"),
        chain.IN_HAND: _("In hand"),
        chain.ASKED: _("There is a question for the driver; the clock rests"),
        chain.ANSWERED: _("Answered; the driver can go on or accept"),
        chain.CLOSED: _("Closed"),
        chain.WITHDRAWN: _("Withdrawn by the driver"),
        chain.TRANSFERRED: _("Passed to another body"),
    }[appeal.status]


def _until(appeal: Appeal, now: datetime.datetime) -> str:
    leg = appeal.legs.order_by("-number").first()
    if appeal.status in (chain.WAITING, chain.IN_HAND, chain.ANSWERED):
        return standing.until_words(appeal, leg, now)
    if appeal.status == chain.ASKED and appeal.due_date:
        return _("an answer is awaited %(date)s") % {"date": driver_date(appeal.due_date, today=beijing_day(now))}
    return ""
