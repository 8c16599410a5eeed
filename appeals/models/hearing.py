from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Hearing
from appeals.models.appeal import Appeal, DeductionKind, Leg
from appeals.models.resighting import resighted
from platforms.models import RuleVersion
from portal.fields import CodeField
from portal.models import Event, Post


class FactKind(models.TextChoices):
    """Kinds of facts a company may be asked for without naming anybody."""

    ALLOCATION = "allocation", _("How orders were given out")
    FARES = "fares", _("Fares and deductions")
    ACCOUNT = "account", _("State of the account")
    SCORE = "score", _("Scores and penalties")
    SUPPORT = "support", _("What support was asked and said")
    CONTRACT = "contract", _("Contract, deposit, insurance")
    NOTICE = "notice", _("How a rule was made known")


class Detail(models.TextChoices):
    """What names a driver or his order; a company sees it with his consent only."""

    NAME = "name", _("Name")
    ORDER = "order_number", _("Order number")
    TIME = "time", _("Exact time")
    PLATE = "plate", _("Plate")


class Stance(models.TextChoices):
    ACCEPT = "accept", _("Accepts it")
    PARTLY = "partly", _("Accepts it in part")
    REJECT = "reject", _("Rejects it")


class Paraphrase(models.Model):
    """What the company is to be asked, in other words than the driver's: rule or deduction, days, kinds of facts.

    A contact writes it and his branch releases it; a secretary's or committee's own is released as it is written. The
    question is the event's text. `items` are the details to be shown with it, each by the driver's consent.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="paraphrases")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("appeals.Group", null=True, on_delete=models.PROTECT, related_name="paraphrases")
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    deduction_kind = models.CharField(max_length=12, choices=DeductionKind, blank=True)
    from_date = models.DateField()
    until_date = models.DateField()
    fact_kinds = ArrayField(models.CharField(max_length=12, choices=FactKind), default=list)
    items = ArrayField(models.CharField(max_length=12, choices=Detail), default=list)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gt=F("from_date")), name="period_spans_days"),
            models.UniqueConstraint(
                fields=["leg"],
                condition=Q(released_at__isnull=True, returned_at__isnull=True),
                name="one_paraphrase_waits",
            ),
        ]


class Consent(models.Model):
    """The driver is asked whether the company may see named details; each stands verbatim in the event's texts.

    Refusing changes nothing in the case. Given, it can be taken back until the company was shown what it covers.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="consents")
    items = ArrayField(models.CharField(max_length=12, choices=Detail))
    asked_event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    is_given = models.BooleanField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(decided_at__isnull=True), name="one_consent_asked_at_a_time"
            )
        ]

    @property
    def holds(self) -> bool:
        return bool(self.is_given) and self.withdrawn_at is None


class HearingCase(models.Model):
    """A case beside the lead case to which a group's question and its reply belong."""

    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="cases")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="shared_hearings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hearing", "appeal"], name="a_case_hears_once")]
        triggers = resighted("appeal_id", "hearing_id")


class Reply(models.Model):
    """A company's reply, one a question, and what it adds until the case is answered; late is taken and marked late.

    Its words are the event's texts: facts point by point, the offer, whom to ask at the company.
    """

    code = CodeField()
    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="replies")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    is_supplement = models.BooleanField(default=False)
    stance = models.CharField(max_length=8, choices=Stance, blank=True)
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField(null=True, help_text="What the company measured for the period.")
    from_date = models.DateField(null=True)
    until_date = models.DateField(null=True)
    offer_fen = models.BigIntegerField(null=True)
    offer_date = models.DateField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["hearing"], condition=Q(is_supplement=False), name="one_reply_per_question"
            ),
        ]
