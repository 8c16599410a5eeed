from django.db import models
from django.db.models import Q

from portal.fields import SealedTextField
from portal.models.events import Event
from portal.models.people import User


class Notice(models.Model):
    """One event told to one person, in the portal: what happened, and the page it leads to."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    text = SealedTextField()
    url = models.CharField(max_length=200)
    is_urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_notice_per_event_and_person")]
        indexes = [
            models.Index(fields=["person", "-at"]),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
            # for the nightly deletion of what is past its time
            models.Index(fields=["read_at"], name="notice_read", condition=Q(read_at__isnull=False)),
        ]


class NoticeSetting(models.Model):
    """How a person wants to be told beyond the portal's bell: by SMS, and whether at night."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_setting")
    is_sms_on = models.BooleanField(default=True)
    is_quiet_at_night = models.BooleanField(default=True)


class SmsMessage(models.Model):
    """An SMS to send, at most 70 characters and without a private fact; held back during quiet hours."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=70)
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_sms_per_event_and_person")]
        indexes = [
            models.Index(fields=["send_after"], name="sms_due", condition=Q(sent_at__isnull=True)),
            models.Index(fields=["sent_at"], name="sms_sent", condition=Q(sent_at__isnull=False)),
        ]
