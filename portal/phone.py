"""Mobile numbers as people type them."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DIGITS = 11
_SEPARATORS = re.compile(r"[\s\-‐-―−.()（）·]+")


def tidy_phone(typed: str) -> str:
    """A mainland mobile number as eleven digits; full-width digits, spaces, dashes and +86 are accepted."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", digits)
    if not digits:
        raise ValidationError(_("Enter your mobile number: the code goes there."), code="empty")
    if not digits.isascii() or not digits.isdigit():
        raise ValidationError(_("A mobile number has digits only; please check it."), code="characters")
    missing = DIGITS - len(digits)
    if missing > 0:
        text = ngettext(
            "%(count)d digit is missing; please check the number.",
            "%(count)d digits are missing; please check the number.",
            missing,
        )
        raise ValidationError(text % {"count": missing}, code="short")
    if missing < 0:
        text = ngettext(
            "%(count)d digit too many; please check the number.",
            "%(count)d digits too many; please check the number.",
            -missing,
        )
        raise ValidationError(text % {"count": -missing}, code="long")
    if not re.fullmatch(r"1[3-9]\d{9}", digits):
        raise ValidationError(
            _("This is not a mobile number of the mainland; please check its first digits."), code="prefix"
        )
    return digits


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"
