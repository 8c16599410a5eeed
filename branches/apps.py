from importlib import import_module

from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"

    def ready(self) -> None:
        # models are loaded by now; joins registers what this room does when a lower one reports something
        import_module("branches.joins")
