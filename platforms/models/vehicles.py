import datetime
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms import permissions
from platforms.models.companies import Company, RegisterState, named
from portal import sealing
from portal.fields import CodeField, SealedTextField
from portal.models import Place, Post
from portal.plates import mask_plate
from portal.spans import between, days_around
from portal.wording import mask_name

PAPERS = ("licence_until_date", "insured_until_date", "inspected_until_date")
FOUND_BY = {"plate": "plate_hash", "licence": "licence_hash", "vin": "vin_hash"}


class Energy(models.TextChoices):
    ELECTRIC = "electric", _("Electric")
    HYBRID = "hybrid", _("Hybrid")
    PETROL = "petrol", _("Petrol")
    DIESEL = "diesel", _("Diesel")
    GAS = "gas", _("Natural gas")
    OTHER = "other", pgettext_lazy("energy", "Other")


class PlateColour(models.TextChoices):
    GREEN = "green", pgettext_lazy("plate", "Green")
    BLUE = "blue", pgettext_lazy("plate", "Blue")
    YELLOW = "yellow", pgettext_lazy("plate", "Yellow")
    BLACK = "black", pgettext_lazy("plate", "Black")
    WHITE = "white", pgettext_lazy("plate", "White")
    OTHER = "other", pgettext_lazy("plate", "Other")


def transport_licence_hash(number: str) -> str:
    """The keyed hash of a transport licence's number."""
    return sealing.keyed_hash("transport-licence", number)


def vin_hash(number: str) -> str:
    return sealing.keyed_hash("vin", number)


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def visible_to(self, post: Post | None, day: datetime.date) -> "VehicleQuerySet":
        return self.filter(permissions.readable_vehicles(post, day))

    def fitting(self, wanted: Mapping[str, Any], today: datetime.date) -> "VehicleQuerySet":
        """Those a filter asks for: a number typed in full by its keyed hash, a company by its name, papers by a day."""
        rows = self if wanted.get("found") or wanted.get("state") == RegisterState.ENDED else self.registered()
        if wanted.get("found"):
            rows = rows.filter(**{FOUND_BY.get(wanted.get("by", ""), "plate_hash"): wanted["found"]})
        if wanted.get("q"):
            # the companies first, by number: of two small questions the database makes no big one
            companies = list(Company.objects.filter(named(wanted["q"])).values_list("pk", flat=True))
            rows = rows.filter(Q(company__in=companies) | Q(owner_company__in=companies))
        if wanted.get("company"):
            company = Company.objects.get(organisation=wanted["company"])
            rows = rows.filter(Q(company=company) | Q(owner_company=company))
        if wanted.get("expiry"):
            first, last = days_around(wanted["expiry"], today)
            papers = Q(pk__in=[])
            for name in PAPERS:
                papers |= between(name, first, last)
            rows = rows.filter(papers)
        return rows.filter(**{name: wanted[name] for name in ("city", "state") if wanted.get(name)})

    def registered(self) -> "VehicleQuerySet":
        return self.filter(ended_date__isnull=True)

    def listed(self) -> "VehicleQuerySet":
        return self.select_related("city", "company__organisation", "owner_company__organisation")


class Vehicle(models.Model):
    """A car licensed for ride-hailing: its plate, whose it is, where it is registered, and the days its papers hold.

    A leased car has a company as its owner, a private one a person's name. Who drives it for whom is room drivers'
    matter. A plate is given out again once its vehicle has left the register.
    """

    code = CodeField()
    plate = SealedTextField()
    plate_hash = models.CharField(max_length=64)
    plate_colour = models.CharField(max_length=10, choices=PlateColour, default=PlateColour.GREEN)
    city = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="vehicles")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="vehicles", help_text="Registered with."
    )
    owner_company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_vehicles"
    )
    owner_name = SealedTextField(blank=True, default="")
    brand = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=64, blank=True)
    colour = models.CharField(max_length=20, blank=True)
    energy = models.CharField(max_length=10, choices=Energy, default=Energy.ELECTRIC)
    seats = models.PositiveSmallIntegerField(default=5)
    vin = SealedTextField(blank=True, default="")
    vin_hash = models.CharField(max_length=64, blank=True)
    first_registered_date = models.DateField(null=True, blank=True)
    licence = SealedTextField(blank=True, default="", help_text="Number of the transport licence.")
    licence_hash = models.CharField(max_length=64, blank=True)
    licence_from_date = models.DateField(null=True, blank=True)
    licence_until_date = models.DateField(null=True, blank=True, db_index=True)
    insurer = models.CharField(max_length=64, blank=True)
    insured_until_date = models.DateField(null=True, blank=True, db_index=True)
    inspected_until_date = models.DateField(null=True, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=RegisterState, default=RegisterState.VALID)
    ended_date = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plate_hash"], condition=Q(ended_date__isnull=True), name="one_vehicle_per_plate"
            ),
        ]
        # named here and not at the fields, which would get a second index each, for a LIKE nobody asks of a hash
        indexes = [
            models.Index(fields=["plate_hash"], name="vehicle_plate"),
            models.Index(fields=["vin_hash"], name="vehicle_vin"),
            models.Index(fields=["licence_hash"], name="vehicle_licence"),
            models.Index(fields=["state", "id"], name="vehicle_state", condition=~Q(state="valid")),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def masked_plate(self) -> str:
        return mask_plate(self.plate)

    @property
    def masked_owner_name(self) -> str:
        return mask_name(self.owner_name)

    @property
    def masked_licence(self) -> str:
        return "*" * max(0, len(self.licence) - 4) + self.licence[-4:]

    @property
    def masked_vin(self) -> str:
        return "*" * max(0, len(self.vin) - 4) + self.vin[-4:]
