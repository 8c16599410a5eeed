"""What is filled in on the way of an answer without names: the words, the second person's decision, why it is down."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals.forms.desk import KeyForm
from appeals.models import PublishedAnswer
from portal.widgets import Tiles

ASKED_LENGTH, ANSWERED_LENGTH, DONE_LENGTH, REASON_LENGTH = 160, 2000, 600, 600
YES, NO = "yes", "no"


def _area(label: Promise, *, hint: Promise, most: int, rows: int, required: Promise | None) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=required is not None,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required} if required is not None else {},
    )


class ProposeForm(KeyForm):
    asked = _area(
        _l("The question, as another driver would ask it"),
        hint=_l("One or two sentences. It is what the list shows."),
        most=ASKED_LENGTH,
        rows=3,
        required=_l("Write down the question."),
    )
    answered = _area(
        _l("The answer, in plain words"),
        hint=_l("What holds, why, and what a driver in the same place can do."),
        most=ANSWERED_LENGTH,
        rows=9,
        required=_l("Write down the answer."),
    )
    done = _area(
        _l("What came of it"),
        hint=_l("What was done and how long it took."),
        most=DONE_LENGTH,
        rows=3,
        required=None,
    )


class DecisionForm(KeyForm):
    """One decision about a publication. `button` says the result."""

    heading: Promise
    button: Promise
    follows: Promise


class AnnounceForm(DecisionForm):
    heading = _l("Agree to publish it")
    button = pgettext_lazy("button", "Agree and tell the driver")
    follows = _l("The driver reads it and has seven days to say no; then it appears by itself.")
    company = forms.ChoiceField(
        label=_l("Is the company named?"),
        choices=[(NO, _l("No, only what kind of company it is")), (YES, _l("Yes, with its name"))],
        initial=NO,
        widget=Tiles(
            hints={
                NO: _l("The usual way"),
                YES: _l("Only where at least three drivers filed about it in this kind"),
            }
        ),
    )

    def prepare(self, publication: PublishedAnswer) -> None:
        """Without a company there is nothing to decide about its name."""
        if not publication.company_kind:
            self.fields["company"] = forms.ChoiceField(
                choices=[(NO, NO)], initial=NO, required=False, widget=forms.HiddenInput
            )

    @property
    def names_company(self) -> bool:
        return self.cleaned_data.get("company") == YES


class DeclineForm(DecisionForm):
    heading = _l("Send it back")
    button = pgettext_lazy("button", "Send it back")
    follows = _l("It can be written anew and proposed again.")
    reason = _area(
        _l("What is to be different?"),
        hint=_l("Whoever proposed it reads this; the driver does not."),
        most=REASON_LENGTH,
        rows=4,
        required=_l("Say what is to be written differently, or why it is not published."),
    )


class TakeDownForm(DecisionForm):
    heading = _l("Take it down")
    button = pgettext_lazy("button", "Take it down")
    follows = _l("Nobody finds it any more, at once.")
    reason = _area(
        _l("Why is it taken down?"),
        hint=_l("A rule has changed, a detail tells too much: in a sentence."),
        most=REASON_LENGTH,
        rows=4,
        required=_l("Say why it is taken down."),
    )
