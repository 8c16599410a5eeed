"""Which branch answers for a district, from which day on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.models.organisations import OrganisationQuerySet
from portal.register_forms import KeyForm
from portal.widgets import DayParts


class TakeDistrictForm(KeyForm):
    """A branch, and its first day."""

    branch = forms.ModelChoiceField(
        None, label=_("Branch that answers for it"), to_field_name="code", empty_label=_("Choose")
    )
    from_date = forms.DateField(
        label=pgettext_lazy("a branch takes a district over", "First day"),
        help_text=_("Today or an earlier day: the drivers of the district get the branch at once."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, branches: OrganisationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]
