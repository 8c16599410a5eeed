"""What the addresses of drivers' claims point at."""

import datetime
from typing import TYPE_CHECKING

from drivers.actions import claims, claims_desk
from drivers.matching import Given
from portal.models import Organisation
from tests import world

if TYPE_CHECKING:
    from tests.house.cast import Cast


def claim(cast: "Cast", branch: Organisation, now: datetime.datetime) -> None:
    """One that the branch was asked about, and one that a volunteer saw, of a record with somebody else's number."""
    early, asker, numbered = now - datetime.timedelta(hours=2), cast.people["auditor"], cast.people["analyst"]
    unknown = Given("510500000000000017", asker.name)
    asked = claims.ask_branch(unknown, place=world.district(), said="", by=asker, now=early)
    claims.place_with(asked.pk, office=branch, now=early)
    record = world.a_record(numbered, branch)
    given = Given(record.licence, record.name)
    seen = claims_desk.see(given, phone="19977770001", by=cast.posts["volunteer"], now=early)
    cast.things |= {"asked claim": asked, "seen claim": seen}
