import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from platforms import permissions
from portal import namemarks
from portal.fields import SealedTextField
from portal.models import Organisation, OrganisationKind, Place, Post, Role
from portal.wording import mask_name, mask_phone


class RegisterState(models.TextChoices):
    """What a register says of a company, a permit, a vehicle or a driver."""

    VALID = "valid", _("Valid")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, post: Post | None, day: datetime.date) -> "CompanyQuerySet":
        return self.filter(permissions.visible_companies(post, day))

    def platforms(self) -> "CompanyQuerySet":
        return self.filter(organisation__kind=OrganisationKind.PLATFORM)

    def fitting(self, wanted: Mapping[str, Any]) -> "CompanyQuerySet":
        """Those a filter asks for; who has left the register is listed only when asked for."""
        rows = self if wanted.get("state") == RegisterState.ENDED else self.filter(organisation__closed_at=None)
        if wanted.get("found"):  # a phone or a plate was typed: a company goes by neither
            return rows.none()
        if wanted.get("q"):
            rows = rows.filter(named(wanted["q"]))
        if wanted.get("city"):
            rows = rows.filter(cities=wanted["city"])
        if wanted.get("kind"):
            rows = rows.filter(organisation__kind=wanted["kind"])
        return rows.filter(state=wanted["state"]) if wanted.get("state") else rows

    def listed(self, day: datetime.date) -> "CompanyQuerySet":
        """Companies that exist, platforms first, with their cities, rules and the newest day a rule began."""
        begun = Q(rules__versions__from_date__lte=day)
        return (
            self.filter(organisation__merged_into__isnull=True)
            .select_related("organisation__place")
            .prefetch_related("cities")
            .annotate(
                rule_count=Count("rules", distinct=True),
                version_count=Count("rules__versions", distinct=True),
                changed_date=Max("rules__versions__from_date", filter=begun),
            )
            .order_by("-organisation__kind", "organisation__name", "pk")
        )


class Company(models.Model):
    """What a platform or leasing company does, keyed to its organisation, and what its business licence says.

    `revision` counts the changes of the row: whoever edits an older one is told so.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="company")
    take_cap_permille = models.SmallIntegerField(null=True, help_text="The published upper limit of the take rate.")
    cities = models.ManyToManyField(Place, related_name="companies", help_text="Where it works.")
    credit_code = models.CharField(max_length=18, blank=True, help_text="Unified social credit code.")
    feed_id = models.CharField(max_length=32, blank=True, help_text="What the ministry's interface calls it.")
    address = models.CharField(max_length=200, blank=True)
    business_scope = models.CharField(max_length=300, blank=True)
    legal_name = SealedTextField(blank=True, default="")
    contact_name = SealedTextField(blank=True, default="")
    contact_phone = SealedTextField(blank=True, default="")
    marks = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    state = models.CharField(max_length=10, choices=RegisterState, default=RegisterState.VALID)
    ended_date = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="one_company_per_credit_code"
            ),
            models.UniqueConstraint(fields=["feed_id"], condition=~Q(feed_id=""), name="one_company_per_feed_id"),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def code(self) -> str:
        """A company goes by its organisation's code."""
        return self.organisation.code

    @property
    def masked_legal_name(self) -> str:
        return mask_name(self.legal_name)

    @property
    def masked_contact_name(self) -> str:
        return mask_name(self.contact_name)

    @property
    def masked_contact_phone(self) -> str:
        return mask_phone(self.contact_phone) if self.contact_phone else ""

    @property
    def take_cap(self) -> float | None:
        """The published upper limit of the take rate as a share."""
        return None if self.take_cap_permille is None else self.take_cap_permille / 1000


def named(typed: str) -> Q:
    """Companies by a part of their name or number, or by the initials of their short name."""
    marks = namemarks.asked_for(typed)
    found = Q(organisation__name__icontains=typed) | Q(organisation__short_name__icontains=typed)
    found |= Q(credit_code__iexact=typed)
    return found | Q(marks__contains=marks) if marks else found


def liaisons_of(company: Company, day: datetime.date) -> models.QuerySet[Post]:
    """Who answers for a company that day."""
    posts = Post.objects.live(day).filter(organisation=company.organisation_id, role=Role.LIAISON)
    return posts.select_related("person").order_by("from_date", "pk")
