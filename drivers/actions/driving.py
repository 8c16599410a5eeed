"""Who drives which vehicle for whom, from when to when."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from drivers.models import Driver, Driving
from platforms.models import RegisterState, Vehicle
from platforms.permissions import require_registrar_of
from portal import events
from portal.errors import Refused
from portal.models import Organisation, OrganisationKind, Post, User


@transaction.atomic
def start_driving(
    driver: Driver,
    *,
    vehicle: Vehicle,
    company: Organisation,
    from_date: datetime.date,
    by: User,
    post: Post | None,
    now: datetime.datetime,
) -> Driving:
    """A driver begins to drive a vehicle for a platform he drives for. Several at once are everyday; the same three
    never overlap with themselves."""
    require_registrar_of(by, post, driver.place, now)
    held = Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    if RegisterState.ENDED in (held.state, vehicle.state):
        raise Refused(_("Driver and vehicle have to be in the register."))
    if company.kind != OrganisationKind.PLATFORM:
        raise Refused(_("One drives for a platform; a leasing company stands in the contract."))
    if not held.engagements.on_day(from_date).filter(company=company).exists():
        raise Refused(_("He does not drive for this company on that day: enter that first."))
    same = held.drivings.filter(vehicle=vehicle, company=company)
    if same.filter(Q(until_date__isnull=True) | Q(until_date__gte=from_date)).exists():
        raise Refused(_("He drives this vehicle for this company already."))
    driving = Driving.objects.create(driver=held, vehicle=vehicle, company=company, from_date=from_date)
    facts = {"vehicle": vehicle.code, "company": company.code, "from_date": from_date.isoformat()}
    events.record("drivers.driving_started", held, by=by, post=post, at=now, facts=facts)
    return driving


@transaction.atomic
def end_driving(
    driving: Driving, *, last_date: datetime.date, reason: str, by: User, post: Post | None, now: datetime.datetime
) -> Driving:
    """He no longer drives this vehicle for the company after its last day."""
    held = (
        Driving.objects.select_for_update(no_key=True, of=("self",)).select_related("driver__place").get(pk=driving.pk)
    )
    require_registrar_of(by, post, held.driver.place, now)
    if held.until_date is not None:
        raise Refused(_("This has ended already."))
    if last_date < held.from_date:
        raise Refused(_("It cannot end before it began."))
    held.until_date = last_date
    held.save(update_fields=["until_date"])
    facts = {"vehicle": held.vehicle.code, "company": held.company.code, "until_date": last_date.isoformat()}
    words = {"reason": reason.strip()}
    events.record("drivers.driving_ended", held.driver, by=by, post=post, at=now, facts=facts, words=words)
    return held
