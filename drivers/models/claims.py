import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from drivers import permissions_claims as permissions
from drivers.models.register import Driver
from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, Place, Post, User
from portal.wording import mask_name, mask_phone


class ClaimWay(models.TextChoices):
    """How a person shows that a record is his."""

    MATCH = "match", pgettext_lazy("how a driver is verified", "By himself: licence, name and number fit")
    HOME = "home", pgettext_lazy("how a driver is verified", "At a driver home: two people saw his licence")
    BRANCH = "branch", pgettext_lazy("how a driver is verified", "By the branch, which was asked to check")


class ClaimStatus(models.TextChoices):
    SEEN = "seen", pgettext_lazy("a driver's claim", "A second person has to look at the licence")
    ASKED = "asked", pgettext_lazy("a driver's claim", "The branch checks it")
    AGREED = "agreed", pgettext_lazy("a driver's claim", "The branch said yes; a second person has to agree")
    GRANTED = "granted", pgettext_lazy("a driver's claim", "Verified")
    REFUSED = "refused", pgettext_lazy("a driver's claim", "Not verified")
    WITHDRAWN = "withdrawn", pgettext_lazy("a driver's claim", "Taken back")


OPEN = (ClaimStatus.SEEN, ClaimStatus.ASKED, ClaimStatus.AGREED)
AT_BRANCH = (ClaimStatus.ASKED, ClaimStatus.AGREED)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> "ClaimQuerySet":
        return self.filter(status__in=OPEN)

    def of(self, person: User) -> "ClaimQuerySet":
        """The claims he made himself."""
        return self.filter(person=person)

    def visible_to(self, post: Post | None, day: datetime.date) -> "ClaimQuerySet":
        return self.filter(permissions.visible_claims(post, day))

    def listed(self) -> "ClaimQuerySet":
        related = ("person", "driver__place__parent", "driver__person", "holder", "office", "place__parent",
                   "first_by__person", "first_by__organisation", "second_by__organisation",
                   "agreed_by__organisation", "decided_by__organisation")  # fmt: skip
        return self.select_related(*related).order_by("made_at", "pk")


class Claim(models.Model):
    """A person says that a record of the register is his: what he gave, who looked at it, and what came of it.

    `driver` is empty while nobody knows which record is meant. `holder` is the account the record would be taken from.
    `office` decides what comes to the branch; two different people agree before a record leaves an account.
    """

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="claims")
    driver = models.ForeignKey(Driver, null=True, on_delete=models.CASCADE, related_name="claims")
    holder = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    way = models.CharField(max_length=8, choices=ClaimWay)
    status = models.CharField(max_length=10, choices=ClaimStatus)
    is_objection = models.BooleanField(default=False)
    name = SealedTextField(blank=True, help_text="As the claimant gave it.")
    licence = SealedTextField(blank=True)
    said = SealedTextField(blank=True, help_text="Why it is his, in his words.")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    office_path = models.CharField(max_length=170, blank=True)
    made_at = models.DateTimeField()
    first_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField(blank=True, help_text="Why the office decided so; both sides read it.")
    decided_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(status__in=OPEN), name="one_open_claim_per_person"),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(first_by=models.F("second_by")), name="claim_looked_at_by_two"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | Q(decided_by=None) | ~Q(agreed_by=models.F("decided_by")),
                name="claim_agreed_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["office_path"], name="claim_open_path", condition=Q(status__in=OPEN),
                         opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["first_by", "made_at"], name="claim_of_home", condition=Q(way="home")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_at_branch(self) -> bool:
        return self.status in AT_BRANCH

    @property
    def takes_from_account(self) -> bool:
        """The record is another person's today: he would lose it."""
        return self.driver is not None and self.driver.person_id not in (None, self.person_id)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.person.phone)

    @property
    def masked_licence(self) -> str:
        return "*" * max(0, len(self.licence) - 4) + self.licence[-4:]


class ClaimPace(models.Model):
    """How many wrong tries came from one person, at one licence or from one address, so that the next ones slow down.

    `key` is a keyed hash of whichever it is: nothing here tells a licence or an address.
    """

    key = models.CharField(max_length=64, unique=True)
    wrong = models.IntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_at"])]
