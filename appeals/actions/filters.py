"""What the holder of a post keeps for his own list: filters under a name, the one that opens first, the columns.

These are settings of one's own desk, not moves of a case: they leave no link in any log.
"""

import datetime
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from appeals.inbox import Wanted
from appeals.inbox.columns import COLUMNS
from appeals.models import ListColumns, SavedFilter
from portal.errors import Refused
from portal.models import Post, User

MOST = 8  # each is counted whenever the list is drawn


@transaction.atomic
def keep(by: Post, *, name: str, wanted: Wanted, is_default: bool, now: datetime.datetime) -> SavedFilter:
    """Keep a filter under a name of its own; the one that opens first takes the place of the one before."""
    Post.objects.select_for_update(of=("self",)).get(pk=by.pk)
    kept = SavedFilter.objects.filter(post=by)
    if kept.count() >= MOST:
        raise Refused(_("There are %(most)s saved filters already. Delete one first.") % {"most": MOST})
    _require_free(by, name)
    if is_default:
        kept.update(is_default=False)
    return SavedFilter.objects.create(post=by, name=name, query=wanted.query(), is_default=is_default, saved_at=now)


@transaction.atomic
def change(filter_id: int, *, by: Post, name: str, is_default: bool) -> SavedFilter:
    """Give a kept filter another name, or let it open first, or no longer."""
    kept = _own(filter_id, by)
    _require_free(by, name, without=kept)
    if is_default:
        SavedFilter.objects.filter(post=by).update(is_default=False)
    kept.name, kept.is_default = name, is_default
    kept.save(update_fields=["name", "is_default"])
    return kept


@transaction.atomic
def drop(filter_id: int, *, by: Post) -> None:
    """Delete a kept filter; the cases are not touched."""
    _own(filter_id, by).delete()


def _own(filter_id: int, by: Post) -> SavedFilter:
    Post.objects.select_for_update(of=("self",)).get(pk=by.pk)
    kept = SavedFilter.objects.get(pk=filter_id)
    if kept.post_id != by.pk:
        raise PermissionDenied
    return kept


def _require_free(by: Post, name: str, *, without: SavedFilter | None = None) -> None:
    same = SavedFilter.objects.filter(post=by, name=name)
    if (same.exclude(pk=without.pk) if without else same).exists():
        raise Refused(_("There is a saved filter of that name already."))


def choose_columns(person: User, *, columns: Iterable[str]) -> ListColumns:
    """The columns a person sees in the list besides the date and the title, whichever post he acts in."""
    chosen = [name for name in COLUMNS if name in set(columns)]
    return ListColumns.objects.update_or_create(person=person, defaults={"columns": chosen})[0]
