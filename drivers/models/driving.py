import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from drivers.models.register import Driver
from platforms.models import Vehicle
from portal.fields import CodeField
from portal.models import Organisation


class DrivingQuerySet(models.QuerySet["Driving"]):
    def on_day(self, day: datetime.date) -> "DrivingQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)

    def listed(self) -> "DrivingQuerySet":
        """Those that go on first, then the newest."""
        return self.select_related("driver", "vehicle", "company").order_by(
            F("until_date").desc(nulls_first=True), "-from_date", "pk"
        )


class Driving(models.Model):
    """Who drives which vehicle for whom, from a day until a day, both included.

    Several companies, drivers and vehicles at once are everyday; the same three never overlap with themselves.
    """

    code = CodeField()
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="drivings")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="drivings")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="drivings")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = DrivingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                name="driving_ends_after_start",
            ),
            ExclusionConstraint(
                name="driving_same_three_once",
                expressions=[
                    ("driver", RangeOperators.EQUAL),
                    ("vehicle", RangeOperators.EQUAL),
                    ("company", RangeOperators.EQUAL),
                    (
                        Func(
                            "from_date",
                            "until_date",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
