import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from platforms.models.companies import Company
from portal.fields import CodeField
from portal.models import Place


class DispatchRule(models.Model):
    """A platform's rule about who gets which order; its text lives in versions."""

    code = CodeField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="rules")
    title = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.title


class RuleVersionQuerySet(models.QuerySet["RuleVersion"]):
    def in_force(self, day: datetime.date) -> "RuleVersionQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)

    def listed(self, day: datetime.date) -> "RuleVersionQuerySet":
        """By company, each with its cities and the version that follows it, if one is published already."""
        coming = RuleVersion.objects.filter(rule=OuterRef("rule"), from_date__gt=day).order_by("from_date")
        return (
            self.select_related("rule__company__organisation")
            .prefetch_related("rule__company__cities")
            .annotate(
                coming_number=Subquery(coming.values("number")[:1]),
                coming_date=Subquery(coming.values("from_date")[:1]),
            )
            .order_by("rule__company__organisation__name", "rule__title", "-number")
        )

    def fitting(self, *, q: str = "", city: Place | None = None) -> "RuleVersionQuerySet":
        """Narrowed to companies whose name holds these characters, or that work in a city."""
        rows = self.filter(rule__company__organisation__name__icontains=q) if q else self
        return rows.filter(rule__company__cities=city) if city else rows


class RuleVersion(models.Model):
    """One published version of a dispatch rule, valid from a day until a day."""

    rule = models.ForeignKey(DispatchRule, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    text = models.TextField()
    published_date = models.DateField()
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="one_text_per_version")]
        ordering = ["rule", "-number"]

    def is_in_force(self, day: datetime.date) -> bool:
        return self.from_date <= day and (self.until_date is None or self.until_date >= day)
