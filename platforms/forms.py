from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models import Place


class RuleFilter(forms.Form):
    """What a reader of the public list may narrow it by; what does not fit narrows nothing."""

    q = forms.CharField(label=_("Company"), required=False, max_length=40)
    city = forms.ModelChoiceField(
        label=_("City"), required=False, queryset=Place.objects.none(), to_field_name="letters"
    )

    def __init__(self, *args: object, cities: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, object]:
        """What was asked for and fits."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
