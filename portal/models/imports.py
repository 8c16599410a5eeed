"""Registers filled from a file: what was asked, how far it is, what was wrong with it, and what it changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from portal.fields import CodeField, SealedTextField
from portal.models.organisations import Post


class ImportState(models.TextChoices):
    CHECKING = "checking", pgettext_lazy("import", "Being checked")
    CHECKED = "checked", pgettext_lazy("import", "Checked, waits for you")
    UNREADABLE = "unreadable", pgettext_lazy("import", "Cannot be read")
    WRITING = "writing", pgettext_lazy("import", "Being written")
    DONE = "done", pgettext_lazy("import", "Written")
    UNDOING = "undoing", pgettext_lazy("import", "Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    DROPPED = "dropped", pgettext_lazy("import", "Dropped")
    FAILED = "failed", pgettext_lazy("import", "Stopped")


WORKING = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)
MOVING = (ImportState.WRITING, ImportState.UNDOING)


class ImportQuerySet(models.QuerySet["Import"]):
    def under(self, paths: list[str]) -> "ImportQuerySet":
        """What the posts of these lines asked for."""
        seen = Q(pk__in=[])
        for path in paths:
            seen |= Q(post__organisation__path__startswith=path)
        return self.filter(seen)

    def listed(self) -> "ImportQuerySet":
        return self.select_related("post__person", "post__organisation").order_by("-asked_at", "-pk")


class Import(models.Model):
    """A file with rows of one register, from its upload to its undoing.

    `rows_done` and `batches` are the checkpoint, committed with the rows themselves: whoever goes on after a crash
    begins there. The file and its checked rows lie sealed in the vault under `store`, no longer than they are needed.
    """

    code = CodeField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="imports")
    table = models.CharField(max_length=40, help_text="Room and register, as drivers.drivers.")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKING)
    file_name = SealedTextField()
    file_key = SealedTextField(blank=True, help_text="Empty once the file is gone.")
    store = models.CharField(max_length=32, unique=True)
    size_bytes = models.BigIntegerField()
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, help_text="When the last batch was written.")
    undo_at = models.DateTimeField(null=True, help_text="When its undoing was asked for.")
    touched_at = models.DateTimeField(help_text="The last sign of work; a sweep takes up what has fallen silent.")
    tries = models.SmallIntegerField(default=0, help_text="Beginnings since the last step forward.")
    fault = models.CharField(max_length=30, blank=True, help_text="Why the whole file was not taken, by code.")
    fault_words = SealedTextField(blank=True, default="", help_text="What the fault's sentence names, as JSON.")
    headings = SealedTextField(blank=True, default="", help_text="Which headings were read, and which not, as JSON.")
    rows = models.IntegerField(default=0, help_text="Rows of the file that are not blank, as far as it was read.")
    good = models.IntegerField(default=0, help_text="Rows without a problem, those that change nothing included.")
    problems = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)
    batches = models.IntegerField(default=0)
    refused = models.IntegerField(default=0, help_text="Rows that could not be undone.")

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table"], condition=Q(state__in=MOVING), name="one_import_moves_a_register")
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="import_newest"),
            models.Index(fields=["touched_at"], name="import_working", condition=Q(state__in=WORKING)),
        ]

    @property
    def is_working(self) -> bool:
        return self.state in WORKING


class ImportProblem(models.Model):
    """What is wrong with a cell or a row, so that a person can mend it: where, what stands there, which sentence."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="found")
    line = models.IntegerField()
    column = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=30)
    shown = SealedTextField(blank=True, default="", help_text="The cell, masked where it is personal.")
    facts = models.JSONField(default=dict, help_text="What the sentence names.")

    class Meta:
        indexes = [models.Index(fields=["run", "line", "id"])]


class RowChange(models.TextChoices):
    CREATED = "created", pgettext_lazy("imported row", "Entered")
    CHANGED = "changed", pgettext_lazy("imported row", "Changed")


class RowUndone(models.TextChoices):
    NOT = "", pgettext_lazy("imported row", "Not undone")
    UNDONE = "undone", pgettext_lazy("imported row", "Undone")
    CHANGED = "changed", pgettext_lazy("imported row", "Changed by somebody since")
    USED = "used", pgettext_lazy("imported row", "Others build on it")
    GONE = "gone", pgettext_lazy("imported row", "No longer there")


class ImportedRow(models.Model):
    """What one row of a file did to one record: the record's history, and what its undoing needs.

    `digest` is the keyed hash of the record as the import left it: a record that is another now is not undone. `was`
    holds the former values of a changed record, sealed, as long as the import can be undone.
    """

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="imported", db_index=False)
    batch = models.IntegerField()
    line = models.IntegerField()
    record = models.BigIntegerField()
    change = models.CharField(max_length=7, choices=RowChange)
    digest = models.CharField(max_length=64)
    was = SealedTextField(blank=True, default="")
    undone = models.CharField(max_length=7, choices=RowUndone, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "record"], name="one_row_per_import_and_record")]
        indexes = [
            models.Index(fields=["run", "batch"], name="imported_batch"),
            models.Index(fields=["record"], name="imported_record"),
            models.Index(fields=["run"], name="imported_was", condition=~Q(was="")),
        ]
