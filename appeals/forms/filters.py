"""Forms of one's own list: a filter kept under a name, the columns."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appeals.inbox.columns import COLUMNS, USUAL
from appeals.models import SavedFilter
from portal.widgets import TickTiles

NAME = SavedFilter._meta.get_field("name").max_length


class FilterForm(forms.Form):
    name = forms.CharField(label=_("Name of the filter"), max_length=NAME, help_text=_("As it will stand on the chip."))
    is_default = forms.BooleanField(
        label=_("Open the list with this filter"), required=False, help_text=_("One filter at most opens first.")
    )


class KeepForm(FilterForm):
    query = forms.CharField(widget=forms.HiddenInput, max_length=400)


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns besides due date and title"),
        choices=[(name, column.word) for name, column in COLUMNS.items()],
        initial=USUAL,
        required=False,
        widget=TickTiles(),
    )
