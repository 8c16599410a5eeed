from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.appeal import Appeal, Leg
from appeals.models.resighting import resighted
from portal.fields import CodeField
from portal.models import Event, Organisation, Post, User


class Finding(models.TextChoices):
    UPHELD = "upheld", _("Upheld")
    PARTLY = "partly", _("Partly upheld")
    NOT_UPHELD = "not_upheld", _("Not upheld")
    SETTLED = "settled", _("Settled")


class Answer(models.Model):
    """A tier's answer: finding, and whether something is promised by a day. Its words are the event's texts
    (`reasons`, `remedy`). Answered and carried out are two facts with two clocks."""

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="answers")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="answers")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=10, choices=Finding)
    at = models.DateTimeField()
    carry_out_date = models.DateField(null=True, help_text="The day by which the remedy is promised, if one is.")
    carry_out_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    is_breached = models.BooleanField(
        default=False, help_text="The promise was late, or the driver says it was not kept."
    )
    rating = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="rating_1_to_5")
        ]
        triggers = resighted("appeal_id", "at", "carry_out_date", "carry_out_at", "carried_out_at")

    @property
    def is_owed(self) -> bool:
        """Something was promised and has not been carried out."""
        return self.carry_out_date is not None and self.carried_out_at is None


class Hearing(models.Model):
    """The respondent company's right of reply: what the handler asked in a paraphrase, by when, what came back.

    The texts are the events' (`question`; `facts`, `offer`). Silence is recorded and counted, and stops nothing.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="hearings")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="hearings")
    paraphrase = models.OneToOneField("appeals.Paraphrase", null=True, on_delete=models.PROTECT, related_name="hearing")
    group = models.ForeignKey("appeals.Group", null=True, on_delete=models.PROTECT, related_name="hearings")
    asked_event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_date = models.DateField()
    due_at = models.DateTimeField()
    is_provisional = models.BooleanField(default=False)
    reply_event = models.OneToOneField(Event, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True, help_text="The due date passed without a reply, and was counted.")

    class Meta:
        # a group's question also belongs to the cases beside the lead case
        triggers = resighted(
            "appeal_id", "asked_at", "due_date", "replied_at",
            also=" UNION SELECT c.appeal_id FROM appeals_hearingcase c JOIN changed ON changed.id = c.hearing_id",
        )  # fmt: skip


class AlarmKind(models.TextChoices):
    TOP_BREACH = "top_breach", _("The last tier is late")
    NOBODY = "nobody", _("Nobody may act")
    SKIPPED = "skipped", _("A tier was skipped: nobody could act there")
    URGENT = "urgent", _("Urgent appeal")
    NO_DUTY = "no_duty", _("Urgent, and nobody is on duty")
    LIMIT = "limit", _("60 days without an answer")


class Alarm(models.Model):
    """Something a committee has to know at once about an appeal in its line."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=12, choices=AlarmKind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="alarms")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organisation", "seen_at", "-raised_at"])]


class Unsealing(models.Model):
    """A sealed name opened for the handler: asked by a custodian with a motive, agreed by a second person, for a week.

    The motive is the event's text, and the driver sees it.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="unsealings")
    asked_event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    for_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    until_at = models.DateTimeField(null=True)
