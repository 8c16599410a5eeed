"""What the addresses of imports point at."""

import datetime
from typing import TYPE_CHECKING

from portal.actions import importing, imports
from portal.imports.tables import tables

if TYPE_CHECKING:
    from tests.house.cast import Cast


def fill(cast: "Cast", now: datetime.datetime) -> None:
    """A file that was checked and waits: one row is sound, one has a problem."""
    office = cast.posts["system_admin"]
    sound = "周建平,13900000001,510502199000000001,510502,2024-03-01,无"
    text = f"姓名,手机号,驾驶证号,区县,从业起始日期,备注\n{sound}\n吴,,5,,,\n"
    file = {"file_name": "司机.csv", "by": office.person, "post": office, "now": now}
    run = imports.ask(tables()["drivers.drivers"], [text.encode()], **file)
    importing.work(run.pk, clock=lambda: now)
    cast.things["import"] = run
