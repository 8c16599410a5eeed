import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q

from drivers import permissions
from drivers.matching import tidy_licence
from platforms.models import RegisterState
from portal import namemarks, sealing
from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, Place, Post, User
from portal.spans import between, days_around
from portal.wording import mask_name, mask_phone

FOUND_BY = {"phone": "phone_hash", "licence": "licence_hash", "certificate": "certificate_hash"}


def licence_hash(licence: str) -> str:
    """The keyed hash of a licence number, by which its record is found however its blanks and letters were typed."""
    return sealing.keyed_hash("licence", tidy_licence(licence))


def certificate_hash(number: str) -> str:
    """The keyed hash of the number on a ride-hailing driver's certificate."""
    return sealing.keyed_hash("certificate", number)


class DriverQuerySet(models.QuerySet["Driver"]):
    def of(self, person: User) -> "DriverQuerySet":
        """The record this person verified as his; none until then."""
        return self.filter(permissions.own_record(person))

    def visible_to(self, post: Post | None, day: datetime.date) -> "DriverQuerySet":
        return self.filter(permissions.visible_drivers(post, day))

    def readable_by(self, post: Post | None, day: datetime.date) -> "DriverQuerySet":
        """The records a post reads in the register: his line's drivers, or those of the office's place."""
        return self.filter(permissions.readable_drivers(post, day))

    def fitting(self, wanted: Mapping[str, Any], today: datetime.date) -> "DriverQuerySet":
        """Those a filter asks for: a name by its marks, what was typed in full by its keyed hash, papers by a day."""
        found = wanted.get("found")
        rows = self if found or wanted.get("state") == RegisterState.ENDED else self.registered()
        if found and wanted.get("by") == "plate":
            rows = rows.filter(
                Q(drivings__until_date__isnull=True) | Q(drivings__until_date__gte=today),
                drivings__vehicle__plate_hash=found,
            ).distinct()
        elif found:
            rows = rows.filter(**{FOUND_BY.get(wanted.get("by", ""), "licence_hash"): found})
        if wanted.get("q"):
            marks = namemarks.asked_for(wanted["q"])
            rows = rows.filter(marks__contains=marks) if marks else rows.none()
        if wanted.get("city"):
            city = wanted["city"]
            rows = rows.filter(place__in=list(city.parts.values_list("pk", flat=True)))
        if wanted.get("company"):
            theirs = Engagement.objects.on_day(today).filter(driver=OuterRef("pk"), company=wanted["company"])
            rows = rows.filter(Exists(theirs))
        if wanted.get("expiry"):
            first, last = days_around(wanted["expiry"], today)
            rows = rows.filter(
                between("certificate_until_date", first, last) | between("licence_until_date", first, last)
            )
        return rows.filter(state=wanted["state"]) if wanted.get("state") else rows

    def registered(self) -> "DriverQuerySet":
        return self.filter(ended_date__isnull=True)

    def under(self, path: str) -> "DriverQuerySet":
        """Drivers whose responsible branch lies under a path."""
        return self.filter(branch_path__startswith=path)

    def with_licence(self, licence: str) -> "Driver | None":
        return self.filter(licence_hash=licence_hash(licence)).first()

    def listed(self) -> "DriverQuerySet":
        return self.select_related("place__parent", "branch").order_by("pk")


class Driver(models.Model):
    """The register's record of a driver. `person` is set once his claim to it was verified.

    `licence` is his driving licence, `certificate` his 网络预约出租汽车驾驶员证. `marks` are
    what his name answers to in a search (portal/namemarks.py); `revision` counts the changes of the row.
    `branch` is the branch responsible for his district, written down by room branches; `branch_path` is its path.
    """

    code = CodeField()
    person = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="driver")
    name = models.CharField(max_length=60)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="drivers", db_index=False)
    phone = SealedTextField()
    phone_hash = models.CharField(max_length=64)
    licence = SealedTextField()
    licence_hash = models.CharField(max_length=64)
    branch = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="drivers")
    branch_path = models.CharField(max_length=170, blank=True)
    since_date = models.DateField(help_text="Drives for platforms since.")
    licence_until_date = models.DateField(null=True, blank=True, db_index=True)
    certificate = SealedTextField(blank=True, default="")
    certificate_hash = models.CharField(max_length=64, blank=True)
    certificate_from_date = models.DateField(null=True, blank=True)
    certificate_until_date = models.DateField(null=True, blank=True, db_index=True)
    marks = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    state = models.CharField(max_length=10, choices=RegisterState, default=RegisterState.VALID)
    ended_date = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    objects = DriverQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence_hash"], name="one_driver_per_licence")]
        indexes = [
            # with what a list asks besides of each row, so that counting reads no record
            models.Index(
                fields=["branch_path"],
                name="driver_path_like",
                opclasses=["varchar_pattern_ops"],
                include=["id", "ended_date"],
            ),
            models.Index(fields=["place"], name="driver_place", include=["id", "ended_date"]),
            models.Index(fields=["state", "id"], name="driver_state", condition=~Q(state="valid")),
            GinIndex(fields=["marks"], name="driver_marks"),
            # named here and not at the fields, which would get a second index each, for a LIKE nobody asks of a hash
            models.Index(fields=["phone_hash"], name="driver_phone"),
            models.Index(fields=["certificate_hash"], name="driver_certificate"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def masked_name(self) -> str:
        """周**: the family name and a star for each further character, two at most."""
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_licence(self) -> str:
        """The last four characters, enough for the driver to recognise his own."""
        return "*" * (len(self.licence) - 4) + self.licence[-4:]

    @property
    def masked_certificate(self) -> str:
        return "*" * max(0, len(self.certificate) - 4) + self.certificate[-4:]


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def on_day(self, day: datetime.date) -> "EngagementQuerySet":
        return self.filter(Q(until_date__isnull=True) | Q(until_date__gte=day), from_date__lte=day)

    def listed(self) -> "EngagementQuerySet":
        """Those that go on first, then the newest."""
        return self.select_related("company").order_by(
            models.F("until_date").desc(nulls_first=True), "-from_date", "pk"
        )


class Engagement(models.Model):
    """A driver drives for a platform, or leases from a company, from a day until a day."""

    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="engagements")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="engagements", db_index=False)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["driver", "company"], condition=Q(until_date__isnull=True), name="one_open_engagement"
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="engagement_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "driver"], name="engagement_company", include=["from_date", "until_date"])
        ]
