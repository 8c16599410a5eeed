"""An installation without the tests' own organisations: the demonstration brings its own, and a province has one."""

from portal.models import Organisation


def forget_the_world() -> None:
    """The tests' committees make way; nothing points at them yet."""
    Organisation.objects.filter(parent__isnull=False).delete()
    Organisation.objects.all().delete()
