"""What a committee and its custodian fill in: clocks, duties, the opening of a sealed name."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from appeals import chain
from appeals.forms.desk import INCOMPLETE, KeyForm, words_field
from appeals.models import Category
from portal import codes
from portal.models import Organisation, OrganisationKind, Place, Post
from portal.roles import HANDLE, permissions_of
from portal.widgets import DayParts

EVERYWHERE = EVERYTHING = "all"


def places_of(organisation: Organisation, day: datetime.date) -> list[Place]:
    """The cities a committee answers for: its own, or for the province every city that is switched on or will be."""
    if organisation.parent_id is None:
        return list(Place.objects.cities().open_from(day))
    return [organisation.place]


def _days(label: Any, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=0,
        max_value=chain.LIMIT_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2, "autocomplete": "off"}),
    )


class ClockForm(KeyForm):
    """The clocks of a place, a kind and a tier, from a day on."""

    where = forms.ChoiceField(label=_l("Place"))
    category = forms.ChoiceField(
        label=_l("Kind of appeal"), choices=[(EVERYTHING, pgettext_lazy("of appeals", "All kinds")), *Category.choices]
    )
    tier = forms.TypedChoiceField(label=_l("Tier"), choices=chain.TIERS, coerce=int)
    take_days = _days(_l("Take, working days"))
    answer_days = _days(_l("Answer, working days"), _l("Both are counted from the entry into the tier."))
    reply_days = _days(_l("Company's reply, working days"))
    from_date = forms.DateField(
        label=_l("Holds from"),
        help_text=_l("Tomorrow at the earliest. Rounds that have begun keep their clocks."),
        widget=DayParts,
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, organisation: Organisation, day: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places_of(organisation, day)}
        everywhere = [(EVERYWHERE, _("All cities"))] if organisation.parent_id is None else []
        self.fields["where"].choices = [  # type: ignore[attr-defined]
            *everywhere,
            *((code, str(place)) for code, place in self.places.items()),
        ]

    def clean_category(self) -> str:
        """Empty is every kind, as the settings have it."""
        category: str = self.cleaned_data["category"]
        return "" if category == EVERYTHING else category

    @property
    def place(self) -> Place | None:
        """None is everywhere."""
        return self.places.get(self.cleaned_data["where"])


class DutyForm(KeyForm):
    """Who answers for a city's urgent appeals, from when until when."""

    where = forms.ChoiceField(label=_l("City"))
    who = forms.ChoiceField(label=_l("On duty"), error_messages={"required": _l("Choose who is on duty.")})
    from_at = forms.DateTimeField(
        label=_l("Begins"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    until_at = forms.DateTimeField(
        label=_l("Ends"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, *args: Any, organisation: Organisation, day: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places_of(organisation, day)}
        self.fields["where"].choices = [(code, str(place)) for code, place in self.places.items()]  # type: ignore[attr-defined]
        self.posts = {post.code: post for post in _posts_under(organisation, day)}
        self.fields["who"].choices = [("", _("Choose")), *_by_organisation(self.posts)]  # type: ignore[attr-defined]

    @property
    def place(self) -> Place:
        return self.places[self.cleaned_data["where"]]

    @property
    def post(self) -> Post:
        return self.posts[self.cleaned_data["who"]]


def _posts_under(organisation: Organisation, day: datetime.date) -> list[Post]:
    """Posts of the line that may handle appeals, committees first."""
    rows = Post.objects.live(day).filter(organisation__path__startswith=organisation.path)
    posts = [
        post
        for post in rows.select_related("person", "organisation").order_by("organisation__path", "person__name", "pk")
        if HANDLE in permissions_of(post.role, post.organisation.kind)
    ]
    return sorted(posts, key=lambda post: post.organisation.kind != OrganisationKind.COMMITTEE)


def _by_organisation(posts: dict[str, Post]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, post in posts.items():
        words = f"{post.person.name} {post.role_here}"
        groups.setdefault(post.organisation.short_name, []).append((code, words))
    return list(groups.items())


class SeeAlarmForm(forms.Form):
    alarm = forms.IntegerField(widget=forms.HiddenInput)


class AskUnsealingForm(KeyForm):
    """A case by its number, and why its name has to be opened."""

    number = forms.CharField(
        label=_l("Case number"),
        help_text=_l("As the handler named it, for example LZ-261112-7KQ2MX."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    motive = words_field(
        _l("Why the name is needed"), hint=_l("The second person decides by it, and the driver reads it."), rows=4
    )

    def clean_number(self) -> str:
        number = codes.tidy_case_number(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(_("Check the number: a character is missing or wrong."))
        return number


class DecideUnsealingForm(KeyForm):
    decision = forms.ChoiceField(
        choices=[("agree", "agree"), ("refuse", "refuse")], error_messages={"required": INCOMPLETE}
    )
