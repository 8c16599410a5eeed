"""Bodies outside the portal: where a driver can always turn, and to which a case may be transferred by name."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class OutsideBody:
    code: str
    name: Promise
    phone: str


BODIES = {
    body.code: body
    for body in (
        OutsideBody("hotline", _("Government service hotline"), "12345"),
        OutsideBody("labour", _("Labour inspection and arbitration"), "12333"),
        OutsideBody("transport", _("Transport service hotline"), "12328"),
        OutsideBody("legal_aid", _("Legal aid"), "12348"),
        OutsideBody("police", _("The police"), "110"),
        OutsideBody("traffic_police", _("Traffic police"), "122"),
        OutsideBody("court", _("Court"), "12368"),
        OutsideBody("market", _("Market supervision"), "12315"),
        OutsideBody("tax", _("Tax service"), "12366"),
    )
}
# shown on every page of a case, in this order
ALWAYS_SHOWN = ("hotline", "labour", "transport", "legal_aid")
CHOICES = [(body.code, body.name) for body in BODIES.values()]
