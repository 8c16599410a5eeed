"""The days in which a paper runs out soon, or has run out. Pure."""

import datetime

from django.db.models import Q

SOON, OVER = "soon", "over"
SOON_DAYS = 30


def days_around(expiry: str, today: datetime.date) -> tuple[datetime.date | None, datetime.date]:
    """The first day, if there is one, and the last day of what runs out within 30 days, or of what has run out."""
    if expiry == SOON:
        return today, today + datetime.timedelta(days=SOON_DAYS)
    return None, today - datetime.timedelta(days=1)


def between(field: str, first: datetime.date | None, last: datetime.date) -> Q:
    """A day of this field from `first` to `last`, both included."""
    found = Q(**{f"{field}__lte": last})
    return found & Q(**{f"{field}__gte": first}) if first else found
