from django.db import models
from django.db.models import Q

from portal.models import FilePart, Post, TakenOut


class Export(TakenOut):
    """A list of cases taken out as a file."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="exports")

    class Meta:
        indexes = [
            models.Index(fields=["post", "-asked_at"]),
            models.Index(fields=["until_at"], name="export_running", condition=~Q(state__in=("refused", "gone"))),
        ]


class ExportPart(FilePart):
    """A piece of such a file."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")

    class Meta(FilePart.Meta):
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="one_part_per_number")]
