"""docker-compose.yml is the production shape: the launcher's commands, the launcher's names, and it really serves.

The containers themselves are not built here; everything that stands inside them is started.
"""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import yaml

from launch import keys, probe, production
from launch.children import Child
from launch.places import ROOT
from launch.postgres import SETTINGS, Postgres, binaries
from launch.servers import for_this_run
from launch.services import BEAT, SERVICES, WEB, WORKER
from tests.launch.clone import free_port

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ["prepare", "web", "worker", "beat"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_container_runs_the_launchers_command(service) -> None:
    expected = [word.format(bind="0.0.0.0:8000", state="/var/lib/portal/state") for word in service.command]
    assert COMPOSE[service.name]["command"] == expected


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_given_every_name_the_portal_reads(name: str) -> None:
    by_hand = {
        line.split("=")[0] for line in (ROOT / "deploy/example.env").read_text().splitlines() if "=" in line[:40]
    }
    by_hand -= {line for line in by_hand if line.startswith("#")}
    given = set(COMPOSE[name]["environment"]) | by_hand
    wanted = set(production.NAMES) - ({"OWNER_DATABASE_URL"} if name != "prepare" else set())
    assert given == wanted
    assert COMPOSE[name]["environment"]["PRODUCTION"] == "1"
    assert (COMPOSE[name]["environment"]["DEMO"], COMPOSE[name]["environment"]["DEBUG"]) == ("0", "0")


def test_only_the_one_that_migrates_knows_the_owner() -> None:
    knowing = {name for name, service in COMPOSE.items() if "OWNER" in str(service.get("environment", ""))}
    assert knowing == {"prepare", "postgres"}


@pytest.mark.parametrize("name", COMPOSE)
def test_no_container_is_root_or_may_become_it(name: str) -> None:
    service = COMPOSE[name]
    is_unprivileged_image = service["image"].startswith("nginxinc/nginx-unprivileged:")
    assert is_unprivileged_image or int(service["user"].split(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", COMPOSE)
def test_every_image_is_pinned(name: str) -> None:
    image = COMPOSE[name]["image"]
    assert image == "portal:local" or re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?(-bookworm)?", image)
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        assert not line.startswith("FROM") or re.match(r"FROM python:3\.\d+\.\d+-slim-bookworm", line)


@pytest.mark.parametrize("name", sorted(set(COMPOSE) - {"prepare"}))
def test_every_lasting_container_has_a_health_check(name: str) -> None:
    assert COMPOSE[name]["healthcheck"]["test"][0].startswith("CMD")


def test_both_postgres_keep_what_was_committed() -> None:
    words = COMPOSE["postgres"]["command"]
    given = dict(word.split("=") for word in words if "=" in word)
    assert given.items() <= SETTINGS.items()
    assert {"fsync", "synchronous_commit", "full_page_writes", "log_min_error_statement"} <= given.keys()
    assert "--data-checksums" in COMPOSE["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_the_images_own_script_makes_the_same_two_roles(tmp_path: Path) -> None:
    """deploy/postgres/roles.sh with the real psql, on a server that has seen nothing yet."""
    secrets = keys.fresh()
    server = Postgres(tmp_path / "data", tmp_path, tmp_path / "log")
    server.create(secrets["postgres"])
    server.boot({}, secrets["postgres"])
    script = (ROOT / "deploy/postgres/roles.sh").read_text()
    script = script.replace("/etc/portal/roles.sql", str(ROOT / "deploy/postgres/roles.sql"))
    try:
        done = subprocess.run(
            ["sh", "-c", script],
            env={
                "PATH": f"{binaries()}:{os.defpath}", "PGHOST": str(tmp_path), "PGPASSWORD": secrets["postgres"],
                "POSTGRES_USER": "postgres", "OWNER_PASSWORD": secrets["portal_owner"],
                "APP_PASSWORD": secrets["portal_app"],
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with closing(psycopg2.connect(server.url("portal_app", secrets))) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolcreatedb, rolsuper FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY 1"
            )
            assert cursor.fetchall() == [("portal_app", False, False), ("portal_owner", True, False)]
    finally:
        server.stop()


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory):
    """A prepared installation under production settings: DEBUG and DEMO off, secrets of its own."""
    with for_this_run() as made:
        folder = tmp_path_factory.mktemp("production")
        env = production.rehearsal(made) | {"STATIC_ROOT": str(folder / "static")}
        prepare(env)
        yield env


def prepare(env: dict[str, str]) -> None:
    """The command of the one-shot container, word for word."""
    command = COMPOSE["prepare"]["command"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def running(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    """web, worker and beat as the containers start them; gives the port."""
    folder = tmp_path_factory.mktemp("services")
    port = free_port()
    children = []
    # the application containers never see the owner's address
    seen = {name: value for name, value in env.items() if name != "OWNER_DATABASE_URL"}
    for service in SERVICES:
        program = service.program(bind=f"127.0.0.1:{port}", state=str(folder))
        children.append(Child(service.name, program, log=folder / f"{service.name}.log", env=seen))
    try:
        wait_for_health(port, children)
        yield port, children
    finally:
        for child in reversed(children):
            child.stop()


def wait_for_health(port: int, children: list[Child]) -> None:
    deadline = time.monotonic() + 60
    answer: tuple[int, dict] = (0, {})
    while time.monotonic() < deadline:
        assert [child.words()[-2000:] for child in children if child.has_ended] == []
        try:
            answer = probe.ask(f"http://127.0.0.1:{port}/healthz", "portal.example")
        except OSError:
            time.sleep(0.2)
            continue
        if answer[0] == 200:
            return
        time.sleep(0.2)
    raise AssertionError(f"never healthy: {answer}")


def test_every_service_lives_under_production_settings(running) -> None:
    _port, children = running
    assert [child.name for child in children if not child.has_ended] == [WEB.name, WORKER.name, BEAT.name]


def check_of(name: str, port: int) -> list[str]:
    """The health check of a container, its address turned to where the service stands here."""
    kind, *words = COMPOSE[name]["healthcheck"]["test"]
    words = [re.sub(r"http://(127\.0\.0\.1|web):8000", f"http://127.0.0.1:{port}", word) for word in words]
    return ["sh", "-c", words[0].replace("$$", "$")] if kind == "CMD-SHELL" else words


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_containers_own_health_check_says_so(running, env: dict[str, str], name: str) -> None:
    done = subprocess.run(
        check_of(name, running[0]),
        cwd=ROOT, env=env | {"HOSTNAME": os.uname().nodename}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_web_sends_plain_http_to_tls(running) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{running[0]}/", headers={"Host": "portal.example"})
    opener = urllib.request.build_opener(NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as sent:
        opener.open(request, timeout=10)
    assert (sent.value.code, sent.value.headers["Location"]) == (301, "https://portal.example/")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object) -> None:
        return None


def test_a_probe_of_nothing_is_unhealthy() -> None:
    assert probe.main([f"http://127.0.0.1:{free_port()}/healthz"]) == 1


def test_production_refuses_a_demo_a_debug_and_a_known_secret(env: dict[str, str]) -> None:
    for wrong in ({"DEMO": "1"}, {"DEBUG": "1"}, {"SECRET_KEY": "django-insecure-" + "x" * 60}):
        done = subprocess.run(
            ["python", "manage.py", "check"],
            cwd=ROOT, env=env | wrong, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert "Production does not start" in done.stderr or "SECRET_KEY is a default" in done.stderr
