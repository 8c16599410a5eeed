"""The look is judged in Chinese, as its readers see it, and without a database."""

import pytest
from django.core.management import call_command
from django.utils.translation import trans_real


@pytest.fixture(scope="session", autouse=True)
def _chinese() -> None:
    call_command("messages", compile=True, verbosity=0)
    # another test may have loaded the catalogue before it was written
    trans_real._translations.clear()
    trans_real._default = None
