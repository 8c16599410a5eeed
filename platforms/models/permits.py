import datetime
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q

from platforms import permissions
from platforms.models.companies import Company, RegisterState, named
from portal.fields import CodeField
from portal.models import Place, Post
from portal.spans import between, days_around


class PermitQuerySet(models.QuerySet["Permit"]):
    def visible_to(self, post: Post | None, day: datetime.date) -> "PermitQuerySet":
        return self.filter(permissions.readable_permits(post, day))

    def fitting(self, wanted: Mapping[str, Any], today: datetime.date) -> "PermitQuerySet":
        rows = self if wanted.get("state") == RegisterState.ENDED else self.filter(ended_date__isnull=True)
        if wanted.get("found"):  # a phone or a plate was typed: a permit goes by neither
            return rows.none()
        if wanted.get("q"):
            typed = wanted["q"]
            companies = Company.objects.filter(named(typed)).values_list("pk", flat=True)
            rows = rows.filter(Q(company__in=list(companies)) | Q(number__iexact=typed) | Q(file_number__iexact=typed))
        if wanted.get("expiry"):
            rows = rows.filter(between("until_date", *days_around(wanted["expiry"], today)))
        if wanted.get("company"):
            rows = rows.filter(company__organisation=wanted["company"])
        return rows.filter(**{name: wanted[name] for name in ("city", "state") if wanted.get(name)})

    def listed(self) -> "PermitQuerySet":
        return self.select_related("company__organisation", "city")


class Permit(models.Model):
    """A platform's permit to work in one city (网络预约出租汽车经营许可证): its number, file and days."""

    code = CodeField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="permits")
    city = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="permits")
    number = models.CharField(max_length=64)
    file_number = models.CharField(max_length=64, blank=True)
    issuer = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=128, blank=True, help_text="Where it may work, as the permit says.")
    from_date = models.DateField()
    until_date = models.DateField()
    first_issued_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=RegisterState, default=RegisterState.VALID)
    ended_date = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    objects = PermitQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_permit_per_number"),
            models.CheckConstraint(condition=Q(until_date__gte=F("from_date")), name="permit_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.number
