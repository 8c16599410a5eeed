"""Forms of imports: a file is handed in; a step is taken."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The file"),
        help_text=_(
            "A spreadsheet (.xlsx) or a table as text (.csv). It is checked first; it is written when you say so."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": _("Choose the file."), "empty": _("This file is empty.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class StepForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
