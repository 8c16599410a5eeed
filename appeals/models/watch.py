from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeal import Appeal
from portal.fields import CodeField


class WatchMeasure(models.TextChoices):
    """What was compared, and its unit: the bounds of the interval are whole numbers of it."""

    ORDERS_PER_HOUR = "orders_per_hour", _("Orders per online hour, change in per mille")
    DEACTIVATIONS = "deactivations", _("Deactivations, difference in number")


class Watch(models.Model):
    """How the driver fared after an appeal against a platform, measured against before and against matched drivers.

    An interval, not a verdict; for the driver, the handler and the committee, never for the company. The newest one
    of a measure is shown, the earlier ones are kept.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="watches")
    measure = models.CharField(max_length=20, choices=WatchMeasure)
    low = models.IntegerField()
    high = models.IntegerField()
    from_date = models.DateField()
    until_date = models.DateField()
    by_source = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "measure", "until_date"], name="one_watch_per_window"),
            models.CheckConstraint(condition=Q(low__lte=F("high")), name="watch_interval_in_order"),
            models.CheckConstraint(condition=Q(from_date__lt=F("until_date")), name="watch_window_in_order"),
        ]
