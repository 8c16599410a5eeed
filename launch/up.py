"""./run up: servers, database, demo data, web, worker and beat; one address at the end."""

import contextlib
import hashlib
import json
import os
import socket
import time
import urllib.error
import urllib.request

from launch import interrupts, stopping
from launch.children import Child, run_to_end
from launch.places import PORTAL_MB, ROOT, RUN, Lock, prepare_run_folder, require_space, venv_program
from launch.screen import Stopped, Trouble, say, stage
from launch.servers import Servers, environment, of_this_clone
from launch.services import SERVICES, Service

HOST = "127.0.0.1"
PREPARED = RUN / "prepared.json"
HEALTHY_SECONDS = 90
# A program that ends more often than this within a minute is broken, not unlucky.
RESTARTS_A_MINUTE = 5


def take_lock(what: str, seconds: float = 0) -> None:
    """Ours until this process ends; there is nothing to release."""
    lock = Lock(RUN / "lock")
    deadline = time.monotonic() + seconds
    while not lock.take():
        if time.monotonic() >= deadline:
            raise Trouble(already())
        time.sleep(0.1)
    lock.write(json.dumps({"pid": os.getpid(), "what": what}))


def already() -> str:
    portal, holder = stopping.running(), stopping.holder()
    if portal:
        return f"The portal is already running at {portal['address']} (process {portal['pid']}); ./run stop ends it."
    return f"The portal's servers are in use by `./run {holder.get('what', '...')}` (process {holder.get('pid', '?')})."


def require_port(port: int) -> None:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
        except OSError as error:
            raise Trouble(f"Port {port} is in use by another program; choose one with ./run up --port N.") from error


def up(port: int, *, fresh: bool) -> int:
    # of the whole command, the installing by another Python included
    begin = float(os.environ.pop("RUN_BEGAN", time.monotonic()))
    prepare_run_folder()
    take_lock("up")
    with contextlib.ExitStack() as stack:
        require_port(port)
        if fresh:
            forget()
        require_space(RUN, PORTAL_MB)
        servers = of_this_clone()
        children: list[Child] = []
        stack.callback(end, children, servers)
        interrupts.listen()
        try:
            env = environment(servers, demo=True, port=port, folder=RUN)
            with stage("Starting PostgreSQL, Valkey"):
                servers.start()
                env |= servers.urls()
            mark = fingerprint()
            sign_ins = prepared(servers, mark)
            is_new = sign_ins is None
            if is_new:
                prepare(env)
            with stage("Starting the portal"):
                children += [start(service, port, env) for service in SERVICES]
                wait_until_healthy(f"{env_address(port)}/healthz", children)
            announce(port, env)
            if is_new:
                say(f"\nThe first page is there after {since(begin)}: {env_address(port)}/\n")
                sign_ins = list_sign_ins(env)
                say(sign_ins)
                load_appeals(env)
                PREPARED.write_text(json.dumps({"mark": mark, "sign_ins": sign_ins}))
            say(f"\nThe portal is ready after {since(begin)}: {env_address(port)}/\n")
            if not is_new:
                say(str(sign_ins))
            say("Ctrl-C or ./run stop ends it.")
            watch(children, servers, port, env)
        except Stopped:
            say("\nStopping ...")
    return 0


def since(begin: float) -> str:
    return f"{time.monotonic() - begin:.0f} s"


def env_address(port: int) -> str:
    return f"http://{HOST}:{port}"


def forget() -> None:
    if "DATABASE_URL" in os.environ:
        raise Trouble("--fresh empties only the portal's own servers; DATABASE_URL names one that is not ours.")
    stopping.forget()
    prepare_run_folder()


def announce(port: int, env: dict[str, str]) -> None:
    """Leave word for ./run manage and ./run stop; it holds secrets, so only its owner may read it."""
    names = [name for name in env if name not in os.environ or os.environ[name] != env[name]]
    part = stopping.PORTAL.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        record = {"pid": os.getpid(), "address": env_address(port), "env": {name: env[name] for name in names}}
        json.dump(record, file)
    part.replace(stopping.PORTAL)


def prepared(servers: Servers, mark: str) -> str | None:
    """The sign-ins of a database that this very code made ready before; None when there is something to prepare."""
    if servers.outside or not PREPARED.exists():
        return None
    known = json.loads(PREPARED.read_text())
    return known["sign_ins"] if known["mark"] == mark else None


def prepare(env: dict[str, str]) -> None:
    """Migrate, and load what signing in needs."""
    PREPARED.unlink(missing_ok=True)
    with stage("Preparing the database"):
        manage("Preparing the database", "prepare", env=env)
    with stage("Loading people and companies"):
        manage("Loading people and companies", "demo", "--ground", env=env)


def load_appeals(env: dict[str, str]) -> None:
    """The demo's appeals take longest and are loaded while the portal already serves."""
    with stage("Loading the demo's appeals"):
        manage("Loading the demo's appeals", "demo", env=env)


def manage(name: str, *arguments: str, env: dict[str, str]) -> str:
    program = [venv_program("python"), str(ROOT / "manage.py"), *arguments]
    return run_to_end(name, program, log=RUN / "logs" / "prepare.log", env=env)


def fingerprint() -> str:
    """Changes when any file does that the portal is made of: its rooms, templates, static files, words, packages."""
    rooms = [path.parent for path in ROOT.glob("*/apps.py")]
    folders = [*rooms, ROOT / "templates", ROOT / "static", ROOT / "locale"]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix not in (".pyc", ".mo")]
    digest = hashlib.sha256()
    for path in sorted([*files, ROOT / "manage.py", ROOT / "requirements.lock"]):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path.relative_to(ROOT)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def list_sign_ins(env: dict[str, str]) -> str:
    words = manage("Listing the sign-ins", "demo", "--sign-ins", env=env)
    rows = [line.split("\t") for line in words.splitlines() if line.count("\t") == 2]
    lines = ["Demo sign-ins, one for each role (the page shows the code):"]
    # the numbers first: Chinese words are as wide as two letters and would break any column behind them
    lines += [f"  {phone}  {role}  {name}" for role, name, phone in rows]
    return "\n".join(lines) + "\n"


def start(service: Service, port: int, env: dict[str, str]) -> Child:
    state = RUN / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    program = service.program(bind=f"{HOST}:{port}", state=str(state))
    return Child(service.name, program, log=RUN / "logs" / f"{service.name}.log", env=env, abrupt=service.abrupt)


def wait_until_healthy(url: str, children: list[Child]) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        for child in children:
            if child.has_ended:
                raise Trouble(f"{child.name} ended while starting; its log is {child.log}:\n{child.words()[-1500:]}")
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
            if is_only_the_calendar(answer):
                say("The work calendar has no notice for this year: due dates are provisional until one is loaded.")
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise Trouble(f"The portal did not become healthy in {HEALTHY_SECONDS} s; {url} says: {answer[:1500]}")


def is_only_the_calendar(answer: str) -> bool:
    """Everything runs, and all that is red is a holiday notice that nobody has loaded yet: a matter for a page."""
    try:
        parts = json.loads(answer)["parts"]
    except (ValueError, KeyError):
        return False
    return {name for name, part in parts.items() if part["status"] == "red"} == {"calendar"}


def watch(children: list[Child], servers: Servers, port: int, env: dict[str, str]) -> None:
    """Start again what dies; without its database or broker the portal ends."""
    restarts: dict[str, list[float]] = {service.name: [] for service in SERVICES}
    while True:
        time.sleep(0.25)
        for server in (servers.postgres, servers.valkey):
            if server and server.child and server.child.has_ended:
                raise Trouble(f"{server.child.name} ended by itself; its log is {server.child.log}.")
        for place, child in enumerate(children):
            if not child.has_ended:
                continue
            recent = [at for at in restarts[child.name] if at > time.monotonic() - 60]
            if len(recent) >= RESTARTS_A_MINUTE:
                raise Trouble(f"{child.name} keeps ending; its log is {child.log}:\n{child.words()[-1500:]}")
            restarts[child.name] = [*recent, time.monotonic()]
            say(f"{child.name} ended (code {child.process.returncode}); starting it again.")
            service = next(service for service in SERVICES if service.name == child.name)
            children[place] = start(service, port, env)


def end(children: list[Child], servers: Servers) -> None:
    """Worker, beat, web, then the servers they lean on."""
    interrupts.begin_stopping()
    stopping.PORTAL.unlink(missing_ok=True)
    order = ("worker", "beat", "web")
    for child in sorted(children, key=lambda child: order.index(child.name)):
        child.stop()
    servers.stop()
