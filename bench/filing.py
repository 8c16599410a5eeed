"""Filing: 50 drivers at once through the real web server, every request sent twice, a third of the replies lost."""

import argparse
import contextlib
import http.client
import os
import random
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from appeals.models import Appeal, Leg
from bench import ground
from bench.ground import fail_unless, say
from launch.services import WEB
from portal import caselog, events
from portal.calendar import beijing_day
from portal.models import Event, OnceKey, User
from tests import world
from tests.journeys.walk import HIDDEN

LOST = 1 / 3
MOST_TRIES = 12
REFERENCE = 10
MEMORY_MIB = 256  # what the web server may grow by
# everything is sent twice, and what was lost once more: less than this share of one quiet driver's pace would be more
# than the copies explain
LEAST_RATIO = 0.2


@dataclass
class Phone:
    """A driver's phone on a bad network: each request goes out twice, and a third of the replies are never read."""

    host: str
    session: str
    chance: random.Random
    is_bad: bool = True
    cookies: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    lost: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def ask(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """(status, Location, page) of the first reply that arrives; sent again while none does."""
        for _try in range(MOST_TRIES):
            replies = [self.read(started) for started in [self.send(address, form) for _copy in range(1 + self.is_bad)]]
            arrived = [reply for reply in replies if reply is not None]
            if arrived:
                # the page that is shown, and the cookie that came with it
                status, location, page, cookies = arrived[0]
                self.cookies |= cookies
                return status, location, page
        raise RuntimeError(f"No reply from {address} in {MOST_TRIES} tries.")

    def send(self, address: str, form: dict[str, str] | None) -> http.client.HTTPConnection:
        door = http.client.HTTPConnection(self.host, timeout=60)
        cookies = {settings.SESSION_COOKIE_NAME: self.session, **self.cookies}
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if form is None:
            door.request("GET", address, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            door.request("POST", address, urllib.parse.urlencode(form), headers)
        self.sent += 1
        return door

    def read(self, door: http.client.HTTPConnection) -> tuple[int, str, str, dict[str, str]] | None:
        if self.is_bad and self.chance.random() < LOST:
            # the tunnel: the request is out, the answer finds nobody
            door.close()
            self.lost += 1
            return None
        reply = door.getresponse()
        sent = [cookie.partition(";")[0].partition("=") for cookie in reply.headers.get_all("Set-Cookie") or []]
        cookies = {name: value for name, _is, value in sent if name == settings.CSRF_COOKIE_NAME}
        page = reply.read().decode()
        door.close()
        self.statuses[reply.status] += 1
        return reply.status, reply.headers.get("Location", ""), page, cookies

    def file(self, title: str, day: list[str], where: str) -> str:
        """File through the five pages; gives the code of the receipt it ends at."""
        pages = [
            {"is_urgent": "no"},
            {"category": "dispatch"},
            {
                "happened_date_year": day[0], "happened_date_month": day[1], "happened_date_day": day[2],
                "where": where, "about": "none", "order_number": "",
            },
            {"title": title, "story": "上周开始晚高峰派单少了三成，客服只说是系统派的。"},
            {"identity": "named"},
        ]  # fmt: skip
        location = ""
        for number, values in enumerate(pages, start=1):
            address = f"/appeals/new/{number}/"
            status, location, page = self.ask(address)
            if status != http.client.OK:
                raise RuntimeError(f"Page {number} was not there: {status} {location}")
            status, location, _page = self.ask(address, {**hidden(page), **values})
            if status != http.client.FOUND:
                raise RuntimeError(f"Page {number} answered {status}.")
        status, _location, page = self.ask(location)
        if status != http.client.OK or not location.endswith("/receipt/"):
            raise RuntimeError(f"The last page led to {location} ({status}).")
        return location.split("/")[2]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields as a browser sends them back, the token against forged requests included."""
    return {match["name"]: unescape(match["value"]) for match in HIDDEN.finditer(page)}


@contextlib.contextmanager
def web() -> Iterator[tuple[str, psutil.Process]]:
    """The web server as the launcher starts it, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as state, Path(state, "web.log").open("wb") as log:
        env = os.environ | {"PUBLIC_URL": f"http://{host}", "ALLOWED_HOSTS": "127.0.0.1"}
        program = subprocess.Popen(WEB.program(bind=host, state=state), env=env, stdout=log, stderr=log)
        try:
            for _try in range(300):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{host}/about/", timeout=5):
                    break
                fail_unless(program.poll() is None, f"the web server ended: {Path(state, 'web.log').read_text()}")
                time.sleep(0.1)
            yield host, psutil.Process(program.pid)
        finally:
            program.terminate()
            program.wait(30)


def memory_mib(process: psutil.Process) -> float:
    """What the server and its workers hold; pages they share counted once."""
    return sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)]) / 2**20


def phones(host: str, people: list[User], *, seed: int, is_bad: bool = True) -> list[Phone]:
    """Signed in without the pages of signing in: the session is there, and the phone has its cookie."""
    made = []
    for number, person in enumerate(people):
        session = world.signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
        made.append(Phone(host, session, random.Random(seed + number), is_bad))
    return made


def check(titles: dict[str, list[str]], codes: dict[str, list[str]], drivers: dict[str, User]) -> list[str]:
    """What is lost, doubled or in the wrong hands, in sentences."""
    found = []
    for who, wanted in titles.items():
        rows = list(Appeal.objects.filter(filer=drivers[who]).order_by("pk"))
        if sorted(row.title for row in rows) != sorted(wanted):
            found.append(f"{who}: {len(wanted)} filed, {len(rows)} stored")
        if [row.title for row in rows if row.code in codes[who]] != [row.title for row in rows]:
            found.append(f"{who}: a receipt leads to another case")
    everything = list(Appeal.objects.all())
    if len({row.number for row in everything}) != len(everything):
        found.append("a number was given twice")
    if Leg.objects.filter(left_at=None).count() != len(everything):
        found.append("a case has no open tier, or two")
    filed = Counter(Event.objects.filter(kind="appeals.filed").values_list("subject", flat=True))
    if set(filed.values()) != {1} or len(filed) != len(everything):
        found.append("a case was filed twice in its log")
    if OnceKey.objects.filter(verb="appeals.file").exclude(answer="").count() != len(everything):
        found.append("a key was used for nothing")
    now = timezone.now()
    if not all(caselog.verify_stored(events.subject_of(row), now=now).ok for row in everything):
        found.append("a log does not verify")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--drivers", type=int, default=50)
    parser.add_argument("--each", type=int, default=2, help="appeals that each driver files, one after the other")
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    ground.prepare()
    desks = ground.lines(4)
    branches = [desk["contact"].organisation for desk in desks]
    people = [world.a_driver(branches[number % len(branches)]) for number in range(options.drivers + 1)]
    day = beijing_day(timezone.now()).isoformat().split("-")
    where = world.district().code

    with web() as (host, process):
        quiet = phones(host, people[:1], seed=0, is_bad=False)[0]
        quiet.file("热身", day, where)
        began = time.perf_counter()
        codes = {"quiet": [quiet.file(f"安静的 {number}", day, where) for number in range(REFERENCE)]}
        pace = REFERENCE / (time.perf_counter() - began)
        say(f"reference: one driver, each request once: {pace:.1f} filings a second")
        before = memory_mib(process)

        crowd = phones(host, people[1:], seed=options.seed)
        titles = {
            f"driver {who}": [f"第 {who} 位的第 {n} 件" for n in range(options.each)] for who in range(len(crowd))
        }
        connection.close()
        began = time.perf_counter()
        with ThreadPoolExecutor(len(crowd)) as threads:
            running = {
                who: threads.submit(
                    lambda phone=phone, who=who: [phone.file(title, day, where) for title in titles[who]]
                )
                for who, phone in zip(titles, crowd, strict=True)
            }
            codes |= {who: done.result() for who, done in running.items()}
        seconds = time.perf_counter() - began
        after = memory_mib(process)

    drivers = {"quiet": people[0], **dict(zip(titles, people[1:], strict=True))}
    titles["quiet"] = [f"安静的 {number}" for number in range(REFERENCE)]
    Appeal.objects.filter(title="热身").update(title="安静的 热身")
    titles["quiet"].append("安静的 热身")
    codes["quiet"].append(Appeal.objects.get(title="安静的 热身").code)
    faults = check(titles, codes, drivers)
    filed = options.drivers * options.each
    statuses = sum((phone.statuses for phone in crowd), Counter[int]())
    sent, lost = sum(phone.sent for phone in crowd), sum(phone.lost for phone in crowd)
    ratio = filed / seconds / pace
    say(f"{filed} filings by {options.drivers} drivers in {seconds:.1f} s: {filed / seconds:.1f} a second")
    say(f"{sent:,} requests, {lost:,} replies lost ({lost / sent:.0%}); replies read: {dict(sorted(statuses.items()))}")
    say(f"ratio to one quiet driver: {ratio:.2f}, with each request sent twice")
    say(f"memory of web: {before:.0f} -> {after:.0f} MiB")
    fail_unless(not faults, "; ".join(faults))
    fail_unless(abs(lost / sent - LOST) < 0.05, f"{lost / sent:.0%} of the replies were lost, not a third")
    fail_unless(set(statuses) <= {200, 302}, f"something else than pages came back: {dict(statuses)}")
    fail_unless(ratio > LEAST_RATIO, f"{ratio:.2f} of one quiet driver's pace")
    fail_unless(after - before < MEMORY_MIB, f"the web server grew by {after - before:.0f} MiB")
    say("1 passed, 0 failed")


if __name__ == "__main__":
    main()
