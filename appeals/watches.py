"""The watch of a case as people read it: how orders and deactivations went after filing, an interval and no verdict."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from appeals.models import Appeal, Watch, WatchMeasure
from portal.wording import number


@dataclass(frozen=True)
class Shown:
    """One measure's newest window: what was compared, and between which bounds it lies."""

    row: Watch
    term: str
    interval: str


def newest(appeal: Appeal) -> list[Shown]:
    """Of each measure the window that ended last; earlier ones are kept and not shown."""
    found: dict[str, Watch] = {}
    for row in appeal.watches.order_by("-until_date", "-pk"):
        found.setdefault(row.measure, row)
    return [shown(found[measure]) for measure in WatchMeasure.values if measure in found]


def shown(row: Watch) -> Shown:
    bounds = {"low": _bound(row, row.low), "high": _bound(row, row.high)}
    if row.measure == WatchMeasure.ORDERS_PER_HOUR:
        return Shown(row, _("Orders per online hour"), _("between %(low)s%% and %(high)s%%") % bounds)
    return Shown(row, _("Times the account was deactivated"), _("between %(low)s and %(high)s") % bounds)


def _bound(row: Watch, value: int) -> str:
    """A change with its sign: -123 per mille is −12.3 per cent."""
    is_share = row.measure == WatchMeasure.ORDERS_PER_HOUR
    size = number(abs(value) / 10, 1) if is_share else number(abs(value))
    return f"−{size}" if value < 0 else f"+{size}" if value else size
