"""What the addresses of the registers point at."""

import datetime
from typing import TYPE_CHECKING, Any

from drivers.actions import driving
from platforms.actions import permits, vehicles
from portal.actions import exporting
from portal.calendar import beijing_day
from portal.models import RegisterExport
from portal.registers_out import REGISTERS
from tests import world

if TYPE_CHECKING:
    from tests.house.cast import Cast


def keep(cast: "Cast", company: Any, now: datetime.datetime) -> None:
    """The driver's record, a car he drives for his company, its permit; a list that waits for a second person."""
    keeper, early, today = cast.posts["system_admin"], now - datetime.timedelta(hours=2), beijing_day(now)
    who: dict[str, Any] = {"by": keeper.person, "post": keeper, "now": early}
    days = {"from_date": world.LONG_AGO, "until_date": today + datetime.timedelta(days=20)}
    permit = permits.enter_permit(company.company, {"city": world.city(), "number": "川网5105001", **days}, **who)
    given = {"city": world.city(), "company": company.company, "owner_name": "周建平", "insured_until_date": today}
    vehicle = vehicles.register_vehicle("川E12345D", given, **who)
    record = cast.people["driver"].driver
    driven = driving.start_driving(record, vehicle=vehicle, company=company, from_date=world.LONG_AGO, **who)
    asked = RegisterExport(post=keeper, register="platforms.permits", wanted="{}", format="csv")
    exporting.ask(REGISTERS, asked, purpose="", now=early)
    RegisterExport.objects.filter(pk=asked.pk).update(state="asked")
    cast.things["register export"] = asked
    cast.things |= {"permit": permit, "vehicle": vehicle, "record": record, "driving": driven}
