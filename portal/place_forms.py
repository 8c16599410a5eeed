"""Forms of a city's settings."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.register_forms import EndForm, KeyForm
from portal.widgets import DayParts


class PlaceFilter(forms.Form):
    """Which cities the list shows; what does not fit narrows nothing."""

    STATES = (
        ("", pgettext_lazy("state of a city", "All cities")),
        ("on", pgettext_lazy("state of a city", "Switched on")),
        ("ahead", pgettext_lazy("state of a city", "Still to come")),
        ("off", pgettext_lazy("state of a city", "Switched off")),
    )
    q = forms.CharField(required=False, max_length=20)
    state = forms.ChoiceField(required=False, choices=STATES)

    @property
    def wanted(self) -> tuple[str, str]:
        self.is_valid()
        return self.cleaned_data.get("q", ""), self.cleaned_data.get("state", "")


class OpenCityForm(KeyForm):
    """From when drivers of the city can file."""

    from_date = forms.DateField(
        label=pgettext_lazy("a city is switched on", "First day"),
        help_text=_("Today at the earliest. From this day drivers of the city can file."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )


class CloseCityForm(EndForm):
    """After which day nobody files there any more."""

    last_date = forms.DateField(
        label=pgettext_lazy("a city is switched off", "Last day"),
        help_text=_("What was filed before goes its way to the end; it has to be over by this day."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )
