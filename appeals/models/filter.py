from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.fields import CodeField
from portal.models import Post, User


class SavedFilter(models.Model):
    """A filter of the desk's list that the holder of a post keeps under a name; one of them may open first."""

    code = CodeField()
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=400, help_text="The list's filter, as its address has it.")
    is_default = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["post", "name"], name="one_filter_per_name"),
            models.UniqueConstraint(fields=["post"], condition=Q(is_default=True), name="one_filter_opens_first"),
        ]

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """Which columns a person wants to see in the desk's list."""

    person = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="list_columns")
    columns = ArrayField(models.CharField(max_length=12))
