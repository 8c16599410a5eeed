"""A driver's pages through their addresses, as his phone would ask for them."""

import pytest
from django.urls import reverse

from tests import world

pytestmark = pytest.mark.django_db


def test_smoke():
    line = world.a_line()
    driver = world.a_driver(line["branch"], contact=line["contact"])
    client = world.signed_in(driver)
    for status in ("waiting", "in_hand", "asked", "answered", "closed", "withdrawn", "transferred"):
        appeal = world.an_appeal(status, by=driver, handler=line["contact"])
        for page in ("detail", "receipt", "clock", "log", "log_file"):
            assert client.get(reverse(f"appeals:{page}", args=[appeal.code])).status_code == 200
    assert client.get("/appeals/").status_code == 200
    assert client.get("/").status_code == 200
