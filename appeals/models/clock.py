from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals import chain
from portal.models import Place, Post


class ClockSetting(models.Model):
    """How many working days a tier has, for a place and category, from a day on. Rounds keep what they began with."""

    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=10, blank=True)
    tier = models.SmallIntegerField(choices=chain.TIERS)
    take_days = models.SmallIntegerField()
    answer_days = models.SmallIntegerField()
    reply_days = models.SmallIntegerField(default=chain.REPLY_DAYS)
    from_date = models.DateField()

    class Meta:
        verbose_name = _("clock setting")
        constraints = [
            models.CheckConstraint(
                condition=Q(take_days__gte=0, answer_days__gte=F("take_days"), answer_days__lte=60),
                name="clock_in_bounds",
            )
        ]


class DutyPost(models.Model):
    """Who answers for urgent appeals of a city, from an instant until an instant, day and night."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="duties")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
