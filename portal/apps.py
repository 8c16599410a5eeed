from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Load whom each room tells of what, and what it does when a lower room reports something."""
        for module in (*settings.NOTICES, *settings.JOINS):
            if find_spec(module):
                import_module(module)
        import_module("portal.consumers")
        checks.register(check_named_modules)


def check_named_modules(**_kwargs: object) -> list[checks.CheckMessage]:
    """Every module that settings name is there: a missing one would leave people untold in silence."""
    missing = [module for module in (*settings.NOTICES, *settings.JOINS) if not find_spec(module)]
    return [checks.Error(f"Settings name {module}, which does not exist.", id="portal.E002") for module in missing]
