"""Forms of a request to correct, and of its answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.front import Correctable
from portal.models import Correction
from portal.register_forms import KeyForm


def _words(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class AskCorrectionForm(KeyForm):
    """Which fact, what it should be, and why."""

    field = forms.ChoiceField(label=_("What is wrong"), widget=forms.Select)
    said = _words(_("What it should be"))
    why = _words(_("How one can tell"), _("For example: what the paper says, or since when it is different."))

    def __init__(self, *args: Any, facts: dict[str, Correctable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [(name, one.word) for name, one in facts.items()]  # type: ignore[attr-defined]


class AnswerCorrectionForm(KeyForm):
    """Changed or not, in words the person reads."""

    outcome = forms.ChoiceField(
        label=_("Your answer to the request"),
        choices=[(one.value, one.label) for one in (Correction.Outcome.MADE, Correction.Outcome.DECLINED)],
        widget=forms.RadioSelect,
    )
    words = _words(_("What was changed, or why not"), _("The person reads these words."))
