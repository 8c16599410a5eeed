import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.fields import CodeField
from portal.models.people import User
from portal.models.places import Place


class OrganisationKind(models.TextChoices):
    DEPARTMENT = "department", _("Transport department")
    COMMITTEE = "committee", _("Industry party committee")
    ENTERPRISE = "enterprise", _("Enterprise party organisation")
    BRANCH = "branch", _("Mobile party branch")
    HOME = "home", _("Driver home")
    PLATFORM = "platform", _("Platform company")
    LEASING = "leasing", _("Leasing company")


class Role(models.TextChoices):
    CONTACT = "contact", _("Contact")
    SECRETARY = "secretary", _("Secretary")
    DEPUTY_SECRETARY = "deputy_secretary", _("Deputy secretary")
    ENTERPRISE_STAFF = "enterprise_staff", _("Enterprise organisation staff")
    COMMITTEE_STAFF = "committee_staff", _("Committee staff")
    CUSTODIAN = "custodian", _("Custodian of sealed names")
    ANALYST = "analyst", _("Department analyst")
    VOLUNTEER = "volunteer", _("Driver home volunteer")
    LIAISON = "liaison", _("Company liaison")
    AUDITOR = "auditor", _("Auditor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")


# whose full name begins with the kind of organisation
ROLES_HERE: dict[str, Promise] = {
    Role.ENTERPRISE_STAFF: pgettext_lazy("beside an organisation's name", "Staff"),
    Role.COMMITTEE_STAFF: pgettext_lazy("beside an organisation's name", "Staff"),
    Role.VOLUNTEER: pgettext_lazy("beside an organisation's name", "Volunteer"),
    Role.LIAISON: pgettext_lazy("beside an organisation's name", "Liaison"),
}


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def live(self) -> "OrganisationQuerySet":
        return self.filter(merged_into__isnull=True, closed_at__isnull=True)

    def under(self, path: str) -> "OrganisationQuerySet":
        return self.filter(path__startswith=path)


class Organisation(models.Model):
    """Who acts: a committee, branch, enterprise organisation, home, company or the department.

    `path` is the parent's path, the row's own code and a slash: a post's scope is the few prefixes it gives.
    """

    code = CodeField()
    kind = models.CharField(max_length=12, choices=OrganisationKind)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=30)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=170, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="organisations")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from")
    closed_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["path"], name="organisation_path_like", opclasses=["varchar_pattern_ops"])]
        permissions = [
            ("handle_appeals", "May handle appeals of this organisation"),
            ("oversee_appeals", "May see alarms and the roll-up of this line"),
            ("unseal_appeals", "May open sealed names with a second person"),
            ("answer_for_company", "May answer for this company"),
            ("read_figures", "May read rounded figures"),
            ("help_at_home", "May help drivers at this home"),
            ("administer_system", "May run the system's settings"),
            ("administer_security", "May appoint and end posts"),
            ("read_audit", "May read the event log's facts"),
        ]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet["Post"]):
    def live(self, day: datetime.date) -> "PostQuerySet":
        """Posts in force that day, whoever is on leave."""
        return self.filter(
            Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day, person__is_active=True
        )

    def present(self, day: datetime.date) -> "PostQuerySet":
        """Live posts whose holder is not on leave that day."""
        on_leave = Q(leave_from_date__lte=day) & (Q(leave_until_date__isnull=True) | Q(leave_until_date__gte=day))
        return self.live(day).exclude(on_leave & Q(leave_from_date__isnull=False))


class Post(models.Model):
    """A person in a role at an organisation from a day, until a day: the one truth about who may do what."""

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    deputy = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputises",
        help_text="Stands in on leave.",
    )
    leave_from_date = models.DateField(null=True, blank=True)
    leave_until_date = models.DateField(null=True, blank=True)
    work_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who gets what is still open after the last day; nobody: the organisation.",
    )
    is_public = models.BooleanField(
        default=False, help_text="The holder agreed that drivers see his name in this post."
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="post_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "role"], condition=Q(until_date__isnull=True), name="one_open_post"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def role_here(self) -> str:
        """The role as it stands beside its organisation's name, without saying over again what kind that is."""
        return str(ROLES_HERE.get(self.role, self.get_role_display()))

    @property
    def words(self) -> str:
        """泸州市行业党委 · 工作人员: where somebody works and as what, the same on every page and in every notice."""
        return gettext("%(role)s, %(organisation)s") % {
            "role": self.role_here,
            "organisation": self.organisation.short_name,
        }

    def is_live(self, day: datetime.date) -> bool:
        return self.from_date <= day and (self.until_date is None or self.until_date >= day)

    def is_on_leave(self, day: datetime.date) -> bool:
        return (
            self.leave_from_date is not None
            and self.leave_from_date <= day
            and (self.leave_until_date is None or self.leave_until_date >= day)
        )
