import datetime

from django.db import models
from django.db.models import Q

from drivers.models import Driver
from portal.models import Organisation, Place, Post


class DatedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def live(self, day: datetime.date) -> "DatedQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


class Responsibility(models.Model):
    """The branch that is responsible for the drivers of a district, from a day until a day: exactly one at a time."""

    district = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="responsibilities")
    branch = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="responsibilities")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district"], condition=Q(until_date__isnull=True), name="one_branch_per_district"
            )
        ]


class Pair(models.Model):
    """A contact keeps contact with a driver, from a day until a day. Most drivers have a branch, not a personal contact."""

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="pairs")
    contact = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="pairs")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["driver"], condition=Q(until_date__isnull=True), name="one_contact_per_driver")
        ]
