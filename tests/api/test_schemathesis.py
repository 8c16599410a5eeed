"""The API holds to its own description, whatever is sent: no server error, no answer, type or shape it does not name.

Few examples in a normal run; SCHEMATHESIS_EXAMPLES asks for more of each operation.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import time_machine
from django.core import signals
from django.core.cache import cache
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from portal.wsgi import application
from tests import world
from tests.api.program import Program
from tests.house import cast as casting
from tests.house.cast import Cast

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
SEED = 20261123
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# whose part of the API each is; who gets nothing of the others' stands in tests/house/test_urls.py
PARTS = {"driver": "driver", "contact": "desk", "secretary": "desk", "liaison": "company"}
# the case at which a move has a chance
AT = {
    "reply": "asked", "come_back": "withdrawn", "go_on": "answered", "accept": "answered", "rate": "answered",
    "not_carried_out": "done", "take": "waiting", "carry_out": "promised", "reopen": "closed", "return_down": "up",
}  # fmt: skip


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    with django_db_blocker.unblock(), time_machine.travel(world.NOW, tick=False), transaction.atomic():
        yield casting.gather(world.NOW)
        transaction.set_rollback(True)


@pytest.fixture(scope="module", autouse=True)
def _one_connection() -> Iterator[None]:
    """A request through the real door ends by closing its connection; here all of them share the cast's transaction."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture(scope="module")
def described() -> Any:
    return schemathesis.openapi.from_wsgi("/api/schema/", from_here)


def from_here(environ: Any, start_response: Any) -> Any:
    """As a server hands a request over: with the address it came from."""
    return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)


def aim(case: Case, cast: Cast, turn: int) -> None:
    """Every second time at a case or question that is there, every fourth at the version it has."""
    move = case.operation.definition.raw["operationId"].partition("_")[2]
    row = (
        cast.things["hearing"]
        if case.operation.path.startswith("/api/hearings")
        else cast.cases[AT.get(move, "in_hand")]
    )
    if turn % 2 == 0 and "code" in (case.path_parameters or {}):
        case.path_parameters["code"] = row.code
        if turn % 4 == 0 and "If-Match" in case.headers:
            case.headers["If-Match"] = f'"{row.position}"'


@pytest.mark.parametrize("who", PARTS)
def test_every_operation_answers_as_described(cast: Cast, described: Any, who: str, settings: Any) -> None:
    settings.API_RATES = dict.fromkeys(settings.API_RATES, 10**9)
    program = Program(cast.people[who], cast.posts.get(who))
    answered: set[int] = set()
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["tags"][0] in (PARTS[who], "common"):
            answered |= run(operation, program, cast)
    # it came through to the actions, and was turned down in more than one way
    assert {200, 400, 404} <= answered
    cache.clear()


def run(operation: Any, program: Program, cast: Cast) -> set[int]:
    answered: set[int] = set()
    turns = iter(range(10**6))

    def check(case: Case) -> None:
        aim(case, cast, next(turns))
        before = transaction.savepoint()
        try:
            response = case.call_and_validate(headers=program.headers(), checks=CHECKS)
        finally:
            transaction.savepoint_rollback(before)
        answered.add(response.status_code)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        rules = settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        rules(given(case=operation.as_strategy(generation_mode=mode))(check))()
    return answered


def test_the_description_has_a_version_and_no_loose_end(described: Any) -> None:
    raw = described.raw_schema
    assert raw["info"]["version"] == "1.0.0"
    for path, methods in raw["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert {"401", "403", "404", "429"} <= statuses, f"{method} {path}"
            if method == "post":
                assert {"400", "409", "415", "422"} <= statuses, f"{method} {path}"
                names = {one["name"] for one in operation["parameters"]}
                assert "Idempotency-Key" in names
