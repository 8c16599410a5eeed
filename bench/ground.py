"""What the benchmarks stand on: a prepared database, lines of people who can act, and appeals written in bulk."""

import datetime
import sys

from django.core.management import call_command
from django.utils import timezone

from appeals.models import Appeal, Leg
from portal import ledger
from portal.models import Event, EventHead, Place, Post, Role, User
from portal.models.people import phone_hash
from tests import world

CITIES = ("CD", "LZ", "YB", "DZ")


def say(text: str) -> None:
    print(text, flush=True)


def prepare() -> None:
    """Migrate, compile, ground."""
    call_command("prepare", database_only=True, verbosity=0)
    call_command("messages", compile=True, verbosity=0)
    world.ground()


def people(count: int, first: int = 1) -> list[User]:
    """People without posts, in bulk; phones of a shape no test uses."""
    now = timezone.now()
    rows = []
    for number in range(first, first + count):
        phone = f"198{number:08d}"
        rows.append(User(name="周建平", phone=phone, phone_hash=phone_hash(phone), joined_at=now, password="!"))
    return User.objects.bulk_create(rows, batch_size=2000)


def lines(branches_per_city: int) -> list[dict[str, Post]]:
    """Per branch a contact and a secretary, per committee one member of staff."""
    found = []
    for letters in CITIES:
        world.a_committee_staff(world.committee(letters))
        for place in list(Place.objects.filter(parent=world.city(letters)).order_by("code"))[:branches_per_city]:
            branch = world.a_branch(letters, of_district=place)
            found.append({"contact": world.a_contact(branch), "secretary": world.a_post(Role.SECRETARY, branch)})
    world.a_committee_staff(world.province_committee())
    return found


def open_appeals(count: int, desks: list[dict[str, Post]], *, due: int, due_at: datetime.datetime) -> None:
    """`count` appeals, waiting or in hand at tiers 1 and 2; the first `due` of them run out at `due_at`."""
    filers = people(2000, first=1_000_000)
    now = timezone.now()
    later = now + datetime.timedelta(days=20)
    batch = 5000
    for start in range(0, count, batch):
        appeals = []
        for number in range(start, min(start + batch, count)):
            desk = desks[number % len(desks)]
            tier = 1 + number % 2
            post = desk["contact"] if tier == 1 else desk["secretary"]
            ends = due_at if number < due else later
            appeals.append(
                Appeal(
                    number=f"LZ-BENCH-{number:06d}",
                    secret="",
                    filer=filers[number % len(filers)],
                    filed_at=now - datetime.timedelta(days=5),
                    title="派单少了三成，想知道原因",
                    category="dispatch",
                    happened_date=now.date(),
                    place=post.organisation.place,
                    respondent_kind="none",
                    status="in_hand" if number % 3 else "waiting",
                    tier=tier,
                    handling_org=post.organisation,
                    handling_path=post.organisation.path,
                    handler=post if number % 3 else None,
                    due_kind="answer",
                    due_date=ends.date(),
                    due_at=ends,
                    tick_at=ends,
                    limit_at=now + datetime.timedelta(days=50),
                    moved_at=now,
                    position=1,
                )
            )
        Appeal.objects.bulk_create(appeals)
        Leg.objects.bulk_create(
            Leg(
                appeal=appeal, number=1, round_number=1, tier=appeal.tier, organisation=appeal.handling_org,
                organisation_path=appeal.handling_path, handler=appeal.handler, entered_at=appeal.filed_at,
                take_days=1, answer_days=3, reply_days=3, take_due_date=appeal.due_date, take_due_at=appeal.due_at,
                answer_due_date=appeal.due_date, answer_due_at=appeal.due_at,
            )
            for appeal in appeals
        )  # fmt: skip
        _file(appeals)


def _file(appeals: list[Appeal]) -> None:
    """The first link of each chain, as filing would write it."""
    rows = []
    for appeal in appeals:
        subject = f"appeals.appeal:{appeal.code}"
        link = {
            "subject": subject, "position": 1, "kind": "appeals.filed", "by": appeal.filer.code, "post": None,
            "at": ledger.microseconds(appeal.filed_at), "facts": {"number": appeal.number}, "words": {},
            "previous": ledger.first_previous(subject),
        }  # fmt: skip
        rows.append(
            Event(
                kind="appeals.filed", subject=subject, position=1, by=appeal.filer, at=appeal.filed_at,
                facts=link["facts"], commitments={}, previous=link["previous"], hash=ledger.link_hash(link),
            )
        )  # fmt: skip
    Event.objects.bulk_create(rows, batch_size=2000)
    EventHead.objects.bulk_create(
        [EventHead(subject=row.subject, position=1, hash=row.hash) for row in rows], batch_size=2000
    )


def fail_unless(is_good: bool, sentence: str) -> None:
    """A bench that misses its figure says so and ends with an error."""
    if not is_good:
        say(f"MISSED: {sentence}")
        sys.exit(1)
