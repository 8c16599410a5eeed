"""The door through which SMS leave. A supplier's is a class with `send(phone, text)`, named by the setting SMS_DOOR."""

from typing import Protocol

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from portal import sealing
from portal.models.people import phone_hash

logger = structlog.get_logger(__name__)

DEMO_SECONDS = 600


class Door(Protocol):
    def send(self, phone: str, text: str) -> None:
        """Hand over one SMS of at most 70 characters. Raises SmsFailed when the supplier did not take it."""


class SmsFailed(Exception):
    """The supplier did not take the SMS; it is tried again."""


class ConsoleDoor:
    """Writes to the log that an SMS would have been sent: neither its number nor its text, which may hold a code."""

    def send(self, phone: str, text: str) -> None:
        logger.info("sms_not_sent", characters=len(text))


class DemoDoor:
    """Keeps the last SMS of a number for ten minutes, so that the demo can show it on the page."""

    def send(self, phone: str, text: str) -> None:
        cache.set(_demo_key(phone), sealing.seal(text, "demo-sms"), DEMO_SECONDS)
        logger.info("sms_shown_in_demo", characters=len(text))

    @staticmethod
    def last(phone: str) -> str:
        sealed = cache.get(_demo_key(phone))
        return sealing.unseal(sealed, "demo-sms") if sealed else ""


def _demo_key(phone: str) -> str:
    return f"demo-sms:{phone_hash(phone)}"


def door() -> Door:
    opened: Door = import_string(settings.SMS_DOOR)()
    return opened
