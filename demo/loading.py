"""Loading the demonstration: everything from one seed, in one transaction, once."""

import datetime
from random import Random

from django.db import transaction

from demo import appeals, companies, lines, register
from portal import events
from portal.actions import calendar, places, posts
from portal.models import Organisation, Place, PlaceOpening, Role

SEED = 20261123
TOLD_SINCE = datetime.timedelta(days=3)


def is_loaded() -> bool:
    return Organisation.objects.filter(is_demo=True).exists()


@transaction.atomic
def load(*, now: datetime.datetime) -> bool:
    """Fill an installation with the demonstration, unless it has been already. Everything or nothing.

    Nobody is told of what happened long ago: only the events of the last three days are owed to consumers.
    """
    if is_loaded():
        return False
    random = Random(SEED)
    places.load()
    calendar.load_shipped(now=now)
    with events.unowed():
        _fill(now, random)
    events.owe_since(now - TOLD_SINCE, now=now)
    return True


def _fill(now: datetime.datetime, random: Random) -> None:
    today = now.astimezone(lines.BEIJING).date()
    by_key = {place.letters or place.name: place for place in Place.objects.select_related("parent")}
    ground = lines.lay_ground(by_key)
    # two people set the pilot up and left: their posts have ended, the known ones begin with the first driver
    registrar = ground.post(ground.person("魏正华"), Role.SYSTEM_ADMIN, ground.department)
    founder = ground.post(ground.person("石长江"), Role.COMMITTEE_STAFF, ground.province)
    for letters in lines.CITIES:
        if not PlaceOpening.objects.filter(place=by_key[letters]).exists():
            places.open_city(
                by_key[letters], from_date=lines.FOUNDED_DATE, by=registrar.person, post=registrar, now=lines.FOUNDED_AT
            )
    ground.companies = companies.register(by_key, by=registrar, now=lines.FOUNDED_AT)
    companies.publish_rules(ground.companies, by=registrar, random=random)
    lines.found_branches(ground, by=founder)
    known = lines.appoint_known(ground)
    known |= lines.appoint_administrators(ground)
    lines.appoint_others(ground, random)
    lines.share_out_districts(ground, by=founder)
    drivers = register.enter(ground, today=today, random=random)
    register.appoint_contacts(ground, drivers, known=known["contact"], random=random)
    register.pair(ground, drivers, by=founder, random=random)
    for post in (registrar, founder):
        posts.end_post(post.pk, last_date=today - datetime.timedelta(days=20), by=None, now=now)
    appeals.file_all(ground, drivers, known, now=now, random=random)
