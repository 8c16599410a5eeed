"""After a new first key in FIELD_KEYS: seal everything anew, or count what an older key still holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.actions import resealing


class Command(BaseCommand):
    help = "Encrypt again, with the first key of FIELD_KEYS, what an older key encrypted."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="only count; exit code 1 while an old key is needed")

    def handle(self, *args: Any, **options: Any) -> None:
        found = resealing.outdated() if options["check"] else resealing.reseal()
        for purpose, count in sorted(found.items()):
            self.stdout.write(f"{count:>9}  {purpose}")
        if options["check"] and found:
            raise CommandError("An older key is still needed. Run `manage.py reseal`, then check again.")
        self.stdout.write("No value needs an older key." if options["check"] else "Done.")
