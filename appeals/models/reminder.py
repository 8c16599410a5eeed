from django.db import models
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Hearing
from appeals.models.appeal import Appeal, Leg
from portal.fields import CodeField
from portal.models import User


class ReminderKind(models.TextChoices):
    """A clock and how far it has run: half of its working days, or the last but one."""

    TAKE_EVE = "take_eve", _("to be taken by the next working day")
    ANSWER_HALF = "answer_half", _("half of the answer's time has passed")
    ANSWER_EVE = "answer_eve", _("to be answered by the next working day")
    REPLY_HALF = "reply_half", _("half of the company's time has passed")
    REPLY_EVE = "reply_eve", _("to be replied to by the next working day")
    PROMISE_HALF = "promise_half", _("half of the time to carry it out has passed")
    PROMISE_EVE = "promise_eve", _("to be carried out by the next working day")


class Digest(models.Model):
    """What a person was reminded of on a working day: one notice a day, however many cases."""

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests")
    date = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "date"], name="one_digest_a_day")]


class Reminder(models.Model):
    """A person was reminded of a clock of a case, once for each deadline it had."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="reminders")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="+")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="reminders")
    hearing = models.ForeignKey(Hearing, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=ReminderKind)
    due_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "appeal", "leg", "hearing", "kind", "due_date"],
                nulls_distinct=False,
                name="reminded_once",
            )
        ]
