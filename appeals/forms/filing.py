"""The five short pages of filing: one question each. Shapes and labels; what is allowed the action says."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from appeals import respondents
from appeals.forms.evidence import EvidenceField
from appeals.models import Category, DeductionKind, Identity
from branches.models import enterprise_of
from portal.models import Organisation, User
from portal.money import YuanField
from portal.widgets import DayParts, Tiles

KIND_HINTS = {
    Category.DISPATCH.value: _l("Fewer orders, far orders, or rules nobody understands"),
    Category.PAY.value: _l("Too much taken, paid late, deductions or bonuses that do not add up"),
    Category.ACCOUNT.value: _l("Stopped, blocked, points or stars lost without a reason"),
    Category.LEASE.value: _l("Deposit, returning the car, terms, insurance claims"),
    Category.FINE.value: _l("A fine that is not right, nowhere to stop or park"),
    Category.SAFETY.value: _l("Threats, harassment, violence, or an accident"),
    Category.HOME.value: _l("Broken, closed, or something is missing there"),
    Category.OTHER.value: _l("None of these; I will say it myself"),
}
KIND_ICONS = {
    Category.DISPATCH.value: "route",
    Category.PAY.value: "yuan",
    Category.ACCOUNT.value: "ban",
    Category.LEASE.value: "file",
    Category.FINE.value: "park",
    Category.SAFETY.value: "shield",
    Category.HOME.value: "cup",
    Category.OTHER.value: "more",
}
# what a title of this kind may look like, and what a handler will ask about first
TITLE_EXAMPLES = {
    Category.DISPATCH.value: _l("A third fewer orders, and nobody says why"),
    Category.PAY.value: _l("One order was charged 38%"),
    Category.ACCOUNT.value: _l("Blocked for 7 days, no reason given"),
    Category.LEASE.value: _l("Car returned two months ago, deposit still not paid back"),
    Category.FINE.value: _l("Fined for stopping where passengers get in"),
    Category.SAFETY.value: _l("A passenger threatened me at night"),
    Category.HOME.value: _l("No hot water for a week"),
    Category.OTHER.value: _l("Say in one line what it is about"),
}
STORY_HINTS = {
    Category.DISPATCH.value: _l(
        "From which day on, at which hours, how many orders before and now, what support said."
    ),
    Category.PAY.value: _l("Which orders, what the passenger paid, what you got, what support said."),
    Category.ACCOUNT.value: _l("When it was blocked, what the notice said, whether you objected, what came back."),
    Category.LEASE.value: _l("What the contract says, how much money it is, whom you asked and what they said."),
    Category.FINE.value: _l("Where and when, what the notice says, whether you objected already."),
    Category.SAFETY.value: _l("What happened, whether you called the police, how you are now."),
    Category.HOME.value: _l("Which home, what is wrong with it, since when."),
    Category.OTHER.value: _l("What happened, whom you asked, what you would like to come of it."),
}
# where no money is at stake, none is asked about
MONEYLESS = (Category.SAFETY.value, Category.HOME.value)
EARLIEST = datetime.date(2010, 1, 1)
TITLE_LENGTH, STORY_LENGTH = 60, 4000


@dataclass(frozen=True)
class Before:
    """What a step may build on: who fills it in, on which day, and the answers given on the pages before."""

    person: User
    today: datetime.date
    answers: dict[str, Any]

    @property
    def happened(self) -> datetime.date:
        """The day it happened, once that is known; today until then."""
        try:
            return datetime.date.fromisoformat(str(self.answers.get("happened_date", "")))
        except ValueError:
            return self.today


class StepForm(forms.Form):
    question: str | Promise = ""

    def __init__(self, *args: Any, before: Before, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = before
        self.prepare(before)

    def prepare(self, before: Before) -> None:
        """Fill in the choices and hints that depend on the person and his answers."""


class UrgentForm(StepForm):
    ask = True
    is_urgent = forms.ChoiceField(
        label=_l("Is somebody in danger right now?"),
        help_text=_l("Violence, threats, an accident, a child, or somebody who wants to harm himself."),
        choices=[("yes", _l("Yes")), ("no", _l("No"))],
        widget=Tiles(
            hints={
                "yes": _l("Call 110 or 120 first. Here somebody takes it within 2 hours, day and night"),
                "no": _l("The usual days apply"),
            }
        ),
        error_messages={"required": _l("Choose one of the two.")},
    )


class KindForm(StepForm):
    ask = True
    category = forms.ChoiceField(
        label=_l("What kind of problem is it?"),
        help_text=_l("The closest one will do; a wrong choice changes nothing."),
        choices=Category.choices,
        widget=Tiles(hints=KIND_HINTS, icons=KIND_ICONS),
        error_messages={"required": _l("Choose the kind that comes closest.")},
    )


class WhereForm(StepForm):
    question = _l("When, where, and about whom?")
    happened_date = forms.DateField(
        label=_l("On which day?"),
        help_text=_l("If it went on for longer, the last day."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
        error_messages={"required": _l("Say which day; roughly will do."), "invalid": _l("Check the date.")},
    )
    where = forms.ChoiceField(
        label=_l("Where?"),
        help_text=_l("Only cities where the portal is open. Anywhere else, call 12345."),
        error_messages={"required": _l("Choose the district.")},
    )
    about = forms.ChoiceField(
        label=_l("Whom is it about?"),
        help_text=_l("The companies you drive for come first. About the province's committee, call 12345."),
        error_messages={"required": _l("Choose whom it is about, or nobody in particular.")},
    )
    order_number = forms.CharField(
        label=_l("Order number"),
        help_text=_l("If it is about one order. Only handlers see it."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def prepare(self, before: Before) -> None:
        # the year is there already: month and day are left to type
        self.fields["happened_date"].initial = f"{before.today.year}--"
        places = respondents.place_choices(before.today)
        self.fields["where"].choices = [("", _("Choose")), *places]  # type: ignore[attr-defined]
        driver = respondents.driver_of(before.person)
        if driver and any(code == driver.place.code for _city, inside in places for code, _name in inside):
            self.fields["where"].initial = driver.place.code
        self.fields["about"].choices = [("", _("Choose")), *respondents.choices(before.person, before.happened)]  # type: ignore[attr-defined]

    def clean_happened_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["happened_date"]
        if day > self.before.today:
            raise ValidationError(_("The day it happened lies in the future. Correct the date."))
        if day < EARLIEST:
            raise ValidationError(_("Check the year."))
        return day


class StoryForm(StepForm):
    question = _l("What happened?")
    title = forms.CharField(
        label=_l("In one line"),
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _l("Say in one line what it is about."),
            "max_length": _l("At most 60 characters. The rest goes into the field below."),
        },
    )
    story = forms.CharField(
        label=_l("The whole story"),
        max_length=STORY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={
            "required": _l("Say what happened; a few sentences are enough."),
            "max_length": _l("At most 4,000 characters. You can add more once it is filed."),
        },
    )
    evidence = EvidenceField()
    deduction_kind = forms.ChoiceField(
        label=_l("What was taken off?"),
        help_text=_l("As the settlement names it; leave it open if you are not sure."),
        required=False,
        choices=[("", _l("Not sure")), *DeductionKind.choices],
    )
    amount_fen = YuanField(
        label=_l("How much money is it about, in yuan?"),
        help_text=_l("Roughly will do. Appeals about the same are counted together."),
        required=False,
    )

    def prepare(self, before: Before) -> None:
        category = before.answers.get("category") or Category.OTHER.value
        example = TITLE_EXAMPLES.get(category, TITLE_EXAMPLES[Category.OTHER.value])
        self.fields["title"].help_text = _("For example: %(example)s") % {"example": example}
        hint = STORY_HINTS.get(category, STORY_HINTS[Category.OTHER.value])
        self.fields["story"].help_text = _("%(hint)s Leave out phone numbers and plates.") % {"hint": hint}
        if category != Category.PAY:
            del self.fields["deduction_kind"]
        if category in MONEYLESS:
            del self.fields["amount_fen"]

    def clean_title(self) -> str:
        # one line, whatever was pasted
        return " ".join(self.cleaned_data["title"].split())


class NameForm(StepForm):
    ask = True
    identity = forms.ChoiceField(
        label=_l("Who may see your name?"),
        choices=[
            (Identity.NAMED.value, Identity.NAMED.label),
            (Identity.OPEN.value, Identity.OPEN.label),
            (Identity.SEALED.value, Identity.SEALED.label),
        ],
        initial=Identity.NAMED.value,
        widget=Tiles(
            hints={
                Identity.NAMED.value: _l("The company is asked without your name, plate and order. Most choose this"),
                Identity.OPEN.value: _l("Quicker where they have to look up your orders. It is never published"),
                Identity.SEALED.value: _l(
                    "Handlers see a number. Opening it takes two people, and you see who and why"
                ),
            }
        ),
        error_messages={"required": _l("Choose who may see your name.")},
    )
    skips_contact = forms.BooleanField(label=_l("Start at the branch, not with a contact"), required=False)
    wants_enterprise = forms.BooleanField(label="", required=False)

    def prepare(self, before: Before) -> None:
        self._offer_branch(before.answers)
        self._offer_enterprise(before.answers)

    def _offer_branch(self, answers: dict[str, Any]) -> None:
        """Harassment and sealed appeals may start at the branch; what starts above the contact anyway is not asked."""
        kind = str(answers.get("about", "")).partition(":")[0]
        starts_higher = kind in (respondents.PERSON, respondents.CONTACT, respondents.BRANCH, respondents.COMMITTEE)
        if starts_higher or answers.get("is_urgent") == "yes":
            del self.fields["skips_contact"]
        elif answers.get("category") == Category.SAFETY:
            self.fields["skips_contact"].help_text = _("With harassment you need not tell the contact first.")
        else:
            self.fields["skips_contact"].help_text = _("Only together with the choice that nobody sees your name.")

    def _offer_enterprise(self, answers: dict[str, Any]) -> None:
        """Its own party organisation is barred from a company's cases, unless the driver chooses it."""
        kind, _sep, code = str(answers.get("about", "")).partition(":")
        company = Organisation.objects.filter(code=code).first() if kind == respondents.COMPANY else None
        own = enterprise_of(company) if company else None
        if company is None or own is None:
            del self.fields["wants_enterprise"]
            return
        field = self.fields["wants_enterprise"]
        field.label = _("Let %(organisation)s handle it") % {"organisation": own.name}
        field.help_text = _(
            "It belongs to %(company)s, so it is left out unless you choose it. Then it has the second tier."
        ) % {"company": company.short_name}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_safety = self.before.answers.get("category") == Category.SAFETY
        if values.get("skips_contact") and not is_safety and values.get("identity") != Identity.SEALED:
            self.add_error(
                "skips_contact",
                _("Starting at the branch is for harassment, sealed appeals and appeals about a contact or branch."),
            )
        return values


STEPS: tuple[type[StepForm], ...] = (UrgentForm, KindForm, WhereForm, StoryForm, NameForm)
