"""Tries of one person at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from drivers.actions import claims
from drivers.matching import Given
from portal.errors import Refused
from tests import world

NOW = world.NOW


def test_a_count_that_goes_between_two_tries_hurts_neither(committed: str) -> None:
    person = world.a_person("周建平")
    driver = world.a_record(person, world.a_branch())
    claims.match(Given("510500000000000017", "周建平"), by=person, address="::1", now=NOW)

    def once_more() -> str:
        try:
            return claims.match(Given(driver.licence, driver.name), by=person, address="::1", now=NOW).status  # type: ignore[union-attr]
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = [one.result() for one in [pool.submit(once_more) for _try in range(4)]]
    assert sorted(answers) == ["granted", "refused", "refused", "refused"]
