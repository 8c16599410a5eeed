"""Doors for Celery: the clocks of the appeals."""

from django.utils import timezone

from appeals.actions import evidencing, exporting, publishing, reading, reminding, ticking
from portal.jobs import job

# one run's share: a night with 5,000 deadlines takes several runs, and a second worker helps
BATCH = 250
HOURLY = 2_000


@job("appeals.tick")
def tick() -> dict[str, int]:
    now = timezone.now()
    moved = ticking.tick(now=now, most=BATCH)
    if moved == BATCH:
        # more is due: knock again rather than hold this worker, so that other work gets its turn
        tick.apply_async()
    return {"moved": moved, "silences": ticking.note_silence(now=now, most=BATCH)}


@job("appeals.check_invariant")
def check_invariant() -> dict[str, int]:
    now = timezone.now()
    broken = ticking.without_anyone(now=now)
    rescued = sum(ticking.rescue(code, now=now) for code in broken[:HOURLY])
    return {"broken": len(broken), "rescued": rescued}


@job("appeals.remind")
def remind() -> dict[str, int]:
    return reminding.remind(now=timezone.now())


@job("appeals.sweep_evidence")
def sweep_evidence() -> dict[str, int]:
    now = timezone.now()
    return {"gone": evidencing.sweep(now=now), "scanned": evidencing.rescan(now=now)}


@job("appeals.sweep_orphans")
def sweep_orphans() -> dict[str, int]:
    return {"files": evidencing.sweep_orphans(now=timezone.now())}


@job("appeals.make_export")
def make_export(export_id: int) -> dict[str, int]:
    return {"rows": exporting.make(export_id, now=timezone.now())}


@job("appeals.sweep_exports")
def sweep_exports() -> dict[str, int]:
    return {"gone": exporting.sweep(now=timezone.now())}


@job("appeals.release_answers")
def release_answers() -> dict[str, int]:
    return publishing.release_due(now=timezone.now())


@job("appeals.draw_readings")
def draw_readings() -> dict[str, int]:
    return reading.draw_weeks(now=timezone.now())
