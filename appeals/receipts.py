"""The receipt: number, secret, the address that carries both, its QR code, and the head of the case log."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.urls import reverse

from appeals.models import Appeal
from portal import events
from portal.models import Event, EventHead

SHORT = 16  # characters of a hash that a person may copy by hand; verification takes them


@dataclass(frozen=True)
class Head:
    """A link of the case log as a receipt names it: its position and the start of its hash."""

    position: int
    hash: str

    @property
    def short(self) -> str:
        return f"{self.position}-{self.hash[:SHORT]}"

    @property
    def full(self) -> str:
        return f"{self.position}-{self.hash}"


def link(appeal: Appeal) -> str:
    """The address behind the QR code: state and due time without an account."""
    return settings.PUBLIC_URL + reverse("appeals:receipt_link", args=[appeal.number, appeal.secret])


def qr(text: str) -> str:
    """A QR code as a data: image, with its quiet zone; small enough to stand in the page itself."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff"))


def filed_head(appeal: Appeal) -> Head | None:
    """The link of the filing (or reopening): the same on every look, so a screenshot stays comparable."""
    first = Event.objects.filter(subject=events.subject_of(appeal)).order_by("position").values("position", "hash")
    opening = first.filter(kind__in=("appeals.filed", "appeals.reopened")).first() or first.first()
    return Head(**opening) if opening else None


def newest_head(appeal: Appeal) -> Head | None:
    head = EventHead.objects.filter(subject=events.subject_of(appeal)).values("position", "hash").first()
    return Head(**head) if head else None
