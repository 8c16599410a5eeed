import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Answer
from appeals.models.appeal import Appeal, DeductionKind
from platforms.models import RuleVersion
from portal.fields import CodeField
from portal.models import Organisation, Post


class GroupQuerySet(models.QuerySet["Group"]):
    def for_update(self, group_id: int) -> "Group":
        return self.select_for_update(no_key=True).get(pk=group_id)


class Group(models.Model):
    """Appeals of several drivers about one cause: a dispatch rule's version or a kind of deduction of one company.

    It ties cases together and moves none: every case keeps its own clocks, handler and answer.
    """

    code = CodeField()
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    deduction_kind = models.CharField(max_length=12, choices=DeductionKind, blank=True)
    first_date = models.DateField(help_text="Filing day of its first case: the 30 days it measures begin there.")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appeal_groups")
    path = models.CharField(max_length=170)
    made_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    lead = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="+")
    changed_date = models.DateField(null=True, help_text="The day from which the company changed it, as marked.")

    objects = GroupQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["path"], opclasses=["varchar_pattern_ops"], name="group_path_like")]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule_version__isnull=False, deduction_kind="")
                | (Q(rule_version__isnull=True) & ~Q(deduction_kind="")),
                name="group_has_one_cause",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def window_end(self) -> datetime.date:
        """The day after the last of the 30 that it measures."""
        return self.first_date + datetime.timedelta(days=30)


class GroupMember(models.Model):
    """A driver's case in a group: asked to join, joined by his consent, declined, or left again.

    The lead case's answer is offered to those who joined; who takes it has it as his own, who does not goes on alone.
    """

    class State(models.TextChoices):
        INVITED = "invited", _("Asked to join")
        JOINED = "joined", _("Joined")
        DECLINED = "declined", _("Declined")
        OPTED_OUT = "opted_out", _("Left again")

    code = CodeField()
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="group_members")
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    invited_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    offered_answer = models.ForeignKey(Answer, null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(null=True)
    is_taken = models.BooleanField(null=True, help_text="Whether he took the offered answer; empty until he says.")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "appeal"], name="a_case_is_asked_once"),
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(state__in=("invited", "joined")), name="one_group_at_a_time"
            ),
        ]
