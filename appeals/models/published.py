from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Answer
from appeals.models.appeal import Appeal, Category
from platforms.models import RuleVersion
from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, OrganisationKind, Post


class Publishing(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    DECLINED = "declined", _("Sent back")
    ANNOUNCED = "announced", _("Announced to the driver")
    OBJECTED = "objected", _("The driver does not want it")
    RELEASED = "released", _("Published")
    WITHDRAWN = "withdrawn", _("Taken down")


LIVE = (Publishing.PROPOSED, Publishing.ANNOUNCED, Publishing.RELEASED)


class PublishedAnswer(models.Model):
    """An answer told anew without names, for all to read: proposed by one person, agreed to by a second one at the
    committee, announced to the driver of the case, and out once he has let his days pass.

    Which case it comes from is known to those who see that case, and to nobody else. The company is named only where
    the committee decides so. `pairs` are filled while it is out: what is not published is not found.
    """

    code = CodeField()
    state = models.CharField(max_length=10, choices=Publishing, default=Publishing.PROPOSED)
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="publications")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="+")
    committee = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=10, choices=Category)
    company_kind = models.CharField(max_length=12, choices=OrganisationKind, blank=True)
    company = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    asked = SealedTextField(help_text="The question in plain words, in a sentence or two.")
    answered = SealedTextField()
    done = SealedTextField(blank=True, help_text="What came of it.")
    proposed_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    released_by = models.ForeignKey(
        Post, null=True, on_delete=models.PROTECT, related_name="+", help_text="The second person, of the committee."
    )
    announced_at = models.DateTimeField(null=True)
    appears_at = models.DateTimeField(null=True, help_text="When it comes out, unless the driver objects.")
    released_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="Sent back, objected to or taken down.")
    reason = SealedTextField(blank=True)
    pairs = ArrayField(models.CharField(max_length=2), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal"], condition=Q(state__in=LIVE), name="one_publication_per_appeal"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("proposed_by")),
                name="publication_needs_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_at__isnull=False, released_by__isnull=False),
                name="publication_was_released",
            ),
        ]
        indexes = [
            models.Index(fields=["-released_at", "-id"], name="published_newest", condition=Q(state="released")),
            models.Index(fields=["appears_at"], name="published_to_come", condition=Q(state="announced")),
            GinIndex(fields=["pairs"], name="published_pairs"),
        ]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
