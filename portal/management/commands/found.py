"""An empty installation gets its department, its committees and its three administrators."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from portal.actions import founding
from portal.errors import Refused
from portal.models import Role
from portal.phone import tidy_phone

PILOTS = ["CD", "LZ", "YB", "DZ"]


class Command(BaseCommand):
    help = "Found an empty installation. Names and phone numbers are asked for: a command line is kept in histories."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--cities", nargs="*", default=PILOTS, metavar="LETTERS", help="cities that begin at once")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            asked = {role: self.ask(str(Role(role).label)) for role in founding.ADMINISTRATORS}
            try:
                appointed = founding.found(asked, cities=options["cities"], now=timezone.now())
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        for post in appointed.values():
            self.stdout.write(f"{post.role:<16}{post.person.masked_phone}")
        self.stdout.write("Founded. Each signs in by phone and sets up a second factor.")

    def ask(self, role: str) -> tuple[str, str]:
        name = input(f"{role}, name: ").strip()
        if not name:
            raise CommandError("A name is needed.")
        try:
            return name, tidy_phone(input(f"{role}, phone number: "))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
