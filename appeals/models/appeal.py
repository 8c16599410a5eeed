import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals import chain
from appeals.models.resighting import resighted
from drivers.models import Driver
from platforms.models import RuleVersion
from portal.fields import CodeField, SealedTextField
from portal.models import Organisation, Place, Post, User


class Category(models.TextChoices):
    DISPATCH = "dispatch", _("Dispatch")
    PAY = "pay", _("Take rate, settlement, deductions")
    ACCOUNT = "account", _("Blocked account, penalties, rating")
    LEASE = "lease", _("Lease, deposit, contract, insurance")
    FINE = "fine", _("Traffic fines and parking")
    SAFETY = "safety", _("Safety and harassment")
    HOME = "home", _("Driver home")
    OTHER = "other", _("Something else")


class DeductionKind(models.TextChoices):
    """What was taken off a driver's pay, as the statements of the trade name it."""

    COMMISSION = "commission", _("Take rate")
    SERVICE_FEE = "service_fee", _("Information service fee")
    PENALTY = "penalty", _("Penalty")
    CANCEL_FEE = "cancel_fee", _("Cancellation fee")
    REFUND = "refund", _("Fare refunded to a passenger")
    INSURANCE = "insurance", _("Insurance")
    RENTAL = "rental", _("Rent of the car")
    OTHER = "other", _("Another deduction")


class Identity(models.TextChoices):
    OPEN = "open", _("Handlers and the company see my name")
    NAMED = "named", _("Only handlers see my name")
    SEALED = "sealed", _("Nobody sees my name")


class RespondentKind(models.TextChoices):
    COMPANY = "company", _("A platform or leasing company")
    CONTACT = "contact", _("A contact")
    BRANCH = "branch", _("A branch or enterprise organisation")
    COMMITTEE = "committee", _("An industry party committee")
    BODY = "body", _("Another public body")
    NONE = "none", _("Nobody in particular")


class Status(models.TextChoices):
    WAITING = chain.WAITING, _("Waiting to be taken")
    IN_HAND = chain.IN_HAND, _("In hand")
    ASKED = chain.ASKED, _("Waits on the driver")
    ANSWERED = chain.ANSWERED, _("Answered")
    CLOSED = chain.CLOSED, _("Closed")
    WITHDRAWN = chain.WITHDRAWN, _("Withdrawn")
    TRANSFERRED = chain.TRANSFERRED, _("Passed to another body")


class AppealQuerySet(models.QuerySet["Appeal"]):
    def for_update(self, appeal_id: int) -> "Appeal":
        # no_key: evidence and notices may point at the appeal while we hold it
        return self.select_for_update(no_key=True).get(pk=appeal_id)

    def of(self, person: User) -> "AppealQuerySet":
        """The appeals a person filed himself."""
        return self.filter(filer=person)

    def open(self) -> "AppealQuerySet":
        return self.filter(status__in=chain.OPEN)

    def ticking(self, now: datetime.datetime) -> "AppealQuerySet":
        """Appeals at which a clock has run out and the portal itself has to move."""
        return self.filter(tick_at__lte=now)


class Appeal(models.Model):
    """A driver's appeal: a series of legs through the tiers, each with its own clocks and answer.

    Frozen at the event's time, whatever moves later: place, district, respondent, rule version. `handling_org`
    follows merges. `due_at` is the one deadline that now counts, `tick_at` when the portal itself has to act.
    """

    code = CodeField()
    number = models.CharField(max_length=20, unique=True)
    secret = SealedTextField()
    filer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appeals")
    driver = models.ForeignKey(Driver, null=True, on_delete=models.PROTECT, related_name="appeals")
    filed_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", help_text="A volunteer.")
    filed_at = models.DateTimeField()
    title = models.CharField(max_length=60)
    category = models.CharField(max_length=10, choices=Category)
    identity = models.CharField(max_length=6, choices=Identity, default=Identity.NAMED)
    pseudonym = models.IntegerField(null=True, help_text="Number shown instead of the name of a sealed appeal.")
    happened_date = models.DateField()
    order_number = SealedTextField(blank=True)
    amount_fen = models.BigIntegerField(null=True, help_text="How much money it is about, as the driver says.")
    deduction_kind = models.CharField(max_length=12, choices=DeductionKind, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="+")
    respondent_kind = models.CharField(max_length=10, choices=RespondentKind)
    respondent_at_event = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    wants_enterprise = models.BooleanField(default=False)
    skips_contact = models.BooleanField(default=False, help_text="The driver asked to start at tier 2.")
    is_urgent = models.BooleanField(default=False)

    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    tier = models.SmallIntegerField(choices=chain.TIERS)
    handling_org = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="handled_appeals")
    handling_path = models.CharField(max_length=170)
    handler = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="handled_appeals")
    due_kind = models.CharField(max_length=10, blank=True)
    due_date = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)
    tick_at = models.DateTimeField(null=True)

    round_number = models.SmallIntegerField(default=1)
    limit_at = models.DateTimeField(help_text="The round's 60 calendar days end here.")
    is_limited = models.BooleanField(default=False, help_text="Those 60 days have passed.")
    was_returned = models.BooleanField(default=False, help_text="Sent down once in this round already.")
    accepted_at = models.DateTimeField(null=True)
    challenged_at = models.DateTimeField(null=True)
    breaches = models.SmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    withdrawn_from = models.CharField(max_length=12, blank=True)
    days_left = models.SmallIntegerField(null=True, help_text="Working days left when it was withdrawn.")
    transferred_to = models.CharField(max_length=20, blank=True)
    reopened_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reopened_as")
    position = models.IntegerField(default=0, help_text="Position of the newest link of its log: the page's version.")
    moved_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tick_at"], name="appeal_tick", condition=Q(tick_at__isnull=False)),
            models.Index(
                fields=["handling_path", "status", "due_at"],
                opclasses=["varchar_pattern_ops", "", ""],
                name="appeal_inbox",
            ),
            models.Index(fields=["filer", "-filed_at"]),
        ]
        triggers = resighted(
            "id", "status", "tier", "handling_org_id", "handling_path", "handler_id", "is_urgent", "due_date", "due_at",
            "category", "place_id", "district_id", "respondent_at_event_id", "filed_at", "closed_at",
        )  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=chain.OPEN) | Q(due_at__isnull=False, due_date__isnull=False),
                name="open_appeal_has_a_due_date",
            ),
            models.CheckConstraint(condition=Q(limit_at__gt=F("filed_at")), name="round_has_time"),
            models.CheckConstraint(condition=Q(amount_fen__isnull=True) | Q(amount_fen__gt=0), name="amount_is_money"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status in chain.OPEN


class Leg(models.Model):
    """One stay at one tier: which organisation, since when, with which clocks, who took it, how it left."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="legs")
    number = models.SmallIntegerField()
    round_number = models.SmallIntegerField()
    tier = models.SmallIntegerField(choices=chain.TIERS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation_path = models.CharField(max_length=170)
    designated = models.ForeignKey(
        Post,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Own contact, or the colleague it was given to.",
    )
    assigned_at = models.DateTimeField(null=True, help_text="A secretary or the committee gave it to a colleague.")
    handler = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="legs")
    handed_on_by = ArrayField(
        models.BigIntegerField(), default=list, help_text="People who had it in hand before it was given on."
    )
    entered_at = models.DateTimeField()
    take_days = models.SmallIntegerField()
    answer_days = models.SmallIntegerField()
    reply_days = models.SmallIntegerField()
    take_due_date = models.DateField()
    take_due_at = models.DateTimeField()
    answer_due_date = models.DateField()
    answer_due_at = models.DateTimeField()
    is_provisional = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)
    rested_from = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=20, blank=True)
    is_breached = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["appeal", "number"], name="one_leg_per_number"),
            models.UniqueConstraint(fields=["appeal"], condition=Q(left_at__isnull=True), name="never_two_open_tiers"),
        ]
        indexes = [
            models.Index(fields=["organisation_path"], opclasses=["varchar_pattern_ops"], name="leg_path_like"),
            GinIndex(fields=["handed_on_by"], name="leg_handed_on"),
        ]
        triggers = resighted(
            "appeal_id", "tier", "organisation_id", "organisation_path", "designated_id", "handler_id", "entered_at",
            "left_at",
        )  # fmt: skip


class Bar(models.Model):
    """A person who must not handle, see, count or find an appeal: named in it, or challenged by the driver.

    Ties to the respondent and kinship are not copied here: they are read at the moment of asking.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="bars")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(
        max_length=12, choices=[("named", _("Named in the appeal")), ("challenged", _("Challenged"))]
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "person"], name="one_bar_per_person")]


class Draft(models.Model):
    """What a driver has filled in so far; one at a time, kept until he files or throws it away."""

    code = CodeField()
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="draft")
    body = SealedTextField()
    saved_at = models.DateTimeField()
