"""The long-running programs of the portal, said once: the launcher, docker-compose.yml and the tests share them."""

import signal
from dataclasses import dataclass

from launch.places import venv_program


@dataclass(frozen=True)
class Service:
    """One program; `{bind}` and `{state}` are filled in by who starts it."""

    name: str
    command: tuple[str, ...]
    # how it dies when the launcher was killed: nobody is left to wait for a polite end
    abrupt: signal.Signals

    def program(self, *, bind: str, state: str) -> list[str]:
        words = [word.format(bind=bind, state=state) for word in self.command]
        return [venv_program(words[0]), *words[1:]]


WEB = Service(
    "web",
    (
        "gunicorn", "portal.wsgi:application", "--bind", "{bind}", "--worker-class", "gthread", "--workers", "2",
        "--threads", "8", "--preload", "--timeout", "30", "--graceful-timeout", "10", "--keep-alive", "5",
        "--worker-tmp-dir", "{state}", "--max-requests", "20000", "--max-requests-jitter", "2000",
        "--forwarded-allow-ips", "*",
    ),
    signal.SIGQUIT,
)  # fmt: skip
WORKER = Service(
    "worker",
    ("celery", "-A", "portal", "worker", "--concurrency", "2", "--queues", "clocks,celery", "--loglevel", "info"),
    # its broker dies with the launcher, and a worker that looks for one hears of no politer end for an hour
    signal.SIGKILL,
)
BEAT = Service(
    "beat",
    ("celery", "-A", "portal", "beat", "--schedule", "{state}/beat-schedule", "--pidfile", "", "--loglevel", "info"),
    signal.SIGTERM,
)
SERVICES = (WEB, WORKER, BEAT)
