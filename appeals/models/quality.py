from django.contrib.postgres.fields import ArrayField
from django.db import models

from appeals.models.answer import Answer
from appeals.models.appeal import Appeal
from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, Post


class QualityDraw(models.Model):
    """One week's draw of a committee: out of which closed cases, with which seed, so that it can be made again."""

    code = CodeField()
    committee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="quality_draws")
    week_date = models.DateField(help_text="The Monday of the week in which the cases were closed.")
    seed = models.CharField(max_length=64)
    pool = ArrayField(models.CharField(max_length=16), default=list, help_text="Codes of all cases closed that week.")
    drawn_at = models.DateTimeField()
    due_date = models.DateField(help_text="Ten working days for the readings.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee", "week_date"], name="one_draw_a_week")]
        indexes = [models.Index(fields=["-week_date"])]


class QualityReading(models.Model):
    """A closed case drawn for a second reading by somebody of the committee who had no part in it.

    The points are yes, no, or null where a point does not apply. A case is drawn once in its life.
    """

    code = CodeField()
    draw = models.ForeignKey(QualityDraw, on_delete=models.PROTECT, related_name="readings")
    appeal = models.OneToOneField(Appeal, on_delete=models.CASCADE, related_name="quality_reading")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", help_text="Whose answer is read."
    )
    reader = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    reasons_fit = models.BooleanField(null=True)
    remedy_fits = models.BooleanField(null=True)
    is_plain = models.BooleanField(null=True)
    clocks_kept = models.BooleanField(null=True)
    is_confidential = models.BooleanField(null=True)
    carried_out = models.BooleanField(null=True)
    should_reopen = models.BooleanField(null=True)
    note = SealedTextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "read_at"])]
