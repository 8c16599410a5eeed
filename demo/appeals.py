"""Four hundred appeals of the past weeks: who files what, when, and the course each of them takes."""

import datetime
import json
from pathlib import Path
from random import Random

from appeals.actions import filing, overseeing
from appeals.models import Identity, RespondentKind
from demo import library
from demo.clockwork import Clockwork
from demo.course import Course, liaisons_of
from demo.known import KnownCases
from demo.lines import CITIES, HOMES, Lines
from demo.register import Register
from drivers.models import Driver, Engagement
from portal.actions import posts
from portal.calendar import BEIJING, beijing_day
from portal.models import CalendarNotice, Organisation, OrganisationKind, Post, Role

APPEALS = 400
WEEKS = 11
DAY = datetime.timedelta(days=1)
SPOTS: dict[str, list[str]] = json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8"))["spots"]
IDENTITIES = {Identity.NAMED: 70, Identity.OPEN: 16, Identity.SEALED: 14}


def file_all(
    lines: Lines, register: Register, known: dict[str, Post], *, now: datetime.datetime, random: Random
) -> None:
    """File the appeals and let time run until now."""
    clock = Clockwork(end=now, calendar=CalendarNotice.objects.calendar(), random=random)
    _set_duties(lines, now)
    _go_on_leave(lines, register, now)
    _plan_known(lines, register, known, clock)
    liaisons = liaisons_of([company.organisation for company in lines.companies.values()])
    engaged: dict[int, list[Engagement]] = {}
    for row in Engagement.objects.filter(driver__in=register.filers).select_related("company"):
        engaged.setdefault(row.driver_id, []).append(row)
    volunteers = {post.organisation.place_id: post for post in Post.objects.filter(role=Role.VOLUNTEER)}
    kinds = random.choices(list(library.SHARES), list(library.SHARES.values()), k=APPEALS - 2)
    for number, kind in enumerate(kinds):
        moment = _filing_moment(clock, number)
        driver, company = _who(register, engaged, kind, moment, random)
        course = _course(lines, register, kind, driver, company, moment, clock)
        course.liaisons = liaisons
        if random.random() < 0.04:
            course.volunteer = volunteers.get(driver.place.city.pk)
        clock.at(moment, course.file)
    clock.run()


def _filing_moment(clock: Clockwork, number: int) -> datetime.datetime:
    """More of them lately than long ago, and the last few within the past hours."""
    random = clock.random
    if number < 12:
        return clock.end - datetime.timedelta(minutes=random.randrange(8, 400))
    ago = WEEKS * 7 * random.random() ** 1.5
    day = (clock.end - DAY * ago).astimezone(BEIJING)
    hour = random.choices(range(6, 24), (1, 2, 4, 6, 6, 5, 8, 9, 6, 5, 5, 4, 4, 5, 8, 9, 8, 4))[0]
    return min(
        day.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60)),
        clock.end - datetime.timedelta(minutes=random.randrange(8, 400)),
    )


def _who(
    register: Register, engaged: dict[int, list[Engagement]], kind: str, moment: datetime.datetime, random: Random
) -> tuple[Driver, Organisation | None]:
    """A driver, and the company of that sort he was with on the day; most people file once, a few twice."""
    about = library.kind(kind)["about"]
    day = beijing_day(moment) - DAY * 8
    while True:
        driver = random.choice(register.filers[1:])
        if about not in (OrganisationKind.PLATFORM, OrganisationKind.LEASING):
            return driver, None
        rows = [row for row in engaged.get(driver.pk, []) if row.company.kind == about and row.from_date <= day]
        rows = [row for row in rows if row.until_date is None or row.until_date >= day]
        if rows:
            return driver, random.choice(rows).company


def _course(
    lines: Lines,
    register: Register,
    kind: str,
    driver: Driver,
    company: Organisation | None,
    moment: datetime.datetime,
    clock: Clockwork,
) -> Course:
    random = clock.random
    texts = library.kind(kind)
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
    about_contact = next((post for post in register.contacts if post.organisation_id == driver.branch_id), None)
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
            person_about=about_contact.person if is_conduct and about_contact else None,
            order_number=_order_number(happened, random) if company and random.random() < 0.3 else "",
            is_urgent=bool(told.get("urgent")) and random.random() < 0.7,
            skips_contact=is_conduct or (kind == "harassment" and random.random() < 0.4),
            wants_enterprise=company is not None and random.random() < 0.06,
        ),
        by=driver.person,
        slots=slots,
        clock=clock,
        liaisons={},
    )


def _respondent_kind(about: str) -> RespondentKind:
    if about in (OrganisationKind.PLATFORM, OrganisationKind.LEASING):
        return RespondentKind.COMPANY
    return RespondentKind(about)


def _order_number(day: datetime.date, random: Random) -> str:
    return f"{day:%Y%m%d}{random.randrange(10**9):09d}"


def _set_duties(lines: Lines, now: datetime.datetime) -> None:
    """Each city's committee answers for urgent appeals, day and night. Dazhou began only three weeks ago."""
    for letters in CITIES:
        post = Post.objects.filter(organisation=lines.committees[letters], role=Role.COMMITTEE_STAFF).first()
        assert post is not None
        from_at = now - DAY * (21 if letters == "DZ" else WEEKS * 7 + 7)
        overseeing.set_duty(
            post, place=lines.places[letters], from_at=from_at, until_at=now + DAY * 30, by=post, now=from_at
        )


def _go_on_leave(lines: Lines, register: Register, now: datetime.datetime) -> None:
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


def _plan_known(lines: Lines, register: Register, known: dict[str, Post], clock: Clockwork) -> None:
    assert register.known is not None
    assert register.known.person is not None
    KnownCases(
        clock=clock,
        by=register.known.person,
        contact=known["contact"],
        secretary=known["secretary"],
        liaison=known["liaison"],
        place=lines.places["江阳区"],
        leasing=lines.companies["锦驾租赁"].organisation,
    ).plan()
