"""Four hundred appeals of the past weeks: who files what, when, and the course each of them takes."""

import datetime
import json
from pathlib import Path
from random import Random

from django.db import transaction

from appeals.actions import filing
from appeals.models import Identity, RespondentKind
from demo import library
from demo.clockwork import Clockwork
from demo.course import Course
from demo.known import KnownCases
from demo.lines import HOMES
from demo.staff import Staff
from drivers.models import Driver, Engagement
from portal.calendar import BEIJING, beijing_day
from portal.models import CalendarNotice, Organisation, OrganisationKind, Role

WEEKS = 8
DAY = datetime.timedelta(days=1)
SPOTS: dict[str, list[str]] = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))["spots"]
# kinds where money is at stake, and about how much of it in yuan
MONEYED = {"take_rate": 400, "late_settlement": 2400, "deposit": 4800, "insurance": 6000, "blocked_account": 1800}
DEDUCTIONS = {"take_rate": "commission"}
IDENTITIES = {Identity.NAMED: 70, Identity.OPEN: 16, Identity.SEALED: 14}


class Cast:
    """Who takes part, read from what was set up: drivers with an account, those in post, whom they drive for."""

    def __init__(self) -> None:
        drivers = Driver.objects.filter(is_demo=True, person__isnull=False).select_related("place__parent", "person")
        self.staff = Staff()
        holders = {post.person_id for post in self.staff.by_id.values()}
        everybody = [driver for driver in drivers.order_by("pk") if driver.person_id not in holders]
        self.known = everybody[0]
        self.filers = everybody[1:]
        self.engaged: dict[int, list[Engagement]] = {}
        for row in Engagement.objects.filter(driver__in=self.filers).select_related("company").order_by("pk"):
            self.engaged.setdefault(row.driver_id, []).append(row)
        self.volunteers = {
            post.organisation.place_id: post for post in self.staff.by_id.values() if post.role == Role.VOLUNTEER
        }

    def known_cases(self, clock: Clockwork) -> KnownCases:
        branch = Organisation.objects.get(name="江阳第二流动党支部", is_demo=True)
        liaison = Organisation.objects.get(name="蜀程出行", is_demo=True)
        assert self.known.person is not None
        return KnownCases(
            clock=clock,
            by=self.known.person,
            contact=self.staff.at(branch.pk, Role.CONTACT)[0],
            secretary=self.staff.at(branch.pk, Role.SECRETARY)[0],
            liaison=self.staff.at(liaison.pk, Role.LIAISON)[0],
            place=self.known.place,
            leasing=Organisation.objects.get(name="锦驾租赁", is_demo=True),
        )


@transaction.atomic
def file_part(part: int, parts: int, *, number: int, now: datetime.datetime, random: Random) -> int:
    """File one part of the appeals and let time run until now: all of the part or nothing.

    Returns how many acts a rule refused, those of people gone on leave meanwhile for instance.
    """
    clock = Clockwork(end=now, calendar=CalendarNotice.objects.calendar(), random=random)
    cast = Cast()
    count = number // parts
    if part == 0:
        cast.known_cases(clock).plan()
        count += number % parts - 2
    cast.filers = cast.filers[part::parts]
    for nth, kind in enumerate(random.choices(list(library.SHARES), list(library.SHARES.values()), k=count)):
        moment = _filing_moment(clock, nth)
        course = _course(cast, kind, moment, clock)
        if random.random() < 0.04:
            course.volunteer = cast.volunteers.get(course.filing.place.pk)
        clock.at(moment, course.file)
    clock.run()
    return clock.left_out


def _filing_moment(clock: Clockwork, number: int) -> datetime.datetime:
    """More of them lately than long ago, and the last few within the past hours."""
    random = clock.random
    if number < 6:
        return clock.end - datetime.timedelta(minutes=random.randrange(8, 400))
    ago = WEEKS * 7 * random.random() ** 2.2
    day = (clock.end - DAY * ago).astimezone(BEIJING)
    hour = random.choices(range(6, 24), (1, 2, 4, 6, 6, 5, 8, 9, 6, 5, 5, 4, 4, 5, 8, 9, 8, 4))[0]
    return min(
        day.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60)),
        clock.end - datetime.timedelta(minutes=random.randrange(8, 400)),
    )


def _who(cast: Cast, kind: str, moment: datetime.datetime, random: Random) -> tuple[Driver, Organisation | None]:
    """A driver, and the company of that sort he was with on the day; most people file once, a few twice."""
    about = library.kind(kind)["about"]
    day = beijing_day(moment) - DAY * 8
    while True:
        driver = random.choice(cast.filers)
        if about not in (OrganisationKind.PLATFORM, OrganisationKind.LEASING):
            return driver, None
        rows = [row for row in cast.engaged.get(driver.pk, []) if row.company.kind == about and row.from_date <= day]
        rows = [row for row in rows if row.until_date is None or row.until_date >= day]
        if rows:
            return driver, random.choice(rows).company


def _course(cast: Cast, kind: str, moment: datetime.datetime, clock: Clockwork) -> Course:
    random = clock.random
    texts = library.kind(kind)
    driver, company = _who(cast, kind, moment, random)
    city = driver.place.city
    place, place2 = random.sample(SPOTS[city.letters], 2)
    happened = beijing_day(moment) - DAY * random.randrange(0, 7)
    before = happened - DAY * random.randrange(8, 40)
    slots = library.begin(
        kind,
        {
            "company": company.short_name if company else "平台",
            "city": city.short_name,
            "district": driver.place.short_name,
            "place": place,
            "place2": place2,
            "day": f"{happened.month}月{happened.day}日",
            "before": f"{before.month}月{before.day}日",
            "home": HOMES[city.letters],
        },
        random,
    )
    told = random.choice(texts["stories"])
    title = library.told(told["title"], slots, random)
    story = library.told(told["story"], slots, random)
    library.settle(kind, slots)
    identity = random.choices(list(IDENTITIES), list(IDENTITIES.values()))[0]
    if kind in ("harassment", "conduct") and random.random() < 0.4:
        identity = Identity.SEALED
    is_conduct = kind == "conduct"
    contact = next(iter(cast.staff.at(driver.branch_id or 0, Role.CONTACT)), None)
    assert driver.person is not None
    return Course(
        kind=kind,
        filing=filing.Filing(
            title=title,
            story=story,
            category=texts["category"],
            happened_date=happened,
            place=city,
            district=driver.place,
            identity=identity,
            respondent_kind=_respondent_kind(texts["about"]),
            about=company,
            person_about=contact.person if is_conduct and contact else None,
            order_number=_order_number(happened, random) if company and random.random() < 0.3 else "",
            is_urgent=bool(told.get("urgent")) and random.random() < 0.7,
            skips_contact=is_conduct or (kind == "harassment" and random.random() < 0.4),
            wants_enterprise=company is not None and random.random() < 0.06,
            amount_fen=_amount(kind, story),
            deduction_kind=DEDUCTIONS.get(kind, ""),
        ),
        by=driver.person,
        slots=slots,
        clock=clock,
        staff=cast.staff,
    )


def _amount(kind: str, story: str) -> int | None:
    """What a driver would put the loss at, if he says: from his story, so that no other draw is moved by it."""
    if kind not in MONEYED or len(story) % 4 == 0:
        return None
    return (30 + len(story) * 37 % MONEYED[kind]) * 100


def _respondent_kind(about: str) -> RespondentKind:
    if about in (OrganisationKind.PLATFORM, OrganisationKind.LEASING):
        return RespondentKind.COMPANY
    return RespondentKind(about)


def _order_number(day: datetime.date, random: Random) -> str:
    return f"{day:%Y%m%d}{random.randrange(10**9):09d}"
