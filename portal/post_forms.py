"""Forms of the administrators of posts, invitations, organisations and accounts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.actions.organisations import FOUNDED_HERE
from portal.forms import AppointForm, LeaveForm
from portal.models import OrganisationKind, Place, PlaceKind, User
from portal.models.people import phone_hash
from portal.phone import tidy_phone
from portal.register_forms import KeyForm


class ReasonForm(KeyForm):
    """Why an account is switched."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It stays in the event log; name nobody else in it."),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why: the reason stays in the log.")},
    )


class AskLeaveForm(LeaveForm):
    """The leave one asks for: both days are needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_date", "until_date"):
            self.fields[name].required = True


class InviteForm(AppointForm):
    """Which number is invited to which post."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For your own list; gone once the invitation is answered."),
        max_length=60,
        required=False,
    )
    field_order = ("phone", "name", "organisation", "role", "from_date", "key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = gettext_lazy("The SMS goes there; only whoever signs in with it can accept.")


class NamesForm(KeyForm):
    """What an organisation is called."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=80)
    short_name = forms.CharField(
        label=gettext_lazy("Short name"), help_text=gettext_lazy("For lists and notices."), max_length=30
    )


class FoundForm(NamesForm):
    """A new department, committee or driver home."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind, OrganisationKind(kind).label) for kind in FOUNDED_HERE]
    )
    place = forms.ModelChoiceField(label=gettext_lazy("Place"), queryset=Place.objects.none())
    parent = forms.ModelChoiceField(label=gettext_lazy("Stands under"), queryset=None, required=False)
    field_order = ("kind", "name", "short_name", "parent", "place", "key")

    def __init__(self, *args: Any, parents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.order_by("code")  # type: ignore[attr-defined]
        self.fields["place"].label_from_instance = lambda place: (  # type: ignore[attr-defined]
            f"— {place.name}" if place.kind == PlaceKind.DISTRICT else place.name
        )


def account_named(typed: str) -> User:
    """The account of a whole phone number, or of an account code where the number is another person's by now."""
    known = User.objects.filter(code=typed.strip().upper()).first()
    if known is None:
        known = User.objects.filter(phone_hash=phone_hash(tidy_phone(typed))).first()
    if known is None:
        raise ValidationError(_("No account has this number or code."))
    return known


class SamePersonForm(KeyForm):
    """Which two accounts."""

    account = forms.CharField(
        label=gettext_lazy("The account no longer used"),
        help_text=gettext_lazy("Its whole phone number, or its account code from the event log."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    same_as = forms.CharField(
        label=gettext_lazy("The account used now"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_account(self) -> User:
        return account_named(self.cleaned_data["account"])

    def clean_same_as(self) -> User:
        return account_named(self.cleaned_data["same_as"])
