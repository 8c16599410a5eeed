"""Loading the demonstration from one seed: the ground in one transaction, then the appeals in two parts side by side.

Each part is all or nothing and is noted in a JobRun, so that loading again after a crash does what is left.
"""

import datetime
from collections.abc import Callable
from multiprocessing import get_context
from random import Random

from django.db import connections, transaction

from demo import answering, appeals, claims, companies, grouped, lines, register, staff, told_anew
from portal import events
from portal.actions import calendar, places, posts
from portal.models import JobRun, Place, PlaceOpening, Role

SEED = 20261123
APPEALS = 400
PARTS = 2
TOLD_SINCE = datetime.timedelta(days=3)


class PartFailed(Exception):
    """A part of the demonstration was not loaded; the process that tried has said why."""


def lay_ground(*, now: datetime.datetime) -> None:
    """The people, organisations and drivers alone: enough for signing in; `load` brings the appeals later."""
    _once("ground", now, lambda: _lay_ground(now))


def load(*, now: datetime.datetime, number: int = APPEALS, parts: int = PARTS) -> bool:
    """Fill an installation with the demonstration; False when everything is there already.

    Nobody is told of what happened long ago: only the events of the last three days are owed to consumers.
    With one part no second process is begun.
    """
    left = [part for part in range(parts) if not _is_done(f"appeals {part + 1}/{parts}")]
    is_new = not _is_done("ground") or bool(left)
    lay_ground(now=now)
    if parts == 1 and left:
        _load_part(0, 1, number, now)
    elif left:
        _side_by_side(left, parts, number, now)
    _once("beside cases", now, lambda: _work_beside_cases(now))
    _once("group", now, lambda: _tell_group(now))
    _once("told anew", now, lambda: _tell_anew(now))
    _once("claims", now, lambda: _claim(now))
    _once("owed", now, lambda: _owe(now))
    return is_new


def _is_done(step: str) -> bool:
    return JobRun.objects.filter(name=f"demo: {step}", finished_at__isnull=False).exists()


@transaction.atomic
def _once(step: str, now: datetime.datetime, do: Callable[[], None]) -> None:
    if not _is_done(step):
        do()
        JobRun.objects.create(name=f"demo: {step}", started_at=now, finished_at=now)


def _load_part(part: int, parts: int, number: int, now: datetime.datetime) -> None:
    def do() -> None:
        with events.unowed():
            appeals.file_part(part, parts, number=number, now=now, random=Random(f"{SEED}/{part}"))

    _once(f"appeals {part + 1}/{parts}", now, do)


def _load_apart(part: int, parts: int, number: int, now: datetime.datetime) -> None:
    """In a process of its own: what was open when it was forked stays its parent's, and is neither used nor closed."""
    for alias in connections:
        _inherited = connections[alias]
        del connections[alias]
    _load_part(part, parts, number, now)


def _side_by_side(left: list[int], parts: int, number: int, now: datetime.datetime) -> None:
    """One process for each part: a core each, and a connection each that no other process inherits."""
    connections.close_all()
    started = [get_context("fork").Process(target=_load_apart, args=(part, parts, number, now)) for part in left]
    for process in started:
        process.start()
    for process in started:
        process.join()
    failed = [part for part, process in zip(left, started, strict=True) if process.exitcode]
    if failed:
        raise PartFailed(f"Part {failed[0] + 1} of {parts} of the demonstration's appeals was not loaded.")


def _work_beside_cases(now: datetime.datetime) -> None:
    with events.unowed():
        answering.work_beside_cases(now, Random(SEED))


def _tell_group(now: datetime.datetime) -> None:
    with events.unowed():
        grouped.tell(now)


def _tell_anew(now: datetime.datetime) -> None:
    with events.unowed():
        told_anew.tell(now, Random(f"{SEED}/told"))


def _claim(now: datetime.datetime) -> None:
    with events.unowed():
        claims.tell(now)


def _owe(now: datetime.datetime) -> None:
    events.owe_since(now - TOLD_SINCE, now=now)


def _lay_ground(now: datetime.datetime) -> None:
    random = Random(SEED)
    today = now.astimezone(lines.BEIJING).date()
    places.load()
    calendar.load_shipped(now=now)
    by_key = {place.letters or place.name: place for place in Place.objects.select_related("parent")}
    with events.unowed():
        ground = lines.lay_ground(by_key)
        # two people set the pilot up and left: their posts have ended, the known ones begin with the first driver
        registrar = ground.post(ground.person("魏正华"), Role.SYSTEM_ADMIN, ground.department)
        founder = ground.post(ground.person("石长江"), Role.COMMITTEE_STAFF, ground.province)
        for letters in lines.CITIES:
            city = by_key[letters]
            if not PlaceOpening.objects.filter(place=city).exists():
                opened = {"by": registrar.person, "post": registrar, "now": lines.FOUNDED_AT}
                places.open_city(city, from_date=lines.FOUNDED_DATE, **opened)
        ground.companies = companies.register(by_key, by=registrar, now=lines.FOUNDED_AT)
        companies.publish_rules(ground.companies, by=registrar, random=random)
        lines.found_branches(ground, by=founder)
        known = lines.appoint_known(ground) | lines.appoint_administrators(ground)
        lines.appoint_others(ground, random)
        lines.share_out_districts(ground, by=founder)
        drivers = register.enter(ground, today=today, random=random)
        register.appoint_contacts(ground, drivers, known=known["contact"], random=random)
        register.pair(ground, drivers, by=founder, random=random)
        answering.write_libraries(ground)
        staff.set_duties(ground, now)
        staff.go_on_leave(ground, drivers, now)
        for post in (registrar, founder):
            posts.end_post(post.pk, last_date=today - datetime.timedelta(days=20), by=None, now=now)
