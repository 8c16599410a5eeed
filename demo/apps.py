from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Installed only where DEMO is set (portal/settings.py): production does not even have the command."""

    name = "demo"
