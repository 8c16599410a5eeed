"""`manage.py verify_log`: exit code 0 or 1 and plain sentences, with no database behind it."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.portal.logs_of_cases import a_log, roots_for

DEAD = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}


Verify = Callable[..., tuple[int, str]]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Run the command; these tests may not touch a database at all."""

    def run(log: Any, *arguments: str, roots: dict[str, str] | None = None) -> tuple[int, str]:
        said = io.StringIO()
        try:
            call_command("verify_log", *_files(tmp_path, log, roots), *arguments, stdout=said)
        except CommandError as error:
            return error.returncode, f"{said.getvalue()}{error}"
        return 0, said.getvalue()

    return run


def _files(folder: Path, log: Any, roots: dict[str, str] | None) -> list[str]:
    file = folder / "record.json"
    file.write_bytes(log if isinstance(log, bytes) else json.dumps(log).encode())
    if roots is None:
        return [str(file)]
    (folder / "roots").mkdir()
    for day, root in roots.items():
        (folder / "roots" / f"{day}.json").write_text(json.dumps({"day": day, "root": root}))
    return [str(file), "--roots", str(folder / "roots")]


@pytest.mark.parametrize(("alter", "code", "sentence"), [(0, 0, "一致。"), (1, 1, "第 3 条被改动过。")])
def test_it_runs_where_no_server_is(tmp_path: Path, alter: int, code: int, sentence: str) -> None:
    log = a_log()
    log["links"][2]["at"] += alter
    env = {key: value for key, value in os.environ.items() if key != "OWNER_DATABASE_URL"} | DEAD
    command = [sys.executable, "manage.py", "verify_log", *_files(tmp_path, log, roots_for(log))]
    done = subprocess.run(command, cwd=settings.ROOT_DIR, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, sentence in done.stdout + done.stderr) == (code, True)
    assert "Traceback" not in done.stderr


@pytest.fixture(autouse=True)
def _chinese(django_db_setup: None) -> None:
    """The sentences are compiled with the database's preparation."""


def test_an_untouched_record_is_consistent(verify: Verify) -> None:
    log = a_log()
    code, said = verify(log, "--head", log["links"][0]["hash"], roots=roots_for(log))
    assert code == 0
    assert "一致。" in said
    assert "和 2026-11-22 的核验根一致，核到第 5 条。" in said


def test_without_roots_the_root_is_shown_to_be_compared_by_eye(verify: Verify) -> None:
    log = a_log()
    code, said = verify(log)
    assert code == 0
    assert log["root"]["root"] in said


def test_an_altered_record_is_not(verify: Verify) -> None:
    log = a_log()
    log["links"][2]["at"] += 1
    code, said = verify(log)
    assert code == 1
    assert "第 3 条被改动过。" in said


def test_a_cut_tail_is_named(verify: Verify) -> None:
    log = a_log()
    del log["links"][4]
    log["head"] = {"position": 4, "hash": log["links"][-1]["hash"]}
    code, said = verify(log, roots=roots_for(log))
    assert code == 1
    assert "从第 5 条起都不见了" in said


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\x00\xff", b'{"format": "other"}'])
def test_what_is_no_record_gets_one_sentence(verify: Verify, data: bytes) -> None:
    code, said = verify(data)
    assert code == 1
    assert "办理记录" in said


def test_a_file_that_is_not_there_gets_one_sentence(verify: Verify) -> None:
    code, said = verify(a_log(), "--roots", "/nowhere/at/all")
    assert code == 1
    assert "/nowhere/at/all" in said


def test_a_check_code_that_is_none_is_said_to_be_none(verify: Verify) -> None:
    code, said = verify(a_log(), "--head", "LZ-261112")
    assert code == 1
    assert "校验码至少 16 位" in said
