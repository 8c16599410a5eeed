"""Forms of whoever keeps a group appeal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from appeals.forms.desk import KeyForm, words_field
from portal.widgets import DayParts


class LeadForm(KeyForm):
    case = forms.CharField(max_length=16, widget=forms.HiddenInput)


class OfferForm(KeyForm):
    """The lead's answer in words for all."""

    reasons = words_field(
        _l("Reasons"),
        hint=_l("Every driver in the group reads it: nothing in it may lead to the lead's driver."),
        rows=7,
    )
    remedy = words_field(
        _l("What will be done"), hint=_l("For each of them. Empty if nothing is promised."), rows=3, required=False
    )


class ChangeForm(KeyForm):
    changed_date = forms.DateField(
        label=_l("From which day does the company do it differently?"),
        help_text=_l("The 30 days from then on are measured against the 30 days before."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )


def kept(values: dict[str, Any]) -> dict[str, Any]:
    """A move's values without what is not its argument."""
    return {name: value for name, value in values.items() if name not in ("key", "seen")}
