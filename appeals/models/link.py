from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from appeals.models.appeal import Appeal
from portal.fields import CodeField
from portal.models import Post


class LinkKind(models.TextChoices):
    DUPLICATE = "duplicate", _("The same matter")
    RELATED = "related", _("Belongs together")


class Link(models.Model):
    """Two cases of one driver that belong together. Both stay open and keep their clocks."""

    code = CodeField()
    from_appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="links_from")
    to_appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="links_to")
    kind = models.CharField(max_length=10, choices=LinkKind)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Least("from_appeal", "to_appeal"), Greatest("from_appeal", "to_appeal"), name="linked_once_either_way"
            ),
            models.CheckConstraint(condition=~Q(from_appeal=F("to_appeal")), name="no_link_to_itself"),
        ]
