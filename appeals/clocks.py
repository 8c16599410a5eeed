"""Which clocks a tier has: the committee's dated settings over the defaults of the chain."""

import datetime
from dataclasses import dataclass

from appeals import chain
from appeals.models import ClockSetting
from portal.models import Place


@dataclass(frozen=True)
class Days:
    """Working days from entry into the tier to its taking and its answer; and those of a company's reply."""

    take: int
    answer: int
    reply: int


def days_for(place: Place, category: str, tier: int, day: datetime.date) -> Days:
    """The clocks that held on that day for that city, category and tier."""
    setting = ClockSetting.objects.in_force(place, category, tier, day)
    if setting is None:
        take, answer = chain.DEFAULT_DAYS[tier]
        return Days(take, answer, chain.REPLY_DAYS)
    return Days(setting.take_days, setting.answer_days, setting.reply_days)
