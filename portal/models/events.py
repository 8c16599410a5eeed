import pgtrigger
from django.db import models

from portal.fields import SealedTextField
from portal.models.organisations import Post
from portal.models.people import User


class EventHead(models.Model):
    """The newest link of one subject's chain; its row is locked while the next link is made."""

    subject = models.CharField(max_length=80, unique=True)
    position = models.IntegerField(default=0)
    hash = models.CharField(max_length=64)


class Event(models.Model):
    """What happened, once and for all: audit log, timeline and outbox in one append-only row.

    `facts` (codes, ids, times as integers) are hashed and never change; `commitments` bind the texts beside it
    (EventText) without holding them, so words can be erased and the chain still verifies.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    position = models.IntegerField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField()
    commitments = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "position"], name="one_link_per_position")]
        indexes = [models.Index(fields=["at"]), models.Index(fields=["by", "kind", "at"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # Protect knows no statement level for TRUNCATE
            pgtrigger.Trigger(
                name="never_truncated",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from portal_event table';",
            ),
        ]


class EventText(models.Model):
    """Words of an event. Erasing them takes the text and its salt away and leaves the commitment in the chain."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="texts")
    name = models.CharField(max_length=30)
    text = SealedTextField(null=True)
    salt = models.CharField(max_length=64, null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="one_text_per_name")]


class Delivery(models.Model):
    """An event still owed to a consumer: made with the event, deleted in the consumer's own transaction."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    consumer = models.CharField(max_length=40)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, help_text="Given up after too many tries; shown on the health page.")
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="one_delivery_per_consumer")]
        indexes = [models.Index(fields=["next_at"], name="delivery_due", condition=models.Q(failed_at__isnull=True))]


class DailyRoot(models.Model):
    """The Merkle root over all heads at the end of a Beijing day, also published outside the database."""

    day = models.DateField(unique=True)
    root = models.CharField(max_length=64)
    leaves = models.IntegerField()
    made_at = models.DateTimeField()
