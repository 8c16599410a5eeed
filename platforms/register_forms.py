"""The forms of the registers of companies, permits and vehicles."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platforms.models import (
    Company,
    Energy,
    PlateColour,
    RegisterState,
    Vehicle,
    transport_licence_hash,
    vin_hash,
)
from portal import plates
from portal.models import Organisation, OrganisationKind, Place, PlaceKind
from portal.phone import tidy_phone
from portal.register_forms import EXPIRY, Day, RecordForm, RegisterFilter, state_choices

KINDS = [(kind.value, kind.label) for kind in (OrganisationKind.PLATFORM, OrganisationKind.LEASING)]
HELD = [(state.value, state.label) for state in (RegisterState.VALID, RegisterState.SUSPENDED)]


def cities() -> Any:
    return Place.objects.cities().order_by("code")


def companies(kind: str) -> Any:
    rows = Company.objects.filter(organisation__kind=kind, organisation__closed_at__isnull=True)
    return rows.select_related("organisation").order_by("organisation__name", "pk")


def organisations(*kinds: str) -> Any:
    """Companies by the code their addresses carry."""
    return Organisation.objects.live().filter(kind__in=kinds).order_by("-kind", "name", "pk")


class CityFilter(RegisterFilter):
    """A list that is narrowed by city and state."""

    city = forms.ModelChoiceField(
        label=gettext_lazy("City"),
        required=False,
        queryset=Place.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("All cities"),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=state_choices(RegisterState.choices))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities()  # type: ignore[attr-defined]


class OfCompanyFilter(CityFilter):
    """`place` is that of the office which reads: one city's is not asked for another's, which it would not see."""

    company = forms.ModelChoiceField(
        label=gettext_lazy("Company"),
        required=False,
        queryset=Organisation.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("All companies"),
    )
    expiry = forms.ChoiceField(label=gettext_lazy("Papers"), required=False, choices=EXPIRY)

    def __init__(self, *args: Any, place: Place | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if place is not None and place.kind != PlaceKind.PROVINCE:
            del self.fields["city"]
        field = self.fields["company"]
        field.queryset = organisations(OrganisationKind.PLATFORM)  # type: ignore[attr-defined]
        field.label_from_instance = lambda row: row.short_name  # type: ignore[attr-defined]


class CompanyFilter(CityFilter):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("Platforms and leasing")), *KINDS]
    )


class PermitFilter(OfCompanyFilter):
    pass


class VehicleFilter(OfCompanyFilter):
    """Found by the whole plate, licence or frame number, or by the name of a company."""

    numbers = {"licence": transport_licence_hash, "vin": vin_hash}

    def is_there(self, by: str, found: str) -> bool:
        return by != "phone" and Vehicle.objects.filter(**{f"{by}_hash": found}).exists()


class CompanyForm(RecordForm):
    """What a company's business licence says, and what it published. `place` is that of the office which keeps it: one
    city's companies work there and nowhere else."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=80)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=30)
    credit_code = forms.RegexField(
        r"^[0-9A-HJ-NP-RTUW-Y]{18}$",
        label=gettext_lazy("Unified social credit code"),
        required=False,
        error_messages={"invalid": gettext_lazy("18 digits and capital letters, without I, O, S, V and Z.")},
    )
    feed_id = forms.CharField(
        label=gettext_lazy("Its name in the ministry's interface"),
        help_text=gettext_lazy("CompanyId, as in the messages that platforms send."),
        required=False,
        max_length=32,
    )
    cities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Works in"),
        queryset=Place.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    take_cap_percent = forms.IntegerField(
        label=gettext_lazy("Published cap on the take rate, in percent"), required=False, min_value=1, max_value=99
    )
    legal_name = forms.CharField(label=gettext_lazy("Legal representative"), required=False, max_length=60)
    contact_name = forms.CharField(label=gettext_lazy("Whom to call"), required=False, max_length=60)
    contact_phone = forms.CharField(
        label=gettext_lazy("His phone"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    address = forms.CharField(label=gettext_lazy("Address for letters"), required=False, max_length=200)
    business_scope = forms.CharField(label=gettext_lazy("Business scope"), required=False, max_length=300)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=HELD, initial=RegisterState.VALID)
    sealed = ("legal_name", "contact_name", "contact_phone")

    def __init__(self, *args: Any, place: Place, row: Company | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.place = place
        self.fields["cities"].queryset = cities()  # type: ignore[attr-defined]
        if place.kind != PlaceKind.PROVINCE:
            del self.fields["cities"]
        if row is not None:
            del self.fields["kind"]

    def clean_contact_phone(self) -> str:
        typed = self.cleaned_data["contact_phone"]
        return tidy_phone(typed) if typed else ""

    @property
    def given(self) -> dict[str, Any]:
        own = super().given
        percent = own.pop("take_cap_percent")
        own["take_cap_permille"] = percent * 10 if percent else None
        if "cities" not in self.fields and self.row is None:
            own["cities"] = [self.place.city]
        return own


class PermitForm(RecordForm):
    """网络预约出租汽车经营许可证 of one city."""

    city = forms.ModelChoiceField(label=gettext_lazy("City"), queryset=Place.objects.none())
    number = forms.CharField(label=gettext_lazy("Permit number"), max_length=64)
    file_number = forms.CharField(label=gettext_lazy("File number"), required=False, max_length=64)
    issuer = forms.CharField(label=gettext_lazy("Issued by"), required=False, max_length=120)
    area = forms.CharField(label=gettext_lazy("Area it covers"), required=False, max_length=128)
    from_date = forms.DateField(label=gettext_lazy("Valid from"), widget=Day())
    until_date = forms.DateField(label=gettext_lazy("Valid until"), widget=Day())
    first_issued_date = forms.DateField(label=gettext_lazy("First issued"), required=False, widget=Day())
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=HELD, initial=RegisterState.VALID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities()  # type: ignore[attr-defined]


class VehicleForm(RecordForm):
    """A vehicle's plate, owner and papers."""

    plate = forms.CharField(label=gettext_lazy("Plate"), max_length=20)
    plate_colour = forms.ChoiceField(label=gettext_lazy("Colour of the plate"), choices=PlateColour.choices)
    city = forms.ModelChoiceField(label=gettext_lazy("City"), queryset=Place.objects.none())
    company = forms.ModelChoiceField(
        label=gettext_lazy("Registered with the platform"), queryset=Company.objects.none(), required=False
    )
    owner_company = forms.ModelChoiceField(
        label=gettext_lazy("Owner, if it is a company"), queryset=Company.objects.none(), required=False
    )
    owner_name = forms.CharField(label=gettext_lazy("Owner, if it is a person"), required=False, max_length=64)
    brand = forms.CharField(label=gettext_lazy("Brand"), required=False, max_length=64)
    model = forms.CharField(label=gettext_lazy("Model"), required=False, max_length=64)
    colour = forms.CharField(label=gettext_lazy("Colour"), required=False, max_length=20)
    energy = forms.ChoiceField(label=gettext_lazy("Energy"), choices=Energy.choices)
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=2, max_value=20, initial=5)
    vin = forms.RegexField(
        r"^[0-9A-HJ-NPR-Z]{17}$",
        label=gettext_lazy("Frame number (VIN)"),
        required=False,
        error_messages={"invalid": gettext_lazy("17 digits and capital letters, without I, O and Q.")},
    )
    first_registered_date = forms.DateField(label=gettext_lazy("First registered"), required=False, widget=Day())
    licence = forms.CharField(label=gettext_lazy("Transport licence number"), required=False, max_length=64)
    licence_from_date = forms.DateField(label=gettext_lazy("Transport licence from"), required=False, widget=Day())
    licence_until_date = forms.DateField(label=gettext_lazy("Transport licence until"), required=False, widget=Day())
    insurer = forms.CharField(label=gettext_lazy("Insurer"), required=False, max_length=64)
    insured_until_date = forms.DateField(label=gettext_lazy("Insured until"), required=False, widget=Day())
    inspected_until_date = forms.DateField(label=gettext_lazy("Inspection valid until"), required=False, widget=Day())
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=HELD, initial=RegisterState.VALID)
    sealed = ("plate", "owner_name", "licence", "vin")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["city"].queryset = cities()
        fields["company"].queryset = companies(OrganisationKind.PLATFORM)
        rows = Company.objects.filter(organisation__closed_at__isnull=True).select_related("organisation")
        fields["owner_company"].queryset = rows.order_by("organisation__kind", "organisation__name", "pk")

    def clean_plate(self) -> str:
        typed = self.cleaned_data["plate"]
        return plates.tidy_plate(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("owner_company") and cleaned.get("owner_name"):
            raise ValidationError(_("A vehicle has one owner: a company or a person."))
        return cleaned

    @property
    def given(self) -> dict[str, Any]:
        own = super().given
        if own.get("owner_company"):
            # sold to a company: the person it belonged to goes
            own["owner_name"] = ""
        return own


def initial_of(form: type[RecordForm], row: Any) -> dict[str, Any]:
    """What a change begins with: everything but what is sealed."""
    return {name: getattr(row, name) for name in form.base_fields if name not in form.sealed and hasattr(row, name)} | {
        "revision": row.revision
    }
