"""What the addresses of hearings and group appeals point at."""

import datetime
from typing import TYPE_CHECKING

from appeals import grouping
from appeals.actions import gathering, handling, joining, replying
from appeals.models import Hearing, Paraphrase
from portal.models import Organisation
from tests import world

if TYPE_CHECKING:
    from tests.house.cast import Cast


def hear(cast: "Cast", company: Organisation, now: datetime.datetime) -> None:
    """A question that waits for the branch, and one the company replied to."""
    driver, contact, early = cast.people["driver"], cast.posts["contact"], now - datetime.timedelta(hours=2)
    written = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    handling.hear_platform(written.pk, by=contact, question="三月初派单规则改了吗？", now=early)
    told = world.an_appeal("in_hand", by=driver, handler=contact, now=early, about=company)
    asked = Hearing.objects.get(appeal=world.heard(told.pk, by=contact, now=early))
    replying.platform_reply(asked.pk, by=cast.posts["liaison"], facts_given="没有改。", now=early)
    cast.things |= {"release": Paraphrase.objects.get(appeal=written), "told": asked}


def group(cast: "Cast", branch: Organisation, company: Organisation, now: datetime.datetime) -> None:
    """A group with the driver's case as its lead, and a suggestion that nobody has taken up."""
    early = now - datetime.timedelta(hours=2)
    others = [world.a_driver(branch, contact=cast.posts["contact"]) for _number in range(5)]
    for kind in ("penalty", "insurance"):
        for person in (cast.people["driver"], *others):
            world.an_appeal(by=person, now=early, about=company, category="pay", deduction_kind=kind)
    found = {one.cause.deduction_kind: one.cause.key for one in grouping.candidates(cast.posts["secretary"], now)}
    made = gathering.make_group(found["penalty"], by=cast.posts["secretary"], now=early)
    own = made.members.select_related("appeal").get(appeal__filer=cast.people["driver"])
    joining.join(own.pk, by=cast.people["driver"], now=early)
    gathering.choose_lead(made.pk, by=cast.posts["secretary"], case=own.appeal.code, now=early)
    cast.cases["grouped"] = own.appeal
    cast.things |= {"group": made, "candidate": found["insurance"]}
