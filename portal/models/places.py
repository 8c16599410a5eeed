import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District or county")


class PlaceQuerySet(models.QuerySet["Place"]):
    def open_on(self, day: datetime.date) -> "PlaceQuerySet":
        """Cities where the portal is switched on that day, by a row of PlaceOpening."""
        return self.filter(
            Q(openings__until_date__isnull=True) | Q(openings__until_date__gte=day), openings__from_date__lte=day
        ).distinct()

    def open_from(self, day: datetime.date) -> "PlaceQuerySet":
        """Cities switched on that day or after it: what is set for them is set before drivers come."""
        ends = Q(openings__until_date__isnull=True) | Q(openings__until_date__gte=day)
        return self.filter(ends, openings__isnull=False).distinct()

    def cities(self) -> "PlaceQuerySet":
        return self.filter(kind=PlaceKind.CITY)


class Place(models.Model):
    """A province, prefecture-level city or district with its GB/T 2260 code (six digits)."""

    code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=PlaceKind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    letters = models.CharField(max_length=2, blank=True, help_text="Two letters of a city, in case numbers.")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    @property
    def city(self) -> "Place":
        """The prefecture-level city a district belongs to; a city itself; the province for the province."""
        return self.parent if self.kind == PlaceKind.DISTRICT and self.parent else self


class PlaceOpeningQuerySet(models.QuerySet["PlaceOpening"]):
    def current(self, place: Place, day: datetime.date) -> "PlaceOpening | None":
        """The opening that runs that day, else the one that is still to come; none where the city is off."""
        running = self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), place=place)
        return running.order_by("from_date").first()


class PlaceOpening(models.Model):
    """The portal is switched on in a city from a day, until a day where one is set."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="openings")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = PlaceOpeningQuerySet.as_manager()
