"""What became of a case beside its own course: its answer told anew without names, its second reading."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise

from appeals import publications, readings
from appeals.models import Appeal, PublishedAnswer, Publishing, QualityReading


@dataclass(frozen=True)
class Told:
    appeal: Appeal
    now: datetime.datetime

    @cached_property
    def publication(self) -> PublishedAnswer | None:
        return publications.of_case(self.appeal) if self.appeal.status in publications.ANSWERED else None

    @cached_property
    def may_propose(self) -> bool:
        """Whoever sees an answered case may; what was sent back may be proposed anew."""
        last = self.publication
        if last is not None and last.state not in (Publishing.DECLINED, Publishing.WITHDRAWN):
            return False
        return not publications.why_not(self.appeal)

    @cached_property
    def reading(self) -> QualityReading | None:
        """Read, and told without the reader's name."""
        return readings.of_case(self.appeal) if self.appeal.closed_at else None

    @property
    def findings(self) -> list[tuple[Promise, bool | None]]:
        return readings.findings(self.reading) if self.reading else []
