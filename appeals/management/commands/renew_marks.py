"""Makes search marks for cases that have none, or old ones: cases of before the index, or after its rules changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appeals.actions import indexing
from appeals.models import Appeal


class Command(BaseCommand):
    help = (
        "Make the marks by which cases are found. Can be stopped at any time and run again beside the running portal."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="only count; exit code 1 while a case lags behind")
        parser.add_argument("--every", action="store_true", help="also those whose marks look right")
        parser.add_argument("--after", default="", metavar="NUMBER", help="with --every: go on behind this case")
        parser.add_argument("--batch", type=int, default=200, help="cases in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self._check()
        last = self._after(options["after"])
        rows = indexing.waiting(every=options["every"]).filter(pk__gt=last)
        total, done = rows.count(), 0
        while made := indexing.renew_some(last, every=options["every"], most=max(1, options["batch"])):
            last, done = made[-1].pk, done + len(made)
            self.stdout.write(f"{done:>9} of {total}, last {made[-1].number}")
        self.stdout.write("Every case can be found by its marks." if not indexing.lagging() else "Run it once more.")

    def _check(self) -> None:
        if count := indexing.lagging():
            raise CommandError(f"{count} cases lag behind. Run `manage.py renew_marks`.")
        self.stdout.write("Every case can be found by its marks.")

    def _after(self, number: str) -> int:
        if not number:
            return 0
        found = Appeal.objects.filter(number=number).values_list("pk", flat=True).first()
        if found is None:
            raise CommandError(f"No case has the number {number}.")
        return found
