"""What administrators do about people and posts: invitations, leave that was asked for, two accounts of one person."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.fields import CodeField, SealedTextField
from portal.models.organisations import Organisation, Post, Role
from portal.models.people import User


class InvitationAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime.datetime) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(answered_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A phone number is invited to a post; whoever signs in with that number accepts or declines, once.

    Number and name are sealed, and are taken away with the answer: from then on `person` says who it was.
    """

    code = CodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role)
    from_date = models.DateField()
    phone = SealedTextField(blank=True)
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True)
    name = SealedTextField(blank=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent = models.SmallIntegerField(default=1, help_text="How often the SMS went out.")
    sent_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=InvitationAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="invitations")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="invitations")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_hash", "organisation", "role"],
                condition=Q(answered_at__isnull=True),
                name="one_open_invitation",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(phone="", phone_hash="", name=""),
                name="answered_invitation_keeps_no_number",
            ),
        ]

    def is_open(self, now: datetime.datetime) -> bool:
        return self.answered_at is None and self.expires_at > now


class LeaveRequest(models.Model):
    """Leave that the holder of a post asked for; written down on his post once somebody who may has confirmed it."""

    code = CodeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="leave_requests")
    from_date = models.DateField()
    until_date = models.DateField()
    deputy = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_date__gte=F("from_date")), name="leave_ends_after_start"),
            models.UniqueConstraint(
                fields=["post"], condition=Q(decided_at__isnull=True), name="one_open_leave_request"
            ),
        ]


class SamePersonProposal(models.Model):
    """Two accounts are to be marked as one person's, or to be so no longer: one proposes, a second one decides."""

    code = CodeField()
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="The pointer stands here.")
    same_as = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_undo = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(account=F("same_as")), name="two_accounts_of_one_person"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(decided_at__isnull=True), name="one_open_proposal_of_an_account"
            ),
        ]


class LogFilter(models.Model):
    """A look at the event log that an auditor kept under a name, for his post."""

    code = CodeField()
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="log_filters")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "name"], name="one_log_filter_of_a_name")]
