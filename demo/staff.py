"""Who can act where on a day, as the demonstration knows it; the product's own rules decide when he then acts."""

import datetime
from random import Random

from appeals.actions import overseeing
from appeals.reads import TIER_ROLES
from demo.lines import CITIES, Lines
from demo.register import Register
from portal.actions import posts
from portal.calendar import beijing_day
from portal.models import Post, Role

DAY = datetime.timedelta(days=1)
DUTY_SINCE_DAYS = 84  # before the first appeal of the demonstration


class Staff:
    """Every post of the demonstration, held once: what a post may do is then read once a day, not at each act."""

    def __init__(self) -> None:
        related = ("person", "organisation__place", "deputy")
        posts_in_force = Post.objects.filter(until_date=None).select_related(*related).order_by("pk")
        self.by_id = {post.pk: post for post in posts_in_force}
        self._of: dict[tuple[int, str], list[Post]] = {}
        for post in self.by_id.values():
            self._of.setdefault((post.organisation_id, post.role), []).append(post)

    def at(self, organisation_id: int, role: str) -> list[Post]:
        return self._of.get((organisation_id, role), [])

    def able(self, organisation_id: int, tier: int, day: datetime.date, random: Random) -> list[Post]:
        """Those of a tier's desk who are there that day, or stand in for one who is not."""
        found: dict[int, Post] = {}
        for role in TIER_ROLES[tier]:
            for post in self.at(organisation_id, role):
                acting = self.by_id.get(post.deputy_id or 0) if post.is_on_leave(day) else post
                if acting is not None and not acting.is_on_leave(day):
                    found[acting.pk] = acting
        return random.sample(list(found.values()), len(found))

    def liaison(self, company_id: int) -> Post | None:
        return next(iter(self.at(company_id, Role.LIAISON)), None)


def set_duties(lines: Lines, now: datetime.datetime) -> None:
    """Each city's committee answers for urgent appeals, day and night. Dazhou began only three weeks ago."""
    for letters in CITIES:
        post = Post.objects.filter(organisation=lines.committees[letters], role=Role.COMMITTEE_STAFF).first()
        assert post is not None
        from_at = now - DAY * (21 if letters == "DZ" else DUTY_SINCE_DAYS)
        overseeing.set_duty(
            post, place=lines.places[letters], from_at=from_at, until_at=now + DAY * 30, by=post, now=from_at
        )


def go_on_leave(lines: Lines, register: Register, now: datetime.datetime) -> None:
    """Somebody is always away: a secretary without a deputy was in October, two contacts are now."""
    today = beijing_day(now)
    secretary = Post.objects.get(organisation=lines.branches["宣汉流动党支部"], role=Role.SECRETARY)
    away = (today - DAY * 41, today - DAY * 30)
    posts.set_leave(secretary.pk, span=away, deputy=None, by=None, now=now - DAY * 42)
    of_jinjiang = [post for post in register.contacts if post.organisation == lines.branches["锦江流动党支部"]]
    span = (today - DAY * 3, today + DAY * 8)
    posts.set_leave(of_jinjiang[0].pk, span=span, deputy=of_jinjiang[1], by=None, now=now - DAY * 4)
    of_chenghua = next(post for post in register.contacts if post.organisation == lines.branches["成华流动党支部"])
    posts.set_leave(of_chenghua.pk, span=(today - DAY, today + DAY * 20), deputy=None, by=None, now=now - DAY * 2)
