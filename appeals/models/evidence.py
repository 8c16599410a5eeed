import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Hearing
from appeals.models.appeal import Appeal
from portal.fields import CodeField, SealedTextField
from portal.models import Event, Post, User


class EvidenceKind(models.TextChoices):
    JPEG = "jpeg", _("Photo")
    PNG = "png", _("Picture")
    WEBP = "webp", _("Picture (WebP)")
    PDF = "pdf", _("PDF document")


class EvidenceState(models.TextChoices):
    RECEIVING = "receiving", _("Being uploaded")
    READY = "ready", _("Received")
    QUARANTINED = "quarantined", _("Waits for the virus scanner")
    REFUSED = "refused", _("Turned away")


class Scan(models.TextChoices):
    CLEAN = "clean", _("Scanned, nothing found")
    NOT_SCANNED = "not_scanned", _("Not scanned for viruses")
    WAITING = "waiting", _("Waits for the virus scanner")
    FOUND = "found", _("A virus was found")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def loose(self) -> "EvidenceQuerySet":
        """Not part of any case yet."""
        return self.filter(appeal=None)

    def received(self) -> "EvidenceQuerySet":
        """Whole and let in; one that waits for the scanner counts, though nobody may open it yet."""
        return self.filter(state__in=(EvidenceState.READY, EvidenceState.QUARANTINED))

    def overdue(self, now: datetime.datetime) -> "EvidenceQuerySet":
        """Loose and kept long enough."""
        return self.loose().filter(expires_at__lte=now)


class Evidence(models.Model):
    """A picture or document somebody gave to a case: the original sealed as it came, and copies made for looking at.

    Loose until a case takes it; what no case takes goes after a day. The original's SHA-256 stands in the case's log,
    so the files may be erased and the log still proves what they were. Files lie in EVIDENCE_DIR under `store`, a
    random name; `file_key` opens them and nothing else does, so without it they are noise.
    """

    code = CodeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="evidence")
    meant_for = models.CharField(max_length=64, blank=True, help_text="The form it was picked in, while it is loose.")
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="evidence")
    hearing = models.ForeignKey(Hearing, null=True, on_delete=models.PROTECT, related_name="evidence")
    released_to = models.ManyToManyField(Hearing, related_name="released_evidence", help_text="Companies that see it.")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: himself.")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField(default=0, help_text="Its place among the files of the case.")
    name = SealedTextField(blank=True, help_text="What its owner called it; only he reads it.")
    kind = models.CharField(max_length=4, choices=EvidenceKind, blank=True)
    state = models.CharField(max_length=11, choices=EvidenceState, default=EvidenceState.RECEIVING)
    scan = models.CharField(max_length=11, choices=Scan, blank=True)
    why = models.CharField(max_length=20, blank=True, help_text="Why it was turned away.")
    store = models.CharField(max_length=32, unique=True, editable=False)
    file_key = SealedTextField(blank=True)
    size_bytes = models.BigIntegerField(help_text="Of the original; announced, while it is being received.")
    offset_bytes = models.BigIntegerField(default=0, help_text="Received so far.")
    sealed_bytes = models.BigIntegerField(default=0, help_text="Those, as they lie on the disk.")
    copy_bytes = models.BigIntegerField(default=0)
    small_bytes = models.IntegerField(default=0)
    pages = models.IntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text="When it goes if no case has taken it.")
    erased_at = models.DateTimeField(null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "meant_for"], name="evidence_loose", condition=Q(appeal__isnull=True)),
            models.Index(fields=["expires_at"], name="evidence_expiry", condition=Q(appeal__isnull=True)),
            models.Index(fields=["scan"], name="evidence_scan", condition=Q(scan__in=("waiting", "not_scanned"))),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "meant_for", "sha256"],
                condition=Q(appeal__isnull=True, state__in=("ready", "quarantined")),
                name="same_file_once_a_form",
            ),
            models.CheckConstraint(
                condition=Q(appeal__isnull=True) | Q(event__isnull=False), name="evidence_of_a_case_is_in_its_log"
            ),
            models.CheckConstraint(condition=Q(offset_bytes__lte=models.F("size_bytes")), name="not_more_than_said"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_whole(self) -> bool:
        return self.offset_bytes == self.size_bytes

    @property
    def is_picture(self) -> bool:
        return self.kind != EvidenceKind.PDF

    @property
    def is_open(self) -> bool:
        """May be looked at by whoever may see it."""
        return self.state == EvidenceState.READY and self.erased_at is None
