"""A filing that is not finished yet: the answers so far, page by page, and what they amount to."""

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from appeals import respondents
from appeals.actions.filing import Filing
from appeals.forms.filing import STEPS, Before, StepForm
from appeals.models import Category, DeductionKind, Draft, Evidence, Identity
from appeals.models.evidence import EvidenceQuerySet
from appeals.wording import files_words
from portal.models import Place, User
from portal.once import new_key
from portal.wording import day_date, money

LAST = len(STEPS)


@dataclass
class Sheet:
    """The five pages as one person has filled them in. `key` makes the filing happen once, however often it is sent."""

    person: User
    today: datetime.date
    key: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    saved_at: datetime.datetime | None = None
    # what this request brought, and only that: another may have saved another page meanwhile
    brought: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, person: User, *, today: datetime.date) -> "Sheet":
        draft = Draft.objects.filter(person=person).first()
        if draft is None:
            return cls(person, today)
        sheet = cls(person, today)
        sheet.keep(draft)
        return sheet

    def keep(self, draft: Draft) -> None:
        """Take over what is stored now."""
        body = json.loads(draft.body)
        self.key, self.answers, self.saved_at = body["key"], body["answers"], draft.saved_at

    @property
    def is_new(self) -> bool:
        return self.saved_at is None

    def body(self) -> dict[str, Any]:
        return {"key": self.key, "answers": self.brought}

    def form(self, number: int, *, is_checked: bool = False) -> StepForm:
        """A page with the answers so far; checked, it says what is missing or wrong."""
        form = STEPS[number - 1]
        before = Before(self.person, self.today, self.answers)
        if is_checked:
            return form(self.answers, before=before)
        return form(initial=self.answers, before=before)

    def read(self, number: int, sent: QueryDict) -> StepForm:
        """Take a page's answers as they were sent, right or wrong: nothing a driver typed is dropped."""
        form = STEPS[number - 1](sent, before=Before(self.person, self.today, self.answers))
        for name, shape in form.fields.items():
            if getattr(shape.widget, "is_kept_apart", False):
                continue
            self.brought[name] = self.answers[name] = shape.widget.value_from_datadict(sent, {}, name)
        self.key = self.key or new_key()
        return form

    def first_open(self) -> int:
        """The first page that is not answered yet; 6 when all are."""
        for number in range(1, LAST + 1):
            if not self.form(number, is_checked=True).is_valid():
                return number
        return LAST + 1

    @property
    def city(self) -> Place | None:
        """The city it is about, as far as it is known: the one he named, else that of his record."""
        code = self.answers.get("where")
        place = Place.objects.select_related("parent").filter(code=code).first() if code else None
        if place is None:
            driver = respondents.driver_of(self.person)
            place = driver.place if driver else None
        return place.city if place else None

    def filing(self) -> Filing:
        """What is filed. Every page must be answered."""
        values: dict[str, Any] = {}
        for number in range(1, LAST + 1):
            form = self.form(number, is_checked=True)
            if not form.is_valid():
                raise ValueError(f"Page {number} is not answered.")
            values |= form.cleaned_data
        city, district = respondents.place_named(values["where"])
        about = respondents.respondent_named(values["about"])
        return Filing(
            title=values["title"],
            story=values["story"],
            category=values["category"],
            happened_date=values["happened_date"],
            place=city,
            district=district,
            identity=Identity(values["identity"]),
            respondent_kind=about.kind,
            about=about.about,
            person_about=about.person,
            order_number=values["order_number"],
            is_urgent=values["is_urgent"] == "yes",
            skips_contact=values.get("skips_contact", False),
            wants_enterprise=values.get("wants_enterprise", False),
            amount_fen=values.get("amount_fen"),
            deduction_kind=values.get("deduction_kind", ""),
            evidence=tuple(self.files().values_list("code", flat=True)),
        )

    def review(self) -> list[tuple[int, str, str]]:
        """Page, what was asked there in a word, and the answer, to be read over before it is sent."""
        where = self.form(3)
        rows = [
            (1, _("In danger now"), _("yes") if self.answers.get("is_urgent") == "yes" else _("no")),
            (2, _("Kind"), Category(self.answers["category"]).label),
            (3, _("Day"), day_date(datetime.date.fromisoformat(self.answers["happened_date"]), today=self.today)),
            (3, _("Place"), _chosen(where, "where", self.answers["where"])),
            (3, _("About"), _chosen(where, "about", self.answers["about"])),
            (3, _("Order number"), self.answers.get("order_number") or ""),
            (4, _("In one line"), self.answers["title"]),
            (4, _("The whole story"), self.answers["story"]),
            *self._money(),
            (4, _("Photos and documents"), files_words(self.files().count())),
        ]
        return [row for row in rows if row[2]]

    def files(self) -> EvidenceQuerySet:
        """What was sent for it so far, in the order it came."""
        rows = Evidence.objects.loose().received().filter(owner=self.person, meant_for=self.key)
        return rows.order_by("received_at", "pk")

    def _money(self) -> list[tuple[int, str, str]]:
        """What was taken off and how much it is, where the kind of problem asks for it."""
        form = self.form(4, is_checked=True)
        kind = self.answers.get("deduction_kind") if "deduction_kind" in form.fields else ""
        fen = form.cleaned_data.get("amount_fen") if form.is_valid() else None
        return [
            (4, _("Taken off"), str(DeductionKind(kind).label) if kind else ""),
            (4, _("How much"), money(fen) if fen else ""),
        ]


def _chosen(form: StepForm, name: str, value: str) -> str:
    """The words of a grouped choice."""
    for _group, inside in form.fields[name].choices:  # type: ignore[attr-defined]
        for code, words in inside if isinstance(inside, list | tuple) else []:
            if code == value:
                return str(words)
    return ""
