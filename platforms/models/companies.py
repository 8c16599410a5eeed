import datetime

from django.db import models
from django.db.models import Count, Max, Q

from platforms import permissions
from portal.models import Organisation, OrganisationKind, Place, Post, Role


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


def liaisons_of(company: Company, day: datetime.date) -> models.QuerySet[Post]:
    """Who answers for a company that day."""
    posts = Post.objects.live(day).filter(organisation=company.organisation_id, role=Role.LIAISON)
    return posts.select_related("person").order_by("from_date", "pk")
