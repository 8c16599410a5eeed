"""The forms of the register of drivers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.matching import tidy_licence
from drivers.models import ContractKind, Driver, certificate_hash, licence_hash
from platforms.models import Vehicle
from platforms.register_forms import HELD, OfCompanyFilter, cities, organisations
from portal import plates
from portal.models import Organisation, OrganisationKind, Place, PlaceKind
from portal.phone import tidy_phone
from portal.register_forms import EXPIRY, PHONE, PLATE, Day, KeyForm, RecordForm


class DriverFilter(OfCompanyFilter):
    """Found by two characters of the name, pinyin initials, or a whole phone, plate or licence."""

    numbers = {"licence": licence_hash, "certificate": certificate_hash}

    def is_there(self, by: str, found: str) -> bool:
        if by in (PHONE, PLATE):
            return True
        return Driver.objects.filter(**{f"{by}_hash": found}).exists()


class DriverForm(RecordForm):
    """What the register says of a driver."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    place = forms.ModelChoiceField(label=gettext_lazy("District or county"), queryset=Place.objects.none())
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"), max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    licence = forms.CharField(label=gettext_lazy("Driving licence number"), max_length=32)
    licence_until_date = forms.DateField(label=gettext_lazy("Driving licence until"), required=False, widget=Day())
    certificate = forms.CharField(label=gettext_lazy("Ride-hailing certificate number"), required=False, max_length=64)
    certificate_from_date = forms.DateField(label=gettext_lazy("Certificate from"), required=False, widget=Day())
    certificate_until_date = forms.DateField(label=gettext_lazy("Certificate until"), required=False, widget=Day())
    since_date = forms.DateField(label=gettext_lazy("Drives since"), widget=Day())
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=HELD, required=False)
    sealed = ("phone", "licence", "certificate")

    def __init__(self, *args: Any, row: Driver | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        districts = Place.objects.filter(kind=PlaceKind.DISTRICT).select_related("parent").order_by("code")
        field: Any = self.fields["place"]
        field.queryset = districts
        field.label_from_instance = lambda place: f"{place.parent.short_name} {place.name}"
        if row is None:
            del self.fields["state"]

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return tidy_phone(typed) if typed else ""

    def clean_licence(self) -> str:
        return tidy_licence(self.cleaned_data["licence"])

    def clean_certificate(self) -> str:
        return "".join(str(self.cleaned_data["certificate"]).split()).upper()


class PlateForm(KeyForm):
    """A vehicle of the register, by its plate typed in full."""

    plate = forms.CharField(
        label=gettext_lazy("Plate of the vehicle"), help_text=gettext_lazy("In full, as on the car."), max_length=20
    )
    company = forms.ModelChoiceField(
        label=gettext_lazy("For the platform"), queryset=Organisation.objects.none(), to_field_name="code"
    )
    from_date = forms.DateField(label=gettext_lazy("From"), widget=Day())
    kind = OrganisationKind.PLATFORM

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["company"]
        field.queryset = organisations(self.kind)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "plate" in cleaned:
            vehicle = _vehicle(cleaned["plate"])
            if vehicle is None:
                self.add_error("plate", _("No vehicle with this plate is in the register."))
            cleaned["vehicle"] = vehicle
        return cleaned


class DrivingForm(PlateForm):
    """What he drives, and for whom."""


class LeaseForm(PlateForm):
    """A lease of a vehicle from a leasing company."""

    kind = OrganisationKind.LEASING
    until_date = forms.DateField(label=gettext_lazy("Until"), required=False, widget=Day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].label = _("From the leasing company")


class EngagementForm(KeyForm):
    """For whom he drives, and on what paper."""

    company = forms.ModelChoiceField(
        label=gettext_lazy("For the platform"), queryset=Organisation.objects.none(), to_field_name="code"
    )
    from_date = forms.DateField(label=gettext_lazy("From"), widget=Day())
    contract = forms.ChoiceField(
        label=gettext_lazy("On what paper"),
        required=False,
        choices=[
            ("", gettext_lazy("None on file")),
            (ContractKind.AGREEMENT.value, ContractKind.AGREEMENT.label),
            (ContractKind.LABOUR.value, ContractKind.LABOUR.label),
        ],
    )
    until_date = forms.DateField(label=gettext_lazy("The paper holds until"), required=False, widget=Day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["company"]
        field.queryset = organisations(OrganisationKind.PLATFORM)


def _vehicle(typed: str) -> Vehicle | None:
    try:
        plate = plates.tidy_plate(typed)
    except ValidationError:
        return None
    return Vehicle.objects.registered().filter(plate_hash=plates.plate_hash(plate)).first()


class ExpiringForm(forms.Form):
    """Which papers, running out or run out, in which city, on which day; what does not fit narrows nothing."""

    paper = forms.CharField(required=False, max_length=20)
    expiry = forms.ChoiceField(label=gettext_lazy("Papers"), required=False, choices=EXPIRY[1:])
    city = forms.ModelChoiceField(
        label=gettext_lazy("City"),
        required=False,
        queryset=Place.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("All cities"),
    )
    day = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities()  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
