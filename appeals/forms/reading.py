"""What a second reader answers: fixed points by yes or no, whether it should be reopened, and a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals import readings
from appeals.forms.desk import KeyForm
from appeals.models import QualityReading
from portal.widgets import Tiles

YES, NO, APART = "yes", "no", "apart"
ANSWERS: dict[str, bool | None] = {YES: True, NO: False, APART: None}
NOTE_LENGTH = 1000
_MISSING = _l("Answer yes or no.")


class ReadingForm(KeyForm):
    should_reopen = forms.ChoiceField(
        label=_l("Should the case be reopened?"),
        choices=[(YES, pgettext_lazy("reading", "yes")), (NO, pgettext_lazy("reading", "no"))],
        widget=Tiles(css="yesno"),
        error_messages={"required": _MISSING},
    )
    note = forms.CharField(
        label=_l("Note"),
        help_text=_l("For the committee only. Whoever handled the case reads the points and not this."),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def prepare(self, reading: QualityReading) -> None:
        """The points come first; where nothing was promised, two of them may not apply."""
        owes = reading.answer.carry_out_date is not None
        points = {}
        for name, (question, _word) in readings.POINTS.items():
            choices = [(YES, pgettext_lazy("reading", "yes")), (NO, pgettext_lazy("reading", "no"))]
            if name in readings.MAY_NOT_APPLY and not owes:
                choices.append((APART, _l("Nothing was promised")))
            points[name] = forms.ChoiceField(
                label=question,
                choices=choices,
                widget=Tiles(css="yesno"),
                error_messages={"required": _MISSING},
            )
        self.fields = {**points, **self.fields}

    def findings(self) -> dict[str, Any]:
        values = self.cleaned_data
        found: dict[str, Any] = {name: ANSWERS[values[name]] for name in (*readings.POINTS, readings.REOPEN)}
        return {**found, "note": values["note"]}
