"""What a volunteer types for a driver, on one page: he reads it from paper, or writes while the driver speaks."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext, pgettext_lazy

from appeals import respondents
from appeals.actions.filing import Filing
from appeals.forms.desk import KeyForm, words_field
from appeals.forms.evidence import Chosen, EvidenceField
from appeals.models import Category, DeductionKind, Identity
from portal.forms import CodeForm
from portal.models import Place
from portal.money import YuanField
from portal.phone import tidy_phone
from portal.widgets import DayParts, Tiles
from portal.wording import day_and_weekday, money

EARLIEST = datetime.date(2010, 1, 1)


class AboutField(forms.ChoiceField):
    """Offers who can be named near a place; whoever was picked for another place stays right."""

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or respondents.can_be_named(str(value))


class FileForForm(forms.Form):
    name = forms.CharField(
        label=_l("The driver's name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_l("The driver's own mobile number"),
        help_text=_l("The code goes there; without it nothing is filed."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    is_urgent = forms.ChoiceField(
        label=_l("Is somebody in danger?"),
        help_text=_l("Violence, threats, an accident, a child, words of self-harm. Then call 110 or 120 first."),
        choices=[("no", _l("No, the usual days")), ("yes", _l("Yes, within two hours"))],
        initial="no",
        widget=Tiles(css="yesno"),
    )
    category = forms.ChoiceField(
        label=pgettext_lazy("column", "Kind"),
        choices=[("", _l("Choose")), *Category.choices],
        error_messages={"required": _l("Choose one.")},
    )
    happened_date = forms.DateField(label=_l("When it happened"), widget=DayParts, input_formats=["%Y-%m-%d"])
    where = forms.ChoiceField(label=_l("Where it happened"), error_messages={"required": _l("Choose one.")})
    look_for = forms.CharField(
        label=_l("A part of its name, where it is not from there"),
        help_text=_l("Then press “Show who can be named”. Nothing that was typed is lost."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    about = AboutField(label=_l("Who it is about"), error_messages={"required": _l("Choose one.")})
    order_number = forms.CharField(
        label=_l("Number of the order"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    title = forms.CharField(
        label=_l("The matter in one line"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    story = words_field(
        _l("What happened, in his words"), hint=_l("As he says it; nothing added, nothing smoothed."), rows=9
    )
    deduction_kind = forms.ChoiceField(
        label=_l("What was taken off"),
        help_text=_l("Only with take rate, settlement and deductions."),
        required=False,
        choices=[("", _l("Not sure")), *DeductionKind.choices],
    )
    amount_fen = YuanField(label=_l("How much money, in yuan"), required=False)
    evidence = EvidenceField(hint=_l("Photograph his papers and screenshots, or choose files; they become his."))
    identity = forms.ChoiceField(
        label=_l("Who may see his name"),
        choices=[(Identity.NAMED.value, Identity.NAMED.label), (Identity.OPEN.value, Identity.OPEN.label),
                 (Identity.SEALED.value, Identity.SEALED.label)],
        initial=Identity.NAMED.value,
        widget=Tiles(
            hints={
                Identity.NAMED.value: _l("The usual choice: the company is asked without his name"),
                Identity.OPEN.value: _l("Only if he wants the company to know"),
                Identity.SEALED.value: _l("Handlers see a number; opening it takes two people"),
            }
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, today: datetime.date, home: Place | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.home = today, home
        self.fields["where"].choices = [("", _("Choose")), *respondents.place_choices(today)]  # type: ignore[attr-defined]
        near = respondents.near(self._place(), str(self["look_for"].value() or "").strip(), self["about"].value() or "")
        self.fields["about"].choices = [("", _("Choose")), *near]  # type: ignore[attr-defined]

    def _place(self) -> Place | None:
        """The place that is chosen so far, sent or not; before that the home's own."""
        chosen = Place.objects.select_related("parent").filter(code=self["where"].value() or "").first()
        return chosen or self.home

    def again(self) -> dict[str, Any]:
        """What was typed, to be shown once more without being judged."""
        return {field.name: field.value() for field in self if field.name != "evidence"}

    def clean_phone(self) -> str:
        return tidy_phone(self.cleaned_data["phone"])

    def clean_happened_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["happened_date"]
        if not EARLIEST <= day <= self.today:
            raise ValidationError(_("Check the date: it lies ahead or too far back."))
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("category") != Category.PAY:
            values["deduction_kind"] = ""
        return values

    def answers(self) -> dict[str, str]:
        """What was filled in, as text, to be kept until the driver's code is there."""
        typed = {name: str(value) for name, value in self.cleaned_data.items() if name != "evidence"}
        # in yuan as it was typed: it is read as yuan again
        return typed | {"amount_fen": self.data.get("amount_fen", "")}

    def filing(self) -> Filing:
        values = self.cleaned_data
        city, district = respondents.place_named(values["where"])
        about = respondents.respondent_named(values["about"])
        return Filing(
            title=" ".join(values["title"].split()),
            story=values["story"],
            category=values["category"],
            happened_date=values["happened_date"],
            place=city,
            district=district,
            identity=values["identity"],
            respondent_kind=about.kind,
            about=about.about,
            person_about=about.person,
            order_number=values["order_number"],
            is_urgent=values["is_urgent"] == "yes",
            amount_fen=values["amount_fen"],
            deduction_kind=values["deduction_kind"],
            evidence=tuple(values["evidence"]),
        )

    def read_back(self) -> list[tuple[Any, str]]:
        """Question and answer, one below the other, in the words the driver hears."""
        rows = []
        for name, field in self.fields.items():
            if name == "look_for":
                continue
            value = self.cleaned_data[name]
            if isinstance(value, datetime.date):
                words = day_and_weekday(value, today=self.today)
            elif isinstance(value, Chosen):
                words = (
                    ngettext("%(n)d file", "%(n)d files", len(value.codes)) % {"n": len(value.codes)} if value else ""
                )
            elif isinstance(field, YuanField):
                words = money(value) if value else ""
            else:
                words = _chosen(field, value) if isinstance(field, forms.ChoiceField) else str(value)
            rows.append((field.label, words))
        return [(label, words) for label, words in rows if words]


def _chosen(field: forms.ChoiceField, value: str) -> str:
    for code, words in field.choices:  # type: ignore[misc,union-attr]
        inside = words if isinstance(words, list | tuple) else [(code, words)]
        for one, name in inside:
            if str(one) == value:
                return str(name)
    return value


class ConfirmForm(CodeForm, KeyForm):
    """The code that the driver got on his phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The code on the driver's phone")
