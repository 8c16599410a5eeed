import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms import permissions
from platforms.models.companies import Company, RegisterState
from portal import sealing
from portal.fields import CodeField, SealedTextField
from portal.models import Place, Post
from portal.plates import mask_plate
from portal.wording import mask_name


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

    def listed(self) -> "VehicleQuerySet":
        return self.select_related("city", "company__organisation", "owner_company__organisation")


class Vehicle(models.Model):
    """A car licensed for ride-hailing: its plate, whose it is, where it is registered, and the days its papers hold.

    A leased car has a company as its owner, a private one a person's name. Who drives it for whom is room drivers'
    matter. A plate is given out again once its vehicle has left the register.
    """

    code = CodeField()
    plate = SealedTextField()
    plate_hash = models.CharField(max_length=64, db_index=True)
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
    vin_hash = models.CharField(max_length=64, blank=True, db_index=True)
    first_registered_date = models.DateField(null=True, blank=True)
    licence = SealedTextField(blank=True, default="", help_text="Number of the transport licence.")
    licence_hash = models.CharField(max_length=64, blank=True, db_index=True)
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
