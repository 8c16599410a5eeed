"""The forms with which lists are taken out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import ExportFormat
from portal.register_forms import KeyForm
from portal.widgets import Tiles

WORDS_LENGTH = 4000


def words_field(label: Any, hint: Any) -> forms.CharField:
    field = forms.CharField(
        label=label, help_text=hint, max_length=WORDS_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    field.error_messages["max_length"] = _("At most 4,000 characters.")
    return field


class ExportForm(KeyForm):
    """As what kind of file, and for a list that needs a second person what for. `whole` is what the file would have
    in full then; empty where the list masks nothing."""

    format = forms.ChoiceField(
        label=_("Kind of file"), choices=ExportFormat.choices, initial=ExportFormat.XLSX, widget=Tiles(css="yesno")
    )

    def __init__(self, *args: Any, is_long: bool, whole: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if whole:
            self.fields["is_whole"] = forms.BooleanField(
                label=_("In full: %(columns)s") % {"columns": whole},
                help_text=_(
                    "Needs a second person however short the list is; every driver in it can look up who took it."
                ),
                required=False,
            )
        if is_long or whole:
            hint = _("Whoever decides on it reads this; it stays in the log.")
            if not is_long:
                hint = _("Only where you take it out in full: whoever decides on it reads this; it stays in the log.")
            self.fields["purpose"] = words_field(_("What it is needed for"), hint)
            self.fields["purpose"].required = is_long

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_whole") and "purpose" in cleaned and not cleaned["purpose"]:
            self.add_error("purpose", _("Say what the list is needed for: somebody else decides on it."))
        return cleaned


class AgreeForm(KeyForm):
    """The second person agrees."""


class RefuseForm(KeyForm):
    reason = words_field(_("Why not"), _("Whoever asked reads it."))
