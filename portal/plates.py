"""Number plates as they stand on cars and as people type them. Pure."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal import sealing

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# the province's one character, a letter, five characters or six for a green plate
PLATE = re.compile(f"[{PROVINCES}][A-Z][A-Z0-9]{{5,6}}")
_SEPARATORS = re.compile(r"[\s·•・.\-—]+")


def joined_plate(typed: str) -> str:
    """川Ｅ·12345 d as it is kept: full-width letters, small letters, dots and blanks are accepted."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).upper()


def is_plate(typed: str) -> bool:
    return PLATE.fullmatch(joined_plate(typed)) is not None


def tidy_plate(typed: str) -> str:
    """A plate of seven characters, or of eight for a new-energy car."""
    plate = joined_plate(typed)
    if PLATE.fullmatch(plate) is None:
        raise ValidationError(
            _("A plate is a province, a letter and five characters, six on a new-energy car. Please check it."),
            code="plate",
        )
    return plate


def plate_hash(plate: str) -> str:
    """The keyed hash of a plate, by which its vehicle is found."""
    return sealing.keyed_hash("plate", joined_plate(plate))


def mask_plate(plate: str) -> str:
    """川E****5: the city's letters and the last character, enough for its driver."""
    return f"{plate[:2]}{'*' * (len(plate) - 3)}{plate[-1:]}" if len(plate) > 3 else "*" * len(plate)
