from django.db import models

from portal.models.people import User


class CalendarNotice(models.Model):
    """A year's holiday notice of the State Council, as loaded: its number, the day it was published, who loaded it."""

    year = models.SmallIntegerField(unique=True)
    number = models.CharField(max_length=60)
    published_date = models.DateField()
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class CalendarDay(models.Model):
    """A day on which the notice departs from Monday-to-Friday: a holiday, or a weekend that is worked (调休)."""

    notice = models.ForeignKey(CalendarNotice, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(unique=True)
    is_working = models.BooleanField()
    name = models.CharField(max_length=30)
