from django.db import models
from django.utils.translation import gettext_lazy as _

from appeals.models.answer import Finding
from appeals.models.appeal import Category
from portal.fields import CodeField
from portal.models import Organisation, Post


class FieldKind(models.TextChoices):
    TEXT = "text", _("Words")
    MONEY = "money", _("Amount in yuan")
    DATE = "date", _("Day")
    NUMBER = "number", _("Number")


class AnswerTemplate(models.Model):
    """An answer an organisation gives often, kept in its own library and offered to those below it.

    Its words are in its versions and hold no person; a retired one is offered no more and stays readable.
    """

    code = CodeField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="answer_templates")
    category = models.CharField(max_length=10, choices=Category)
    title = models.CharField(max_length=60)
    is_retired = models.BooleanField(default=False)
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="copies")
    uses = models.IntegerField(default=0, help_text="Answers given with any of its versions.")

    class Meta:
        indexes = [models.Index(fields=["organisation", "category", "is_retired"])]

    def __str__(self) -> str:
        return self.title


class AnswerTemplateVersion(models.Model):
    """The words of a template from a moment on; an edit is a new version, and an answer names the one it used.

    `fields` lists what is to be filled in: `{"label": "退款金额", "kind": "money"}` for `{退款金额}` in the words.
    """

    template = models.ForeignKey(AnswerTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    finding = models.CharField(max_length=10, choices=Finding)
    reasons = models.TextField()
    remedy = models.TextField(blank=True)
    carry_out_days = models.SmallIntegerField(null=True, help_text="Working days until the remedy is carried out.")
    fields = models.JSONField(default=list)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_template_version_per_number")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.number}"
