"""What a driver decides with two big buttons: a consent, a place in a group, an answer offered to him."""

from django import forms

from appeals.forms.driver import MoveForm


class ChoiceForm(MoveForm):
    """Which button was pressed; `consent` names the question where there may be several."""

    choice = forms.ChoiceField(
        choices=[(one, one) for one in ("yes", "no", "back", "join", "decline", "leave", "take", "keep")],
        widget=forms.HiddenInput,
    )
    consent = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
