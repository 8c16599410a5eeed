import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.models import Organisation, User


class TieKind(models.TextChoices):
    STAFF = "staff", _("Employed by the company")
    FLEET_LEAD = "fleet_lead", _("Fleet lead")
    CAPTAIN = "captain", _("Captain")


class TieQuerySet(models.QuerySet["Tie"]):
    def live(self, day: datetime.date) -> "TieQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


class Tie(models.Model):
    """A person's declared tie to a company that bars him from its cases. Driving for a platform is not a tie."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ties")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=12, choices=TieKind)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    objects = TieQuerySet.as_manager()


class Kinship(models.Model):
    """Two people declared as relatives; each is barred from the other's cases and those of the other's company."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kin")
    relative = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "relative"], name="one_row_per_kinship")]
