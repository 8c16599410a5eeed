"""What the addresses of a person's rights point at, and the canaries by which a page that shows a driver is known."""

import datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse

from drivers.models import Driver
from portal.actions import correcting, erasing
from portal.models import Reading, User

if TYPE_CHECKING:
    from tests.house.cast import Cast

NAME = "欧阳燕雀"
STORY = "客服只说是系统派的"


def wish_away(cast: "Cast", now: datetime.datetime) -> None:
    """A driver who asked to be forgotten, and may still undo it; another whose name nobody else has."""
    cast.things["erasure"] = erasing.ask(cast.people["other_driver"], now=now)
    driver = cast.people["driver"]
    cast.things["correction"] = correcting.ask(driver, field="drivers.licence", said="末位是 8", why="看证", now=now)
    User.objects.filter(pk=driver.pk).update(name=NAME)
    Driver.objects.filter(person=driver).update(name=NAME)


def unnoted(cast: "Cast", viewer: str, response: HttpResponse) -> list[str]:
    """What of the driver a page shows somebody else without a mask, when nothing of it is written down for him."""
    driver = cast.people["driver"]
    reader = cast.people.get(viewer)
    if response.streaming or reader is None or reader.pk == driver.pk:
        return []
    canaries = {"name": NAME, "words": STORY, "phone": driver.phone, "licence": driver.driver.licence}
    page = response.content.decode(errors="ignore")
    shown = [kind for kind, text in canaries.items() if text in page]
    if not shown:
        return []
    noted = Reading.objects.filter(person=driver, by=reader).values_list("what", flat=True)
    known = {kind for row in noted for kind in row}
    return [kind for kind in shown if kind not in known and "record" not in known]
