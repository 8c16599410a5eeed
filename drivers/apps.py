from importlib import import_module

from django.apps import AppConfig


class DriversConfig(AppConfig):
    name = "drivers"

    def ready(self) -> None:
        # models are loaded by now; joins registers what this room does when the ground floor reports something
        import_module("drivers.joins")
