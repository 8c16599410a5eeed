from django.db import models

from appeals.models.appeal import Appeal
from portal.fields import CodeField, SealedTextField
from portal.models import Post


class Note(models.Model):
    """What handlers write down for each other about a case. The driver and the company never read it.

    The case's chain holds a link with the note's code and a keyed hash of its words, and no word of it. Taken back by
    who wrote it, the row stays without its words: that there was a note is not undone.
    """

    code = CodeField()
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = SealedTextField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["appeal", "-at"])]
