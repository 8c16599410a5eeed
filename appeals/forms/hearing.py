"""Forms of the right of reply: the paraphrase, the driver's consent, the release, the company's reply."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals.actions.hearing import About, week_of
from appeals.actions.replying import Figures
from appeals.forms.desk import KeyForm, MoveForm, words_field
from appeals.forms.evidence import COMPANY_FILES, EvidenceField
from appeals.hearings import MOST_POINTS, points_of, version_words
from appeals.models import Appeal, DeductionKind, Detail, FactKind, Stance
from platforms.models import RuleVersion
from portal.money import YuanField
from portal.widgets import DayParts, TickTiles, Tiles

QUESTION_LENGTH, POINT_LENGTH, SHORT_LENGTH = 2000, 4000, 200
MOST_VERSIONS = 60
NO_RULE = "none"


def versions_of(company_id: int | None) -> list[RuleVersion]:
    """A company's published versions, the newest first."""
    rows = RuleVersion.objects.filter(rule__company__organisation=company_id).select_related("rule__company")
    return list(rows.order_by("-from_date", "rule__title")[:MOST_VERSIONS])


def version_choices(versions: Sequence[RuleVersion]) -> list[tuple[str, str]]:
    return [
        (
            f"rule:{version.pk}",
            _("%(version)s, from %(day)s") % {"version": version_words(version), "day": version.from_date.isoformat()},
        )
        for version in versions
    ]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayParts, input_formats=["%Y-%m-%d"])


class AboutForm(MoveForm):
    """What the company is asked about. Fields of a paraphrase, for one case or a group."""

    heading = pgettext_lazy("button", "Ask the company")
    button = pgettext_lazy("button", "Send to the company")
    cause = forms.ChoiceField(label=_l("Which rule or deduction"), error_messages={"required": _l("Choose one.")})
    from_date = _day(_l("From day"))
    until_date = _day(_l("To day"))
    fact_kinds = forms.MultipleChoiceField(
        label=_l("Which facts are needed"),
        choices=FactKind.choices,
        widget=TickTiles,
        error_messages={"required": _l("Choose at least one.")},
    )
    question = forms.CharField(
        label=_l("What the company reads"),
        help_text=_l(
            "In other words than the driver's, one point a line. No name, phone, plate, order number or exact time; it "
            "is not sent with them."
        ),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": _l("At most 2,000 characters.")},
    )
    items = forms.MultipleChoiceField(
        label=_l("Show with it, as the driver agreed"), choices=Detail.choices, required=False, widget=TickTiles
    )

    def __init__(self, *args: Any, appeal: Appeal, allowed: set[str], **kwargs: Any) -> None:
        first, last = week_of(appeal.happened_date)
        initial = {"from_date": first, "until_date": last, "cause": cause_of(appeal), "items": sorted(allowed)}
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.versions = versions_of(appeal.respondent_at_event_id)
        self.fields["cause"].choices = [  # type: ignore[attr-defined]
            (NO_RULE, _("No particular rule")),
            (_("Rules"), version_choices(self.versions)),
            (_("Deductions"), [(f"deduction:{code}", label) for code, label in DeductionKind.choices]),
        ]
        kept = [(code, label) for code, label in Detail.choices if code in allowed]
        if kept:
            self.fields["items"].choices = kept  # type: ignore[attr-defined]
        else:
            del self.fields["items"]

    def clean_question(self) -> str:
        text: str = self.cleaned_data["question"]
        if len([line for line in text.splitlines() if line.strip()]) > MOST_POINTS:
            raise ValidationError(_("At most %(n)d points, one a line.") % {"n": MOST_POINTS})
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("from_date"), values.get("until_date")
        if first and last and last < first:
            self.add_error("until_date", _("The last day lies before the first."))
        return values

    def about(self) -> About:
        values = self.cleaned_data
        kind, _sep, code = values["cause"].partition(":")
        return About(
            rule_version=next((one for one in self.versions if kind == "rule" and str(one.pk) == code), None),
            deduction_kind=code if kind == "deduction" else "",
            from_date=values["from_date"],
            until_date=values["until_date"],
            fact_kinds=tuple(values["fact_kinds"]),
            items=tuple(values.get("items", ())),
        )


def cause_of(appeal: Appeal) -> str:
    """What the case itself says it is about."""
    if appeal.rule_version_id:
        return f"rule:{appeal.rule_version_id}"
    return f"deduction:{appeal.deduction_kind}" if appeal.deduction_kind else NO_RULE


class ConsentForm(MoveForm):
    """Details the handler asks the driver about; each stands on his page and on the company's as it is typed here."""

    heading = _l("Ask the driver's consent")
    button = _l("Ask the driver")
    follows = _l("His no changes nothing in the case. The clocks go on.")
    name = forms.BooleanField(label=_l("The driver's name, as it is known here"), required=False)
    order_number = forms.CharField(label=_l("Order number"), required=False, max_length=60)
    time = forms.CharField(
        label=_l("Exact time"), required=False, max_length=60, help_text=_l("As the driver gave it, with the day.")
    )
    plate = forms.CharField(label=_l("Plate"), required=False, max_length=20)
    reason = words_field(_l("Why it does not go without"), hint=_l("The driver reads it before he decides."), rows=3)

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appeal = appeal
        if appeal.identity != "named":
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not any(values.get(detail.value) for detail in Detail):
            raise ValidationError(_("Say what the company is to see."))
        return values

    def details(self) -> dict[str, str]:
        values = self.cleaned_data
        typed = {name: values[name] for name in ("order_number", "time", "plate")}
        return typed | ({"name": self.appeal.filer.name} if values.get("name") else {})


class ReturnForm(KeyForm):
    note = words_field(
        _l("What has to be different"), hint=_l("The contact reads it and writes the question anew."), rows=4
    )


class LongText(forms.CharField):
    """A long answer. The browser cuts nothing off: what is too long comes back whole, with what to do about it."""

    def __init__(self, *, length: int = POINT_LENGTH, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.validators.append(
            MaxLengthValidator(
                length,
                _l(
                    "%(show_value)d characters; at most %(limit_value)d go here. All of it is still in the field: move "
                    "the rest into a PDF and add it as a file."
                ),
            )
        )


def wrong_figures(values: dict[str, Any]) -> dict[str, str]:
    """Which figures of a reply do not go together, and what to say of them; whoever sends it, page or program."""
    found = {}
    first, last = values.get("from_date"), values.get("until_date")
    if bool(first) != bool(last):
        found["until_date"] = _("A measured period has a first and a last day.")
    elif first and last and last < first:
        found["until_date"] = _("The last day lies before the first.")
    if values.get("offer_fen") and not values.get("offer_date"):
        found["offer_date"] = _("Say by which day the amount is paid.")
    return found


class ReplyForm(KeyForm):
    """A company's reply: the rule in force, each point of the question, what was measured, what it offers."""

    rule = forms.ChoiceField(
        label=_l("Which rule and version applied at the time"),
        error_messages={"required": _l("Choose the version, or that none applied.")},
    )
    stance = forms.ChoiceField(
        label=_l("What does the company say to it?"),
        choices=Stance.choices,
        widget=Tiles,
        error_messages={"required": _l("Choose one.")},
    )
    amount_fen = YuanField(label=_l("Measured amount, in yuan"), required=False)
    from_date = _day(_l("Measured from"), required=False)
    until_date = _day(_l("Measured to"), required=False)
    offer = LongText(label=_l("Offer"), help_text=_l("What the company will do."), rows=3, length=1000, required=False)
    offer_fen = YuanField(label=_l("Offered amount, in yuan"), required=False)
    offer_date = _day(_l("Done by"), required=False)
    contact = forms.CharField(
        label=_l("Whom to ask at the company"),
        help_text=_l("Department and a telephone number; only the handlers read it."),
        max_length=SHORT_LENGTH,
    )
    evidence = EvidenceField(hint=COMPANY_FILES)

    def __init__(self, *args: Any, question: str, company_id: int, asked: RuleVersion | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"rule": f"rule:{asked.pk}" if asked else "", **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.versions = versions_of(company_id)
        choices = [("", _("Choose")), *version_choices(self.versions), (NO_RULE, _("None of our rules applied"))]
        self.fields["rule"].choices = choices  # type: ignore[attr-defined]
        self.points = points_of(question) or [""]
        asked_for = {
            f"point_{number}": LongText(
                label=point if len(self.points) > 1 else _("Facts"),
                help_text=_("By the company's records.") if len(self.points) > 1 else _("What the records say."),
                error_messages={"required": _("Say what the records say, or that there are none.")},
            )
            for number, point in enumerate(self.points, 1)
        }
        rule = self.fields.pop("rule")
        self.fields = {"rule": rule, **asked_for, **self.fields}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        unread = set(self.errors)
        for name, words in wrong_figures(values).items():
            if not unread & ({"from_date", "until_date"} if name == "until_date" else {name}):
                self.add_error(name, words)
        return values

    def facts(self) -> str:
        """The answers point by point, numbered as the question is."""
        answers = [self.cleaned_data[f"point_{number}"] for number in range(1, len(self.points) + 1)]
        if len(answers) == 1:
            return str(answers[0])
        return "\n".join(f"{number}. {answer}" for number, answer in enumerate(answers, 1))

    def version(self) -> RuleVersion | None:
        code = self.cleaned_data["rule"].removeprefix("rule:")
        return next((one for one in self.versions if str(one.pk) == code), None)

    def rule_words(self) -> str:
        return version_words(self.version()) or _("None of our rules applied")

    def figures(self) -> Figures:
        names = ("stance", "amount_fen", "from_date", "until_date", "offer_fen", "offer_date")
        return Figures(rule_version=self.version(), **{name: self.cleaned_data[name] for name in names})


class SupplementForm(KeyForm):
    facts_given = LongText(
        label=_l("What is to be added"), help_text=_l("It stands below the reply, marked as added later."), rows=5
    )
    evidence = EvidenceField(hint=COMPANY_FILES)
