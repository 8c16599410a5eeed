import datetime
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Left

from branches import permissions
from drivers.models import Driver, Engagement
from portal.models import Organisation, OrganisationKind, Place, Post, Role

CITY_DIGITS = 4  # of a GB/T 2260 code
LEADING = (Role.SECRETARY, Role.DEPUTY_SECRETARY)


class DatedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def live(self, day: datetime.date) -> "DatedQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)


class ResponsibilityQuerySet(DatedQuerySet):
    def branch_of(self, district: Place, day: datetime.date) -> Organisation | None:
        """The branch responsible for a district that day."""
        row = self.live(day).filter(district=district).select_related("branch").first()
        return row.branch if row else None


class Responsibility(models.Model):
    """The branch that is responsible for the drivers of a district, from a day until a day: exactly one at a time."""

    district = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="responsibilities")
    branch = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="responsibilities")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district"], condition=Q(until_date__isnull=True), name="one_branch_per_district"
            )
        ]


class EnterpriseOrganisation(models.Model):
    """An enterprise party organisation and the company it was founded in. It stands under a committee, not under the
    company: the company's own people never decide there on their own case unless the driver chooses it."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="enterprise")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="enterprise_organisations")


class PairQuerySet(DatedQuerySet):
    def contact_of(self, driver: Driver, day: datetime.date) -> Post | None:
        """The contact a driver has that day; one whose post has ended counts as none."""
        row = self.live(day).filter(driver=driver).select_related("contact__person", "contact__organisation").first()
        return row.contact if row and row.contact.is_live(day) and row.contact.person.is_active else None

    def visible_to(self, post: Post | None, day: datetime.date) -> "PairQuerySet":
        return self.filter(permissions.visible_pairs(post, day))

    def listed(self) -> "PairQuerySet":
        related = ("driver__place__parent", "contact__person", "contact__organisation")
        return self.select_related(*related).order_by("contact__organisation__name", "contact", "-from_date", "pk")


class Pair(models.Model):
    """A contact keeps contact with a driver, from a day until a day. Most drivers have a branch and no own contact."""

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="pairs")
    contact = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="pairs")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["driver"], condition=Q(until_date__isnull=True), name="one_contact_per_driver"
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="pair_ends_after_start"
            ),
        ]


def contacts_of(organisation: Organisation, day: datetime.date) -> models.QuerySet[Post]:
    """The contacts of a branch or enterprise organisation who are at work that day: in post and not on leave."""
    posts = Post.objects.filter(organisation=organisation, role=Role.CONTACT).present(day)
    return posts.select_related("person").order_by("from_date", "pk")


def enterprise_of(company: Organisation) -> Organisation | None:
    """The enterprise party organisation of a company, where one was founded and still exists."""
    return Organisation.objects.live().filter(enterprise__company=company).first()


@dataclass(frozen=True)
class Who:
    """Whom a driver turns to, as honestly as it is: his own contact, else the branch that answers for his district."""

    driver: Driver | None
    branch: Organisation | None = None
    own_contact: Post | None = None
    to_call: Post | None = None

    @property
    def is_own(self) -> bool:
        return self.own_contact is not None


def contact_for(driver: Driver | None, day: datetime.date) -> Who:
    """A driver's contact or branch. Name and number are there only of people who agreed to it in that post."""
    if driver is None:
        return Who(None)
    own = Pair.objects.contact_of(driver, day)
    if own is not None:
        callable_now = own.is_public and not own.is_on_leave(day)
        return Who(driver, own.organisation, own, own if callable_now else None)
    if driver.branch is None:
        return Who(driver)
    leading = Post.objects.filter(organisation=driver.branch, role__in=LEADING, is_public=True).present(day)
    return Who(driver, driver.branch, None, leading.select_related("person").order_by("-role", "from_date").first())


def _count(rows: models.QuerySet[Any], key: str, what: str = "pk") -> Coalesce:
    """How many of `rows` hang on each row outside."""
    found = (
        rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count(what, distinct=True)).values("n")
    )
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Coverage:
    """The honest figures of a line: how many branches and drivers, how few contacts and pairs."""

    branches: int
    enterprises: int
    drivers: int
    contacts: int
    present: int
    pairs: int

    @property
    def paired_share(self) -> float | None:
        return self.pairs / self.drivers if self.drivers else None


def coverage(rows: models.QuerySet[Organisation]) -> Coverage:
    """Figures over branches that carry theirs (`branches_with_figures`)."""
    is_branch = Q(kind=OrganisationKind.BRANCH)
    found = rows.order_by().aggregate(
        branches=Count("pk", filter=is_branch),
        enterprises=Count("pk", filter=~is_branch),
        drivers=Coalesce(Sum("driver_count"), 0),
        contacts=Coalesce(Sum("contact_count"), 0),
        present=Coalesce(Sum("present_count"), 0),
        pairs=Coalesce(Sum("pair_count"), 0),
    )
    return Coverage(**found)


def people_of(organisation: Organisation, day: datetime.date) -> list[Post]:
    """Everybody in post at an organisation: those who lead it first, and who is away that day."""
    posts = Post.objects.live(day).filter(organisation=organisation).select_related("person", "deputy__person")
    order = [Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.ENTERPRISE_STAFF, Role.CONTACT]
    found = [post for post in posts.order_by("from_date", "pk") if post.role in order]
    for post in found:
        post.is_away = post.is_on_leave(day)  # type: ignore[attr-defined]
    return sorted(found, key=lambda post: order.index(Role(post.role)))


def with_contact(drivers: models.QuerySet[Driver], day: datetime.date) -> models.QuerySet[Driver]:
    """Drivers, each with the name of his contact that day where he has one."""
    pair = Pair.objects.live(day).filter(driver=OuterRef("pk"))
    engaged = _count(Engagement.objects.on_day(day), "driver")
    return drivers.annotate(
        contact_id=Subquery(pair.values("contact")[:1]),
        contact_name=Subquery(pair.values("contact__person__name")[:1]),
        company_count=engaged,
    )


def branches_with_figures(post: Post | None, day: datetime.date) -> models.QuerySet[Organisation]:
    """The branches and enterprise organisations in a post's reach, each with its honest figures of that day."""
    kinds = (OrganisationKind.BRANCH, OrganisationKind.ENTERPRISE)
    rows = Organisation.objects.live().filter(permissions.visible_branches(post, day), kind__in=kinds)
    contacts = Post.objects.filter(role=Role.CONTACT)
    return (
        rows.select_related("place__parent", "enterprise__company")
        .annotate(
            contact_count=_count(contacts.live(day), "organisation"),
            present_count=_count(contacts.present(day), "organisation"),
            district_count=_count(Responsibility.objects.live(day), "branch"),
            driver_count=_count(Driver.objects.all(), "branch"),
            company_driver_count=_count(
                Engagement.objects.on_day(day), "company__enterprise_organisations__organisation", "driver"
            ),
            pair_count=_count(Pair.objects.live(day), "contact__organisation"),
            load=Case(
                When(present_count=0, then=None),
                When(kind=OrganisationKind.ENTERPRISE, then=F("company_driver_count") / F("present_count")),
                default=F("driver_count") / F("present_count"),
                output_field=IntegerField(),
            ),
            city_code=Left("place__code", CITY_DIGITS),
        )
        .order_by("city_code", "kind", "place__code", "name", "pk")
    )
