"""A notice is loaded while somebody's due date is being computed."""

import threading

from django.db import connection, transaction

from portal.actions import calendar as actions
from portal.models import CalendarNotice, Role
from tests import world
from tests.portal.calendar_years import draft_2027
from tests.world import NOW


def test_a_load_waits_for_dates_being_computed_so_that_their_renewal_misses_none(committed) -> None:
    counted, go_on, loaded = threading.Event(), threading.Event(), threading.Event()
    post = world.a_post(Role.SYSTEM_ADMIN, world.department())

    def move() -> None:
        with transaction.atomic():
            CalendarNotice.objects.calendar()
            counted.set()
            go_on.wait(10)
        connection.close()

    def put_in_force() -> None:
        actions.load(draft_2027(), by=post.person, post=post, now=NOW)
        loaded.set()
        connection.close()

    mover, loader = threading.Thread(target=move), threading.Thread(target=put_in_force)
    mover.start()
    assert counted.wait(10)
    loader.start()
    assert not loaded.wait(0.5)
    go_on.set()
    assert loaded.wait(10)
    mover.join(10)
    loader.join(10)
    assert CalendarNotice.objects.calendar().last_year == 2027
