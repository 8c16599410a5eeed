"""The portal's own forms: shape and labels; what is allowed is asked of the actions."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import roles
from portal.models import Organisation, Post, Role
from portal.phone import tidy_phone
from portal.proofs import Proof
from portal.register_forms import KeyForm
from portal.widgets import DayParts, Tiles


class PhoneForm(forms.Form):
    """The number a code goes to."""

    phone = forms.CharField(
        label=gettext_lazy("Your mobile number"),
        help_text=gettext_lazy("We send a code to it. A new number gets its account with the code."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel-national", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Enter your mobile number: the code goes there.")},
    )
    stay = forms.BooleanField(label=gettext_lazy("My own phone: keep me signed in for 30 days"), required=False)

    def clean_phone(self) -> str:
        return tidy_phone(self.cleaned_data["phone"])


class CodeForm(forms.Form):
    """The code as it is typed or pasted: full-width digits and spaces are accepted."""

    code = forms.CharField(
        label=gettext_lazy("The code from the SMS"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Enter the code from the SMS.")},
    )

    def __init__(self, *args: Any, digits: int = 6, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.digits = digits

    def clean_code(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        code = "".join(character for character in typed if not character.isspace() and character != "-")
        if not (code.isascii() and code.isdigit()):
            raise ValidationError(_("The code has digits only."))
        missing = self.digits - len(code)
        if missing > 0:
            words = ngettext(
                "%(count)d digit of the code is missing.", "%(count)d digits of the code are missing.", missing
            )
            raise ValidationError(words % {"count": missing})
        if missing < 0:
            words = ngettext(
                "The code is %(count)d digit too long.", "The code is %(count)d digits too long.", -missing
            )
            raise ValidationError(words % {"count": -missing})
        return code


class SamePersonForm(forms.Form):
    """The name one gave when one was here last, and what a room knows of nobody else."""

    name = forms.CharField(
        label=gettext_lazy("Your full name, as you gave it here"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    proof = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, proof: Proof | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proof = proof
        if proof is None:
            del self.fields["proof"]
        else:
            self.fields["proof"].label = proof.label

    def holds(self, is_named: bool) -> bool:
        """Both have to: which of them did not, nobody is told."""
        return (self.proof is None or self.proof.holds(self.cleaned_data["proof"])) and is_named


class NameForm(forms.Form):
    """What the person is called here."""

    name = forms.CharField(
        label=gettext_lazy("What should we call you?"),
        help_text=gettext_lazy("Your family name is enough. Who sees it you decide with each appeal."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter a name, or choose “Later”.")},
    )

    def clean_name(self) -> str:
        name = "".join(c for c in self.cleaned_data["name"] if unicodedata.category(c)[0] != "C").strip()
        if not name:
            raise ValidationError(_("Enter a name, or choose “Later”."))
        return name


class AppointForm(KeyForm):
    """Who gets which role where, from when."""

    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=40,
        help_text=gettext_lazy("The person has signed in here before, so the number is known to be his."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    organisation = forms.ModelChoiceField(label=gettext_lazy("Organisation"), queryset=Organisation.objects.none())
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[("", gettext_lazy("Choose")), *Role.choices])
    from_date = forms.DateField(label=gettext_lazy("From"), widget=DayParts())

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations
        field.empty_label = _("Choose")

    def clean_phone(self) -> str:
        return tidy_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, organisation = cleaned.get("role"), cleaned.get("organisation")
        if role and organisation and not roles.is_possible(role, organisation.kind):
            kinds = ", ".join(str(kind.label) for kind in roles.kinds_for(role))
            self.add_error("role", _("This role exists at: %(kinds)s.") % {"kinds": kinds})
        return cleaned


class EndForm(KeyForm):
    """When a post ends."""

    NOW, DAY = "now", "day"
    when = forms.ChoiceField(
        label=gettext_lazy("When does it end?"),
        choices=[(NOW, gettext_lazy("At once")), (DAY, gettext_lazy("After a last day"))],
        initial=NOW,
        widget=Tiles(css="yesno"),
    )
    last_date = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=DayParts())
    to = forms.ChoiceField(
        label=gettext_lazy("Who goes on with the open work?"),
        help_text=gettext_lazy(
            "What the colleague may not have, and all of it without one, waits at the organisation."
        ),
        required=False,
    )

    def __init__(self, *args: Any, colleagues: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {post.code: post for post in colleagues}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        names = [(post.code, f"{post.person.name} {post}") for post in colleagues]
        field.choices = [("", _("Back to the organisation's list")), *names]

    def clean_to(self) -> Post | None:
        return self.colleagues.get(self.cleaned_data["to"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == self.DAY and not cleaned.get("last_date") and "last_date" not in self.errors:
            self.add_error("last_date", _("Enter the last day."))
        return cleaned


class LeaveForm(KeyForm):
    """Leave and deputy of a post."""

    from_date = forms.DateField(label=gettext_lazy("First day of leave"), required=False, widget=DayParts())
    until_date = forms.DateField(label=gettext_lazy("Last day of leave"), required=False, widget=DayParts())
    deputy = forms.ModelChoiceField(
        label=gettext_lazy("Stands in"),
        help_text=gettext_lazy("Whoever holds a post at the same organisation or above it."),
        queryset=Post.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, deputies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deputy"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = deputies
        field.empty_label = _("Nobody")
        field.label_from_instance = lambda post: f"{post.person.name} {post}"  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("until_date") and not cleaned.get("from_date"):
            self.add_error("from_date", _("Enter the first day too."))
        return cleaned
