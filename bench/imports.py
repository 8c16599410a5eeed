"""420,000 drivers from one file: checked, written and taken to their branches, in a process of its own whose memory is
measured; beside it a bare COPY of the same rows into a table with the same columns and indexes, in the same run."""

import argparse
import csv
import io
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone
from xlsxwriter import Workbook

from bench import ground
from bench.ground import fail_unless, say
from drivers.models import Driver
from portal.actions import deliveries, importing, imports
from portal.imports.tables import tables
from portal.models import Delivery, Import, ImportState, Place, PlaceKind, Role
from tests import world

FULL, MINUTES, MEGABYTES = 420_000, 5, 1024
HEAD = [
    "姓名",
    "手机号",
    "驾驶证号",
    "驾驶证有效期至",
    "区县",
    "从业起始日期",
    "驾驶员证号",
    "驾驶员证发证日期",
    "驾驶员证有效期至",
]
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "建平国庆红梅志强桂兰秀英大海小兵丽华"


def rows(count: int, chance: random.Random) -> Iterator[list[str]]:
    districts = list(Place.objects.filter(kind=PlaceKind.DISTRICT).values_list("code", flat=True))
    for number in range(count):
        name = chance.choice(FAMILY) + "".join(chance.choices(GIVEN, k=2))
        yield [
            name, f"13{number:09d}", f"5105{number:014d}", "2030-05-31", districts[number % len(districts)],
            "2024/3/1", f"CY{number:012d}", "2024年3月1日", "2028-12-31",
        ]  # fmt: skip


def as_csv(count: int, chance: random.Random) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([HEAD, *rows(count, chance)])
    return written.getvalue().encode("gb18030")


def as_xlsx(count: int, chance: random.Random) -> bytes:
    """As spreadsheets write it: each text once, and its cells point to it."""
    made = io.BytesIO()
    with Workbook(made) as book:
        sheet = book.add_worksheet("司机")
        for number, row in enumerate([HEAD, *rows(count, chance)]):
            sheet.write_row(number, 0, row)
    return made.getvalue()


def work(import_id: int) -> None:
    """What a worker does: slice after slice until the import rests. The last line is this program's peak memory; what
    getrusage gives holds that of the process it was started by, too."""
    while Import.objects.get(pk=import_id).is_working:
        importing.work(import_id, clock=timezone.now)
    status = Path("/proc/self/status").read_text()
    print(int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024)


def timed(run: Import) -> tuple[float, int]:
    """Seconds and megabytes of a process that does what is to be done."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bench.imports", "--work", str(run.pk)],
        cwd=settings.ROOT_DIR, check=True, capture_output=True, text=True,
    )  # fmt: skip
    run.refresh_from_db()
    return time.perf_counter() - began, int(done.stdout.split()[-1])


def copied() -> float:
    """Seconds of a bare COPY of the register's rows, as they lie in the database, into a table of the same shape."""
    with tempfile.TemporaryFile("w+") as held, connections["owner"].cursor() as cursor:
        cursor.copy_expert("COPY drivers_driver TO STDOUT", held)
        held.seek(0)
        cursor.execute("CREATE TABLE bare (LIKE drivers_driver INCLUDING ALL)")
        began = time.perf_counter()
        cursor.copy_expert("COPY bare FROM STDIN", held)
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bare")
    return seconds


def settle() -> float:
    """What the branches owe to the batches."""
    began = time.perf_counter()
    while Delivery.objects.filter(failed_at=None, consumer="branches.settle_imported").exists():
        deliveries.sweep(now=timezone.now())
    return time.perf_counter() - began


def measure(what: str, content: bytes, count: int) -> tuple[Import, list[str]]:
    office = world.a_post(Role.SYSTEM_ADMIN, world.department())
    who = {"by": office.person, "post": office}
    began = time.perf_counter()
    run = imports.ask(tables()["drivers.drivers"], [content], file_name=what, now=timezone.now(), **who)
    handed = time.perf_counter() - began
    checked, first = timed(run)
    say(f"{what}: {len(content) / 2**20:.0f} MB sealed in {handed:.1f} s, checked in {checked:.1f} s, {first} MB")
    fail_unless(run.state == ImportState.CHECKED and run.problems == 0, f"{run.state}, {run.problems} problems")
    missed: list[str] = []
    wrote, second = 0.0, 0
    if run.created:
        imports.start(run.pk, now=timezone.now(), **who)
        wrote, second = timed(run)
        say(f"{what}: written in {wrote:.1f} s ({count / wrote:,.0f} rows/s), {second} MB")
        say(f"{what}: the branches' part, {settle():.1f} s")
    whole = handed + checked + wrote
    say(f"{what}: {whole:.1f} s in all, {count / whole:,.0f} rows/s, peak {max(first, second)} MB")
    if count < FULL:
        whole *= FULL / count
        say(f"{what}: at this pace {FULL:,} rows take {whole:.0f} s")
    if whole > MINUTES * 60:
        missed.append(f"{what}: {whole:.0f} s")
    if max(first, second) > MEGABYTES:
        missed.append(f"{what}: {max(first, second)} MB")
    return run, missed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=FULL)
    parser.add_argument("--first", choices=["csv", "xlsx"], default="csv", help="which file fills the empty register")
    parser.add_argument("--work", type=int)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return
    ground.prepare()
    ground.lines(3)
    files: list[tuple[str, Callable[[int, random.Random], bytes]]] = [("CSV in GBK", as_csv), ("XLSX", as_xlsx)]
    # the second has the same rows: nothing is left to write
    if options.first == "xlsx":
        files.reverse()
    missed: list[str] = []
    for what, make in files:
        run, more = measure(what, make(options.rows, random.Random(20261123)), options.rows)
        missed += more
        if run.created:
            bare = copied()
            seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else 0
            say(
                f"{Driver.objects.count():,} drivers; a bare COPY of them {bare:.1f} s: "
                f"writing takes {seconds / bare:.1f} x it"
            )
        else:
            say(f"{what}: {run.same:,} rows as in the register, nothing to write")
            fail_unless(run.same == options.rows, f"{run.changed} would change")
    fail_unless(not missed, "; ".join(missed))
    say(f"All within {MINUTES} minutes and {MEGABYTES} MB.")


if __name__ == "__main__":
    main()
