"""Money at the edge: people type yuan, everything inside counts whole fen."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_FEN = 10_000_000 * 100
# 1,240.50 and ¥1240元, full-width or not; the sign and the unit are what people paste with it
_YUAN = re.compile(r"[¥￥]?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?元?")


class YuanField(forms.CharField):
    """An amount typed in yuan, as integer fen; None where an optional one was left empty."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})
        super().__init__(**{"max_length": 20, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> Any:
        typed = "".join(unicodedata.normalize("NFKC", super().to_python(value) or "").split())
        if not typed:
            return None
        found = _YUAN.fullmatch(typed)
        if found is None:
            raise ValidationError(_("Digits only, for example 128 or 128.50."))
        fen = int(Decimal(f"{found[1].replace(',', '')}.{found[2] or 0}") * 100)
        if not 0 < fen <= MOST_FEN:
            raise ValidationError(_("Check the amount: more than 0 and at most 10 million yuan."))
        return fen

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """The length was that of the text; what is left is a number within its bounds."""

    def prepare_value(self, value: Any) -> Any:
        """Fen come from storage as integers; what was typed is text and stays as it was typed."""
        if isinstance(value, int):
            return f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100)
        return value
