"""What may be seen, kept and agreed to of a person's data, in words: tables only, no database and no clock."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The version of the notice and of the words each consent is asked in; a changed text gets the day of its change.
NOTICE_VERSION = "2026-11-24"


class Kind(models.TextChoices):
    """What of a person somebody at a desk has seen without a mask."""

    NAME = "name", pgettext_lazy("seen of a person", "your name")
    PHONE = "phone", pgettext_lazy("seen of a person", "your phone number")
    LICENCE = "licence", pgettext_lazy("seen of a person", "your licence number")
    PLATE = "plate", pgettext_lazy("seen of a person", "your number plate")
    ORDER = "order", pgettext_lazy("seen of a person", "your order number")
    WORDS = "words", pgettext_lazy("seen of a person", "what you wrote")
    FILES = "files", pgettext_lazy("seen of a person", "your photos and documents")
    RECORD = "record", pgettext_lazy("seen of a person", "your record in the register")


def page_of(where: str) -> str:
    """appeals.case of appeals.case:LZ-261112-7KQ2MX."""
    return where.partition(":")[0]


@dataclass(frozen=True)
class Purpose:
    """One use of sensitive data that needs a yes of its own: what for, and what follows when it is taken back."""

    word: Promise
    what: Promise
    after: Promise


# Which of them are in use stands in settings.PURPOSES_IN_USE: nobody is asked about what the portal does not do.
PURPOSES: dict[str, Purpose] = {
    "whereabouts": Purpose(
        _("Working hours across platforms"),
        _("From when to when you drove for which platform is counted, to warn you before you are too tired."),
        _("The hours counted so far are deleted and you get no such warnings. Nothing else changes."),
    ),
    "near_home": Purpose(
        _("Driver homes near you"),
        _("Your phone's position is used once, at the moment you ask, to sort the driver homes. It is not kept."),
        _("Homes are listed by district instead."),
    ),
}


@dataclass(frozen=True)
class Kept:
    """How long a class of rows is kept, in days, and how the notice says it."""

    days: int
    word: Promise


# The one table of how long: the job that deletes reads it, and so does the page for drivers.
KEPT: dict[str, Kept] = {
    "notices": Kept(730, _("Messages in the portal that you have read")),
    "sms": Kept(180, _("SMS that were sent to you")),
    "readings": Kept(1095, _("Who saw your data")),
    "exports": Kept(1095, _("Who took a list out of the portal, with what was searched for; the file itself one day")),
    "imports": Kept(190, _("What was wrong in the rows of an imported file, with the cell as it stood there")),
    "uses": Kept(190, _("How many records staff opened on a day")),
    "jobs": Kept(190, _("Runs of background work, without persons")),
    "invitations": Kept(180, _("Invitations to a post that nobody answered, with the number they went to")),
    "corrections": Kept(1095, _("What you asked to be corrected, once it is answered")),
    "consents": Kept(1095, _("Consents you took back")),
}
