"""./run check: everything that can be wrong without running the portal. All steps run, then one verdict."""

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from launch.children import ROOT
from launch.places import venv_program
from launch.production import rehearsal
from launch.screen import say
from launch.servers import for_this_run

# A room's one pure module, where it has one (HOUSE rule: rules that are a table stand without database and clock).
PURE = ("chain.py", "calendar.py", "points.py", "rules.py", "ledger.py", "merkle.py", "verification.py")


@dataclass
class Step:
    name: str
    program: list[str]
    env: dict[str, str] = field(default_factory=dict)


def rooms() -> list[Path]:
    return sorted(path.parent for path in ROOT.glob("*/apps.py"))


def typed_files() -> list[str]:
    """Actions, permissions and pure modules of every room, and the launcher."""
    found: list[Path] = sorted((ROOT / "launch").glob("*.py"))
    for room in rooms():
        for part in ("actions", "permissions"):
            found += [path for path in (room / f"{part}.py", *sorted((room / part).rglob("*.py"))) if path.exists()]
        found += [room / name for name in PURE if (room / name).exists()]
    return [str(path.relative_to(ROOT)) for path in found]


def steps(env: dict[str, str]) -> list[Step]:
    python, manage = venv_program("python"), str(ROOT / "manage.py")
    return [
        Step("formatting", [venv_program("ruff"), "format", "--check", "--quiet", "."]),
        Step("lint", [venv_program("ruff"), "check", "--quiet", "."]),
        Step("layers", [venv_program("lint-imports")]),
        Step("types", [python, "-m", "mypy", *typed_files()], env),
        Step("migrations", [python, manage, "makemigrations", "--check", "--dry-run", "--skip-checks"], env),
        Step("templates", [venv_program("djlint"), "templates", "--lint", "--quiet"]),
        Step(
            "API description",
            [python, manage, "spectacular", "--fail-on-warn", "--validate", "--file", os.devnull],
            env,
        ),
        Step("translations", [python, manage, "messages", "--check"], env),
        Step("deployment", [python, manage, "check", "--deploy", "--fail-level", "WARNING"], rehearsal(env)),
    ]


def check() -> int:
    failed = []
    with for_this_run() as env:
        for step in steps(env):
            begin = time.monotonic()
            done = subprocess.run(
                step.program, cwd=ROOT, env=step.env or env, capture_output=True, text=True, check=False
            )
            verdict = "ok" if done.returncode == 0 else "FAILED"
            say(f"  {step.name:<16}{verdict:<8}{time.monotonic() - begin:5.1f} s")
            if done.returncode != 0:
                failed.append(step.name)
                say(done.stdout + done.stderr)
    say(f"check: {len(failed)} failed ({', '.join(failed)})" if failed else "check: all ok")
    return 1 if failed else 0
