import datetime

from django.db import models
from django.db.models import F, Q

from portal.fields import CodeField, SealedTextField
from portal.models.events import Event
from portal.models.organisations import Organisation, Post
from portal.models.people import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def in_force(self, now: datetime.datetime) -> "ApiTokenQuerySet":
        """Tokens that open something now; whether the post behind one is still held is asked of the post."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class ApiToken(models.Model):
    """A program's key to the API: for one post, or with no post for one person as himself.

    The secret is shown once and kept as a keyed hash; `prefix` is the part by which people recognise it.
    """

    code = CodeField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    networks = models.JSONField(default=list, help_text="Where it may be used from; empty: anywhere.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_date = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_has_time")]
        indexes = [models.Index(fields=["person", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"

    def is_in_force(self, now: datetime.datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now


class Hook(models.Model):
    """An address of another system that is told of events in one committee's line; facts only, never words or persons.

    `old_secret` signs beside the new one for a day after it was changed, so that the other side can follow.
    `rests_until` puts off everything for an address that does not answer.
    """

    code = CodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="hooks")
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = SealedTextField()
    old_secret = SealedTextField(blank=True)
    old_until_at = models.DateTimeField(null=True)
    kinds = models.JSONField(default=list)
    is_on = models.BooleanField(default=True)
    failures = models.IntegerField(default=0, help_text="In a row; the first success sets it to nothing.")
    rests_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class HookMessage(models.Model):
    """What one address is still to be told, or was told: one row for an event and a hook, with a name that stays."""

    code = CodeField()
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="messages")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: a ping.")
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    made_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="Given up after too many tries.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hook", "event"], name="one_message_per_hook_and_event")]
        indexes = [
            models.Index(
                fields=["next_at"], name="hook_message_due", condition=Q(sent_at__isnull=True, failed_at__isnull=True)
            ),
            models.Index(fields=["hook", "-made_at"]),
        ]


class HookAttempt(models.Model):
    """One try to tell an address: what it answered, or what went wrong before it could."""

    message = models.ForeignKey(HookMessage, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=60, blank=True)
    milliseconds = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["message", "-at"])]
