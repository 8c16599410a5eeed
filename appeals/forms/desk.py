"""What a handler fills in for a move. Field names are the names of the action's arguments."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals import outside
from appeals.models import Finding
from portal.widgets import DayParts, Tiles

WORDS_LENGTH = 4000
INCOMPLETE = _l("The form came incomplete. Open the page again and send it once more.")


def words_field(label: Any, *, hint: Any = "", rows: int = 6, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": _l("At most 4,000 characters.")},
    )


class KeyForm(forms.Form):
    """A form that makes something: the same key sent twice makes it once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})


class MoveForm(KeyForm):
    """A move on a case as it stood when the page was loaded. `button` says the result, `follows` what comes next."""

    heading: Promise
    button: Promise
    follows: Promise | str = ""
    seen = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})


class TakeForm(MoveForm):
    heading = _l("Take this appeal?")
    button = pgettext_lazy("button", "Take it")
    follows = _l("The driver sees at once who has it in hand.")


class AskForm(MoveForm):
    heading = pgettext_lazy("button", "Ask the driver")
    button = pgettext_lazy("button", "Send the question")
    question = words_field(
        _l("Question"), hint=_l("Ask for everything at once: each question rests the clock for days."), rows=5
    )


class AnswerForm(MoveForm):
    heading = _l("Answer")
    button = pgettext_lazy("button", "Send the answer")
    finding = forms.ChoiceField(
        label=_l("Finding"),
        choices=Finding.choices,
        widget=Tiles(
            hints={
                Finding.UPHELD.value: _l("The driver is right; say what will be done and by when"),
                Finding.PARTLY.value: _l("Right in part; say in which part and what will be done"),
                Finding.NOT_UPHELD.value: _l("Say what was looked at and why"),
                Finding.SETTLED.value: _l("Both sides agreed; write down what and by when"),
            }
        ),
        error_messages={"required": _l("Choose a finding.")},
    )
    reasons = words_field(
        _l("Reasons"), hint=_l("What was looked at, whom was asked, what follows. The driver reads every word."), rows=7
    )
    remedy = words_field(
        _l("What will be done"), hint=_l("Who does what. Empty if nothing is promised."), rows=3, required=False
    )
    carry_out_date = forms.DateField(
        label=_l("Carried out by"),
        help_text=_l("This day is a clock of its own: late, it is counted."),
        required=False,
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        remedy, day = values.get("remedy"), values.get("carry_out_date")
        if remedy and not day and "carry_out_date" not in self.errors:
            self.add_error("carry_out_date", _("Say by which day it is done."))
        if day and not remedy and "remedy" not in self.errors:
            self.add_error("remedy", _("Say what is done by that day."))
        return values


class ReasonForm(MoveForm):
    """A move with one reason, which the driver reads."""

    reason = words_field(_l("Reason"), hint=_l("The driver reads it."), rows=5)


class EscalateForm(ReasonForm):
    heading = pgettext_lazy("button", "Pass up")
    button = pgettext_lazy("button", "Pass it up")
    follows = _l("The next tier begins with clocks of its own. Once up, it can be returned down at most once.")


class ReturnForm(ReasonForm):
    heading = _l("Return to the tier below")
    button = pgettext_lazy("button", "Return it")
    follows = _l("Once a round at most. The tier below begins with new clocks, the round's 60 days run on.")


class UrgentForm(ReasonForm):
    heading = _l("Mark as urgent")
    button = pgettext_lazy("button", "Mark as urgent")
    follows = _l(
        "Violence, threats, an accident, a child, words of self-harm. The branch has it at once, two hours by the "
        "wall clock, day and night, and the committee is told."
    )


class ReopenForm(KeyForm):
    heading = _l("Reopen")
    button = pgettext_lazy("button", "Reopen it")
    follows = _l("New evidence or an error. A new series at the committee; the closed one stays as it is.")
    reason = words_field(_l("Reason"), hint=_l("The driver reads it."), rows=5)


class TransferForm(MoveForm):
    heading = _l("Transfer to another body")
    button = pgettext_lazy("button", "Transfer it")
    follows = _l(
        "The case ends here with the body's name, its number and this note. Without a named body that is impossible."
    )
    target = forms.ChoiceField(label=_l("Responsible body"), error_messages={"required": _l("Name the body.")})
    note = words_field(
        _l("Note"), hint=_l("Why it is responsible, what the driver has to bring, which time limits run."), rows=5
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((body.code, f"{body.name} {body.phone}") for body in outside.BODIES.values()),
        ]


class CarryOutForm(MoveForm):
    heading = _l("It has been carried out")
    button = pgettext_lazy("button", "Carried out")
    follows = _l("The driver is told and can object. If he accepted the answer, the case closes.")
    note = words_field(_l("What was done"), hint=_l("With day and amount, so that the driver can check it."), rows=4)


class RevealForm(KeyForm):
    """Looking up the driver's number; the look itself is what is recorded."""
