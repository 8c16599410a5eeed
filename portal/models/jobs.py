from django.db import models

from portal.models.people import User


class JobRun(models.Model):
    """One run of a background job: when, how much, and what went wrong."""

    name = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["name", "-started_at"])]


class Heartbeat(models.Model):
    """The last sign of life of a part: `beat` when it sends, `worker` when it receives, a sweep when it has swept."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()


class OnceKey(models.Model):
    """The key a form carried: same key, same answer, also after a crash; with another body it is refused."""

    key = models.CharField(max_length=64)
    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(max_length=60)
    body_hash = models.CharField(max_length=64)
    answer = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="one_use_per_key")]
