"""Writing an answer from its parts, with a template's blanks asked one by one; and the templates themselves."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals import blanks
from appeals.forms import desk
from appeals.forms.desk import KeyForm, words_field
from appeals.forms.evidence import ANSWER_FILES, EvidenceField
from appeals.models import AnswerTemplateVersion, Category, FieldKind, Finding, LinkKind
from portal.money import YuanField
from portal.widgets import DayParts
from portal.wording import day_date, listed, money, number

VALUE_LENGTH = 200


def _input(kind: str, label: str) -> forms.Field:
    """One blank as a field of its kind; empty ones are told by name, not refused by the widget."""
    match kind:
        case FieldKind.MONEY:
            return YuanField(label=label, help_text=_("In yuan"), required=False)
        case FieldKind.DATE:
            return forms.DateField(label=label, required=False, widget=DayParts, input_formats=["%Y-%m-%d"])
        case FieldKind.NUMBER:
            plain = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 9, "autocomplete": "off"})
            return forms.IntegerField(label=label, required=False, min_value=0, widget=plain)
    return forms.CharField(
        label=label, required=False, max_length=VALUE_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def shown_value(kind: str, value: Any, today: datetime.date) -> str:
    """A blank's value as the driver reads it; empty where nothing was given."""
    if value in (None, ""):
        return ""
    match kind:
        case FieldKind.MONEY:
            return money(value)
        case FieldKind.DATE:
            return day_date(value, today=today)
        case FieldKind.NUMBER:
            return number(value)
    return str(value).strip()


class AnswerForm(desk.AnswerForm):
    """The answer, with the blanks of a template above its parts as long as they stand in the words.

    Once the form is cleaned, the words hold what was given; what was not is named.
    """

    template = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    evidence = EvidenceField(hint=ANSWER_FILES)

    def __init__(
        self, *args: Any, version: AnswerTemplateVersion | None = None, today: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.today = version, today
        asked = self.data if self.is_bound else self.initial
        self.blanks = self._blanks(asked)
        inputs = {name: _input(blank.kind, blank.label) for name, blank in self.blanks.items()}
        self.fields = {**inputs, **self.fields}
        self.fields["reasons"].widget.attrs["rows"] = 9

    def _blanks(self, asked: Mapping[str, Any]) -> dict[str, blanks.Blank]:
        if self.version is None:
            return {}
        open_labels = blanks.labels(str(asked.get("reasons") or ""), str(asked.get("remedy") or ""))
        listed = blanks.of(self.version.fields)
        return {f"blank_{place}": blank for place, blank in enumerate(listed) if blank.label in open_labels}

    @property
    def blank_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.blanks]

    @property
    def parts(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.blanks]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        given = {
            blank.label: shown_value(blank.kind, values.pop(name, None), self.today)
            for name, blank in self.blanks.items()
        }
        for part in ("reasons", "remedy"):
            if part in values:
                values[part] = blanks.fill(values[part], given)
        self._name_what_is_left(values)
        values["template"] = self.version
        return values

    def _name_what_is_left(self, values: dict[str, Any]) -> None:
        """A blank that has a field says so there; braces typed by hand say so where they stand."""
        by_label = {blank.label: name for name, blank in self.blanks.items()}
        for part in ("reasons", "remedy"):
            for label in blanks.labels(values.get(part, "")):
                name = by_label.get(label, part)
                if name not in self.errors:
                    self.add_error(name, _("Still to be filled in: %(label)s.") % {"label": label})
                    # the words stay as far as they are filled in: only the field is at fault
                    self.cleaned_data.setdefault(part, values.get(part, ""))

    @property
    def written(self) -> dict[str, Any]:
        """The form's values with the blanks filled in, to be shown, changed or sent again."""
        names = ("finding", "reasons", "remedy", "carry_out_date", "seen", "key")
        kept = {name: self.cleaned_data.get(name, self[name].value()) for name in names}
        return {name: value for name, value in kept.items() if value not in (None, "")} | {
            "template": self.data.get("template", ""),
            "evidence": list(self.cleaned_data.get("evidence") or ()),
        }


def first_words(version: AnswerTemplateVersion | None, day: datetime.date | None) -> dict[str, Any]:
    """What a template puts into the form; the day is counted from today in working days."""
    if version is None:
        return {}
    return {
        "template": f"{version.template.code}.{version.number}",
        "finding": version.finding,
        "reasons": version.reasons,
        "remedy": version.remedy,
        "carry_out_date": day,
    }


class NoteForm(KeyForm):
    heading = _l("Internal note")
    button = pgettext_lazy("button", "Keep the note")
    follows = _l("Only handlers of this line read it. The driver and the company never see it.")
    text = words_field(_l("What the next handler should know"), rows=3)


class LinkForm(KeyForm):
    heading = _l("Put these two cases beside each other?")
    button = pgettext_lazy("button", "Put them beside each other")
    follows = _l("Each goes on with its own days. Both show the other one; the driver sees it too.")
    kind = forms.ChoiceField(
        label=_l("How they belong together"),
        choices=LinkKind.choices,
        widget=forms.RadioSelect,
        initial=LinkKind.DUPLICATE.value,
    )


class UnlinkForm(KeyForm):
    heading = _l("Take these two cases apart?")
    button = pgettext_lazy("button", "Take them apart")
    follows = _l("Both go on as before. That they stood beside each other stays in their logs.")
    reason = words_field(_l("Why they do not belong together"), hint=_l("The driver reads this too."), rows=3)


class WithdrawNoteForm(KeyForm):
    heading = _l("Take your note back?")
    button = pgettext_lazy("button", "Take it back")
    follows = _l("Its words are erased for good. That there was a note, and when it was taken back, stays in the log.")


class KeepForm(desk.CarryOutForm):
    """Marking a promise as carried out, from the list of promises."""


class SureForm(KeyForm):
    """A move that needs nothing but to be meant."""


class TemplateForm(KeyForm):
    """A template as its organisation writes it: the words, and below them what their blanks are."""

    title = forms.CharField(label=_l("Name of the template"), help_text=_l("Only handlers read it."), max_length=60)
    category = forms.ChoiceField(label=_l("Kind of appeal"), choices=Category.choices)
    finding = forms.ChoiceField(label=_l("Finding"), choices=Finding.choices)
    reasons = words_field(
        _l("Reasons"),
        hint=_l("Put what differs from case to case into braces. Nobody's name, phone or plate."),
        rows=8,
    )
    remedy = words_field(
        _l("What will be done"), hint=_l("Braces work here too. Empty if nothing is promised."), rows=4, required=False
    )
    carry_out_days = forms.IntegerField(
        label=_l("Usually carried out within, working days"),
        required=False,
        min_value=0,
        max_value=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2, "autocomplete": "off"}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, blanks.MOST_BLANKS + 1):
            self.fields[f"label_{place}"] = forms.CharField(
                label=_("Name of field %(n)d") % {"n": place},
                required=False,
                max_length=blanks.LABEL_LENGTH,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"kind_{place}"] = forms.ChoiceField(
                label=_("Kind of field %(n)d") % {"n": place}, choices=FieldKind.choices, required=False
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"label_{place}"], self[f"kind_{place}"]) for place in range(1, blanks.MOST_BLANKS + 1)]

    @property
    def parts(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(("label_", "kind_"))]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for part in ("reasons", "remedy"):
            values[part] = blanks.tidy(values.get(part) or "")
        self._offer_missing(blanks.labels(values["reasons"], values["remedy"]))
        return values

    @property
    def listed(self) -> tuple[blanks.Blank, ...]:
        """The rows that name something, braces left out where they were typed along."""
        rows = [
            (self.cleaned_data.get(f"label_{place}", ""), self.cleaned_data.get(f"kind_{place}", ""))
            for place in range(1, blanks.MOST_BLANKS + 1)
        ]
        named = [(label.strip("{}｛｝ "), kind) for label, kind in rows]
        return tuple(blanks.Blank(label, kind or FieldKind.TEXT.value) for label, kind in named if label)

    def _offer_missing(self, used: list[str]) -> None:
        """What the words use and no row names is put into the free rows, so that only its kind is left to choose."""
        names = [blank.label for blank in self.listed]
        missing = [label for label in used if label not in names]
        if not missing:
            return
        rows = [f"label_{place}" for place in range(1, blanks.MOST_BLANKS + 1)]
        free = [row for row in rows if not str(self.data.get(row, "")).strip()]
        self.data = {**self.data.dict(), **dict(zip(free, missing, strict=False))}  # type: ignore[attr-defined]
        self.add_error(None, _("Below the words, say what kind these are: %(labels)s.") % {"labels": listed(missing)})


def template_words(template_title: str, category: str, version: AnswerTemplateVersion) -> dict[str, Any]:
    """A version as the form shows it for changing."""
    rows = {
        f"{column}_{place}": row[column] for place, row in enumerate(version.fields, 1) for column in ("label", "kind")
    }
    return {
        "title": template_title,
        "category": category,
        "finding": version.finding,
        "reasons": version.reasons,
        "remedy": version.remedy,
        "carry_out_days": version.carry_out_days,
        "seen": version.number,
        **rows,
    }
