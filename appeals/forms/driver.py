"""What a driver sends about a case of his: one form for each move."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from appeals.forms.evidence import EvidenceField
from portal.widgets import Tiles

WORDS_LENGTH = 4000
REASON_LENGTH = 1000
SECRET_LENGTH = 8


class MoveForm(forms.Form):
    """Every move carries a key, so that sent twice it happens once."""

    key = forms.CharField(
        widget=forms.HiddenInput,
        max_length=64,
        error_messages={"required": _l("The form is incomplete. Open the page again and send it once more.")},
    )


def _words(label: Any, hint: Any, *, required: Any = None, rows: int = 6, most: int = WORDS_LENGTH) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required is not None,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required} if required is not None else {},
    )


class AddForm(MoveForm):
    words = _words(
        _l("What do you want to add?"),
        _l("It goes to whoever has the case. The due date stays as it is."),
    )
    evidence = EvidenceField()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("words") and not values.get("evidence") and not self.errors:
            self.add_error("words", _("Write what you want to add, or choose a file."))
        return values


class OriginalForm(forms.Form):
    """A file he still has, to be compared with what the record says was sent. It is not kept."""

    file = forms.FileField(
        label=_l("The file as you have it"),
        help_text=_l("It is compared and not kept."),
        error_messages={"required": _l("Choose the file."), "empty": _l("The file is empty. Choose it again.")},
    )


class ReplyForm(MoveForm):
    words = _words(
        _l("Your answer"),
        _l("Say what you know; what you do not have, say so too."),
        required=_l("Write your answer."),
    )
    evidence = EvidenceField()


class ChallengeForm(MoveForm):
    reason = _words(
        _l("Why should somebody else handle it?"),
        _l("A relative, works for the company, unfriendly: say it in your words."),
        required=_l("Say why, in a sentence."),
        rows=4,
        most=REASON_LENGTH,
    )


class WithdrawForm(MoveForm):
    why = forms.ChoiceField(
        label=_l("Why do you withdraw it?"),
        choices=[
            ("solved", _l("It is solved")),
            ("elsewhere", _l("I turn elsewhere with it")),
            ("mistake", _l("Filed by mistake")),
            ("pressed", _l("Somebody pressed me to")),
            ("other", _l("Something else")),
        ],
        widget=Tiles(hints={"pressed": _l("Say it calmly here: it stays in the log, and the committee can read it")}),
        error_messages={"required": _l("Choose what comes closest.")},
    )
    words = _words(_l("In your words"), "", rows=3, most=REASON_LENGTH)

    def reason(self) -> str:
        """The choice in its words, and what was added."""
        chosen = str(dict(self.fields["why"].choices)[self.cleaned_data["why"]])  # type: ignore[attr-defined]
        words = self.cleaned_data["words"].strip()
        return _("%(head)s: %(words)s") % {"head": chosen, "words": words} if words else chosen


class GoOnForm(MoveForm):
    reason = _words(
        _l("What is not right about the answer?"),
        _l("The next tier reads it first. Nobody who handled it before handles it there."),
        required=_l("Say in a sentence what is not right."),
        rows=5,
        most=REASON_LENGTH,
    )


class NotCarriedOutForm(MoveForm):
    reason = _words(
        _l("What was promised and not done?"),
        _l("It goes back to the tier that promised it, and the broken promise is counted."),
        required=_l("Say in a sentence what was not done."),
        rows=5,
        most=REASON_LENGTH,
    )


class RateForm(MoveForm):
    stars = forms.TypedChoiceField(
        label=_l("How was it handled?"),
        help_text=_l("Not whether you were right: whether they listened, explained and kept to the day."),
        coerce=int,
        choices=[
            (1, _l("1 bad")),
            (2, _l("2 poor")),
            (3, _l("3 fair")),
            (4, _l("4 good")),
            (5, _l("5 very good")),
        ],
        widget=Tiles(css="stars"),
        error_messages={"required": _l("Choose 1 to 5.")},
    )
    words = _words(_l("In your words"), _l("The handler and those above him read it."), rows=4, most=REASON_LENGTH)


class FollowForm(forms.Form):
    """Number and secret as they stand on the receipt."""

    number = forms.CharField(
        label=_l("Case number"),
        help_text=_l("As on the receipt, for example LZ-261112-7KQ2MX. Dashes do not matter."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _l("Enter the case number.")},
    )
    secret = forms.CharField(
        label=_l("Secret"),
        help_text=_l("The 8 characters below the number."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _l("Enter the secret.")},
    )
