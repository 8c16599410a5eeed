"""Verify a downloaded case record without database or network: file, receipt and published roots suffice."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import verification
from portal.verification import MAX_BYTES, Report, Unreadable


class Command(BaseCommand):
    help = "Verify a downloaded case record: exit code 0 when it is consistent, 1 when not. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="the record as downloaded")
        parser.add_argument("--roots", type=Path, help="a folder with published daily roots, 2026-11-23.json and so on")
        parser.add_argument("--head", default="", help="the check code on the receipt")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                log = verification.read(file.read(MAX_BYTES + 1))
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(why)s") % {"why": error.strerror}) from error
        except Unreadable as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        if options["head"] and not verification.is_head(options["head"]):
            raise CommandError(_("A check code has at least 16 characters, 0 to 9 and a to f."))
        roots = _roots(options["roots"]) if options["roots"] else None
        report = verification.verify(log, roots=roots, head=options["head"])
        for line in _lines(report, log, has_roots=roots is not None):
            self.stdout.write(line)
        if not report.ok:
            raise CommandError("\n".join(problem.sentence for problem in report.problems))


def _roots(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise CommandError(_("There is no folder of daily roots at %(path)s.") % {"path": folder})
    roots = {}
    for path in sorted(folder.glob("????-??-??.json")):
        try:
            roots[path.stem] = str(json.loads(path.read_bytes())["root"])
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(_("%(path)s is not a file of a daily root.") % {"path": path}) from error
    return roots


def _lines(report: Report, log: dict[str, Any], *, has_roots: bool) -> list[str]:
    lines = [
        f"{report.subject} {report.head[0]}-{report.head[1]}",
        _("Consistent.") if report.ok else _("Not consistent:"),
    ]
    if not report.ok:
        return lines
    count = ngettext(
        "%(n)d entry, none altered, dropped or re-dated.",
        "%(n)d entries, none altered, dropped or re-dated.",
        report.count,
    )
    lines.append(count % {"n": report.count})
    if report.covered_until:
        facts = {"n": report.covered_count, "day": report.covered_until.isoformat()}
        lines.append(_("The daily root of %(day)s vouches for it up to entry %(n)d.") % facts)
    elif log.get("root") and not has_roots:
        facts = {"day": log["root"]["day"], "root": log["root"]["root"]}
        lines.append(_("Compare by eye with the daily root published for %(day)s: %(root)s") % facts)
    else:
        lines.append(_("No daily root covers it yet."))
    return lines
