"""Escalation tick: 60,000 open cases, 5,000 due at one midnight, two beats, two workers, one killed midway."""

import argparse
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from django.db import connection
from django.utils import timezone

from appeals.actions import ticking
from appeals.models import Appeal, Leg
from bench import ground
from bench.ground import fail_unless, say
from launch.services import BEAT, WORKER
from portal.models import Event

LIMIT_SECONDS = 60
MEMORY_GROWTH = 1.25
REFERENCE = 200


def start(service, folder: str, name: str) -> subprocess.Popen[bytes]:  # type: ignore[no-untyped-def]
    log = Path(folder, f"{name}.log").open("wb")  # noqa: SIM115 - the child keeps it
    program = [*service.program(bind="", state=folder)]
    if service is WORKER:
        # one process each: two workers are the two cores; the killed one takes its process with it
        program += ["--concurrency", "1", "--hostname", f"{name}@%h"]
    else:
        program = [word.replace("beat-schedule", f"{name}-schedule") for word in program]
    return subprocess.Popen(program, stdout=log, stderr=log)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of a worker: an entry may be gone by the time it is looked at."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory_mib(process: subprocess.Popen[bytes]) -> float:
    return sum(one.memory_info().rss for one in family(process)) / 2**20


def passed_up() -> int:
    return Event.objects.filter(kind="appeals.passed_up").count()


def reference() -> float:
    """Seconds per appeal of one plain loop in this process: what the machine can do today without queues."""
    began = time.perf_counter()
    moved = ticking.tick(now=timezone.now(), most=REFERENCE)
    assert moved == REFERENCE
    return (time.perf_counter() - began) / REFERENCE


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, default=60_000)
    parser.add_argument("--due", type=int, default=5_000)
    options = parser.parse_args()
    ground.prepare()
    desks = ground.lines(7)
    midnight = timezone.now()
    say(f"Writing {options.open:,} open appeals, {options.due:,} of them due at one moment ...")
    ground.open_appeals(options.open, desks, due=options.due + REFERENCE, due_at=midnight)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    each = reference()
    say(f"reference: one plain loop takes {each * 1000:.1f} ms an appeal")
    before = passed_up()

    with tempfile.TemporaryDirectory() as folder:
        workers = [start(WORKER, folder, f"worker{number}") for number in (1, 2)]
        beats = [start(BEAT, folder, f"beat{number}") for number in (1, 2)]
        began = time.perf_counter()
        is_killed, first_memory, last_memory = False, 0.0, 0.0
        try:
            while (done := passed_up() - before) < options.due and time.perf_counter() - began < 4 * LIMIT_SECONDS:
                if not is_killed and done > options.due * 0.4:
                    for process in family(workers[0]):
                        process.kill()
                    is_killed = True
                    say(f"killed one worker with SIGKILL after {done:,}")
                if done > options.due * 0.1:
                    last_memory = memory_mib(workers[1])
                    first_memory = first_memory or last_memory
                time.sleep(0.2)
            seconds = time.perf_counter() - began
            done = passed_up() - before
        finally:
            for process in [*beats, *workers]:
                for one in family(process):
                    one.kill()

    twice = [
        subject
        for subject, count in Counter(
            Event.objects.filter(kind="appeals.passed_up").values_list("subject", flat=True)
        ).items()
        if count > 1
    ]
    still_due = Appeal.objects.ticking(midnight).count()
    two_open = Appeal.objects.filter(legs__left_at=None).count() - Leg.objects.filter(left_at=None).count()
    ratio = seconds / (each * options.due)
    say(f"{done:,} appeals moved up in {seconds:.1f} s, starting workers included: {done / seconds:,.0f} a second")
    say(f"ratio to one plain loop: {ratio:.2f} (below 1 means the two workers gained)")
    say(f"memory of the surviving worker: {first_memory:.0f} -> {last_memory:.0f} MiB")
    fail_unless(is_killed, "no worker was killed: too few appeals to measure")
    fail_unless(
        done == options.due and still_due == 0, f"{options.due} should have moved, {done} did, {still_due} wait"
    )
    fail_unless(not twice and two_open == 0, f"{len(twice)} moved twice")
    fail_unless(seconds < LIMIT_SECONDS, f"it took {seconds:.0f} s, the limit is {LIMIT_SECONDS}")
    fail_unless(last_memory < first_memory * MEMORY_GROWTH, "the worker's memory grows")
    say("1 passed, 0 failed")


if __name__ == "__main__":
    main()
