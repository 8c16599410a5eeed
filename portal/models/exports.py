"""Lists taken out as files. Each room that lets lists out has a table of its own; the registers share one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.fields import CodeField, SealedTextField
from portal.models.events import Event
from portal.models.organisations import Post


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Spreadsheet (XLSX)")
    CSV = "csv", _("Table (CSV)")


class ExportState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("export", "Waits for a second person")
    MAKING = "making", pgettext_lazy("export", "Being made")
    READY = "ready", pgettext_lazy("export", "Ready")
    REFUSED = "refused", pgettext_lazy("export", "Refused")
    FAILED = "failed", pgettext_lazy("export", "Could not be made")
    GONE = "gone", pgettext_lazy("export", "Deleted")


class TakenOut(models.Model):
    """A list taken out as a file: by whom, with which filter, how many rows, and who else agreed.

    The rows are read anew with the asker's own sight when the file is made; the file lies sealed and goes after a day.
    What it is needed for is the event's text (`purpose`). `post` is the asker's.
    """

    post: models.ForeignKey[Post, Post]
    parts: "models.Manager[FilePart]"
    code = CodeField()
    wanted = SealedTextField(help_text="The list's filter as its address has it; a phone may be among its words.")
    format = models.CharField(max_length=4, choices=ExportFormat)
    state = models.CharField(max_length=8, choices=ExportState)
    rows = models.IntegerField(help_text="Rows of the list when it was asked for; once made, rows of the file.")
    rows_done = models.IntegerField(default=0)
    asked_event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    until_at = models.DateTimeField(help_text="The request, and later the file, is good until then.")
    decided_by = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    size_bytes = models.IntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state in (ExportState.REFUSED, ExportState.FAILED, ExportState.GONE)


class FilePart(models.Model):
    """A piece of a file, sealed; in the database, so that every worker and every web server reaches it."""

    number = models.IntegerField()
    sealed = SealedTextField(help_text="In base64.")

    class Meta:
        abstract = True
        ordering = ["number"]


class RegisterExport(TakenOut):
    """The list of a register, taken out. `is_whole`: phones, plates and licences stand in it in full."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    register = models.CharField(max_length=40, help_text="Room and list, as drivers.drivers.")
    is_whole = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["post", "-asked_at"], name="register_exports_of_post"),
            models.Index(
                fields=["until_at"], name="register_export_running", condition=~Q(state__in=("refused", "gone"))
            ),
        ]


class RegisterExportPart(FilePart):
    export = models.ForeignKey(RegisterExport, on_delete=models.CASCADE, related_name="parts")

    class Meta(FilePart.Meta):
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="one_part_of_a_register_export_per_number")
        ]
