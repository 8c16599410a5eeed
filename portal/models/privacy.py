"""What a person has a right to know and to have done about his data: who read it, what he agreed to, what he asked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from portal.fields import CodeField, SealedTextField
from portal.models.organisations import Post
from portal.models.people import User


class Reading(models.Model):
    """Somebody at a desk saw a person's data without a mask: who, what of it, on which page, how often that day.

    `what` holds codes of portal.privacy.Kind. `where` is the page's code and what it was about, as
    `appeals.case:LZ-261112-7KQ2MX`; its words are the room's.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="readings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    what = ArrayField(models.CharField(max_length=10))
    where = models.CharField(max_length=80)
    day = models.DateField(help_text="The Beijing day: readings of one day on one page are one row.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day", "by", "post", "where", "what"], name="one_reading_a_day", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["person", "-last_at", "-id"]), models.Index(fields=["last_at"])]


class PurposeConsent(models.Model):
    """A person's separate yes to one use of his data, in the words of one version; a yes after a no is a new row."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="purpose_consents")
    purpose = models.CharField(max_length=20)
    version = models.CharField(max_length=10, help_text="The version of the words he read.")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="one_consent_in_force"
            )
        ]
        indexes = [
            models.Index(fields=["withdrawn_at"], name="consent_withdrawn", condition=Q(withdrawn_at__isnull=False))
        ]


class Correction(models.Model):
    """A person says that something held about him is wrong; whoever keeps the record answers by a day."""

    class Outcome(models.TextChoices):
        WAITING = "", pgettext_lazy("a request to correct", "Waits for an answer")
        MADE = "made", pgettext_lazy("a request to correct", "Corrected")
        DECLINED = "declined", pgettext_lazy("a request to correct", "Not changed")

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=40, help_text="Room and key, as drivers.licence.")
    said = SealedTextField(help_text="What is right, in the person's words.")
    asked_at = models.DateTimeField()
    due_date = models.DateField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = SealedTextField(blank=True)
    answered_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "field"], condition=Q(answered_at=None), name="one_open_correction_per_field"
            )
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="correction_open", condition=Q(answered_at=None))]


class Erasure(models.Model):
    """A person wants to be forgotten: it waits some days, in which he may undo it, then a job does it room by room.

    `kept` is what stayed and why, by code; whoever has the row's code reads it when the account is gone.
    """

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="erasures")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(undone_at=None, done_at=None), name="one_erasure_waits"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("asked_at")), name="erasure_waits"),
        ]
        indexes = [models.Index(fields=["due_at"], name="erasure_due", condition=Q(undone_at=None, done_at=None))]
