"""Who stands before the form of a record, whichever register it is of."""

import datetime

from django.http import HttpRequest

from platforms.models import RegisterState
from platforms.permissions import may_keep
from portal.models import Place, Post
from portal.permissions import active_post
from portal.views import registers


def keeper(request: HttpRequest, now: datetime.datetime, place: Place | None = None) -> Post:
    """The post that keeps the register, that of a place where it is named; for anybody else there is no such page."""
    post = active_post(request)
    return registers.post_of(request, may_keep(request.user, post, now, place))  # type: ignore[arg-type]


def is_kept(request: HttpRequest, state: str, now: datetime.datetime, place: Place | None = None) -> bool:
    """May he change this record? One that has ended nobody does."""
    return state != RegisterState.ENDED and may_keep(request.user, active_post(request), now, place)  # type: ignore[arg-type]
