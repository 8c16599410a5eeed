"""What stands beside the cases: a note, two cases put together, a question whether a company may see something."""

import datetime
from typing import TYPE_CHECKING

from appeals.actions import consenting, linking, noting
from tests import world

if TYPE_CHECKING:
    from tests.house.cast import Cast


def beside(cast: "Cast", now: datetime.datetime) -> None:
    contact, early = cast.posts["contact"], now - datetime.timedelta(hours=2)
    one, other = cast.cases["promised"], cast.cases["done"]
    linking.link(one.pk, other.pk, by=contact, kind="related", now=early)
    noted = noting.note(cast.cases["in_hand"].pk, by=contact, text="客服口头承认了。", now=early)
    asked = world.an_appeal(
        "in_hand", by=cast.people["driver"], handler=contact, now=early, about=cast.things["company"]
    )
    consenting.ask_consent(asked.pk, by=contact, details={"plate": "川E·10086"}, reason="平台要查车。", now=early)
    cast.cases["consenting"] = asked
    cast.things |= {
        "note": noted,
        "consent": asked.consents.get(),
        "invitation": cast.cases["grouped"].group_members.get(),
    }
