"""What most tests of a driver's side begin with: a line of organisations, a driver in it, and his phone."""

import pytest
from django.test import Client

from portal.models import User
from tests import world


@pytest.fixture
def line() -> dict:
    return world.a_line()


@pytest.fixture
def driver(line: dict) -> User:
    return world.a_driver(line["branch"], contact=line["contact"])


@pytest.fixture
def client(driver: User) -> Client:
    return world.signed_in(driver)
