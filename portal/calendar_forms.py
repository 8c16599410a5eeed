"""The shape of a holiday notice as it is uploaded, and as it comes back from its preview."""

import datetime
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import departures
from portal.departures import Departure, Draft
from portal.widgets import DayParts

SHOWN_PROBLEMS = 20
PREVIEW_SECONDS = 2 * 60 * 60


class NoticeForm(forms.Form):
    """A notice: its year, number and day in three fields, its days in a file of one line each."""

    year = forms.IntegerField(
        label=gettext_lazy("Year of the notice"),
        min_value=2000,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Notice number"),
        help_text=gettext_lazy("As printed in its head, for example 国办发明电〔2025〕7号."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    published_date = forms.DateField(label=gettext_lazy("Published on"), widget=DayParts)
    table = forms.FileField(
        label=gettext_lazy("Table of its days (CSV)"),
        help_text=gettext_lazy("Columns date, is_working, name; one line per day off and per weekend worked."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_number(self) -> str:
        return " ".join(self.cleaned_data["number"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        year, table = cleaned.get("year"), cleaned.get("table")
        if year and table:
            reading = departures.read(table.read(departures.MOST_BYTES + 1), year)
            for sentence in _shortened(reading.problems):
                self.add_error("table", sentence)
            cleaned["days"] = tuple(reading.days)
        return cleaned

    def draft(self, seen: str) -> Draft:
        cleaned = self.cleaned_data
        return Draft(cleaned["year"], cleaned["number"], cleaned["published_date"], cleaned["days"], seen)


class ConfirmForm(forms.Form):
    """The notice a preview was drawn from, sealed for the person who saw it: confirming needs no second upload."""

    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person_code = person_code

    def clean_token(self) -> Draft:
        try:
            body = signing.loads(self.cleaned_data["token"], salt=_salt(self.person_code), max_age=PREVIEW_SECONDS)
        except signing.SignatureExpired as error:
            raise ValidationError(_("This preview is more than two hours old. Choose the file once more.")) from error
        except signing.BadSignature as error:
            raise ValidationError(_("This preview is not yours or was changed. Choose the file once more.")) from error
        days = tuple(Departure(_day(date), bool(is_working), name) for date, is_working, name in body["days"])
        return Draft(body["year"], body["number"], _day(body["published"]), days, body["seen"])


def seal(draft: Draft, person_code: str) -> str:
    body = {
        "year": draft.year,
        "number": draft.number,
        "published": draft.published_date.isoformat(),
        "days": [[day.date.isoformat(), int(day.is_working), day.name] for day in draft.days],
        "seen": draft.seen,
    }
    return signing.dumps(body, salt=_salt(person_code), compress=True)


def _salt(person_code: str) -> str:
    return f"portal.calendar:{person_code}"


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _shortened(problems: list[str]) -> list[str]:
    more = len(problems) - SHOWN_PROBLEMS
    if more <= 0:
        return problems
    words = ngettext("%(count)d more line is wrong.", "%(count)d more lines are wrong.", more)
    return [*problems[:SHOWN_PROBLEMS], words % {"count": more}]
