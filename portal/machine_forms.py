"""Forms of the pages on keys for programs and on web-hooks."""

import ipaddress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal import hook_door
from portal.errors import Refused
from portal.widgets import TickTiles, Tiles

INCOMPLETE = _l("The form is incomplete. Open the page again and send it once more.")
MOST_NETWORKS = 10


class KeptForm(forms.Form):
    """Sent twice, it does its work once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})


class TokenForm(KeptForm):
    """A key for a program: what it is called, how long it lasts, from where it may be used."""

    name = forms.CharField(
        label=_l("Which program is it for?"),
        help_text=_l("So that you recognise it in the list, for example: app of Luzhou city."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _l("Say which program it is for.")},
    )
    days = forms.TypedChoiceField(
        label=_l("How long?"),
        coerce=int,
        choices=[("30", _l("30 days")), ("90", _l("90 days")), ("365", _l("One year"))],
        initial="90",
        widget=Tiles(),
        error_messages={"required": _l("Choose how long it lasts.")},
    )
    networks = forms.CharField(
        label=_l("From which networks?"),
        help_text=_l("One a line, as 203.0.113.0/24. Empty: from anywhere."),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_networks(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["networks"].splitlines() if line.strip()]
        if len(lines) > MOST_NETWORKS:
            raise ValidationError(_("At most %(most)d networks.") % {"most": MOST_NETWORKS})
        found = []
        for line in lines:
            try:
                found.append(str(ipaddress.ip_network(line, strict=False)))
            except ValueError as error:
                raise ValidationError(_("This is no network: %(line)s") % {"line": line[:60]}) from error
        return found


class HookForm(KeptForm):
    """Another system's address, and what it is told of."""

    organisation = forms.ModelChoiceField(
        label=_l("Of which line?"),
        help_text=_l("It is told of appeals that lie or lay in this committee's line, and of no others."),
        queryset=None,
        error_messages={"required": _l("Choose the committee.")},
    )
    name = forms.CharField(
        label=_l("Which system is it?"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _l("Say which system it is.")},
    )
    url = forms.CharField(
        label=_l("Address"),
        help_text=_l("Begins with https:// and is reached from the internet."),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": _l("Enter the address.")},
    )
    kinds = forms.MultipleChoiceField(
        label=_l("What is it told of?"),
        help_text=_l("Kind of event, case number, time and tier. Never words, never a person."),
        widget=TickTiles(),
        error_messages={"required": _l("Choose at least one kind of event.")},
    )

    def __init__(self, *args: Any, organisations: Any, kinds: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["kinds"].choices = list(kinds.items())  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            hook_door.public_addresses(hook_door.require_address(url))
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        return url
