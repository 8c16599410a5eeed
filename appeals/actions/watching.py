"""The slot for what monitoring measures after an appeal against a platform: an interval, not a verdict."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appeals.actions import moving
from appeals.models import Appeal, RespondentKind, Watch, WatchMeasure
from portal.calendar import beijing_day
from portal.errors import Refused
from portal.models import OrganisationKind

WATCH_DAYS = 28


def require_window(appeal: Appeal, from_date: datetime.date, until_date: datetime.date, now: datetime.datetime) -> None:
    """28 days or more, that began after the appeal was filed and are over."""
    if from_date < beijing_day(appeal.filed_at):
        raise Refused(_("The window begins before the appeal was filed."))
    if (until_date - from_date).days + 1 < WATCH_DAYS:
        raise Refused(_("Fewer than 28 days say nothing."))
    if until_date > beijing_day(now):
        raise Refused(_("The window is not over yet."))


@transaction.atomic
def attach_watch(
    appeal_id: int,
    *,
    low: int,
    high: int,
    measure: str,
    from_date: datetime.date,
    until_date: datetime.date,
    by_source: str,
    now: datetime.datetime,
) -> Watch:
    """Attach an interval measured over a window to a case against a platform, in whole units of its measure.

    The newest window of a measure is what the driver, the handler and the committee see; earlier ones are kept. The
    same measure over a window that ends the same day is the one attached first. The company never learns of it.
    """
    appeal = Appeal.objects.for_update(appeal_id)
    known = appeal.watches.filter(measure=measure, until_date=until_date).first()
    if known:
        return known
    company = appeal.respondent_at_event
    if appeal.respondent_kind != RespondentKind.COMPANY or not company or company.kind != OrganisationKind.PLATFORM:
        raise Refused(_("Only a case against a platform is watched."))
    if measure not in WatchMeasure.values or low > high:
        raise Refused(_("An interval has a measure, and its lower bound first."))
    require_window(appeal, from_date, until_date, now)
    window = {"from": from_date.isoformat(), "until": until_date.isoformat()}
    facts = {"measure": measure, "low": low, "high": high, "source": by_source, **window}
    moving.log(appeal, "watch_attached", by=None, now=now, facts=facts)
    appeal.save(update_fields=["position", "moved_at"])
    return Watch.objects.create(
        appeal=appeal,
        measure=measure,
        low=low,
        high=high,
        from_date=from_date,
        until_date=until_date,
        by_source=by_source,
        at=now,
    )
