"""What the forms of all registers share: filters whose search never stands in an address, reasons, days."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import plates
from portal.models.people import phone_hash
from portal.phone import tidy_phone
from portal.spans import OVER, SOON

EXPIRY = (("", _("Papers: any")), (SOON, _("Run out within 30 days")), (OVER, _("Have run out")))
PHONE, PLATE, NUMBER = "phone", "plate", "number"


class Day(forms.DateInput):
    """A day as the browser lets one pick it; typed as 2026-11-23 where it does not."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def key_of(typed: str) -> tuple[str, str]:
    """What somebody typed in full: its kind, and the one form in which it is kept; both empty for words."""
    if plates.is_plate(typed):
        return PLATE, plates.joined_plate(typed)
    try:
        return PHONE, tidy_phone(typed)
    except ValidationError:
        pass
    bare = "".join(typed.split()).upper()
    if len(bare) >= 6 and any(one.isdecimal() for one in bare):
        return NUMBER, bare
    return "", ""


class RegisterFilter(forms.Form):
    """A list's filter. It is sent by POST and answered by an address: a phone, plate or licence that was typed in full
    goes on as its keyed hash, never as itself. What does not fit narrows nothing."""

    q = forms.CharField(required=False, max_length=60, strip=True)
    by = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    found = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)

    numbers: Mapping[str, Callable[[str], str]] = {}  # which numbers a record has, and the keyed hash of each

    def hashes(self, kind: str, typed: str) -> Iterable[tuple[str, str]]:
        """The (`by`, keyed hash) under which this register finds what was typed; those it has win. A phone or a plate
        is hashed for a register that has none too: it never stands in an address, and nothing is found by it."""
        if kind == PHONE:
            yield PHONE, phone_hash(typed)
        if kind == PLATE:
            yield PLATE, plates.plate_hash(typed)
        if kind == NUMBER:
            yield from ((name, hashed(typed)) for name, hashed in self.numbers.items())

    def is_there(self, by: str, found: str) -> bool:
        return False

    @property
    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def address(self) -> str:
        """The query of the list that was asked for."""
        self.is_valid()
        wanted = {name: self.data.get(name) for name in self.cleaned_data if self.cleaned_data[name]}
        typed = wanted.pop("q", "")
        if typed:
            wanted.pop("found", None), wanted.pop("by", None)
            chosen = self._keyed(*key_of(typed))
            wanted |= {"by": chosen[0], "found": chosen[1]} if chosen else {"q": typed}
        return urlencode(wanted)

    def _keyed(self, kind: str, key: str) -> tuple[str, str] | None:
        """The keyed hash by which to look; None for words. A number in Chinese which no record has, such as T3出行科技,
        is a name: no number stands open in the address for that."""
        known = list(self.hashes(kind, key))
        may_miss = kind != NUMBER or unicodedata.normalize("NFKC", key).isascii()
        return next((one for one in known if self.is_there(*one)), known[0] if known and may_miss else None)

    @property
    def selects(self) -> list[Any]:
        return [field for field in self if isinstance(field.field.widget, forms.Select)]


class KeyForm(forms.Form):
    """A key, so that sending twice moves once."""

    key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def clean_key(self) -> str:
        if not self.cleaned_data["key"]:
            raise ValidationError(_("This form was opened without its key. Open the page again and send it once more."))
        return str(self.cleaned_data["key"])

    def body(self) -> dict[str, Any]:
        """What the key stands for, without the key."""
        return {name: str(value) for name, value in self.cleaned_data.items() if name != "key"}


class RecordForm(KeyForm):
    """A record of a register: entered, or changed with a reason. A sealed field left empty stays what it is."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it is changed"),
        help_text=_("Stands in the record's history."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sealed: tuple[str, ...] = ()

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row is None:
            del self.fields["reason"], self.fields["revision"]
            return
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])
        self.fields["revision"].initial = row.revision
        for name in self.sealed:
            shown = getattr(row, f"masked_{name}")
            if shown:
                self.fields[name].required = False
                self.fields[name].help_text = _("Now %(shown)s. Empty: it stays so.") % {"shown": shown}

    @property
    def given(self) -> dict[str, Any]:
        """The record's own values; of the sealed ones those that were typed."""
        own = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "reason", "revision")}
        kept = {name for name in self.sealed if self.row is not None and not own[name]}
        return {name: value for name, value in own.items() if name not in kept}


class EndForm(KeyForm):
    """A record leaves the register, or something ends, after its last day."""

    last_date = forms.DateField(label=_("Last day"), widget=Day())
    reason = forms.CharField(label=_("Why it ends"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ReturnForm(KeyForm):
    """A record that had left its register comes back."""

    reason = forms.CharField(label=_("Why it is restored"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ShowForm(KeyForm):
    """The motive for seeing one field whole."""

    field = forms.CharField(max_length=30, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What you need it for"),
        help_text=_("The person it belongs to can read this."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def state_choices(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", pgettext_lazy("register", "Any state")), *choices]
