from django.db import models

from portal.models.people import User


class RecordUse(models.Model):
    """How many records a person was shown or took out on a Beijing day: whoever copies a register stops here."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    date = models.DateField()
    records = models.IntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "date"], name="one_day_of_use_per_person")]
