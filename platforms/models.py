import datetime

from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from platforms import permissions
from portal.fields import CodeField
from portal.models import Organisation, OrganisationKind, Place, Post, Role, User


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, post: Post | None, day: datetime.date) -> "CompanyQuerySet":
        return self.filter(permissions.visible_companies(post, day))

    def platforms(self) -> "CompanyQuerySet":
        return self.filter(organisation__kind=OrganisationKind.PLATFORM)

    def listed(self, day: datetime.date) -> "CompanyQuerySet":
        """Companies that exist, platforms first, with their cities, rules and the newest day a rule began."""
        begun = Q(rules__versions__from_date__lte=day)
        return (
            self.filter(organisation__merged_into__isnull=True, organisation__closed_at__isnull=True)
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
    """What a platform or leasing company does, keyed to its organisation."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="company")
    take_cap_permille = models.SmallIntegerField(null=True, help_text="The published upper limit of the take rate.")
    cities = models.ManyToManyField(Place, related_name="companies", help_text="Where it works.")

    objects = CompanyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def take_cap(self) -> float | None:
        """The published upper limit of the take rate as a share."""
        return None if self.take_cap_permille is None else self.take_cap_permille / 1000


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


def liaisons_of(company: Company, day: datetime.date) -> models.QuerySet[Post]:
    """Who answers for a company that day."""
    posts = Post.objects.live(day).filter(organisation=company.organisation_id, role=Role.LIAISON)
    return posts.select_related("person").order_by("from_date", "pk")


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
