"""What may be seen, kept and agreed to of a person's data, in words: tables only, no database and no clock."""

from django.db import models
from django.utils.translation import pgettext_lazy


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
