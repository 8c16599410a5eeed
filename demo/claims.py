"""Drivers nobody has verified yet: two who have not tried, one whose licence a volunteer saw, one who claims a record
that another account has."""

import datetime

from demo import names
from drivers.actions import claims, claims_desk
from drivers.matching import Given
from drivers.models import Driver
from portal.models import Post, Role, User
from portal.models.people import phone_hash

DISTRICT = "江阳区"
FIRST_PHONE = 20_000_001  # numbers the register does not have


def _account(name: str, number: str, now: datetime.datetime) -> User:
    person = User(name=name, phone=number, phone_hash=phone_hash(number), joined_at=now, is_demo=True)
    person.set_unusable_password()
    person.save()
    return person


def tell(now: datetime.datetime) -> None:
    """Yesterday and this morning, in the district of the pilot's best known driver."""
    there = Driver.objects.filter(is_demo=True, place__name=DISTRICT).select_related("place__parent").order_by("pk")
    free, held = list(there.filter(person=None)[:3]), there.filter(person__posts=None).exclude(person=None)[1]
    for driver in free[:2]:
        _account(driver.name, driver.phone, now - datetime.timedelta(days=2))
    volunteer = Post.objects.filter(role=Role.VOLUNTEER, person__is_demo=True).order_by("pk").first()
    seen_at, asked_at = now - datetime.timedelta(hours=3), now - datetime.timedelta(days=1)
    if volunteer is not None:
        person = _account(free[2].name, names.phone(FIRST_PHONE), seen_at)
        given = Given(free[2].licence, free[2].name)
        claims_desk.see(given, phone=person.phone, by=volunteer, now=seen_at)
    claimant = _account(held.name, names.phone(FIRST_PHONE + 1), asked_at)
    said = "我换了手机号，旧号停机后不知给了谁。档案里的车和合同都是我的。"
    claims.ask_branch(Given(held.licence, held.name), place=held.place, said=said, by=claimant, now=asked_at)
