"""Load the demonstration, or list one sign-in for each role."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo import loading
from portal import sign_in


class Command(BaseCommand):
    help = "Load the demonstration once; --sign-ins lists one person for each role instead."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--ground", action="store_true", help="people, organisations and drivers, no appeals yet")
        parser.add_argument("--sign-ins", action="store_true", help="role, name and phone number, one line each")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            for words, person in sign_in.demo_people():
                self.stdout.write(f"{words}\t{person.name}\t{person.phone}")
            return
        if options["ground"]:
            loading.lay_ground(now=timezone.now())
            return
        began = time.monotonic()
        if loading.load(now=timezone.now()):
            self.stdout.write(f"The demonstration was loaded in {time.monotonic() - began:.1f} s.")
        else:
            self.stdout.write("The demonstration is there already.")
