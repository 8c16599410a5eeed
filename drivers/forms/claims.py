"""What is typed for a driver's claim. Field names are those of the actions' arguments."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from drivers.matching import Given, plain_name, tidy_licence
from portal.forms import CodeForm
from portal.models import Place, PlaceKind
from portal.phone import tidy_phone

WORDS_LENGTH = 1000
SHORTEST, LONGEST = 6, 32
INCOMPLETE = _l("The form came incomplete. Open the page again and send it once more.")


class KeyForm(forms.Form):
    """A form that makes something: the same key sent twice makes it once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})


class LicenceForm(KeyForm):
    """Licence and name as they stand on the paper."""

    licence = forms.CharField(
        label=_l("Number of the driving licence"),
        help_text=_l("18 characters as a rule; blanks and small letters do not matter."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    name = forms.CharField(
        label=_l("Name as on the licence"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("licence", "name")

    def clean_licence(self) -> str:
        number = tidy_licence(self.cleaned_data["licence"])
        if not (SHORTEST <= len(number) <= LONGEST and number.isalnum() and number.isascii()):
            raise ValidationError(_("This does not look like the number of a licence. Please read it once more."))
        return number

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not plain_name(name):
            raise ValidationError(_("Enter the name."))
        return name

    @property
    def given(self) -> Given:
        return Given(self.cleaned_data["licence"], self.cleaned_data["name"])


def _words(label: Any, hint: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AskForm(LicenceForm):
    """To the branch, when it did not fit."""

    district = forms.ChoiceField(label=_l("The district you drive in"), error_messages={"required": _l("Choose one.")})
    said = _words(
        _l("What the branch should know"),
        _l("A new number, a name written differently, a record somebody else has: in a few words."),
        required=False,
    )
    field_order = ("licence", "name", "district", "said")

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {
            place.code: place
            for place in Place.objects.filter(
                kind=PlaceKind.DISTRICT, parent__in=Place.objects.cities().open_on(today)
            ).select_related("parent").order_by("code")
        }  # fmt: skip
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, place in self.places.items():
            groups.setdefault(str(place.parent), []).append((code, str(place)))
        self.fields["district"].choices = [("", _("Choose")), *groups.items()]  # type: ignore[attr-defined]

    @property
    def place(self) -> Place:
        return self.places[self.cleaned_data["district"]]


class ObjectForm(KeyForm):
    said = _words(
        _l("Why the record is yours"), _l("For how long you have had this number, whom you drive for: in a few words.")
    )


class DeskForm(LicenceForm):
    """What a volunteer reads from the licence that lies before him, and the driver's own number."""

    phone = forms.CharField(
        label=_l("The driver's own mobile number"),
        help_text=_l("The code goes there; without it nothing is claimed."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    field_order = ("licence", "name", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_phone(self) -> str:
        return tidy_phone(self.cleaned_data["phone"])


def _seen(words: Any) -> forms.BooleanField:
    return forms.BooleanField(label=words, error_messages={"required": _l("Tick it once you have seen both.")})


class SeenForm(CodeForm):
    """The driver's code, and the volunteer's word."""

    seen = _seen(_l("I have seen the licence, and the person before me is the one on it"))
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": INCOMPLETE})
    field_order = ("seen", "code")


class LookForm(KeyForm):
    looked = _seen(_l("I too have seen the licence, and the person is the one on it"))


class GrantForm(LicenceForm):
    """The branch reads the paper itself: what it types has to be the record's."""

    reason = _words(_l("How you made certain"), _l("Both sides read this."))
    field_order = ("licence", "name", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["licence"].help_text = _("As you read it on the licence that was shown to you.")


class RefuseForm(KeyForm):
    reason = _words(_l("Why not"), _l("Both sides read this. Say what he can do next."))
