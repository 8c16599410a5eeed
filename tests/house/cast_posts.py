"""What the addresses of invitations, of leave that was asked for and of two accounts of one person point at."""

import datetime
from typing import TYPE_CHECKING

from portal.actions import invitations, leaves, same_person
from portal.models import Place, Role
from tests import world

if TYPE_CHECKING:
    from tests.house.cast import Cast


def keep(cast: "Cast", now: datetime.datetime) -> None:
    """The driver is invited to a post; another administrator says that two strangers are one person."""
    office = cast.people["security_admin"]
    cast.things["post invitation"] = invitations.invite(
        cast.people["driver"].phone, name="周建平", organisation=cast.things["branch"], role=Role.CONTACT,
        from_date=now.date(), by=office, now=now,
    )  # fmt: skip
    cast.things["city place"] = world.city()
    cast.things["district"] = Place.objects.filter(parent=world.city()).order_by("code")[0]
    asker = world.a_contact(cast.things["branch"])
    span = (now.date(), now.date() + datetime.timedelta(days=2))
    cast.things["leave"] = leaves.ask(asker, span=span, deputy=None, by=asker.person, now=now)
    other = world.a_post(Role.SECURITY_ADMIN, world.department()).person
    cast.things["two accounts"] = same_person.propose(
        world.a_person(), same_as=world.a_person(), is_undo=False, by=other, now=now
    )
