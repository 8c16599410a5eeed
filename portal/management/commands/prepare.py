"""Make an installation ready to serve: migrate, grant the application its rights, load places and calendar, collect."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.utils import timezone

from portal.actions import calendar, places

# Two installations started at once migrate one after the other.
LOCK = 7_203_114_902

# What the application may not do even where it may read and add: rewrite the log and what vouches for it.
REVOKED = {
    "portal_event": "UPDATE, DELETE",
    "portal_eventtext": "DELETE",
    "portal_eventhead": "DELETE",
    "portal_dailyroot": "UPDATE, DELETE",
    "django_migrations": "INSERT, UPDATE, DELETE",
}


def roles() -> tuple[str, str]:
    """The owner's and the application's role; the log is only safe from the application where they differ."""
    with connections["owner"].cursor() as cursor, connections["default"].cursor() as application:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
        application.execute("SELECT current_user")
        app = application.fetchone()[0]
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(oid, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s", [owner, app]
        )
        is_too_strong = cursor.fetchone()[0]
    if is_too_strong:
        raise CommandError(
            "DATABASE_URL signs in as the owner, a member of it or a superuser, who could rewrite the event log. "
            "Name a plain role in DATABASE_URL and the owner in OWNER_DATABASE_URL."
        )
    return owner, app


def grant(app: str) -> None:
    """Give the application's role its rights, all in one transaction: there is no moment with too many."""
    quoted = connections["owner"].ops.quote_name(app)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        for table, rights in REVOKED.items():
            cursor.execute(f"REVOKE {rights} ON {table} FROM {quoted}")
        default = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        cursor.execute(f"{default} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}")
        cursor.execute(f"{default} USAGE, SELECT ON SEQUENCES TO {quoted}")


class Command(BaseCommand):
    help = "Migrate as the owner, grant rights, load places and calendar, compile translations, collect static files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--database-only", action="store_true", help="migrate and grant, nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        _owner, app = roles()
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                call_command("migrate", database="owner", interactive=False, verbosity=options["verbosity"])
                grant(app)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        if options["database_only"]:
            return
        places.load()
        calendar.load_shipped(now=timezone.now())
        call_command("messages", compile=True, verbosity=options["verbosity"])
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0, clear=False)
