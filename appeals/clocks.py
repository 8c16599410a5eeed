"""Which clocks a tier has: the committee's dated settings over the defaults of the chain."""

import datetime
from dataclasses import dataclass

from appeals import chain
from appeals.models import Appeal, ClockSetting
from appeals.reads import Reads


@dataclass(frozen=True)
class Days:
    """Working days from entry into the tier to its taking and its answer; and those of a company's reply."""

    take: int
    answer: int
    reply: int


def days_for(appeal: Appeal, tier: int, day: datetime.date, reads: Reads) -> Days:
    """The clocks of that day for the appeal's city and category."""
    return days_at(appeal.place.city.pk, appeal.category, tier, day, reads)


def setting_at(city_id: int | None, category: str, tier: int, day: datetime.date, reads: Reads) -> ClockSetting | None:
    """The row that holds that day; none where the chain's own clocks do."""
    rows = [
        row
        for row in reads.clock_settings
        if row.tier == tier
        and row.place_id in (city_id, None)
        and row.category in (category, "")
        and row.from_date <= day
    ]
    return max(
        rows, key=lambda row: (row.place_id is not None, row.category != "", row.from_date, row.pk), default=None
    )


def days_at(city_id: int | None, category: str, tier: int, day: datetime.date, reads: Reads) -> Days:
    """What holds at a place for a kind of appeal: the most particular row, and of those the newest."""
    best = setting_at(city_id, category, tier, day, reads)
    if best is None:
        take, answer = chain.DEFAULT_DAYS[tier]
        return Days(take, answer, chain.REPLY_DAYS)
    return Days(best.take_days, best.answer_days, best.reply_days)
