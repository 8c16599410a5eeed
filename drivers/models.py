import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, Place, User


class Driver(models.Model):
    """The register's record of a driver. `person` is set once his claim to it was verified.

    `branch` is the branch responsible for his district, written down by room branches; `branch_path` is its path.
    """

    code = CodeField()
    person = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="driver")
    name = models.CharField(max_length=60)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="drivers")
    phone = SealedTextField()
    phone_hash = models.CharField(max_length=64, db_index=True)
    licence = SealedTextField()
    licence_hash = models.CharField(max_length=64, unique=True)
    branch = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="drivers")
    branch_path = models.CharField(max_length=170, blank=True)
    since_date = models.DateField(help_text="Drives for platforms since.")
    is_demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["branch_path"], name="driver_path_like", opclasses=["varchar_pattern_ops"])]

    @property
    def masked_name(self) -> str:
        return self.name[:1] + "*" * max(1, len(self.name) - 1)


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def on_day(self, day: datetime.date) -> "EngagementQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


class Engagement(models.Model):
    """A driver drives for a platform, or leases from a company, from a day until a day."""

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="engagements")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="engagements")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = EngagementQuerySet.as_manager()


class ContractKind(models.TextChoices):
    LABOUR = "labour", _("Labour contract")
    AGREEMENT = "agreement", _("Written agreement")
    LEASE = "lease", _("Vehicle lease")


class Contract(models.Model):
    """A contract between a driver and a company; the full record comes with its own room's work."""

    code = CodeField()
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="contracts")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(max_length=10, choices=ContractKind)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
