import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from drivers.models.register import Driver
from platforms.models import Vehicle
from portal.fields import CodeField
from portal.models import Organisation


class ContractKind(models.TextChoices):
    LABOUR = "labour", _("Labour contract")
    AGREEMENT = "agreement", _("Written agreement")
    LEASE = "lease", _("Vehicle lease")


class ContractQuerySet(models.QuerySet["Contract"]):
    def of(self, driver: Driver, day: datetime.date) -> list["Contract"]:
        """A driver's contracts, those in force first; each knows whether it is, and the days it still has."""
        rows = list(self.filter(driver=driver).select_related("company"))
        for row in rows:
            row.is_over = row.until_date is not None and row.until_date < day
            row.days_left = (row.until_date - day).days if row.until_date and not row.is_over else None
        return sorted(rows, key=lambda row: row.is_over)


class Contract(models.Model):
    """A contract between a driver and a company: its kind and its days. A lease may name its vehicle."""

    code = CodeField()
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="contracts")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(max_length=10, choices=ContractKind)
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.PROTECT, related_name="leases")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True, db_index=True)

    objects = ContractQuerySet.as_manager()
    is_over = False
    days_left: int | None = None

    class Meta:
        ordering = [models.F("until_date").desc(nulls_first=True), "-from_date", "pk"]
