"""How a person wants to be told."""

from django import forms
from django.utils.translation import gettext_lazy


class TellingForm(forms.Form):
    is_sms_on = forms.BooleanField(
        label=gettext_lazy("Also tell me by SMS"),
        help_text=gettext_lazy("An SMS only says that there is news. What it is stands here."),
        required=False,
    )
    is_quiet_at_night = forms.BooleanField(
        label=gettext_lazy("No SMS from 22:00 to 7:00"),
        help_text=gettext_lazy("They come at 7:00 then. Urgent ones always come at once."),
        required=False,
    )
